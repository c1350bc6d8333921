"""What is wrong in a call or its configuration is told in a sentence, with a hint, and leaves nothing behind."""

from pathlib import Path

import pytest

from tests.pipelines.little_city import write
from tests.pipelines.test_cycle import lanterne


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        (("cycle", "--config", "absent.toml", "--as-of", "2026-11-02"), 2, "no such configuration"),
        (("cycle", "--config", "{config}", "--as-of", "2 novembre"), 2, "is not a day"),
        (
            ("cycle", "--config", "{config}", "--as-of", "2020-01-01"),
            2,
            "no household is known before this day",
        ),
        (("cycle", "--config", "{config}"), 2, "Missing option '--as-of'"),
        (("cycle", "--config", "{config}", "--as-of", "2026-11-02", "--capacity", "-1"), 2, "--capacity"),
        (("invent",), 2, "No such command"),
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
    config = write(tmp_path)
    done = lanterne(*(a.format(config=config, folder=tmp_path) for a in arguments))
    assert done.returncode == exit_code
    assert says in " ".join(done.stderr.split())
    assert "Hint:" in done.stderr and "Traceback" not in done.stderr
    assert not list(tmp_path.glob("runs/.*.partial")), "a refused run leaves no joined table"


@pytest.mark.parametrize(("key", "value"), [("runs", "a file"), ("database", "a file/lanterne.duckdb")])
def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path, key: str, value: str) -> None:
    config = write(tmp_path)
    (tmp_path / "a file").touch()
    config.write_text(config.read_text() + f'\n[paths]\n{key} = "{value}"\n')
    done = lanterne("cycle", "--config", config, "--as-of", "2026-11-02")
    assert done.returncode == 2
    assert f"paths.{key}" in done.stderr and "Hint:" in done.stderr and "Traceback" not in done.stderr
