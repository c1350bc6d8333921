"""The schedule on a real Prefect server: it fires by itself, a broken delivery fails by name and writes a letter, a killed run is taken up, and its page shows all that."""

from __future__ import annotations

import base64
import email
import email.policy
import json
import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser

from pipelines import chain, settings
from pipelines.schedule import server
from pipelines.schedule.jobs import JOBS
from tests.pipelines.calling import lanterne
from tests.pipelines.little_city import ROLL, elector, key, write

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect server")]
Found = TypeVar("Found")
ROOT = Path(__file__).resolve().parents[2]


class Letters(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it is given."""

    allow_reuse_address = True

    def __init__(self) -> None:
        self.received: list[str] = []
        super().__init__(("127.0.0.1", 0), _Desk)


class _Desk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Letters)
        self.wfile.write(b"220 test\r\n")
        for line in self.rfile:
            word = line.decode().strip().upper()
            if word.startswith("EHLO"):
                self.wfile.write(b"250-test\r\n250 8BITMIME\r\n")
            elif word == "DATA":
                self.wfile.write(b"354 go on\r\n")
                text = b"".join(iter(self.rfile.readline, b".\r\n")).decode()
                self.server.received.append(text)
                self.wfile.write(b"250 taken\r\n")
            elif word == "QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 well\r\n")


@dataclass
class Served:
    """A town with its schedule served by the command."""

    config: Path
    port: int
    letters: Letters
    process: subprocess.Popen[bytes] | None = None
    said: Path = field(init=False)

    def __post_init__(self) -> None:
        self.said = self.config.parent / "said.txt"

    def start(self) -> None:
        command = [sys.executable, "-m", "pipelines.cli", "schedule", "--config", str(self.config)]
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)
        until(lambda: self.ask("POST", "deployments/filter", {}), len(JOBS))

    def kill(self) -> None:
        """Everything at once, without warning."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout=60)

    @property
    def account(self) -> str:
        password = (self.config.parent / "runs" / ".schedule" / server.PASSWORD).read_text()
        return f"{server.USER}:{password}"

    def ask(
        self, method: str, path: str, content: object = None, *, account: str | None = None
    ) -> list[dict[str, object]]:
        """The answer of Prefect's API as a list; empty while nobody answers. Asks again, as Prefect's own client does, while its database is busy."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/{path}", method=method)
        request.add_header("Content-Type", "application/json")
        body = None if content is None else json.dumps(content).encode()
        try:
            told = base64.b64encode((account or self.account).encode()).decode()
            request.add_header("Authorization", f"Basic {told}")
            with urllib.request.urlopen(request, body, timeout=20) as answer:
                found = json.loads(answer.read())
        except urllib.error.HTTPError as error:
            if error.code != 503:
                raise
            time.sleep(1)
            return self.ask(method, path, content, account=account)
        except OSError:
            return []
        return found if isinstance(found, list) else [found]

    def runs(self, deployment: str) -> list[dict[str, object]]:
        """Its flow runs that have begun, oldest first."""
        asked = {"deployments": {"name": {"any_": [deployment]}}, "sort": "EXPECTED_START_TIME_ASC"}
        return [one for one in self.ask("POST", "flow_runs/filter", asked) if one["start_time"]]

    def begin(self, deployment: str, parameters: dict[str, object]) -> str:
        """A flow run by hand; gives its id."""
        (found,) = [d for d in self.ask("POST", "deployments/filter", {}) if d["name"] == deployment]
        (run,) = self.ask("POST", f"deployments/{found['id']}/create_flow_run", {"parameters": parameters})
        return str(run["id"])

    def steps(self, run: str) -> dict[str, str]:
        """Step → name of its state, of the newest try."""
        asked = {"flow_runs": {"id": {"any_": [run]}}, "sort": "END_TIME_DESC"}
        found = self.ask("POST", "task_runs/filter", asked)
        return {str(one["name"]).rpartition("-")[0]: str(one["state_name"]) for one in reversed(found)}


def until(look: Callable[[], list[Found]], count: int = 1, seconds: float = 240) -> list[Found]:
    """Looks until there are ``count``."""
    given_up_at = time.monotonic() + seconds
    while len(found := look()) < count:
        assert time.monotonic() < given_up_at, f"{count} were waited for, there are {len(found)}"
        time.sleep(0.3)
    return found


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def once() -> str:
    """A cron expression that is due once, in two minutes, in the city's time: when the server has come up."""
    now = datetime.now(ZoneInfo("Europe/Paris"))  # noqa: TID251 - the server that is tested asks the clock
    soon = now + timedelta(seconds=120)
    return f"{soon.minute} {soon.hour} {soon.day} {soon.month} *"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Letters() as letters:
        threading.Thread(target=letters.serve_forever, daemon=True).start()
        config, port = write(tmp_path_factory.mktemp("served")), free_port()
        with config.open("a") as file:
            file.write(
                f'[schedule]\nport = {port}\nlook_minutes = 0.03\ncycle = "{once()}"\n'
                f'[schedule.mail]\nto = ["analyste@ville.test"]\nsender = "lanterne@ville.test"\nport = {letters.server_address[1]}\n'
            )
        one = Served(config, port, letters)
        one.start()
        yield one
        if one.process and one.process.poll() is None:
            one.stop()
        letters.shutdown()


def ended(served: Served, deployment: str, state: str) -> list[dict[str, object]]:
    return [one for one in served.runs(deployment) if one["state_name"] == state]


def test_the_schedule_fires_by_itself(served: Served) -> None:
    """Nobody starts it: the cron expression does, in the city's time, and a list is published."""
    (run, *_) = until(lambda: ended(served, "cycle-weekly", "Completed"))
    assert run["auto_scheduled"] is True
    (folder,) = (served.config.parent / "runs").glob(f"{run['state']['message']}*")  # type: ignore[index]
    assert (folder / "list.csv").is_file()
    kinds = {a["key"]: a["type"] for a in served.ask("POST", "artifacts/filter", {})}
    assert {"papers": "markdown", "desk": "markdown", "duel": "table"}.items() <= kinds.items()
    steps = served.ask("POST", "task_runs/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})
    policies = [s["empirical_policy"] for s in steps]
    assert policies and all(p["retries"] == 3 and p["retry_delay"] in (300, [300]) for p in policies)  # type: ignore[index]


def test_a_broken_delivery_fails_by_name_and_writes_a_letter(served: Served) -> None:
    arrived = served.config.parent / "deliveries" / "2026-11-20"
    arrived.mkdir()
    roll = arrived / "liste_electorale.csv"
    roll.write_text("SEXE;ANNEE_NAISSANCE;CLE_IDENTITE\nM;1940;" + key(7) + "\n", encoding="utf-8")
    good = ROLL + "".join(elector(i).replace("01/11/2026", "19/11/2026") for i in range(39))
    (run,) = until(lambda: ended(served, "ingest-on-arrival", "Failed: contract"))
    assert "2026-11-20/liste_electorale.csv" in str(run["state"]["message"])  # type: ignore[index]
    (letter, *_) = until(lambda: [one for one in served.letters.received if "ingest" in one])
    told = email.message_from_string(letter, policy=email.policy.default)
    assert (told["To"], told["From"]) == ("analyste@ville.test", "lanterne@ville.test")
    assert told["Subject"] == "Lanterne Petite ville\u00a0: ingest, Failed: contract"
    assert "2026-11-20/liste_electorale.csv" in told.get_content()
    assert f"http://127.0.0.1:{served.port}/runs/flow-run/{run['id']}" in told.get_content()
    assert key(7) not in served.said.read_text() + letter + str(run)
    roll.write_text(good, encoding="cp1252")
    until(lambda: ended(served, "ingest-on-arrival", "Completed"))


def test_every_other_flow_ends_in_a_state_that_says_what_became_of_it(served: Served) -> None:
    """The little city has no visits: its points are frozen without a duel, there is no year to tell of, and nothing is past its term."""
    begun = {
        served.begin(name, {}): name
        for name in ("ingest-nightly", "train-quarterly", "reports-monthly", "purge-daily")
    }
    ended_so = until(
        lambda: [
            run
            for name in begun.values()
            for run in served.runs(name)
            if run["id"] in begun and run["end_time"]
        ],
        4,
    )
    states = {begun[str(run["id"])]: run["state_name"] for run in ended_so}
    assert states == {
        "ingest-nightly": "Completed",
        "train-quarterly": "Completed",
        "reports-monthly": "Nothing to evaluate yet",
        "purge-daily": "Completed",
    }
    kinds = {a["key"]: a["type"] for a in served.ask("POST", "artifacts/filter", {})}
    assert {"ingest": "table", "duel": "table"}.items() <= kinds.items()


def test_parameters_are_checked_and_nobody_is_served_without_the_password(served: Served) -> None:
    with pytest.raises(urllib.error.HTTPError, match=r"4(09|22)"):
        served.begin("cycle-weekly", {"capacity": 0})
    with pytest.raises(urllib.error.HTTPError, match="401"):
        served.ask("POST", "flow_runs/filter", {}, account="lanterne:wrong")


def test_a_run_that_went_down_with_the_machine_is_taken_up(served: Served) -> None:
    """kill -9 of everything in the middle of a cycle: what had ended is kept, and the same run ends well."""
    run = served.begin("cycle-weekly", {"as_of": "2026-11-15"})
    log = served.config.parent / "runs" / ".cycle-2026-11-15.partial" / "audit.jsonl"
    until(lambda: [1] if log.is_file() and b'"step":"frame"' in log.read_bytes() else [])
    served.kill()
    kept = [str(line["step"]) for line in chain.read(log) if "wrote" in line]
    served.start()
    (after,) = until(
        lambda: [
            one
            for one in served.runs("cycle-weekly")
            if one["id"] == run and one["state_type"] == "COMPLETED"
        ]
    )
    assert after["run_count"] == 2
    states = served.steps(run)
    assert {step for step, state in states.items() if state == "Kept"} == set(kept)
    assert set(states.values()) == {"Kept", "Completed"}
    (folder,) = (served.config.parent / "runs").glob("2026-11-15-*")
    assert [line["kept"] for line in chain.read(folder / "audit.jsonl") if line["step"] == "resume"] == [kept]


def test_of_a_run_that_the_machine_kills_alone_somebody_gets_a_letter(served: Served) -> None:
    """As it does when memory ends. What it had done is kept for whoever begins it again."""
    run = served.begin("cycle-weekly", {"as_of": "2026-11-16"})
    log = served.config.parent / "runs" / ".cycle-2026-11-16.partial" / "audit.jsonl"
    until(lambda: [1] if log.is_file() and b'"step":"ingest"' in log.read_bytes() else [])
    assert served.process is not None
    os.kill(engine_of(served.process.pid), signal.SIGKILL)
    (letter, *_) = until(lambda: [one for one in served.letters.received if "Crashed" in one])
    assert f"runs/flow-run/{run}" in letter.replace("=\n", "")
    (after,) = [one for one in served.runs("cycle-weekly") if one["id"] == run]
    assert after["state_name"] == "Crashed" and log.is_file()


def engine_of(schedule: int) -> int:
    """The process of the flow run under way."""
    of_threads = Path(f"/proc/{schedule}/task").glob("*/children")
    children = [child for one in of_threads for child in one.read_text().split()]
    (found,) = [c for c in children if b"prefect.engine" in Path(f"/proc/{c}/cmdline").read_bytes()]
    return int(found)


def test_the_page_shows_it_and_asks_nobody_outside(served: Served, chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 1366, "height": 900})
    asked: list[str] = []
    page.on("response", lambda answer: asked.append(answer.url))
    page.on("requestfailed", lambda request: asked.append(request.url) if request.failure != "csp" else None)
    page.goto(f"http://127.0.0.1:{served.port}/")
    page.get_by_role("textbox").first.fill(served.account)
    page.keyboard.press("Enter")
    page.goto(f"http://127.0.0.1:{served.port}/runs")
    page.get_by_text("Failed: contract").first.wait_for()
    if shown := os.environ.get("LANTERNE_SCREENSHOTS"):
        look_at(page, served, Path(shown))
    page.goto(
        f"http://127.0.0.1:{served.port}/v2/runs"
    )  # the newer pages, which would report who looks at them
    page.wait_for_timeout(4000)
    page.close()
    outside = {
        url for url in asked if not url.startswith((f"http://127.0.0.1:{served.port}/", "data:", "blob:"))
    }
    assert not outside


def look_at(page, served: Served, folder: Path) -> None:  # type: ignore[no-untyped-def]
    for name, path in (
        ("runs", "runs"),
        ("deployments", "deployments"),
        ("artifacts", "artifacts"),
        ("automations", "automations"),
    ):
        page.goto(f"http://127.0.0.1:{served.port}/{path}")
        page.wait_for_timeout(2500)
        page.screenshot(path=folder / f"prefect_{name}.png")
    (failed,) = ended(served, "ingest-on-arrival", "Failed: contract")
    page.goto(f"http://127.0.0.1:{served.port}/runs/flow-run/{failed['id']}")
    page.wait_for_timeout(2500)
    page.screenshot(path=folder / "prefect_failed.png")


def test_prefect_yaml_deploys_the_same_jobs(served: Served) -> None:
    """For a city with workers of its own: the declared file is one that `prefect deploy` takes."""
    before = {str(d["name"]): d for d in served.ask("POST", "deployments/filter", {})}
    places = {
        "LANTERNE_HOME": str(ROOT),
        "LANTERNE_CONFIG": str(served.config),
    }
    environment = {**os.environ, **server.environment(settings.load(served.config)), **places}
    for command in (
        ["work-pool", "create", "lanterne", "--type", "process"],
        ["--no-prompt", "deploy", "--all", "--prefect-file", str(ROOT / "prefect.yaml")],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "prefect", *command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    after = {str(d["name"]): d for d in served.ask("POST", "deployments/filter", {})}
    assert after.keys() == before.keys()
    for name, one in after.items():
        assert one["parameters"] == before[name]["parameters"] == {"config": str(served.config)}
        assert (
            one["work_pool_name"] == "lanterne"
            and one["entrypoint"] == f"pipelines/schedule/flows.py:{flow_of(name)}"
        )
        assert one["job_variables"] == {"env": server.TRIES}
        limits = [each["global_concurrency_limit"]["limit"] for each in (one, before[name])]  # type: ignore[index]
        assert limits == [1, 1]
        if name != "cycle-weekly":  # which this town runs at another time
            assert crons(one) == crons(before[name])


def flow_of(name: str) -> str:
    return next(job.flow for job in JOBS if job.name == name)


def crons(one: dict[str, object]) -> list[tuple[str, str]]:
    """Expression and time zone of a deployment's schedules."""
    schedules = one["schedules"]
    assert isinstance(schedules, list)
    return [(each["schedule"]["cron"], each["schedule"]["timezone"]) for each in schedules]


def test_a_port_that_is_taken_is_said_at_once(served: Served) -> None:
    runs = served.config.parent / "elsewhere"
    town = served.config.with_name("other.toml")
    town.write_text(served.config.read_text() + f'[paths]\nruns = "{runs}"\n', encoding="utf-8")
    said = lanterne("schedule", "--config", town)
    assert said.returncode == 2 and "this port cannot be had" in said.stderr and "Hint:" in said.stderr


def test_the_server_goes_when_its_schedule_is_killed(served: Served) -> None:
    """kill -9 of the one process: no server is left that would keep the port from the next, and no run that would be at work beside the one that is taken up."""
    run = served.begin("cycle-weekly", {"as_of": "2026-11-17"})
    log = served.config.parent / "runs" / ".cycle-2026-11-17.partial" / "audit.jsonl"
    until(lambda: [1] if log.is_file() and b'"step":"ingest"' in log.read_bytes() else [])
    assert served.process is not None
    engine = Path("/proc") / str(engine_of(served.process.pid))
    served.process.kill()
    served.process.wait()
    is_gone(served)
    until(
        lambda: [] if engine.exists() and b"prefect" in (engine / "cmdline").read_bytes() else [1], seconds=30
    )
    served.start()
    until(lambda: [1 for one in ended(served, "cycle-weekly", "Completed") if one["id"] == run])


def test_it_ends_when_it_is_told_to(served: Served) -> None:
    assert served.stop() == 0
    is_gone(served)


def is_gone(served: Served) -> None:
    """Nobody answers any more."""
    until(lambda: [] if served.ask("POST", "deployments/filter", {}) else [1], seconds=60)
