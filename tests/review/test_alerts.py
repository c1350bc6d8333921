"""Alerts: nothing of whoever reports can be kept, nothing of whom it is about lies open; the urgent come first and find their household."""

from __future__ import annotations

import base64
import csv
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from data_contracts.contract import load
from data_contracts.errors import IntegrityError
from pipelines.desk_pseudonyms import pseudonyms
from pipelines.pseudonymise import pseudonymise
from review.alerting import alert_choices, alert_figures, alert_import, alerts
from review.alerting.alert_choices import URGENCIES
from review.alerting.alert_handover import rows_to_hand_over
from review.alerting.alert_identity import Told
from review.desk import Desk
from review.me import Me
from review.pages.alerts import SentAlert
from review.refusals import Refused
from review.rendering import environment
from review.sealing import Seal
from review.tables.alerts import Alert, AlertStep
from review.tables.base import Moment
from review.tables.trail import TrailLine
from tests.review.desk_sample import START, Clock, Seat, a_desk, case_of, line, seat, sqlite, take, taken

TODAY = date(2026, 11, 3)
KEY = b"k" * 32
ABOUT = {"surname": "Vandenbrouck", "given_names": "Léontine", "address": "12 bis rue Verte", "complement": "3e étage gauche"}  # fmt: skip


def sent(**other: object) -> dict[str, object]:
    """A whole form."""
    usual: dict[str, object] = {
        "day": TODAY.isoformat(), "channel": "VOISIN", "urgency": "1", "quartier": "01", "signs": ["VOLETS", "COURRIER"], **ABOUT,
    }  # fmt: skip
    return usual | other


def enter(one: Seat, **other: object) -> None:
    """Through the page."""
    answer = one.post("/alert-entry", **sent(**other))
    assert answer.status_code == 303, answer.text


def kept(desk: Desk) -> list[Alert]:
    """Every alert, in no order that tells anything, with what hangs on it."""
    with desk.database.reading() as session:
        found = list(session.scalars(select(Alert).order_by(Alert.reported_on, Alert.id)))
        for alert in found:
            list(alert.steps), list(alert.merged)
        return found


@pytest.fixture
def keyed(desk: Desk) -> Desk:
    """A desk to which the city gave the match key."""
    return replace(desk, services=replace(desk.services, pseudonyms=pseudonyms(KEY)))


def test_an_agent_enters_an_alert_and_sees_its_number_and_day_only(desk: Desk, clock: Clock) -> None:
    agent, other = seat(desk, "agent"), seat(desk, "other", "agent")
    enter(agent, urgency="2")
    (alert,) = kept(desk)
    assert (alert.reported_on, alert.channel, alert.urgency, alert.quartier) == (TODAY, "VOISIN", 2, "01")
    assert (alert.signs, alert.state, alert.since) == (["VOLETS", "COURRIER"], "to_triage", TODAY)
    mine = _part(agent.get("/alert-entry").text, "Mes signalements")
    assert re.findall(r"<code>(\w+)</code> <small>([^<]+)</small>", mine) == [
        (alert.number, "3 novembre 2026")
    ]
    assert "Léontine" not in agent.get("/alert-entry").text
    assert alert.number not in other.get("/alert-entry").text
    for path in ("/alerts", f"/alerts/{alert.id}", "/queue", f"/cases/{case_of(desk, 1).id}", "/trail"):
        assert agent.get(path).status_code == 403
    assert agent.get("/welcome").headers["location"] == "/alert-entry"
    clock.turn(days=1)
    assert alert.number not in Seat(desk, "agent").get("/alert-entry").text


def _part(html: str, title: str) -> str:
    return html[html.index(title) :]


@pytest.mark.parametrize(
    ("country", "french", "english"), [("FR", "le 15 ou le 112", "15 or 112"), ("ES", "le 112", "112")]
)
def test_whom_to_call_first_is_the_number_of_the_country(
    desk: Desk, country: str, french: str, english: str
) -> None:
    """15 answers in France alone."""
    there = replace(desk, services=replace(desk.services, city=replace(desk.services.city, country=country)))
    agent, expert = seat(there, "agent"), seat(there, "expert", language="en")
    enter(agent, urgency="2")
    (alert,) = kept(there)
    entry = agent.get("/alert-entry?said=alert-urgent").text
    assert entry.count(f"abord {french}") == 2 and f"encore appelé {french}, appelez" in entry
    page = expert.get(f"/alerts/{alert.id}").text
    assert f"nobody has called {english} yet" in page
    assert ("15" in set(re.findall(r"\b\d+\b", _text_of(entry + page)))) == (country == "FR")


