"""When what is due, what a late run does, how a refusal is told: by hand, without a server."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from prefect import State, flow
from prefect.client.orchestration import get_client
from prefect.server.events.schemas.automations import EventTrigger as ServersTrigger
from prefect.settings import (
    PREFECT_TASK_DEFAULT_RETRIES,
    PREFECT_TASK_DEFAULT_RETRY_DELAY_SECONDS,
    temporary_settings,
)
from prefect.testing.utilities import prefect_test_harness

from data_contracts.errors import (
    Busy,
    ConfigurationError,
    ContractError,
    GateClosed,
    IntegrityError,
    LanterneError,
    LeakSuspected,
)
from pipelines import arrivals, settings, turns, unforeseen
from pipelines.flows import whole
from pipelines.schedule import artifacts, flows, outcomes, serving
from pipelines.schedule.jobs import JOBS, due, is_superseded
from pipelines.schedule.mail import Mail
from tests.pipelines.calling import called
from tests.pipelines.little_city import CITY, write
from tests.reports import model_card_sample

PARIS = ZoneInfo("Europe/Paris")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def test_a_job_is_due_in_the_citys_time_summer_and_winter() -> None:
    """Half past three is half past three on both sides of the last Sunday of October, though 25 hours lie between."""
    found = list(islice(due("30 3 * * *", "Europe/Paris", at("2026-10-23T12:00")), 3))
    assert [one.isoformat() for one in found] == [
        "2026-10-24T03:30:00+02:00",
        "2026-10-25T03:30:00+01:00",
        "2026-10-26T03:30:00+01:00",
    ]
    first, second, third = (one.astimezone(UTC) for one in found)
    assert (second - first, third - second) == (timedelta(hours=25), timedelta(hours=24))


def test_an_hour_that_summer_time_skips_is_due_right_after_it() -> None:
    (first,) = islice(due("30 2 * * *", "Europe/Paris", at("2026-03-28T12:00")), 1)
    assert first.astimezone(UTC).isoformat() == "2026-03-29T01:00:00+00:00"


@given(st.integers(0, 730 * 24 * 60))
def test_a_quarter_begins_four_times_a_year_whatever_the_day(minutes: int) -> None:
    after = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    found = list(islice(due("0 22 1 1,4,7,10 *", "Europe/Paris", after), 4))
    assert {one.month for one in found} == {1, 4, 7, 10} and {(o.day, o.hour) for o in found} == {(1, 22)}
    assert found[0] > after


@pytest.mark.parametrize(
    ("now", "is_late"),
    [
        ("2026-11-02T05:00", False),
        ("2026-11-09T04:59", False),
        ("2026-11-09T05:00", True),
        ("2026-11-30T12:00", True),
    ],
)
def test_a_run_whose_successor_is_due_is_skipped(now: str, is_late: bool) -> None:
    assert is_superseded("0 5 * * 1", "Europe/Paris", at("2026-11-02T05:00"), at(now)) == is_late


def test_what_never_runs_by_itself_is_never_late() -> None:
    assert not is_superseded("", "Europe/Paris", at("2026-01-01T00:00"), at("2027-01-01T00:00"))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('cycle = "5 * *"', "no cron expression of five fields"),
        ('purge = "61 2 * * *"', "no cron expression of five fields"),
        ('time_zone = "Europe/Agen"', "no time zone of this name"),
        ('cycles = "0 5 * * 1"', "did you mean `cycle`?"),
        ("[schedule.mail]\nto = []\nsender = 'a@b'", "schedule.mail.to"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(tmp_path: Path, table: str, said: str) -> None:
    (tmp_path / "city.toml").write_text(f"{CITY}\n[schedule]\n{table}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as refusal:
        settings.load(tmp_path / "city.toml")
    assert said in refusal.value.text()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Busy, "Failed: busy"),
        (ContractError, "Failed: contract"),
        (GateClosed, "Failed: legal gate"),
        (IntegrityError, "Failed: integrity"),
        (LeakSuspected, "Failed: suspected leak"),
        (ConfigurationError, "Failed: configuration"),
    ],
)
def test_a_refusal_is_a_state_with_a_name(kind: type[LanterneError], name: str) -> None:
    state = outcomes.of(
        kind("the snapshot holds no row", where="2026-11-02/roll.csv", hint="ask for it again.")
    )
    assert state.name == name and state.is_failed()
    assert state.message == (
        f"the snapshot holds no row\n  in 2026-11-02/roll.csv\nHint: ask for it again.\n(exit code {kind.exit_code})"
    )


@pytest.mark.parametrize(
    "name",
    ["Failed", "Crashed", "TimedOut", outcomes.DRIFT, *(f"Failed: {name}" for _, name in outcomes.FAILED)],
)
def test_whatever_goes_wrong_is_written_of(name: str) -> None:
    """A run that the machine kills is Crashed and nothing more; by Prefect's own rule for patterns."""
    assert is_told(name)


