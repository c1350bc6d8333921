"""Registers: laws that every extract keeps, whatever the town, and pictures of what the registers lose."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.contract import load
from data_contracts.pseudonyms import KEYS
from synthetic_city.calibration_registers import figures
from synthetic_city.city import City, build
from synthetic_city.names import name_people, surname_list
from synthetic_city.rates import RATES, rate
from synthetic_city.registers import EVENTS, REFERENCES, SNAPSHOTS, extracts, keep
from synthetic_city.registers_ledger import days
from synthetic_city.registers_months import whereabouts
from synthetic_city.registers_small import objections
from synthetic_city.truth import monthly, records

MONTHS = 14
EPOCH = pd.Timestamp("2026-01-01")
SOURCES = (*SNAPSHOTS, *EVENTS, *REFERENCES)


@cache
def town() -> City:
    return build(3000, MONTHS, 7)


@cache
def delivered(month: int) -> dict[str, pd.DataFrame]:
    return dict(extracts(town().registers, town().history, month))


def first_of(month: int) -> np.datetime64:
    return town().history.months[month]


def test_every_source_is_delivered_and_its_columns_are_the_contract_s() -> None:
    seen = set()
    for month in range(MONTHS):
        for source, frame in delivered(month).items():
            seen.add(source)
            assert set(frame.columns) == {column.header for column in load(source).columns}, source
    assert set(SOURCES) - seen <= {"oppositions"}, "in a town this small a year may pass without an objection"


def test_keys_are_unique_in_each_extract() -> None:
    for month in (0, MONTHS - 1):
        for source, frame in delivered(month).items():
            key = [column.header for column in load(source).columns if column.is_key]
            assert not key or not frame.duplicated(key).any(), source


def test_values_are_the_allowed_ones_and_keys_look_like_keys() -> None:
    for source, frame in delivered(MONTHS - 1).items():
        for column in load(source).columns:
            if column.kind != "string":
                continue
            values = {str(value) for value in frame[column.header].unique()} - {""}
            assert not column.allowed or values <= set(column.allowed), (source, column.header)
            if column.pattern:
                assert all(re.fullmatch(column.pattern, value) for value in values), (source, column.header)


def test_a_snapshot_knows_nothing_of_later_days() -> None:
    for month in (0, 6, MONTHS - 1):
        for source in SNAPSHOTS:
            frame = delivered(month)[source]
            for column in frame.columns[[kind.kind == "M" for kind in frame.dtypes]]:
                assert not (days(frame[column]) > first_of(month)).any(), (source, column)
            assert (days(frame[load(source).known_on[0].upper()]) == first_of(month)).all()


def test_events_became_known_in_the_month_before_their_delivery() -> None:
    for month in range(1, MONTHS):
        for source in EVENTS:
            if source not in delivered(month):
                continue
            frame = delivered(month)[source]
            known = np.fmax.reduce([days(frame[name.upper()]) for name in load(source).known_on])
            assert (known >= first_of(month - 1)).all() and (known < first_of(month)).all(), source


def test_dates_come_in_the_order_that_the_contract_promises() -> None:
    for month in (3, MONTHS - 1):
        for source, frame in delivered(month).items():
            for pair in load(source).pair_rules:
                held_to_delivery = pair.later == "delivered_on"
                later = first_of(month) if held_to_delivery else days(frame[pair.later.upper()])
                earlier = days(frame[pair.earlier.upper()])
                assert not (earlier > later).any(), (source, pair.name)


def test_required_columns_are_given() -> None:
    for source, frame in delivered(MONTHS - 1).items():
        for column in load(source).columns:
            if column.is_required:
                assert (
                    frame[column.header].notna().all() and (frame[column.header].astype(str) != "").all()
                ), (source, column.header)


def test_an_objection_names_either_the_person_or_the_dwelling() -> None:
    roll, scene = town().registers.ledgers["liste_electorale"], town().registers.scene
    found = [objections(scene, roll, first_of(0), first_of(MONTHS - 1), seed).rows for seed in range(12)]
    rows = pd.concat(found)
    by_person = (rows[list(KEYS)] != "").any(axis=1)
    assert len(rows) > 0 and (by_person ^ (rows["ID_LOGEMENT"] != "")).all()
    assert set(rows.columns) == {column.header for column in load("oppositions").columns}


@st.composite
def stays(draw: st.DrawFn) -> tuple[pd.DataFrame, int]:
    """One person's stays, one after the other, some with a gap, some touching; the last may be open. And a day at or beside an edge."""
    edges = sorted(draw(st.lists(st.integers(0, 40), min_size=2, max_size=8, unique=True)))
    spans = [span for span in pairwise(edges) if draw(st.booleans())] or [(edges[0], edges[1])]
    ends: list[int | None] = [end for _, end in spans]
    ends[-1] = ends[-1] if draw(st.booleans()) else None
    table = pd.DataFrame(
        {
            "person": 0,
            "dwelling": range(5, 5 + len(spans)),
            "from_on": [EPOCH + pd.Timedelta(days=start) for start, _ in spans],
            "to_on": pd.to_datetime(
                [None if end is None else EPOCH + pd.Timedelta(days=end) for end in ends]
            ),
        }
    )
    return table, draw(st.sampled_from(edges)) + draw(st.integers(-1, 1))


