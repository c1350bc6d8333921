"""A larger town is the small one several times over, and the cost model says what it was fitted to."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import growth, growth_town, scale_model
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
