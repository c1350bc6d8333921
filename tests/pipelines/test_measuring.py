"""From past lists to estimates: which visits count, how large each list's town was, and a whole step on a drawn town."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.audit_groups import AGE_BANDS, GROUPS, OLDEST_BAND
from features.intervals import Interval
from models.draw import BANDS, Plan, draw, seed_of
from pipelines import audit, cycle, measuring, settings, training
from tests.features.drawn import AS_OF, Row, elector
from tests.pipelines.test_steps import alert, town, visit

ORIGIN, DAY, NEXT = "2026-02-02", date(2026, 2, 10), date(2026, 3, 10)
SAME = {"sex": "women", "tenure": "other", "qpv": "other", "neighbourhood": "01"}
ANSWERS = {"isolated": True, "not isolated": False}


def household(name: str, age: str | None, **more: object) -> Row:
    """Of the frame; without ``bras`` nobody listed it."""
    base: Row = {
        "household_id": name,
        "age_band": age,
        **SAME,
        "bras": None,
        "proba_tirage": None,
        "state": None,
    }
    base |= {"visits": None, "visited_on": None, "id_visite": None, "lonely": None} | more
    if base["bras"]:
        base |= {"visits": 1.0, "visited_on": pd.Timestamp(NEXT), "id_visite": f"v{name}"}
    return base | {"isolated": ANSWERS.get(str(base["state"]))}


def frame(*rows: Row) -> dict[str, pd.DataFrame]:
    """The past frame of one origin."""
    table = pd.DataFrame(rows).astype({"isolated": "boolean", "lonely": "boolean", "proba_tirage": float})
    return {ORIGIN: table.assign(visited_on=pd.to_datetime(table["visited_on"]))}


def told(**days: date) -> pd.DataFrame:
    """Visit → day of its list; NEXT is the day of the visits themselves."""
    pairs = [(f"v{name}", pd.Timestamp(day)) for name, day in days.items()]
    return pd.DataFrame(pairs, columns=["id_visite", "date_liste"]).astype({"date_liste": "datetime64[us]"})


DRAWN = {"bras": "EXPLORATION", "proba_tirage": 0.25}
PAST = frame(
    household("a", "under 25", bras="MODELE", state="isolated"),
    household("b", "80 and over", bras="MODELE", state="moved"),
    household("c", "80 and over", **DRAWN, state="not isolated"),
    household("d", None, **DRAWN, state="absent"),
    household("e", "80 and over", **DRAWN, state="moved"),
    household("f", "80 and over", bras="SIGNALEMENT", state="isolated"),
    *[household(f"g{i}", "under 25") for i in range(2)],
)
LISTS = told(a=DAY, b=DAY, c=DAY, d=DAY, e=DAY, f=DAY)


def sized(past: dict[str, pd.DataFrame], lists: pd.DataFrame) -> dict[tuple[str, str], int]:
    visits = measuring.counted(measuring.placed(past, lists))
    table = measuring.sizes(visits, past)
    return {
        (r["dimension"], r["group"]): r["households"]
        for r in table.to_dict("records")
        if r["dimension"] in ("", "age_band")
    }


def test_both_arms_count_but_not_whoever_had_moved_nor_an_alert() -> None:
    visits = measuring.counted(measuring.placed(PAST, LISTS)).set_index("household_id")
    assert visits["campaign"].to_dict() == {"a": DAY, "c": DAY, "d": DAY}
    assert visits.loc["d", "age_band"] == "unknown" and visits["isolated"].isna()["d"]


def test_a_list_has_its_listed_and_four_for_each_drawn_and_groups_as_in_the_frame() -> None:
    """One listed and two drawn still live there: 1 + 2 / 0.25 = 9. Of the frame's eight 3 are young, 4 old and of 1 it is not known."""
    assert sized(PAST, LISTS) == {
        ("", ""): 9,
        ("age_band", "under 25"): 3,
        ("age_band", "80 and over"): 4,
        ("age_band", "unknown"): 1,
    }


def test_a_group_has_at_least_its_visits() -> None:
    """Of four in the frame one is young, and of a town of four listed two are young."""
    past = frame(
        household("a", "under 25", bras="MODELE", state="isolated"),
        household("b", "under 25", bras="EXPLORATION", proba_tirage=1.0, state="isolated"),
        *[household(f"g{i}", "80 and over") for i in range(10)],
    )
    assert sized(past, told(a=DAY, b=DAY))["age_band", "under 25"] == 2