@given(drawn=stays())
def test_where_somebody_is_agrees_with_reading_the_stays_one_by_one(drawn: tuple[pd.DataFrame, int]) -> None:
    table, day = drawn
    history = replace(town().history, stays=table)
    people = pd.DataFrame({"died_on": pd.to_datetime([None])})
    asked = EPOCH + pd.Timedelta(days=day)
    found = whereabouts(history, people)
    when = np.array([asked.to_datetime64()]).astype("datetime64[D]")
    slow = [row for row in table.itertuples() if row.from_on <= asked and not row.to_on <= asked]
    assert found.at(np.array([0]), when).tolist() == [slow[0].dwelling if slow else -1]
    assert found.at(np.array([1]), when).tolist() == [-1]
    if slow:
        assert found.since(np.array([0]), when)[0] == slow[0].from_on.to_datetime64().astype("datetime64[D]")


def test_late_transcriptions_are_of_people_who_died_elsewhere() -> None:
    ledger = town().registers.ledgers["etat_civil"]
    late = (ledger.rows["NATURE_ACTE"] == "TRANSCRIPTION").to_numpy()
    assert late.any()
    assert (ledger.rows["TYPE_EVENEMENT"].to_numpy()[late] == "DECES").all()
    wait = (ledger.shown_from[late] - days(ledger.rows["DATE_ACTE"])[late]).astype(int)
    assert (wait >= rate("transcription_days_min")).all()
    assert (wait < rate("transcription_days_max") + 2).all(), "or the Monday after"
    assert town().history.people["died_elsewhere"].to_numpy()[ledger.person[late]].all()


def test_a_death_act_names_the_spouse_but_seldom_the_birth_date() -> None:
    rows = town().registers.ledgers["etat_civil"].rows
    named = rows[(rows["TYPE_EVENEMENT"] == "DECES") & (rows["LIEN"] != "")]
    assert len(named) > 0
    assert (named["CLE_NOM_ADRESSE_LIEE"] != "").all()
    assert 0 < (named["CLE_IDENTITE_LIEE"] == "").mean() <= 1
    assert not (rows.loc[rows["LIEN"] == "", "CLE_NOM_ADRESSE_LIEE"] != "").any()


def test_no_foreigner_and_no_minor_is_on_the_roll_and_each_elector_once() -> None:
    ledger = town().registers.ledgers["liste_electorale"]
    people = town().registers.everyone.people
    for month in range(MONTHS):
        on = ledger.on(first_of(month))
        who = ledger.person[on]
        assert not ledger.rows["ID_ELECTEUR"].iloc[on].duplicated().any()
        assert pd.Series(who).duplicated().mean() < 0.01
        assert not people["is_foreign"].to_numpy()[who].any()
        assert ((first_of(month) - days(people["born_on"])[who]).astype(int) >= 18 * 365).all()


def test_the_roll_keeps_people_who_are_no_longer_there() -> None:
    """Movers, the dead, residents of homes at their former address, and people who left years ago."""
    ledger = town().registers.ledgers["liste_electorale"]
    where = whereabouts(town().history, town().registers.everyone.people)
    last = first_of(MONTHS - 1)
    on = ledger.on(last)
    now = where.at(ledger.person[on], np.full(len(on), last))
    assert 0.05 < (now < 0).mean() < 0.35
    assert 0.02 < ((now >= 0) & (now != ledger.dwelling[on])).mean() < 0.35
    assert np.isin(town().registers.everyone.ghosts.person, ledger.person[on]).any()


def test_a_flat_is_named_or_said_to_be_missing() -> None:
    frame = delivered(MONTHS - 1)["liste_electorale"]
    several = frame["NB_LOGEMENTS_ADRESSE"] > 1
    lacks = frame["QUALITE_ADRESSE"] == "SANS_COMPLEMENT"
    assert ((frame["ID_LOGEMENT"] == "") == lacks).all()
    assert (several | ~lacks).all() and lacks.any()


def test_one_lease_for_each_social_household() -> None:
    ledger, day = town().registers.ledgers["parc_social"], first_of(MONTHS - 1)
    panel = town().history.panel
    social = panel[
        (panel["month"] == MONTHS - 1)
        & (panel["tenure"] == 2)
        & ~panel["in_establishment"]
        & (panel["age"] >= 18)
    ]
    shown = ledger.on(day)
    running = shown[~(days(ledger.rows["DATE_SORTIE"])[shown] <= day)]
    assert sorted(ledger.dwelling[running]) == sorted(social["dwelling"].unique())