@pytest.mark.parametrize(
    "name", ["Completed", "Running", "Taken up", outcomes.BY_RULE, outcomes.LATE, outcomes.NOTHING]
)
def test_nobody_is_written_to_of_what_goes_well(name: str) -> None:
    assert not is_told(name)


def is_told(name: str) -> bool:
    asked = ServersTrigger(
        expect={f"prefect.flow-run.{told}" for told in serving.TO_BE_TOLD}, posture="Reactive", threshold=1
    )  # type: ignore[arg-type]
    return bool(asked.event_pattern.match(f"prefect.flow-run.{name}"))


def test_what_nobody_foresaw_is_told_without_what_it_said() -> None:
    """Libraries quote the value over which they stumble."""

    def stumble() -> None:
        raise ValueError("could not convert string to float: 'DUPONT JEANNE'")

    with pytest.raises(LanterneError) as told:
        unforeseen.foreseen(stumble)()
    assert "ValueError" in told.value.text() and "tests/pipelines/test_schedule.py" in told.value.text()
    assert "DUPONT" not in told.value.text() and told.value.__cause__ is None
    assert told.value.exit_code == 1 and outcomes.of(told.value).name == "Failed: unforeseen"


def test_every_flow_of_a_job_checks_its_parameters_and_has_an_end() -> None:
    named = {name: getattr(flows, name) for name in {job.flow for job in JOBS}}
    for one in named.values():
        assert one.should_validate_parameters and one.timeout_seconds and one.retries == 0
    limits = flows.cycle.parameters.properties["capacity"]["anyOf"][0]
    assert (limits["minimum"], limits["maximum"]) == (1, 100_000)


def begun(monkeypatch: pytest.MonkeyPatch, due_at: str, *, by_hand: bool = False) -> None:
    """As if a deployment of the weekly list had begun this flow run."""
    run = SimpleNamespace(auto_scheduled=not by_hand, expected_start_time=at(due_at))
    monkeypatch.setattr(flows, "FlowRunContext", SimpleNamespace(get=lambda: SimpleNamespace(flow_run=run)))
    monkeypatch.setattr(flows, "deployment", SimpleNamespace(name="cycle-weekly"))


def test_a_run_that_had_to_wait_past_midnight_belongs_to_the_day_on_which_it_was_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half past midnight in the city is still the day before in universal time."""
    city = settings.load(write(tmp_path))
    begun(monkeypatch, "2026-11-03T00:30")
    assert flows._day(city) == date(2026, 11, 3)


@pytest.mark.parametrize(
    ("due_at", "by_hand", "state"),
    [("2020-01-06T05:00", False, "Skipped: late"), ("2020-01-06T05:00", True, None), ("2100-01-04T05:00", False, None)],
)  # fmt: skip
def test_only_what_its_schedule_began_can_be_too_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, due_at: str, by_hand: bool, state: str | None
) -> None:
    begun(monkeypatch, due_at, by_hand=by_hand)
    skipped = flows._skipped(write(tmp_path))
    assert (skipped and skipped.name) == state


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    with prefect_test_harness(server_startup_timeout=120):
        yield


def shown() -> dict[str, dict[str, str]]:
    """The newest artifact of each key, as Prefect’s page gets them."""
    with get_client(sync_client=True) as client:
        return {one["key"]: one for one in client.request("POST", "/artifacts/latest/filter", json={}).json()}


@pytest.mark.slow
@pytest.mark.usefixtures("server")
def test_the_page_says_where_the_papers_of_a_year_lie(tmp_path: Path) -> None:
    (tmp_path / "committee").mkdir()
    (tmp_path / "committee" / "pack.pdf").touch()
    city = settings.load(write(tmp_path / "city"))
    flow(lambda: artifacts.of_report(tmp_path, city), name="shows")()
    told = shown()["evaluation"]["data"]
    assert told.splitlines()[0] == "## Où regarder"
    assert {f"`{tmp_path / 'evaluation.html'}`", f"`{tmp_path / 'committee' / 'pack.pdf'}`"} == set(
        re.findall("`[^`]+`", told)
    )


@pytest.mark.slow
@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("judged", "said"),
    [
        (model_card_sample.won(), "Champion : Modèle appris (poids). Il a fallu 2,5 visites"),
        (
            model_card_sample.waiting(),
            "« 80 ans ou plus » classe la liste. « Modèle appris (poids) » le ferait",
        ),
        (model_card_sample.few(), "Champion : Points tirés des études. Visites avec réponse"),
    ],
    ids=["only trained", "waits for approval", "too few answers"],
)
def test_the_page_shows_the_duel_as_a_table_and_as_a_chart(
    tmp_path: Path, judged: dict[str, Any], said: str
) -> None:
    """In the city's language; a model that was only trained is not said to rank."""
    ranks = judged.get("listed_by", {"name": judged["champion"]})["name"]
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / f"{ranks}.json").write_text("{}")
    (tmp_path / "duel.json").write_text(json.dumps(judged))
    (tmp_path / "manifest.json").write_text('{"as_of": "2026-11-02", "capacity": 60}')
    city = settings.load(write(tmp_path / "city"))
    flow(lambda: artifacts.of_duel(tmp_path, city), name="shows")()
    made = shown()
    rows = {row["Candidat"]: row for row in json.loads(made["duel"]["data"])}
    assert len(rows) == len(judged["candidates"])
    assert made["duel"]["description"].replace("\N{NO-BREAK SPACE}", " ").startswith(said)
    if not rows:
        return
    assert rows["Modèle appris (poids)"]["Précision à capacité"] == "40\N{NO-BREAK SPACE}%"
    chart = made["duel-chart"]
    assert chart["description"] == made["duel"]["description"]
    drawn = base64.b64decode(chart["data"].removeprefix("data:image/svg+xml;base64,"))
    assert drawn.startswith(b"<svg") and drawn.count(b"<text") > len(rows)