def test_of_a_list_without_a_draw_nothing_tells_whom_it_left_out() -> None:
    """The list of DAY drew nobody with a probability; that of NEXT drew one that had moved, which is enough to know its size."""
    past = frame(
        household("a", "under 25", bras="MODELE", state="isolated"),
        household("b", "under 25", bras="EXPLORATION", state="isolated"),
        household("c", "under 25", bras="MODELE", state="refused"),
        household("d", "under 25", **DRAWN, state="moved"),
    )
    every = measuring.placed(past, told(a=DAY, b=DAY))
    assert every["campaign"].tolist() == [DAY, DAY, NEXT, NEXT], "without a list the day of the visit"
    assert measuring.counted(every)["household_id"].tolist() == ["c"]
    assert sized(past, told(a=DAY, b=DAY))["", ""] == 1


def test_what_no_list_of_the_ranking_found_is_unknown_and_not_nought() -> None:
    past = frame(*[household(f"r{i}", "80 and over", **DRAWN, state="isolated" if i % 5 == 0 else "not isolated") for i in range(120)])  # fmt: skip
    visits = measuring.counted(measuring.placed(past, told()))
    every = next(measuring.groups(visits, past, 500, AS_OF))
    found, left = every.figures[1], every.figures[2]
    assert (found.value, found.interval, found.verdict, found.more_met) == (
        None,
        Interval(low=0.0, high=1.0),
        "insufficient evidence",
        None,
    )
    assert left.value == pytest.approx(0.2) and left.verdict == "measured"
    assert (every.cells.random_found, every.cells.random_others, every.cells.listed_found) == (24, 96, 0)


def test_before_any_visit_it_is_said_how_many_it_takes() -> None:
    """For planning an eighth or so is taken to be isolated: sixty visits are needed for other reasons."""
    visits = measuring.counted(measuring.placed({}, told()))
    isolated, lonely = measuring.groups(visits, {}, 500, AS_OF)
    assert (isolated.outcome, lonely.outcome, isolated.households) == ("isolated", "lonely", 500)
    first = isolated.figures[0]
    assert (first.value, first.interval, first.more_met) == (None, Interval(low=0.0, high=1.0), 60)


@pytest.mark.slow
def test_over_many_draws_a_list_has_on_average_as_many_as_could_be_named_and_still_live_there() -> None:
    """The real draw of a town of 200, a fifth of whom have gone and ten are at rest; nothing is seen but the visits."""
    n = 200
    ids = [f"H{i:03d}" for i in range(n)]
    is_there = np.arange(n) % 5 > 0
    table = pd.DataFrame(
        {"household_id": ids, "quartier": "01", "oldest_age": 50.0, "is_social_tenant": False}
    )
    rest = frozenset(ids[:10])
    could = sum(there and h not in rest for there, h in zip(is_there, ids, strict=True))
    found = []
    for number in range(150):
        plan = Plan(capacity=20, exploration_share=0.5, seed=seed_of(number, DAY))
        listed = draw(
            table, np.arange(n) / n, plan, excluded=rest, alerts=frozenset(), bereaved=frozenset()
        ).listed
        rows: dict[str, Row] = {
            str(r["household_id"]): {str(k): v for k, v in r.items()} for r in listed.to_dict("records")
        }
        past = frame(*(_seen(h, rows.get(h), there) for h, there in zip(ids, is_there, strict=True)))
        found.append(sized(past, told())["", ""])
    assert abs(np.mean(found) - could) < 4 * np.std(found) / np.sqrt(150) and np.std(found) > 0


def _seen(name: str, row: Row | None, is_there: bool) -> Row:
    if row is None:
        return household(name, "40-59")
    state = "not isolated" if is_there else "moved"
    return household(
        name, "40-59", bras=row["arm"], proba_tirage=row["drawing_probability"] or None, state=state
    )


def test_every_band_of_the_audit_is_a_band_of_the_draw() -> None:
    assert set(measuring.BAND_OF) == {*(name for _, name in AGE_BANDS), OLDEST_BAND}
    assert [*measuring.BAND_OF.values(), "unknown"] == list(BANDS) and set(measuring.YOUNG) < set(BANDS)
    assert measuring.BAND_OF["under 25"] == "under_25" and measuring.BAND_OF["80 and over"] == "80_plus"


