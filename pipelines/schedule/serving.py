"""Deployments, letters, arrivals and the runner: what ``lanterne schedule`` does until it is stopped."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path

from prefect import Flow, State
from prefect.automations import Automation, EventTrigger, Posture, SendNotification
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import (
    ConcurrencyLimitConfig,
    ConcurrencyLimitStrategy,
    FlowRun,
    StateType,
)
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.events import DeploymentEventTrigger, emit_event
from prefect.runner import Runner
from prefect.states import Crashed, Scheduled
from prefect.types.entrypoint import EntrypointType
from pydantic import SecretStr

from data_contracts.errors import ConfigurationError
from pipelines.schedule import flows, outcomes
from pipelines.schedule.jobs import ARRIVED, JOBS, Job, cron_of
from pipelines.schedule.mail import Mail
from pipelines.settings import City
from pipelines.settings_schedule import Schedule
from reports.words import words

FLOWS: dict[str, Flow[..., State[object]]] = {
    "ingest": flows.ingest,
    "cycle": flows.cycle,
    "train": flows.train,
    "reports": flows.reports,
    "purge": flows.purge,
}
AT_MOST = 3
"""How often a run that was killed with its runner is begun again."""
LETTER = "lanterne-mail"
TO_BE_TOLD = ("Failed", "Failed*", "Crashed", "TimedOut", outcomes.DRIFT)
"""Names of states of which somebody gets a letter; to Prefect a star is at least one sign."""
PASSWORD = "LANTERNE_SMTP_PASSWORD"


class Runs(Runner):
    """Stops at once when it is told to: what is under way goes down with it and is taken up at the next start."""

    def handle_sigterm(self, *args: object, **kwargs: object) -> None:
        """The end of the process; its own way leaves works behind that nobody waits for."""
        sys.exit(0)


async def serve(
    config: Path, city: City, server: subprocess.Popen[bytes], look: Callable[[], frozenset[object]]
) -> None:
    """Until it is stopped, or the server ends: then ConfigurationError, so that whoever started it starts it again. ``look``: what lies in the folder of deliveries."""
    async with get_client() as client:
        await _take_up(client)
        await _letters(client, city)
    runner = Runs(name="lanterne", limit=1, pause_on_shutdown=False)
    for one in await deployments(config, city):
        await runner.aadd_deployment(one)
    works = [runner.start(), _watch(server)]
    if city.schedule.look_minutes:
        works.append(arrivals(city.schedule, look))
    await _first(*works)


async def _first(*works: Coroutine[object, object, None]) -> None:
    """Until the first of them ends; raises what it raises."""
    tasks = [asyncio.create_task(work) for work in works]
    done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for task in done:
        task.result()


async def _watch(server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        await asyncio.sleep(1)
    raise ConfigurationError(
        f"Prefect's server has ended ({server.returncode})",
        where="lanterne schedule",
        hint="runs/.schedule/server.log says why; start `lanterne schedule` again.",
    )


async def deployments(config: Path, city: City) -> list[RunnerDeployment]:
    """One a job; what has no cron expression is there to be started by hand."""
    return [await _deployment(job, config.resolve(), city) for job in JOBS]


async def _deployment(job: Job, config: Path, city: City) -> RunnerDeployment:
    cron = cron_of(job, city.schedule)
    return await FLOWS[job.flow].ato_deployment(
        name=job.name,
        description=words(city.language)(job.does),
        tags=["lanterne", city.name],
        parameters={"config": str(config)},
        schedules=[CronSchedule(cron=cron, timezone=city.schedule.time_zone)] if cron else None,
        triggers=[] if job.cron else [DeploymentEventTrigger(name=job.name, expect={ARRIVED})],
        concurrency_limit=ConcurrencyLimitConfig(
            limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE
        ),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


async def _take_up(client: PrefectClient) -> None:
    """Runs that went down with the runner: nobody works at them any more. Each is begun again, and goes on where it was; one that went down too often has crashed."""
    running = FlowRunFilterState(
        type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING, StateType.CANCELLING])
    )
    for one in await client.read_flow_runs(flow_run_filter=FlowRunFilter(state=running)):
        await client.set_flow_run_state(one.id, _after_all(one), force=True)


def _after_all(one: FlowRun) -> State[object]:
    if one.run_count < AT_MOST:
        return Scheduled(name="Taken up", message="the runner was stopped in the middle of it")
    return Crashed(message=f"the runner was stopped {one.run_count} times in the middle of it")


async def _letters(client: PrefectClient, city: City) -> None:
    """One automation, as ``city.toml`` has it now."""
    for old in await client.read_automations_by_name(LETTER):
        await client.delete_automation(old.id)
    mail = city.schedule.mail
    if mail is None:
        return
    block = Mail(**mail.model_dump(), password=SecretStr(os.environ.get(PASSWORD, "")))
    block_id = await block.save(LETTER, overwrite=True)
    say = words(city.language)
    await Automation(
        name=LETTER,
        description=say("A letter when a scheduled run fails"),
        trigger=EventTrigger(
            expect={f"prefect.flow-run.{name}" for name in TO_BE_TOLD},
            match={"prefect.resource.id": "prefect.flow-run.*"},
            posture=Posture.Reactive,
            threshold=1,
            within=timedelta(seconds=0),
        ),
        actions=[
            SendNotification(
                block_document_id=block_id,
                subject=f"Lanterne {city.name}{say(':')} {{{{ flow.name }}}}, {{{{ flow_run.state.name }}}}",
                body="\n\n".join(
                    (
                        "{{ flow_run.state.message }}",
                        say("The last good list stands."),
                        "{{ flow_run|ui_url }}",
                    )
                ),
            )
        ],
    ).acreate()


async def arrivals(schedule: Schedule, look: Callable[[], frozenset[object]]) -> None:
    """Tells Prefect of what arrived in the folder of deliveries, once it lies still: as it was a look before."""
    told = before = look()
    while True:
        await asyncio.sleep(60 * schedule.look_minutes)
        now = look()
        if now == before and now - told:
            emit_event(event=ARRIVED, resource={"prefect.resource.id": "lanterne.deliveries"})
            told = now
        before = now