def test_only_a_visit_begins_a_service_by_visit() -> None:
    ledger = town().registers.ledgers["usages_services"]
    by_visit = ledger.rows["ORIGINE"] == "VISITE"
    met = town().registers.ledgers["visites"]
    assert by_visit.any()
    assert set(ledger.person[by_visit]) <= set(met.person[(met.rows["ISSUE"] == "VU").to_numpy()])


def test_a_person_s_keys_agree_between_registers_mostly_but_not_always() -> None:
    roll, leases = (town().registers.ledgers[source] for source in ("liste_electorale", "parc_social"))
    keys = [
        pd.Series(ledger.rows["CLE_IDENTITE"].to_numpy(), index=ledger.person).groupby(level=0).first()
        for ledger in (roll, leases)
    ]
    both = pd.concat(keys, axis=1, join="inner")
    both = both[(both != "").all(axis=1)]
    agreement = (both.iloc[:, 0] == both.iloc[:, 1]).mean()
    assert 0.80 < agreement < 0.99


def test_the_same_seed_keeps_the_same_registers_and_another_does_not() -> None:
    again = keep(town().history, town().ties, 7)
    other = keep(town().history, town().ties, 8)
    for source, ledger in town().registers.ledgers.items():
        pd.testing.assert_frame_equal(ledger.rows, again.ledgers[source].rows)
    assert set(again.ledgers["liste_electorale"].rows["CLE_IDENTITE"]).isdisjoint(
        set(other.ledgers["liste_electorale"].rows["CLE_IDENTITE"]) - {""}
    )


def test_truth_has_one_row_a_person_and_month_and_names_every_record() -> None:
    history, registers = town().history, town().registers
    frame = monthly(history, town().ties, registers)
    assert not frame.duplicated(["month", "person"]).any()
    present = frame[frame["dwelling"] >= 0]
    assert len(present) == len(history.panel)
    assert (present["id_adresse"].astype(str) != "").all()
    gone = frame[frame["dwelling"] < 0]
    assert set(gone["presence"].astype(str)) == {"deceased", "moved"} and not gone["isolated"].any()
    named = records(registers)
    assert (named.groupby(["source", "record_id"])["person"].nunique() == 1).all()
    roll = delivered(MONTHS - 1)["liste_electorale"]
    assert set(roll["ID_ELECTEUR"]) <= set(named.loc[named["source"] == "liste_electorale", "record_id"])


def test_children_bear_a_parent_s_name_and_wives_may_bear_their_husband_s() -> None:
    """0 and 1 marry in 1980; 2 is their son; 3 is nobody's."""
    people = pd.DataFrame(
        {
            "sex": ["F", "M", "M", "F"],
            "born_on": pd.to_datetime(["1955-05-05", "1953-03-03", "1982-02-02", "2015-01-01"]).astype(
                "datetime64[s]"
            ),
            "mother": [-1, -1, 0, -1],
            "father": [-1, -1, 1, -1],
        }
    )
    unions = pd.DataFrame(
        {"a": [1], "b": [0], "kind": ["MARIAGE"], "from_on": pd.to_datetime(["1980-06-01"])}
    )
    taken = 0
    for seed in range(30):
        names = name_people(people, unions, np.datetime64("2026-01-01", "D"), seed)
        assert names.birth[2] in (names.birth[0], names.birth[1])
        assert names.married[1] == names.married[3] == -1
        assert names.married[0] in (-1, names.birth[1])
        taken += names.married[0] >= 0
        if names.married[0] >= 0:
            assert names.married_on[0] == np.datetime64("1980-06-01")
    assert 20 <= taken <= 30


def test_the_commonest_surname_is_borne_by_less_than_one_person_in_a_hundred() -> None:
    names = town().registers.everyone.names
    assert len(surname_list()) > 5000
    assert np.bincount(names.birth).max() / len(names.birth) < 0.01


def test_every_rate_is_declared_once_with_its_source() -> None:
    names = [each.name for each in RATES]
    assert len(names) == len(set(names))
    assert all(each.source for each in RATES)
    assert all(
        0 <= each.value <= 1
        for each in RATES
        if not re.search(r"months|years|odds|days|ratio|_a_|association|isolated$", each.name)
    )


def test_calibration_names_what_is_assumed() -> None:
    found = figures(town())
    assert len({figure.name for figure in found}) == len(found) >= 7
    for figure in found:
        assert figure.tolerance <= (0.05 if figure.unit == "count" else 0.015) or figure.wider_because, (
            figure.name
        )


@pytest.mark.parametrize("key", KEYS)
def test_electors_hardly_ever_share_a_key(key: str) -> None:
    roll = delivered(MONTHS - 1)["liste_electorale"]
    known = roll[roll[key] != ""]
    assert len(known) > 100
    assert known[key].duplicated().mean() < 0.02