def _text_of(html: str) -> str:
    return re.sub(r"<[^>]*>", " ", html)


def test_there_is_no_place_for_whoever_reports(desk: Desk) -> None:
    """Closed lists: a new column or field has to be thought over here."""
    about = {"cle_identite", "cle_usage", "cle_phonetique", "cle_nom_adresse", "id_adresse", "id_logement", "sexe", "annee_naissance"}  # fmt: skip
    told = {"reported_on", "since", "channel", "urgency", "quartier", "signs", "sealed_identity"}
    done = {"state", "because", "first_step_on", "case_id", "merged_into", "version"}
    made = {"id", "foreign_id", "entered_mark"}
    assert set(Alert.__table__.columns.keys()) == about | told | done | made
    assert set(AlertStep.__table__.columns.keys()) == {
        "id",
        "alert_id",
        "number",
        "action",
        "because",
        "by",
        "on",
    }
    types = [column.type for table in (Alert, AlertStep) for column in table.__table__.columns]
    assert not any(isinstance(one, Moment) for one in types)  # days only
    fields = {"day", "channel", "urgency", "quartier", "signs", "born_on", *ABOUT}
    assert set(SentAlert.model_fields) == fields
    html = seat(desk, "agent").get("/alert-entry").text
    form = html[
        html.index('action="/alert-entry"') : html.index("</form>", html.index('action="/alert-entry"'))
    ]
    named = set(re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', form))
    assert named == (fields | {"csrf"}) - {"born_on"}  # which nothing asks for while no key is there
    assert "<textarea" not in form


def test_no_hour_is_kept_of_an_entry(desk: Desk, clock: Clock) -> None:
    clock.turn(hours=2, minutes=41)
    enter(seat(desk, "agent"))
    (alert,) = kept(desk)
    with desk.database.reading() as session:
        (entry,) = session.scalars(select(TrailLine).where(TrailLine.action == "enter alert"))
    assert (entry.who, entry.about, entry.facts) == ("agent", "", {})
    assert entry.at == datetime(2026, 11, 2, 23, tzinfo=UTC)  # midnight in Paris
    token = base64.urlsafe_b64decode(alert.sealed_identity or "")
    assert token[1:9] == bytes(8)  # where such a box has its moment


def test_no_name_and_no_address_lies_in_the_database(tmp_path: Path) -> None:
    desk = a_desk(sqlite(tmp_path))
    take(desk)
    desk = replace(desk, services=replace(desk.services, pseudonyms=pseudonyms(KEY)))
    enter(seat(desk, "agent"), born_on="1931-02-27")
    desk.database.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"VOLETS" in stored  # it is there, and can be read
    for text in (*ABOUT.values(), "Verte", "VANDENBROUCK", "1931-02-27", "27/02/1931"):
        assert text.encode() not in stored
        assert base64.b64encode(text.encode())[:-2] not in stored


WRONG: list[dict[str, object]] = [
    {"surname": "Martin 0612345678"},
    {"surname": "appelé par Mme Roux@mail"},
    {"given_names": "Zoé, de la part de: Luc"},
    {"address": "12 rue Verte, tél. 06 12 34 56 78"},
    {"complement": "voisine : roux@mail.fr"},
    {"complement": "05.53.00.11.22"},
    {"address": ""},
    {"surname": "", "complement": ""},
    {"surname": "é" * 81},
    {"day": (TODAY + timedelta(days=1)).isoformat()},
    {"day": (TODAY - timedelta(days=61)).isoformat()},
    {"day": "hier"},
    {"channel": "LETTRE"},
    {"urgency": "3"},
    {"quartier": "99"},
    {"signs": []},
    {"signs": ["DIABETE"]},
    {"born_on": "1825-01-01"},
    {"born_on": "jamais"},
]


def test_what_cannot_be_is_refused_and_what_was_typed_stays(desk: Desk) -> None:
    agent = seat(desk, "agent")
    for wrong in WRONG:
        answer = agent.post("/alert-entry", **sent(**wrong))
        assert answer.status_code == 422, wrong
        assert ('value="12 bis rue Verte"' in answer.text) == ("address" not in wrong)
    assert kept(desk) == []


def test_an_alert_of_the_last_sixty_days_without_a_surname_or_a_neighbourhood_is_one(desk: Desk) -> None:
    day = TODAY - timedelta(days=60)
    enter(seat(desk, "expert"), day=day.strftime("%d/%m/%Y"), surname="", given_names="", quartier="")
    (alert,) = kept(desk)
    assert (alert.reported_on, alert.quartier) == (day, "")
    assert alerts.opened_identity(desk.services.seal, alert) == ("", "12 bis rue Verte, 3e étage gauche")


def test_a_sealed_name_opens_with_the_desks_secret_only(desk: Desk) -> None:
    enter(seat(desk, "agent"))
    (alert,) = kept(desk)
    opened = ("Léontine VANDENBROUCK", "12 bis rue Verte, 3e étage gauche")
    assert alerts.opened_identity(desk.services.seal, alert) == opened
    with pytest.raises(IntegrityError, match="does not open with this key"):
        alerts.opened_identity(Seal(secret=b"t" * 32), alert)
    with pytest.raises(Refused):
        alerts.opened_identity(desk.services.seal, Alert(sealed_identity=None))


def test_an_alert_of_another_neighbourhood_is_not_there(desk: Desk) -> None:
    enter(seat(desk, "agent"), quartier="03")
    enter(seat(desk, "agent2", "agent"), quartier="")
    north, far = seat(desk, "north", "expert", groups=["Nord"]), seat(desk, "far", "expert", groups=["Sud"])
    south, unknown = sorted(kept(desk), key=lambda one: one.quartier, reverse=True)
    for alert, one, status in (
        (south, north, 404),
        (south, far, 200),
        (unknown, north, 404),
        (unknown, far, 404),
    ):
        assert one.get(f"/alerts/{alert.id}").status_code == status
        assert (alert.number in one.get("/alerts").text) == (status == 200)
    for step in ("answer", "merge"):
        form = {"version": south.version, "measure": "already_followed", "number": unknown.number}
        assert north.post(f"/alerts/{south.id}/{step}", **form).status_code == 404
    assert {one.state for one in kept(desk)} == {"to_triage"}
    whole = seat(desk, "whole", "coordinator").get("/alerts").text
    assert south.number in whole and unknown.number in whole


EVERYWHERE = Me(
    user_id="", login="", name="", role="expert", profession=None, language="fr", quartiers=None, session_id="", csrf=""
)  # fmt: skip
DAYS = st.integers(0, 20).map(lambda days: TODAY - timedelta(days=days))
DRAWN = st.builds(
    Alert,
    reported_on=st.just(TODAY), since=DAYS, urgency=st.sampled_from([0, 1, 2, None]), quartier=st.just("01"), signs=st.just([]),
    state=st.sampled_from(["to_triage", "to_triage", "emergency", "nothing", "merged"]),
    first_step_on=st.none(),
)  # fmt: skip


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Without a list; for what is rolled back."""
    return a_desk(sqlite(tmp_path_factory.mktemp("alerts")))


@settings(max_examples=60, deadline=None)
@given(drawn=st.lists(DRAWN, max_size=12))
def test_the_most_urgent_come_first_then_those_that_wait_longest(empty: Desk, drawn: list[Alert]) -> None:
    with Session(empty.database.engine) as session:
        session.add_all(drawn)
        session.flush()
        shown = alerts.found(session, EVERYWHERE, only_open=True, page=1, today=TODAY).rows
        told = [(row.alert.urgency, row.alert.since, row.days_over, row.answer_by) for row in shown]
        waiting = [one for one in drawn if one.state in ("to_triage", "emergency")]
    expected = []
    for said, effective in ((2, 2), (1, 1), (None, 1), (0, 0)):
        limit = {2: 0, 1: 3, 0: 14}[effective]
        for one in (one for one in waiting if one.urgency == said):
            late = (TODAY - one.since).days - limit
            expected.append((-effective, one.since, one.id, (said, one.since, max(0, late), one.since + timedelta(days=limit))))  # fmt: skip
    assert told == [row for *_, row in sorted(expected, key=lambda one: one[:3])]


def test_overdue_is_said_in_words_from_the_day_after_the_limit(desk: Desk, clock: Clock) -> None:
    expert = seat(desk, "expert")
    for urgency, days in ((2, 0), (1, 3), (0, 14)):
        assert URGENCIES[urgency].days == days
        day = TODAY - timedelta(days=days)
        enter(expert, urgency=str(urgency), day=day.isoformat())
    on_the_last = expert.get("/alerts").text
    assert on_the_last.count("répondre aujourd’hui") == 3
    assert "en retard de" not in on_the_last
    clock.turn(days=1)
    assert Seat(desk, "expert").get("/alerts").text.count("en retard de 1 jour<") == 3


def answer(desk: Desk, one: Seat, alert: Alert, measure: str, **more: object) -> int:
    """The status of a step on an alert as it is now."""
    (now,) = (other for other in kept(desk) if other.id == alert.id)
    form = {"version": now.version, "measure": measure, "members": 1, **more}
    status: int = one.post(f"/alerts/{alert.id}/answer", **form).status_code
    return status


def test_with_the_match_key_an_alert_finds_its_household(keyed: Desk) -> None:
    told = Told(
        surname="Vandenbrouck", given_names="Léontine", address="12 B r. Verte", complement="", born_on=date(1931, 2, 27)
    )  # fmt: skip
    keys = pseudonyms(KEY)(told)
    listed = line(21, quartier="02")
    by_name = replace(listed, members=[replace(listed.members[0], cle_nom_adresse=keys["CLE_NOM_ADRESSE"])])
    # the roll has her under this surname as the one of birth: made alike, the key is the same
    by_birth = replace(line(22, quartier="02"), members=[replace(line(22).members[0], cle_identite=keys["CLE_USAGE"])])  # fmt: skip
    beside = replace(line(23, quartier="02"), id_adresse=keys["ID_ADRESSE"])
    stranger = line(24, quartier="02")
    take(keyed, taken("2026-11-03-run", [by_name, by_birth, beside, stranger]))
    expert = seat(keyed, "expert")
    enter(expert, born_on="27/02/1931", complement="")
    (alert,) = kept(keyed)
    assert alert.annee_naissance == 1931
    page = _part(expert.get(f"/alerts/{alert.id}").text, "Quel ménage")
    rows = re.findall(r'<a href="/cases/\w+">(\w+)</a></td><td>([^<]+)<', page)
    assert sorted(rows[:2]) == sorted((one.household_id[:9], "même personne") for one in (by_name, by_birth))
    assert rows[2:] == [(beside.household_id[:9], "même immeuble")]
    mine = case_of(keyed, 21)
    assert answer(keyed, expert, alert, "open_case", case_id=case_of(keyed, 24).id) == 422
    assert answer(keyed, expert, alert, "open_case", case_id=mine.id) == 303
    (alert,) = kept(keyed)
    assert (alert.state, alert.case_id, alert.first_step_on) == ("in_case", mine.id, TODAY)
    with keyed.database.reading() as session:
        of_it = alerts.alerts_of(session, mine)
        assert [one.id for one in of_it] == [alert.id]
        part = environment("fr").from_string(
            '{% from "_alerts.html.j2" import of_the_case with context %}{{ of_the_case(alerts, words) }}'
        )
        shown = part.render(me=EVERYWHERE, alerts=of_it, words=alert_choices)
    assert f'<a href="/alerts/{alert.id}">{alert.number}</a>' in shown
    assert "3 novembre 2026, Bientôt, voisin" in shown
    assert shown.count("<li>") == 2


def test_a_household_on_no_list_gets_a_case_of_the_unit_with_its_keys(keyed: Desk) -> None:
    expert = seat(keyed, "expert")
    enter(expert)
    (alert,) = kept(keyed)
    assert answer(keyed, expert, alert, "open_case", quartier="", age_band="80_plus") == 422
    assert answer(keyed, expert, alert, "open_case", quartier="01", age_band="80_plus") == 303
    (alert,) = kept(keyed)
    with keyed.database.reading() as session:
        case = session.get_one(type(case_of(keyed, 1)), alert.case_id)
        assert (case.origin, case.added_by, case.state, case.listings) == ("added", "expert", "to_review", [])
        assert (case.id_logement, case.id_adresse) == (alert.id_logement, alert.id_adresse)
        assert [one.cle_nom_adresse for one in case.members] == [alert.cle_nom_adresse]
    assert alert.cle_nom_adresse


def test_without_the_match_key_people_alone_tell(desk: Desk) -> None:
    expert = seat(desk, "expert")
    enter(expert)
    (alert,) = kept(desk)
    assert (alert.cle_nom_adresse, alert.id_adresse, alert.id_logement) == (None, None, None)
    assert "seules les personnes" in expert.get(f"/alerts/{alert.id}").text
    assert answer(desk, expert, alert, "open_case", quartier="01") == 303
    with desk.database.reading() as session:
        assert session.get_one(type(case_of(desk, 1)), kept(desk)[0].case_id).members == []


def test_the_keys_of_the_desk_are_those_of_pseudonymise(tmp_path: Path) -> None:
    raw, extract = tmp_path / "raw.csv", tmp_path / "signalements.csv"
    raw.write_text(
        "NUMERO_SIGNALEMENT;DATE_SIGNALEMENT;CANAL;NOM;PRENOM;DATE_NAISSANCE;ADRESSE;COMPLEMENT;URGENCE\n"
        "1;03/11/2026;VOISIN;de La Tour-Dupré;Jean Pierre;27/02/1931;12 bis, r. Verte 47000 Agen;Bât. A appt 3;1\n",
        encoding="utf-8",
    )
    pseudonymise("signalements", raw, extract, KEY)
    header, row = csv.reader(extract.read_text(encoding="utf-8").splitlines(), delimiter=";")
    told = Told(
        surname="de La Tour-Dupré", given_names="Jean Pierre", born_on=date(1931, 2, 27), address="12 bis, r. Verte 47000 Agen", complement="Bât. A appt 3"
    )  # fmt: skip
    made = pseudonyms(KEY)(told)
    assert made == {name: value for name, value in zip(header, row, strict=True) if name in made}
    assert made["CLE_USAGE"] and made["CLE_NOM_ADRESSE"] and made["ID_LOGEMENT"]


def test_steps_are_counted_from_the_first_and_kept(desk: Desk, clock: Clock) -> None:
    expert = seat(desk, "expert")
    enter(expert, urgency="2")
    (alert,) = kept(desk)
    assert "15 ou le 112" in expert.get(f"/alerts/{alert.id}").text
    assert answer(desk, expert, alert, "call_emergency") == 303
    clock.turn(days=2)
    expert = Seat(desk, "expert")
    assert answer(desk, expert, alert, "nothing_to_do") == 422  # without a reason
    assert answer(desk, expert, alert, "nothing_to_do", because="RASSURE") == 303
    assert answer(desk, expert, alert, "already_followed") == 400  # it has ended
    assert answer(desk, expert, alert, "look_again") == 303
    (alert,) = kept(desk)
    assert (alert.state, alert.because, alert.first_step_on) == ("to_triage", None, TODAY)
    told = [(one.action, one.because, one.by, one.on.day) for one in alert.steps]
    assert told == [
        ("call_emergency", None, "expert", 3),
        ("nothing_to_do", "RASSURE", "expert", 5),
        ("look_again", None, "expert", 5),
    ]


def test_who_acts_on_an_older_state_is_told_so(desk: Desk) -> None:
    expert = seat(desk, "expert")
    enter(expert)
    (alert,) = kept(desk)
    assert answer(desk, expert, alert, "already_followed") == 303
    again = expert.post(f"/alerts/{alert.id}/answer", version=alert.version, measure="look_again")
    assert again.status_code == 409


def test_two_alerts_of_one_door_are_probably_the_same_for_sixty_days(keyed: Desk, clock: Clock) -> None:
    enter(seat(keyed, "expert"))
    (first,) = kept(keyed)
    for days, is_shown in ((0, True), (60, True), (61, False)):
        clock.at = START + timedelta(days=days, seconds=days + 1)
        one, day = seat(keyed, f"expert{days}", "expert"), TODAY + timedelta(days=days)
        enter(one, day=day.isoformat(), given_names="Leontine", address="12B Rue VERTE", urgency="0")
        later = next(other for other in kept(keyed) if other.reported_on == day and other.urgency == 0)
        assert later.cle_nom_adresse == first.cle_nom_adresse
        page = one.get(f"/alerts/{later.id}").text
        assert "Probablement le même que" in page or days == 61
        assert (f"C’est le même que {first.number}" in page) == is_shown


def test_a_merged_alert_stays_and_the_earlier_day_and_the_higher_urgency_count(
    keyed: Desk, clock: Clock
) -> None:
    expert = seat(keyed, "expert")
    enter(expert, urgency="2", day="2026-11-01")
    enter(expert, urgency="0")
    enter(expert, urgency="1", surname="Autre", address="1 place Ronde")
    first, second = (one for one in kept(keyed) if one.cle_nom_adresse == kept(keyed)[0].cle_nom_adresse)
    other = next(one for one in kept(keyed) if one.urgency == 1)
    wrong = expert.post(f"/alerts/{first.id}/merge", version=first.version, number="zzzzzzzz")
    assert wrong.status_code == 422
    itself = expert.post(f"/alerts/{first.id}/merge", version=first.version, number=first.number)
    assert itself.status_code == 422
    done = expert.post(f"/alerts/{first.id}/merge", version=first.version, number=second.number)
    assert done.headers["location"] == f"/alerts/{second.id}?said=merged"
    by_id = {one.id: one for one in kept(keyed)}
    gone, stays = by_id[first.id], by_id[second.id]
    assert (gone.state, gone.merged_into, gone.urgency, gone.since) == (
        "merged",
        second.id,
        2,
        date(2026, 11, 1),
    )
    assert (stays.state, stays.since, stays.urgency) == ("to_triage", date(2026, 11, 1), 2)
    assert (stays.reported_on, stays.first_step_on) == (TODAY, None)
    listed = expert.get("/alerts?scope=all").text
    assert first.number not in listed and second.number in listed
    # an alert that was answered takes none in: what comes later is news; while its case is open it does
    assert answer(keyed, expert, other, "already_followed") == 303
    form = {"version": stays.version, "number": other.number}
    assert expert.post(f"/alerts/{second.id}/merge", **form).status_code == 422
    assert answer(keyed, expert, second, "open_case", quartier="01") == 303
    enter(expert, urgency="1")
    third = next(one for one in kept(keyed) if one.state == "to_triage")
    assert second.number in expert.get(f"/alerts/{third.id}").text
    assert expert.post(f"/alerts/{third.id}/merge", version=third.version, number=second.number).status_code == 303  # fmt: skip
    by_id = {one.id: one for one in kept(keyed)}
    assert by_id[third.id].case_id == by_id[first.id].case_id == by_id[second.id].case_id is not None


def test_a_third_alert_merged_into_a_merged_pair_leaves_one(desk: Desk) -> None:
    expert = seat(desk, "expert")
    for _ in range(3):
        enter(expert)
    a, b, c = kept(desk)
    for gone, into in ((a, b), (b, c)):
        now = next(one for one in kept(desk) if one.id == gone.id)
        done = expert.post(f"/alerts/{gone.id}/merge", version=now.version, number=into.number)
        assert done.status_code == 303
    assert {one.id: one.merged_into for one in kept(desk)} == {a.id: c.id, b.id: c.id, c.id: None}


def alert(urgency: int | None, waited: int | None, since: date = TODAY - timedelta(days=30), **more: object) -> Alert:  # fmt: skip
    """One that was answered after so many days, or not yet."""
    first = None if waited is None else since + timedelta(days=waited)
    state = "to_triage" if waited is None else "followed"
    given: dict[str, object] = {"since": since, "state": state, "first_step_on": first} | more
    return Alert(reported_on=since, urgency=urgency, quartier="01", signs=[], **given)


def test_response_times_by_hand(empty: Desk) -> None:
    eleven = [*(alert(2, waited) for waited in (0, 0, 0, 0, 0, 0, 1, 2, 3, 4)), alert(2, None)]
    twelve = [alert(1 if n else None, n % 5) for n in range(12)]  # 0 1 2 3 4 0 1 2 3 4 0 1
    ten = [alert(0, 1) for _ in range(10)]
    not_due = alert(0, None, TODAY - timedelta(days=14))
    too_old = alert(2, 9, TODAY - timedelta(days=365))
    with Session(empty.database.engine) as session:
        session.add_all([*eleven, *twelve, *ten, not_due, too_old])
        session.flush()
        session.add(alert(2, 9, state="merged", merged_into=eleven[0].id))
        session.flush()
        urgent, soon, slow = alert_figures.response(session, TODAY)
    # six of eleven on the day itself; the one that nobody has answered counts as late, and in no median
    assert (urgent.limit_days, urgent.judged, urgent.median_days, urgent.share_in_time) == (
        0,
        11,
        0.0,
        6 / 11,
    )
    assert (soon.limit_days, soon.judged, soon.median_days, soon.share_in_time) == (3, 12, 1.5, 10 / 12)
    assert (slow.limit_days, slow.judged, slow.median_days, slow.share_in_time) == (14, "<11", None, None)


def test_rows_to_hand_over_keep_the_contract_and_come_back_as_known(keyed: Desk) -> None:
    expert = seat(keyed, "expert")
    for number, urgency in enumerate("0122"):
        enter(expert, urgency=urgency, address=f"{number + 1} rue Verte", born_on="1931-02-27")
    a, b, c, d = kept(keyed)
    assert answer(keyed, expert, a, "open_case", quartier="01") == 303
    assert answer(keyed, expert, b, "nothing_to_do", because="ERREUR") == 303
    assert expert.post(f"/alerts/{c.id}/merge", version=c.version, number=d.number).status_code == 303
    with keyed.database.reading() as session:
        rows = rows_to_hand_over(session)
        headers = [column.header for column in load("signalements").columns]
        assert [list(row) for row in rows] == [headers, headers]
        assert {row["ID_SIGNALEMENT"] for row in rows} == {a.id, d.id}
        text = "\n".join([";".join(headers), *(";".join(row.values()) for row in rows)])
        read = alert_import.read(text.encode(), "csv", TODAY)
        assert (read.count, read.problems) == (2, ())
        assert alert_import.told(session, read) == alert_import.Told(taken=0, known=2, refused=0)
    assert all(row["CLE_USAGE"] and row["ANNEE_NAISSANCE"] == "1931" for row in rows)


def test_the_whole_way_on_either_database(any_url: str) -> None:
    desk = a_desk(any_url)
    take(desk)
    desk = replace(desk, services=replace(desk.services, pseudonyms=pseudonyms(KEY)))
    expert = seat(desk, "expert", groups=["Nord"])
    enter(expert, urgency="2", born_on="1931-02-27")
    enter(expert, urgency="0")
    first, second = sorted(kept(desk), key=lambda one: -(one.urgency or 0))
    assert f"C’est le même que {second.number}" in expert.get(f"/alerts/{first.id}").text
    form = {"version": first.version, "number": second.number.lower()}
    assert expert.post(f"/alerts/{first.id}/merge", **form).status_code == 303
    assert answer(desk, expert, second, "open_case", quartier="01", age_band="80_plus") == 303
    enter(expert)
    third = next(one for one in kept(desk) if one.state == "to_triage")
    shown = expert.get(f"/alerts/{third.id}").text
    assert "même personne" in shown and second.number in shown
    with desk.database.reading() as session:
        (row,) = [row for row in rows_to_hand_over(session) if row["ID_SIGNALEMENT"] == second.id]
        assert (row["URGENCE"], row["DATE_SIGNALEMENT"]) == ("2", TODAY.isoformat())
        assert [one.judged for one in alert_figures.response(session, TODAY)] == ["<11", 0, 0]
    desk.database.close()
