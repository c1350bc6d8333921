"""A larger town is the small one several times over, the cost model says what it was fitted to, and what was measured of each step is drawn and told."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import growth, growth_chart, growth_table, growth_town, scale_model
from features import frame
from pipelines import cycle, settings
from pipelines.store import read_store
from tests.pipelines.little_city import write

AS_OF = date(2026, 11, 2)


def lived_in(folder: Path) -> tuple[dict[str, int], set[str], int, int]:
    """Rows by source, match keys of the roll, persons and households of a town."""
    city = settings.load(folder / "city.toml")
    (folder / "run").mkdir()
    cycle.take_in(city, folder / "run", frozenset())
    with read_store(city.paths) as connection:
        rows = dict(
            connection.execute("select source, sum(rows_accepted) from meta.files group by 1").fetchall()
        )
        keys = {
            k
            for (k,) in connection.execute(
                "select cle_identite from raw.liste_electorale where cle_identite is not null"
            ).fetchall()
        }
        built = frame.build(connection, AS_OF, settings.gates(city), city.there_share)
    return rows, keys, built.persons, built.households


def test_a_town_three_times_over_is_three_towns_that_share_nobody(tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    write(base)
    (base / "lanterne.key").write_text("5a" * 32 + "\n", encoding="ascii")
    (base / "lanterne.key").chmod(0o600)
    growth_town.enlarged(base, tmp_path / "large", 3)
    one, large = lived_in(base), lived_in(tmp_path / "large")
    assert large[0] == {source: 3 * rows for source, rows in one[0].items()}
    assert one[1] < large[1] and len(large[1]) == 3 * len(one[1]), (
        "keys of its own, the first copy's as they are"
    )
    assert large[2:] == (3 * one[2], 3 * one[3])


@given(
    st.floats(0, 1e4),
    st.floats(1e-6, 1e-2),
    st.lists(st.integers(1_000, 10_000_000), min_size=2, max_size=6, unique=True),
)
def test_a_line_is_found_again(fixed: float, each: float, persons: list[int]) -> None:
    line = scale_model.fitted(persons, [fixed + each * n for n in persons])
    assert line.worst < 1e-4
    assert line.at(max(persons)) == pytest.approx(fixed + each * max(persons), rel=1e-3)


def test_one_size_makes_no_model() -> None:
    with pytest.raises(ValueError, match="two sizes"):
        scale_model.fitted([10_000], [60.0])


def test_the_bars_are_those_of_the_sizes_that_are_there() -> None:
    cycle_of = {"33012": (60.0, 1400.0), "1000000": (2000.0, 9000.0)}
    entries = {size: {"cycle": {"seconds": s, "peak_mb": mb}} for size, (s, mb) in cycle_of.items()}
    found = growth.bars(entries)
    assert growth.bars({"10000": entries["33012"]}) == {}
    assert [figure <= bar for figure, bar in found.values()] == [True, False, False]
    assert found["a person of 1,000,000 to one of 33,012"][0] == pytest.approx(2000 / 1e6 / (60 / 33012))


def measured(persons: int, times: float) -> dict[str, object]:
    steps = [("ingest", 5.5, 689.1), ("labels", 20.25, 1446.5)]
    return {
        "persons": persons,
        "cycle": {"seconds": 45.5 * times, "peak_mb": round(1446.5 * times)},
        "steps": [
            {"name": name, "seconds": seconds * times, "peak_memory_mb": mb * times}
            for name, seconds, mb in steps
        ],
    }


ENTRIES = {
    "1000000": measured(1_000_000, 4),
    "33012": measured(33_012, 1),
    "5000000": {"persons": 5_000_000, "frame_only": {"members": 4_500_000, "peak_mb": 8766}},
}


def test_each_step_is_told_with_its_seconds_and_its_peak() -> None:
    assert growth_table.table(ENTRIES).split("\n") == [
        "| step | 33,012 | 1,000,000 |",
        "|---|---:|---:|",
        "| ingest | 5.50 s · 689.1 MB | 22.00 s · 2,756.4 MB |",
        "| labels | 20.25 s · 1,446.5 MB | 81.00 s · 5,786.0 MB |",
        "| start and rest | 19.75 s | 79.00 s |",
        "| **whole process** | **45.50 s · 1,446 MB** | **182.00 s · 5,786 MB** |",
    ]


def test_what_was_measured_is_drawn_again_without_measuring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = json.dumps(ENTRIES)
    (tmp_path / "growth.json").write_text(kept, encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["growth", str(tmp_path), "--draw"])
    assert growth.main() == 0
    drawn = (tmp_path / "growth.svg").read_text(encoding="utf-8")
    told = (
        "Seconds of each step",
        "Peak of memory during each step, GB",
        "past days that teach",
        ">81<",
        ">5.7<",
        ">at most 12<",
        "at most 8, for 1 M",
    )
    assert [words for words in told if words not in drawn] == []
    assert growth_table.table(ENTRIES) in capsys.readouterr().out
    assert (tmp_path / "growth.json").read_text(encoding="utf-8") == kept
    assert growth.main() == 0 and (tmp_path / "growth.svg").read_text(encoding="utf-8") == drawn


def test_a_town_without_a_cycle_makes_no_chart_and_no_rows() -> None:
    of_frame = {"5000000": ENTRIES["5000000"]}
    assert growth_table.table(of_frame) == ""
    limits = growth_chart.Limits(persons=1_000_000, seconds=720, mb=8192, per_person=1.2)
    assert "Seconds of each step" not in growth_chart.drawn(of_frame, limits)
