"""What is wrong in a call or its configuration is told in a sentence, with a hint, and leaves nothing behind."""

from datetime import date
from pathlib import Path

import pytest

from data_contracts.errors import ConfigurationError
from pipelines import cycle
from tests.pipelines.calling import called, lanterne
from tests.pipelines.little_city import write

ABSENT = ("cycle", "--config", "absent.toml", "--as-of", "2026-11-02")
UNKNOWN = ("invent",)


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        (ABSENT, 2, "no such configuration"),
        (("cycle", "--config", "{config}", "--as-of", "2 novembre"), 2, "is not a day"),
        (("cycle", "--config", "{config}", "--as-of", "9999-12-31"), 2, "the year 9999 cannot be meant"),
        (("frame", "--config", "{config}", "--as-of", "0001-01-01"), 2, "the year 1 cannot be meant"),
        (("cycle", "--config", "{config}"), 2, "Missing option '--as-of'"),
        (("cycle", "--config", "{config}", "--as-of", "2026-11-02", "--capacity", "-1"), 2, "--capacity"),
        (UNKNOWN, 2, "No such command"),
        (("city", "{folder}", "--persons", "12"), 2, "cannot be built"),
        (("city", "{folder}", "--persons", "2000"), 2, "not empty"),
        (("demo", "--out", "{folder}"), 2, "left alone"),
        (("bench", "survey", "--mapping", "absent.toml", "absent.csv"), 2, "no such mapping"),
        (("ingest", "--config", "{config}", "{folder}/city.toml"), 2, "not a delivery folder"),
    ],
)
def test_wrong_use_is_a_sentence_with_a_hint(
    tmp_path: Path, arguments: tuple[str, ...], exit_code: int, says: str
) -> None:
    """One that the command refuses and one that the table of commands refuses in a process of their own."""
    config = write(tmp_path)
    call = lanterne if arguments in (ABSENT, UNKNOWN) else called
    done = call(*(a.format(config=config, folder=tmp_path) for a in arguments))
    assert done.returncode == exit_code
    assert says in " ".join(done.stderr.split())
    assert "Hint:" in done.stderr and "Traceback" not in done.stderr
    assert not list(tmp_path.glob("runs/.*.partial")), "a refused run leaves no joined table"


@pytest.mark.parametrize(
    ("command", "key", "value"),
    [("cycle", "runs", "a file"), ("ingest", "database", "a file/lanterne.duckdb")],
)
def test_a_folder_that_cannot_be_made_is_a_sentence(
    tmp_path: Path, command: str, key: str, value: str
) -> None:
    config = write(tmp_path)
    (tmp_path / "a file").touch()
    config.write_text(config.read_text() + f'\n[paths]\n{key} = "{value}"\n')
    done = called(command, "--config", config, *(("--as-of", "2026-11-02") if command == "cycle" else ()))
    assert done.returncode == 2
    assert f"paths.{key}" in done.stderr and "Hint:" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_day_before_everything_that_was_delivered_is_refused_by_the_frame(tmp_path: Path) -> None:
    """How a cycle hands on what a step refuses, and clears what it had begun, is seen in ``test_cycle``."""
    config, run = write(tmp_path), tmp_path / "run"
    (run / "working").mkdir(parents=True)
    cycle.ingest_step(config, run)
    with pytest.raises(ConfigurationError, match="no household is known before this day") as refused:
        cycle.frame_step(config, run, date(2020, 1, 1))
    assert refused.value.exit_code == 2 and "Hint:" in refused.value.text()
    assert not (run / "frame.json").exists()