@pytest.mark.slow
@pytest.mark.usefixtures("server")
def test_a_city_where_nobody_has_knocked_yet_has_nothing_to_evaluate(tmp_path: Path) -> None:
    """No failure, and no letter each month until there is a visit; whoever asks for a year is told that there is nothing of it."""
    config = write(tmp_path)
    called("ingest", "--config", config)
    by_itself = flows.reports(config, return_state=True)
    assert by_itself.is_completed() and by_itself.name == outcomes.NOTHING
    asked = flows.reports(config, 2026, return_state=True)
    assert asked.is_failed() and asked.name == "Failed: configuration"


@pytest.mark.slow
@pytest.mark.usefixtures("server")
def test_a_run_that_waits_too_long_ends_by_that_name(tmp_path: Path) -> None:
    """Another run holds the folder: a scheduled one gives up after its patience, or after its time."""
    config = write(tmp_path)
    patient = config.read_text() + "[schedule]\npatience_minutes = {}\n"
    with turns.one_at_a_time(tmp_path / "runs"):
        config.write_text(patient.format(0))
        assert flows.ingest(config, return_state=True).name == "Failed: busy"
        config.write_text(patient.format(60))
        assert flows.ingest.with_options(timeout_seconds=2)(config, return_state=True).name == "TimedOut"
        assert tries(Busy("another run is using the warehouse")) == 3
        assert tries(ContractError("the snapshot holds no row")) == 1


def tries(refusal: LanterneError) -> int:
    """How often a step is tried that refuses so, where Prefect's setting is two more."""
    count = 0

    def refuses() -> None:
        nonlocal count
        count += 1
        raise refusal

    @flow
    def one_step() -> State[None]:
        return whole(refuses, "refuses")(return_state=True)

    with temporary_settings({PREFECT_TASK_DEFAULT_RETRIES: 2, PREFECT_TASK_DEFAULT_RETRY_DELAY_SECONDS: 0}):
        one_step(return_state=True)
    return count


@pytest.mark.parametrize(
    ("security", "user", "password"),
    [("none", "", ""), ("starttls", "", ""), ("tls", "lanterne@ville.fr", "a/b@c:d?e")],
)
def test_a_letter_goes_where_it_is_said(security: str, user: str, password: str) -> None:
    told = {
        "host": "mail.ville.fr",
        "port": 2525,
        "sender": "lanterne@ville.fr",
        "to": ["a@ville.fr", "b@ville.fr"],
    }
    block = Mail.model_validate({**told, "security": security, "user": user, "password": password})
    (client,) = block._apprise_client
    assert {address for _, address in client.targets} == {"a@ville.fr", "b@ville.fr"}
    assert client.from_addr[1] == "lanterne@ville.fr"
    assert (client.smtp_host, client.port, client.secure) == ("mail.ville.fr", 2525, security != "none")
    assert (client.user or "", client.password or "") == (user, password)


def test_what_lies_in_the_folder_changes_with_every_byte(tmp_path: Path) -> None:
    (tmp_path / "2026-11-02").mkdir()
    seen = [arrivals.lying(tmp_path)]
    changes: tuple[Callable[[], object], ...] = (
        lambda: (tmp_path / "2026-11-02" / "visites.csv").write_text("A"),
        lambda: (tmp_path / "2026-11-02" / "visites.csv").write_text("AB"),
        lambda: (tmp_path / "2026-11-02" / "visites.csv").unlink(),
    )
    for change in changes:
        change()
        seen.append(arrivals.lying(tmp_path))
    assert seen[0] == seen[3] == frozenset() and len(set(seen)) == 3


def test_the_declared_deployments_are_the_served_ones() -> None:
    told = yaml.safe_load(Path(__file__).parents[2].joinpath("prefect.yaml").read_text(encoding="utf-8"))
    assert [one["name"] for one in told["deployments"]] == [job.name for job in JOBS]
    for one in told["deployments"]:
        module, _, name = one["entrypoint"].partition(":")
        assert module == "pipelines/schedule/flows.py" and hasattr(flows, name)