def test_young_adults_are_counted_in_the_frame_on_the_list_and_among_all_past_visits() -> None:
    """Of 40 households 12 are young (24 years; 25 is the next band). Of 30 listed 11 are. Of 26 past answers of any arm 12, of 24 isolated 12."""
    ages = [24] * 12 + [25] * 14 + [60] * 14
    today = pd.DataFrame({"household_id": [f"h{i}" for i in range(40)], "oldest_age": ages})
    drawn = pd.DataFrame({"household_id": [f"h{i}" for i in [*range(11), *range(12, 31)]]})
    past = frame(
        *[household(f"y{i}", "under 25", bras="SIGNALEMENT", state="isolated") for i in range(12)],
        *[household(f"o{i}", "80 and over", bras="TEMOIN_80PLUS", state="isolated") for i in range(12)],
        *[household(f"n{i}", "80 and over", **DRAWN, state="not isolated") for i in range(2)],
        household("x", "under 25", **DRAWN, state="refused"),
        household("z", "under 25"),
    )
    city = settings.City.model_validate(
        {
            "name": "x",
            "insee_code": "47001",
            "purpose": "social isolation outreach",
            "floors": {"age": {"under_25": 0.05}},
            "residents": {"under_25": {"share": 0.125, "ages": [18, 24], "source": "INSEE"}},
        }
    )
    first, second = measuring.reached(city, past, today, drawn)
    parts = (first.frame, first.listed, first.met, first.found)
    assert [(p.count, p.of) for p in parts] == [(12, 40), (11, 30), (12, 26), (12, 24)]
    assert first.floor == 0.05 and first.residents and first.residents.share == 0.125
    assert (second.group, second.floor, second.residents) == ("25_39", None, None)
    unstated = city.model_copy(update={"residents": {}})
    assert next(measuring.reached(unstated, past, today, drawn)).residents is None


def measured(folder: Path, channel: list[int]) -> Path:
    """A town of six, one on a list of the ranking and two drawn; alerts so many days ago."""
    late, listed = date(2026, 8, 20), date(2026, 8, 2)
    visits = [
        visit(1, "a", listed, late, bras="MODELE"),
        visit(2, "b", listed, late, bras="EXPLORATION", proba_tirage=0.5),
        visit(3, "c", listed, late, bras="EXPLORATION", proba_tirage=0.5, issue="DEMENAGE"),
        visit(4, "d", listed, late, bras="SIGNALEMENT"),
    ]
    days = (date(2025, 10, 1), date(2026, 8, 1), date(2026, 11, 1))
    rolls = [elector(name, date_liste=day) for day in days for name in "abcdef"]
    alerts = [alert(i, days, canal="MISSION_LOCALE") for i, days in enumerate(channel)] + [
        alert(99, 3, canal="VOISIN")
    ]
    config, run = town(folder, liste_electorale=rolls, visites=visits, signalements=alerts)
    cycle.frame_step(config, run, AS_OF)
    training.labels_step(config, run, AS_OF)
    today = pd.read_parquet(run / "working" / "frame.parquet")[["household_id"]].head(2)
    today.assign(arm="MODELE").to_parquet(run / "working" / "drawn.parquet")
    measuring.measure_step(config, run, AS_OF, 20)
    return run


@pytest.mark.slow
def test_the_step_writes_a_page_and_its_figures_and_tells_no_small_count(tmp_path: Path) -> None:
    """Alerts 1 to 10 and 365 days ago are eleven; that of 366 days ago is too old."""
    run = measured(tmp_path, [*range(1, 11), 365, 366])
    told = json.loads((run / "estimates.json").read_text(encoding="utf-8"))
    assert told["lists"] == ["2026-08-02"] and told["lists_without_draw"] == 0
    assert told["mission_locale_alerts_in_12_months"] == 11
    assert told["random_a_list"] == 4, "a fifth of twenty, the city's own share"
    assert {g["dimension"] for g in told["groups"]} == {"", *GROUPS}
    assert all(g["counts"] == "hidden" for g in told["groups"] if not g["dimension"])
    assert all(f["value"] is None and f["verdict"] != "measured" for g in told["groups"] if not g["dimension"] for f in g["figures"])  # fmt: skip
    assert {r["group"]: r["frame"]["of"] for r in told["young_adults"]} == {"under_25": "<11", "25_39": "<11"}
    page = (run / "estimates.html").read_text(encoding="utf-8")
    assert '<html lang="fr">' in page and "On ne sait pas" in page
    (step,) = (one for one in audit.steps(run) if one["name"] == "measure")
    assert step["rows"] == {"lists": 1, "visits_counted": 2}
