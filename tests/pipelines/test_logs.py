"""One line an event, in a shape that a program reads, without anybody in it."""

import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.errors import GateClosed
from pipelines import console, logs, settings
from pipelines.settings_log import Log
from tests.pipelines.calling import called
from tests.pipelines.little_city import CITY, write


@pytest.fixture(autouse=True)
def _quiet_afterwards(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PREFECT_LOGGING_LEVEL", "CRITICAL")
    level = logging.getLogger(logs.PREFECT).level
    yield
    logs.begin("", None)
    logging.getLogger(logs.PREFECT).setLevel(level)


def lines(chosen: Log, name: str, event: str, **more: object) -> list[str]:
    logs.begin("Petite ville", chosen)
    said = io.StringIO()
    with redirect_stderr(said):
        logging.getLogger(name).warning("%s", event, extra=more)
    return said.getvalue().split("\n")


@given(st.text(), st.dictionaries(st.text(), st.integers()))
def test_an_event_is_one_object_whatever_it_holds(event: str, counts: dict[str, int]) -> None:
    text, end = lines(Log(), "lanterne", event, run="cycle-2026-11-02", step="frame", counts=counts)
    assert end == "" and text.isascii()
    one = json.loads(text)
    assert one.pop("time").endswith("+00:00")
    assert one == {
        "level": "WARNING",
        "logger": "lanterne",
        "event": event,
        "city": "Petite ville",
        "run": "cycle-2026-11-02",
        "step": "frame",
        "counts": counts,
    }


@given(st.text())
def test_as_text_it_is_one_line(event: str) -> None:
    told = lines(Log(format="text"), "prefect", event)
    assert len(told) == 2 and "city=Petite ville" in told[0]


def test_other_libraries_and_what_an_exception_says_stay_out() -> None:
    assert lines(Log(level="DEBUG"), "great_expectations", "DUPONT JEANNE") == [""]
    said = io.StringIO()
    with redirect_stderr(said):
        try:
            int("DUPONT JEANNE")
        except ValueError:
            logging.getLogger("lanterne.desk").exception("a page broke")
    told = json.loads(said.getvalue())
    assert told["error"] == "ValueError" and "DUPONT" not in said.getvalue()


def test_a_refusal_is_an_object_too() -> None:
    logs.begin("Petite ville", Log())
    said = io.StringIO()
    with redirect_stderr(said):
        assert console.refuse(GateClosed("the roll is closed", where="city.toml", hint="open it.")) == 4
    one = json.loads(said.getvalue())
    assert (one["level"], one["event"], one["hint"], one["exit_code"]) == (
        "ERROR",
        "the roll is closed",
        "open it.",
        4,
    )


def test_where_nobody_reads_any_more_the_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a run whose schedule was killed: its standard error is a pipe without an end."""
    end, begin = os.pipe()
    os.close(end)
    with os.fdopen(begin, "w") as pipe:
        monkeypatch.setattr(sys, "stderr", pipe)
        logs.begin("Petite ville", Log())
        logging.getLogger("lanterne").warning("begins")
        monkeypatch.undo()
        with suppress(BrokenPipeError):
            pipe.close()


def test_without_the_table_there_is_no_log(tmp_path: Path) -> None:
    config = write(tmp_path)
    done = called("purge", "--config", config, "--as-of", "2 novembre")
    assert done.returncode == 2 and done.stderr.startswith("lanterne: `2 novembre` is not a day")
    config.write_text(CITY + '[log]\nlevel = "DEBUG"\n', encoding="utf-8")
    settings.load(config)
    done = called("cycle", "--config", config, "--as-of", "2 novembre")
    assert json.loads(done.stderr)["exit_code"] == 2
