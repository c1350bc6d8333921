"""The metrics file: what Prometheus' own reader makes of it, whatever became of a run."""

from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from data_contracts.errors import GateClosed
from pipelines import metrics, settings
from pipelines.schedule import flows, outcomes
from tests.pipelines.calling import called
from tests.pipelines.little_city import without_data

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\r"), min_size=1)


def read(file: Path) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """By Prometheus' reader, which refuses a file that breaks its format."""
    families = list(text_string_to_metric_families(file.read_text(encoding="utf-8")))
    assert all(family.documentation and family.type == "gauge" for family in families)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def of(file: Path, name: str, **labels: str) -> float | None:
    return read(file).get((name, frozenset(labels.items())))


@hypothesis_settings(max_examples=40)
@given(
    st.dictionaries(
        st.tuples(
            st.sampled_from(["lanterne_run_exit_code", "lanterne_run_duration_seconds"]),
            st.tuples(st.tuples(st.just("flow"), TEXT)),
        ),
        st.floats(allow_nan=False),
    )
)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, samples: metrics.Samples
) -> None:
    file = tmp_path_factory.mktemp("metrics") / "lanterne.prom"
    metrics.write(file, samples)
    assert metrics.read(file) == samples
    assert read(file) == {(name, frozenset(labels)): value for (name, labels), value in samples.items()}
    assert [path.name for path in file.parent.iterdir()] == ["lanterne.prom"], "written aside, then moved"


def run(home: Path, flow: str, code: int) -> Path:
    with metrics.of_run(flow) as codes:
        metrics.noted.beside = home / "lanterne.duckdb"
        metrics.noted.step("frame", 1.5, 100.0, {"households": 40})
        metrics.noted.step("reports", 0.5, 100.0, {"lines": 12})
        codes.append(code)
    return home / metrics.FILE


def test_a_flow_replaces_its_own_figures_and_no_others(tmp_path: Path) -> None:
    file = run(tmp_path, "cycle", 0)
    good = of(file, "lanterne_run_good_timestamp_seconds", flow="cycle")
    assert of(file, "lanterne_step_count", flow="cycle", step="frame", count="households") == 40
    assert of(file, "lanterne_step_peak_memory_bytes", flow="cycle", step="frame") == 100 * 1024**2
    assert of(file, "lanterne_list_households") == 12
    run(tmp_path, "train", 0)
    run(tmp_path, "cycle", 6)
    assert of(file, "lanterne_run_exit_code", flow="train") == 0
    assert of(file, "lanterne_run_exit_code", flow="cycle") == 6
    assert of(file, "lanterne_run_state", flow="cycle", state="failed") == 1
    assert of(file, "lanterne_run_state", flow="cycle", state="completed") is None
    assert good == of(file, "lanterne_run_good_timestamp_seconds", flow="cycle"), "when it last went well"


def test_an_error_that_comes_through_is_a_failure(tmp_path: Path) -> None:
    with suppress(ZeroDivisionError), metrics.of_run("cycle"):
        metrics.noted.beside = tmp_path / "lanterne.duckdb"
        raise ZeroDivisionError
    assert of(tmp_path / metrics.FILE, "lanterne_run_exit_code", flow="cycle") == 1


def test_a_file_that_is_none_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / metrics.FILE
    file.parent.mkdir()
    file.write_text("lanterne_run_exit_code{flow=", encoding="utf-8")
    assert of(run(tmp_path, "cycle", 0), "lanterne_run_exit_code", flow="cycle") == 0


def test_where_it_cannot_be_written_the_run_ends_as_it_would(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "metrics").touch()
    with metrics.of_run("cycle") as codes:
        metrics.noted.beside = tmp_path / "lanterne.duckdb"
        codes.append(5)
    assert codes[-1] == 5 and "n’ont pas pu être écrites" in capsys.readouterr().err


def test_a_command_leaves_its_exit_code(tmp_path: Path) -> None:
    config = without_data(tmp_path)
    assert called("purge", "--config", config, "--dry-run").returncode == 0
    assert of(tmp_path / metrics.FILE, "lanterne_run_exit_code", flow="purge") == 0
    assert called("check", "--config", tmp_path / "absent.toml").returncode == 2
    assert of(tmp_path / metrics.FILE, "lanterne_run_exit_code", flow="check") is None


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        (lambda: outcomes.listed(by_rule=False, alarm=None, run="r"), 0),
        (lambda: outcomes.listed(by_rule=True, alarm=None, run="r"), 5),
        (lambda: outcomes.listed(by_rule=False, alarm="moved", run="r"), 7),
    ],
)
def test_a_scheduled_run_leaves_the_code_of_the_command(ends, code: int) -> None:  # type: ignore[no-untyped-def]
    codes = [1]
    flows._with_its_code(ends, codes)
    assert codes[-1] == code


def test_a_refused_scheduled_run_is_told_of(tmp_path: Path) -> None:
    config = without_data(tmp_path)

    def reports(config: Path) -> None:
        settings.load(config)
        raise GateClosed("closed")

    with patch.object(flows, "_skipped", lambda _: None):
        assert flows._on_its_day(reports)(config).name == "Failed: legal gate"  # type: ignore[arg-type]
    assert of(tmp_path / metrics.FILE, "lanterne_run_exit_code", flow="report") == 4
