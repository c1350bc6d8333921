"""A year by hand: doors, alerts, services, loneliness, six months; and what no table may give away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from statistics import median

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import known, yearly, yearly_counts, yearly_rows
from features.cells import Key
from features.frame import HIDDEN, SMALLEST_CELL
from features.intervals import wilson
from features.yearly_counts import ALL, ANSWERED, ARMS, CHANNELS, MET, OUTCOMES, SPANS, Spans, Tally
from tests.features.attacker import told_apart
from tests.features.drawn import OPEN, Row, warehouse

YEAR = Spans(year=2026, until=date(2026, 12, 31))
LISTED = date(2026, 3, 1)
ALONE = dict.fromkeys([f"reseau_{n}" for n in ("famille", "amis", "voisins", "collegues", "associations")], 0)
FRIENDS = ALONE | {"reseau_amis": 1}
NO_ENDS = pd.DataFrame(
    {
        "id_visite": pd.Series(dtype=str),
        "ended_on": pd.Series(dtype="datetime64[us]"),
        "because": pd.Series(dtype=str),
    }
)


def visit(number: int, home: str, on: date, issue: str = "VU", **more: object) -> Row:
    """Of the list of 1 March."""
    base: Row = {
        "id_visite": f"V{number}", "id_logement": home, "cle_identite": f"key-{home}", "annee_naissance": 1950, "date_liste": LISTED,
        "date_visite": on, "issue": issue, "bras": "MODELE", "role_visiteur": "VOLONTAIRE",
    }  # fmt: skip
    return base | more


def lonely(points: tuple[int, int, int]) -> Row:
    return dict(zip(("ucla3_1", "ucla3_2", "ucla3_3"), points, strict=True))


def opened(visits: list[Row], **others: list[Row]):  # type: ignore[no-untyped-def]
    """A warehouse whose views stand at the end of 2026."""
    connection = warehouse(visites=visits, **others)
    known.open_views(connection, date(2027, 1, 1), OPEN)
    yearly_rows.open_visits(connection)
    return connection


def test_a_household_counts_once_a_list_and_by_the_strongest_of_its_visits() -> None:
    connection = opened(
        [
            visit(1, "a", date(2026, 3, 4), "ABSENT"),
            visit(2, "a", date(2026, 3, 9), besoin_repas=True, jugement_unite=2, **ALONE),
            visit(
                3,
                "a",
                date(2026, 9, 9),
                date_liste=date(2026, 9, 1),
                bras="EXPLORATION",
                proba_tirage=0.1,
                **FRIENDS,
            ),
            visit(4, "b", date(2026, 3, 5), "REFUS"),
            visit(
                5, "c", date(2026, 6, 5), date_liste=None, bras="SIGNALEMENT", **FRIENDS, **lonely((2, 2, 2))
            ),
        ]
    )
    rows = yearly_rows.doors(connection)
    told = [(r.home, r.campaign.date(), r.began_on.date(), r.state, r.arm) for r in rows.itertuples()]
    assert told == [
        ("a", date(2026, 3, 1), date(2026, 3, 4), "isolated", "MODELE"),
        ("b", date(2026, 3, 1), date(2026, 3, 5), "refused", "MODELE"),
        ("c", date(2026, 6, 5), date(2026, 6, 5), "not isolated", "SIGNALEMENT"),
        ("a", date(2026, 9, 1), date(2026, 9, 9), "not isolated", "EXPLORATION"),
    ]
    assert rows["besoin_repas"].tolist()[0] is True and rows["judgement"].tolist()[0] == 2
    assert bool(rows["lonely"].tolist()[2]) and not rows["is_listed"].tolist()[2]


@pytest.mark.parametrize(
    ("after_days", "key", "home", "is_found"),
    [(0, "k", None, True), (180, "k", None, True), (181, "k", None, False), (-1, "k", None, False), (5, None, "a", True), (5, "z", "z", False)],
)  # fmt: skip
def test_the_visit_that_answers_an_alert(
    after_days: int, key: str | None, home: str | None, is_found: bool
) -> None:
    alerted = date(2026, 3, 1)
    alert: Row = {
        "id_signalement": "S1",
        "canal": "VOISIN",
        "date_signalement": alerted,
        "id_logement": home,
        "cle_usage": key,
    }
    came = visit(1, "a", alerted + timedelta(days=after_days), cle_identite="k", **ALONE)
    row = next(yearly_rows.alerts(opened([came], signalements=[alert])).itertuples())
    assert (row.channel, pd.notna(row.visited_on)) == ("VOISIN", is_found)
    assert row.state == "isolated" if is_found else pd.isna(row.state)


def test_services_that_a_visit_began_count_once_and_the_others_never() -> None:
    def used(who: str, service: str, origin: str, snapshot: int) -> Row:
        return {
            "id_usager": who,
            "service": service,
            "origine": origin,
            "date_debut": date(2026, 5, 1),
            "date_arrete": date(2026, 6 + snapshot, 1),
        }

    rows = [used("u", "CLUB_SENIORS", "VISITE", 0), used("u", "CLUB_SENIORS", "VISITE", 1), used("u", "PORTAGE_REPAS", "VISITE", 0), used("w", "SPORT", "PERSONNE", 0)]  # fmt: skip
    begun = yearly_rows.services_begun(opened([], usages_services=rows))
    assert sorted(begun["service"]) == ["CLUB_SENIORS", "PORTAGE_REPAS"]


def test_loneliness_is_asked_again_after_ninety_days_of_the_same_person() -> None:
    first = date(2026, 1, 10)
    visits = [
        visit(1, "a", first, **lonely((3, 3, 2))), visit(2, "a", first + timedelta(days=89), **lonely((3, 3, 3))), visit(3, "a", first + timedelta(days=90), **lonely((1, 1, 2))),
        visit(4, "b", first, **lonely((1, 1, 1))), visit(5, "b", first + timedelta(days=89), **lonely((3, 3, 3))),
        visit(6, "c", date(2026, 10, 3), **lonely((3, 3, 3))), visit(7, "d", date(2026, 10, 2), **lonely((2, 2, 3))),
    ]  # fmt: skip
    asked = yearly_rows.loneliness(opened(visits), date(2026, 1, 1), date(2026, 12, 31))
    pairs = [(r.before, None if pd.isna(r.after) else r.after) for r in asked.itertuples()]
    assert sorted(pairs, key=str) == [(3, None), (7, None), (8, 4)], (
        "c was asked 89 days before the year ended"
    )


def ended(number: int, on: date, because: str) -> pd.DataFrame:
    return pd.DataFrame({"id_visite": [f"V{number}"], "ended_on": [pd.Timestamp(on)], "because": [because]})


@pytest.mark.parametrize(
    ("later", "news"),
    [
        ([], "none"),
        ([(30, "VU", FRIENDS)], "out"),
        ([(30, "VU", FRIENDS), (60, "VU", ALONE)], "still"),
        ([(30, "VU", ALONE), (60, "VU", FRIENDS)], "out"),
        ([(30, "VU", FRIENDS), (30, "VU", ALONE)], "still"),
        ([(213, "VU", FRIENDS)], "out"),
        ([(214, "VU", FRIENDS)], "none"),
        ([(40, "DECEDE", {})], "gone"),
        ([(40, "ABSENT", {})], "none"),
    ],
)
def test_what_is_known_six_months_after_somebody_was_found_isolated(
    later: list[tuple[int, str, Row]], news: str
) -> None:
    found_on = date(2026, 1, 5)
    visits = [visit(1, "a", found_on, **ALONE)]
    visits += [
        visit(2 + n, "a", found_on + timedelta(days=days), issue, cle_identite=f"p{n}", **said)
        for n, (days, issue, said) in enumerate(later)
    ]
    rows = yearly_rows.six_months_later(opened(visits), NO_ENDS, date(2026, 1, 1), date(2026, 12, 31))
    assert rows["news"].tolist()[0] == news


def test_what_the_desk_closed_is_news_too_and_half_a_year_has_to_pass() -> None:
    found_on = date(2026, 1, 5)
    connection = opened([visit(1, "a", found_on, **ALONE)])
    year = date(2026, 1, 1), date(2026, 12, 31)
    for because, news in (("SORTI_ISOLEMENT", "out"), ("DEPART", "gone"), ("RELAIS_PRIS", "none")):
        ends = ended(1, found_on + timedelta(days=100), because)
        assert yearly_rows.six_months_later(connection, ends, *year)["news"].tolist() == [news]
    assert yearly_rows.six_months_later(connection, NO_ENDS, year[0], found_on + timedelta(days=212)).empty
    assert (
        len(yearly_rows.six_months_later(connection, NO_ENDS, year[0], found_on + timedelta(days=213))) == 1
    )


def test_shares_and_differences_by_hand() -> None:
    one, other = yearly.share(30, 100), yearly.share(15, 100)
    assert one.value == 0.30 and one.interval == wilson(30, 100)
    moved = yearly.difference(one, other)
    assert moved is not None and moved.is_sure
    assert (round(moved.value, 2), round(moved.interval.low, 3), round(moved.interval.high, 3)) == (0.15, 0.034, 0.261)  # fmt: skip
    assert yearly.share(HIDDEN, 100).value is None and yearly.share(0, 0).interval is None
    assert yearly.difference(one, yearly.share(HIDDEN, 100)) is None


def test_newcombe_as_published() -> None:
    """Newcombe 1998, table II (a): 56/70 and 48/80, method 10: 0.0524 to 0.3339."""
    moved = yearly.difference(yearly.share(56, 70), yearly.share(48, 80))
    assert moved is not None
    assert (round(moved.interval.low, 4), round(moved.interval.high, 4)) == (0.0524, 0.3339)


def test_a_median_stands_between_two_of_the_waits() -> None:
    found = yearly.median_of(list(range(1, 12)))
    assert found is not None
    assert (found.n, found.days, found.interval.low, found.interval.high) == (11, 6.0, 2.0, 10.0)
    assert yearly.median_of(list(range(10))) is None


@given(st.lists(st.integers(0, 400), min_size=11, max_size=80))
def test_a_median_s_interval_holds_the_median(days: list[int]) -> None:
    found = yearly.median_of(days)
    assert found is not None and found.days == median(days)
    assert found.interval.low <= found.days <= found.interval.high


def test_the_change_of_those_who_were_asked_twice() -> None:
    before = [8.0] * 12 + [5.0] * 20
    after: list[float | None] = [6.0, 8.0] * 6 + [None] * 20
    told = yearly.change(before, after)
    assert (told.asked, told.again, told.before, told.after, told.before_of_the_others) == (
        32,
        12,
        8.0,
        7.0,
        5.0,
    )
    assert told.change is not None and told.change.value == -1.0
    assert round(told.change.interval.low, 3) == -1.664, "t(11) 2.201, deviation 1.0445, root of 12"


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_change_is_told_of_nobody_who_could_be_recognised(again: int, others: int) -> None:
    told = yearly.change([5.0] * (again + others), [4.0] * again + [None] * others)
    is_told = again >= SMALLEST_CELL and (others == 0 or others >= SMALLEST_CELL)
    assert (told.change is not None) == is_told
    for n in (told.asked, told.again):
        assert n == HIDDEN or n == 0 or int(n) >= SMALLEST_CELL


def test_what_a_found_household_costs() -> None:
    told = yearly.cost(6000.0, yearly.share(25, 100))
    assert told.per_found == 240.0 and told.interval is not None
    assert (round(told.interval.low), round(told.interval.high)) == (175, 342), (
        "60 a door, Wilson 17.55 % to 34.30 %"
    )
    assert yearly.cost(6000.0, yearly.share(0, 100)).per_found is None
    assert yearly.cost(6000.0, yearly.share(HIDDEN, 100)).per_found is None


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [("year", "2026-01-01", "2026-09-30"), ("first", "2026-01-01", "2026-06-30"), ("second", "2026-07-01", "2026-09-30"), ("before", "2025-01-01", "2025-12-31")],
)  # fmt: skip
def test_the_ends_of_spans(span: yearly_counts.Span, first: str, last: str) -> None:
    spans = Spans(year=2026, until=date(2026, 9, 30))
    assert spans.ends(span) == (date.fromisoformat(first), date.fromisoformat(last))
    assert not Spans(year=2026, until=date(2026, 5, 1)).holds("second", date(2026, 6, 1))


DAYS = st.dates(date(2024, 7, 1), date(2026, 12, 31)) | st.sampled_from([date(2026, 6, 30), date(2026, 7, 1), date(2025, 12, 31)])  # fmt: skip
DOOR = st.tuples(DAYS, st.sampled_from([*OUTCOMES, "undecided"]), st.sampled_from(ARMS), st.sampled_from([True, False, None]), st.sampled_from([0, 1, 2, 3, None]))  # fmt: skip


def doors(rows: Iterable[tuple[date, str, str, bool | None, int | None]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["began_on", "state", "arm", "lonely", "judgement"])
    frame["began_on"] = pd.to_datetime(frame["began_on"])
    frame["lonely"] = frame["lonely"].astype("boolean")
    return frame.assign(**dict.fromkeys(yearly_rows.NEEDS, frame["lonely"]))


def counted(
    rows: list[tuple[date, str, str, bool | None, int | None]], alerts: list[tuple[date, str, str | None]]
) -> Tally:
    tally = Tally(spans=YEAR)
    yearly_counts.count_doors(tally, doors(rows))
    told = pd.DataFrame(alerts, columns=["alerted_on", "channel", "state"])
    yearly_counts.count_alerts(tally, told.assign(alerted_on=pd.to_datetime(told["alerted_on"])))
    return tally


ALERT = st.tuples(
    DAYS, st.sampled_from(CHANNELS), st.sampled_from(["isolated", "not isolated", "refused", None])
)
COPIES = st.integers(1, 25)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(DOOR, COPIES), max_size=14), st.lists(st.tuples(ALERT, COPIES), max_size=8))
def test_the_year_is_its_halves_and_every_table_adds_up(some_doors: list, some_alerts: list) -> None:  # type: ignore[type-arg]
    tally = counted(
        [d for d, n in some_doors for _ in range(n)], [a for a, n in some_alerts for _ in range(n)]
    )
    for one in tally.sums:
        assert tally.numbers[one.total] == sum(tally.numbers[part] for part in one.parts)
    for state in OUTCOMES:
        halves = [tally.numbers[half, "doors", state] for half in ("first", "second")]
        assert tally.numbers["year", "doors", state] == sum(halves)
    in_year = [d for (d, *_), n in some_doors for _ in range(n) if d.year == 2026]
    assert tally.numbers["year", "doors", ALL] == len(in_year)
    answered = sum(n for (d, state, *_), n in some_doors if d.year == 2026 and state in ANSWERED)
    assert tally.numbers["year", MET, ALL] == answered


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(DOOR, COPIES), max_size=14), st.lists(st.tuples(ALERT, COPIES), max_size=8))
def test_nothing_small_is_told_and_nothing_hidden_can_be_solved_back(
    some_doors: list, some_alerts: list
) -> None:  # type: ignore[type-arg]
    tally = counted(
        [d for d, n in some_doors for _ in range(n)], [a for a, n in some_alerts for _ in range(n)]
    )
    told = tally.counts().numbers
    hidden: set[Key] = {key for key in tally.numbers if told.get(key, HIDDEN) == HIDDEN}
    assert all(n == 0 or int(n) >= SMALLEST_CELL for key, n in told.items() if key not in hidden)
    apart = told_apart(tally.numbers, told, tally.sums, tally.elsewhere)
    nothing = {key: n if n == 0 else HIDDEN for key, n in told.items()}
    assert set(apart) <= set(told_apart(tally.numbers, nothing, tally.sums, tally.elsewhere, apart)), (
        "but for what the estimates and the years of nought tell by themselves"
    )


def drawn(day: date, found: int, others: int, is_lonely: bool | None = None) -> list:  # type: ignore[type-arg]
    """Doors of the random arm."""
    return [(day, "isolated", "EXPLORATION", is_lonely, None)] * found + [(day, "not isolated", "EXPLORATION", is_lonely, None)] * others  # fmt: skip


def test_what_came_before_the_two_years_does_not_follow_from_the_estimates_over_all_time() -> None:
    """The page of estimates tells 23 of 203; whoever takes off the 13 of 82 of the year would have 10 isolated households of 121."""
    earlier, before, year = date(2024, 10, 1), date(2025, 5, 1), date(2026, 5, 1)
    rows = drawn(earlier, 4, 40) + drawn(before, 6, 77) + drawn(year, 13, 69)
    rows += [(day, "isolated", "TEMOIN_80PLUS", None, None) for day in (earlier, before, year)] * 40
    rows += [(year, "absent", arm, None, None) for arm in ("EXPLORATION", "TEMOIN_80PLUS")] * 40
    tally = counted(rows, [])
    counts = tally.counts()
    assert tally.elsewhere["ever", "EXPLORATION", "isolated"] == (23, 23)
    assert counts.of("year", "EXPLORATION", "isolated") == HIDDEN, "23 less 13 would be 10"
    assert counts.of("year", "EXPLORATION", "not isolated") == 69 and counts.of("year", "EXPLORATION") == 122
    assert told_apart(tally.numbers, counts.numbers, tally.sums, tally.elsewhere) == []
    careless = dict(counts.numbers) | {("year", "EXPLORATION", "isolated"): 13}
    assert told_apart(tally.numbers, careless, tally.sums, tally.elsewhere), (
        "the attacker finds what is there"
    )
    assert not any(key[0] in ("ever", "earlier") for key in counts.numbers)


def test_the_lonely_of_the_years_do_not_give_away_the_lonely_before_them_either() -> None:
    earlier, year = date(2024, 10, 1), date(2026, 5, 1)
    rows = drawn(earlier, 0, 8, is_lonely=True) + drawn(earlier, 20, 40, is_lonely=False)
    rows += drawn(year, 15, 15, is_lonely=True) + drawn(year, 30, 40, is_lonely=False)
    tally = counted(rows, [])
    counts = tally.counts()
    assert tally.elsewhere["ever", "lonely EXPLORATION", "yes"] == (38, 38)
    assert counts.of("year", "lonely", "yes") == HIDDEN, "38 less 30 would be 8"


def test_estimates_that_tell_nothing_hide_nothing_of_the_year() -> None:
    """Where a sum over all time is small itself, the page of estimates tells no count: then nothing follows from the year."""
    year, earlier = date(2026, 5, 1), date(2024, 10, 1)
    rows = drawn(year, 0, 40) + drawn(earlier, 9, 5)
    counts = counted(rows, []).counts()
    assert counts.of("year", "EXPLORATION", "not isolated") == 40


def test_a_small_arm_takes_another_with_it_and_the_totals_stay() -> None:
    day = date(2026, 2, 1)
    rows = [(day, "isolated", "MODELE", None, None)] * 40 + [(day, "not isolated", "MODELE", None, None)] * 60
    rows += [(day, "isolated", "EXPLORATION", None, None)] * 3 + [
        (day, "not isolated", "EXPLORATION", None, None)
    ] * 30
    rows += [(day, "isolated", "SIGNALEMENT", None, None)] * 15 + [
        (day, "not isolated", "SIGNALEMENT", None, None)
    ] * 20
    counts = counted(rows, []).counts()
    assert (
        counts.of("year", "EXPLORATION", "isolated") == counts.of("year", "SIGNALEMENT", "isolated") == HIDDEN
    )
    assert counts.of("year", "MODELE", "isolated") == 40 and counts.of("year", "doors", "isolated") == 58
    assert counts.of("year", "EXPLORATION") == 33 and counts.share("year", "doors", "isolated").part == 58
    assert all(counts.of(span, "doors") == {"year": 168, "first": 168}.get(span, 0) for span in SPANS)
