"""Alerts from a file: every row is taken, known or refused with its reason; looking changes nothing, and the same file twice changes nothing."""

from __future__ import annotations

import base64
import io
import re
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from data_contracts import promises
from data_contracts.contract import load
from review.alerting import alert_import
from review.alerting.alert_import import PROBLEMS, Problem, Read
from review.desk import Desk
from review.refusals import Incomplete
from review.tables.alerts import Alert
from review.tables.trail import TrailLine
from tests.review.desk_sample import Seat, seat

TODAY = date(2026, 11, 3)
HEADERS = [column.header for column in load("signalements").columns]
GOOD = {"ID_SIGNALEMENT": "S1", "DATE_SIGNALEMENT": "2026-11-02", "CANAL": "ASSOCIATION", "CLE_NOM_ADRESSE": "a" * 32, "ID_ADRESSE": "b" * 16, "QUARTIER": "1", "URGENCE": "1"}  # fmt: skip


def row(**other: str) -> str:
    """One line, a good one but for what is said."""
    given = GOOD | other
    return ";".join(given.get(header, "") for header in HEADERS)


def text(*rows: str) -> bytes:
    """A file of these lines."""
    return "\n".join([";".join(HEADERS), *rows, ""]).encode()


def read(*rows: str) -> Read:
    """As the page reads it."""
    return alert_import.read(text(*rows), "csv", TODAY)


def look(one: Seat, content: bytes, name: str = "alertes.csv") -> str:
    """The page that shows what a file holds."""
    answer = one.client.post("/alert-import", data={"csrf": one.token}, files={"file": (name, content)})
    assert answer.status_code == 200, answer.text
    shown: str = answer.text
    return shown


def counts(html: str) -> list[int]:
    """In all, new, known, refused."""
    return [int(found) for found in re.findall(r"<dt>Lignes [^<]+</dt><dd>(\d+)</dd>", html)]


def take(one: Seat, html: str) -> None:
    """Presses the button of that page."""
    sent = {name: re.search(f'name="{name}" value="([^"]*)"', html)[1] for name in ("content", "suffix")}  # type: ignore[index]
    assert one.post("/alert-import/take", **sent).headers["location"] == "/alerts?said=alerts-in"


def stored(desk: Desk) -> dict[str | None, Alert]:
    """By their identifiers."""
    with desk.database.reading() as session:
        return {alert.foreign_id: alert for alert in session.scalars(select(Alert))}


def test_a_file_is_looked_at_then_taken_in_and_twice_changes_nothing(desk: Desk) -> None:
    one = seat(desk, "coordinator")
    content = text(
        row(),
        row(ID_SIGNALEMENT="S2", DATE_SIGNALEMENT="31/10/2026", URGENCE="", CANAL="", QUARTIER="", ANNEE_NAISSANCE="1931", SEXE="F"),
        row(ID_SIGNALEMENT="S3", CANAL="FACTEUR"),
    )  # fmt: skip
    shown = look(one, content)
    assert counts(shown) == [3, 2, 0, 1]
    assert re.findall(r'<td class="n">(\d+)</td><td><code>(\w+)</code></td><td>([^<]+)<', shown) == [
        ("4", "CANAL", "n’est pas une valeur prévue au contrat")
    ]
    assert "FACTEUR" not in shown
    assert stored(desk) == {}
    take(one, shown)
    first, second = (stored(desk)[name] for name in ("S1", "S2"))
    assert (first.reported_on, first.since, first.channel, first.urgency) == (date(2026, 11, 2),) * 2 + ("ASSOCIATION", 1)  # fmt: skip
    assert (first.quartier, first.cle_nom_adresse, first.id_adresse) == ("01", "a" * 32, "b" * 16)
    assert (first.sealed_identity, first.entered_mark, first.signs, first.state) == (
        None,
        None,
        [],
        "to_triage",
    )
    assert (second.reported_on, second.channel, second.urgency, second.quartier) == (date(2026, 10, 31), None, None, "")  # fmt: skip
    assert (second.annee_naissance, second.sexe, second.id_logement) == (1931, "F", None)
    again = look(one, content)
    assert counts(again) == [3, 0, 2, 1]
    assert "Rien n’y est nouveau" in again
    take(one, shown)  # the page of before, sent once more
    assert len(stored(desk)) == 2
    with desk.database.reading() as session:
        lines = list(session.scalars(select(TrailLine).where(TrailLine.action == "import alerts")))
        assert [line.facts for line in lines] == [
            {"taken": 2, "known": 0, "refused": 1},
            {"taken": 0, "known": 2, "refused": 1},
        ]


def test_an_imported_alert_stands_in_the_queue_and_says_what_it_lacks(desk: Desk) -> None:
    one = seat(desk, "coordinator")
    take(one, look(one, text(row(URGENCE=""))))
    (alert,) = stored(desk).values()
    queue = one.get("/alerts").text
    assert alert.number in queue
    assert "urgence non précisée" in queue
    assert "arrivé par un fichier, sans signes" in queue
    assert "Aucun nom ne l’accompagne" in one.get(f"/alerts/{alert.id}").text


WRONG: list[tuple[dict[str, str], str, str]] = [
    ({"ID_SIGNALEMENT": ""}, "ID_SIGNALEMENT", "valeur absente"),
    ({"DATE_SIGNALEMENT": ""}, "DATE_SIGNALEMENT", "valeur absente"),
    ({"DATE_SIGNALEMENT": "31/02/2026"}, "DATE_SIGNALEMENT", "illisible"),
    ({"DATE_SIGNALEMENT": "2026-11-04"}, "DATE_SIGNALEMENT", "ordre des dates"),
    ({"URGENCE": "3"}, "URGENCE", "hors bornes"),
    ({"URGENCE": "vite"}, "URGENCE", "illisible"),
    ({"CANAL": "FACTEUR"}, "CANAL", "valeur hors liste"),
    ({"CLE_USAGE": "Dupont"}, "CLE_USAGE", "forme inattendue"),
    ({"ID_ADRESSE": "12 rue Verte"}, "ID_ADRESSE", "pas un pseudonyme"),
    ({"ID_LOGEMENT": "x" * 65}, "ID_LOGEMENT", "pas un pseudonyme"),
    ({"ID_SIGNALEMENT": "appel de Mme Roux"}, "ID_SIGNALEMENT", "pas un pseudonyme"),
]


def test_what_is_wrong_is_named_by_line_column_and_reason() -> None:
    lines = [row(**{"ID_SIGNALEMENT": f"S{at}", **wrong}) for at, (wrong, _, _) in enumerate(WRONG, start=3)]
    done = read(row(), *lines)
    assert (done.count, done.refused, list(done.rows)) == (len(WRONG) + 1, len(WRONG), [2])
    for at, (_, column, reason) in enumerate(WRONG, start=3):
        assert Problem(line=at, column=column, reason=reason) in done.problems
    assert len(done.problems) == len(WRONG) + 1  # a day that cannot be read is also none


def test_of_identical_copies_one_is_taken_of_rows_that_differ_none(desk: Desk) -> None:
    done = read(row(), row(), row(ID_SIGNALEMENT="S2"), row(ID_SIGNALEMENT="S2", URGENCE="2"), row()[:-2])
    assert list(done.rows) == [2]
    assert [(one.line, one.reason) for one in done.problems] == [
        (3, "clé en double"), (4, "clé en double"), (5, "clé en double"), (6, "nombre de champs"),
    ]  # fmt: skip


def test_a_spreadsheet_and_an_old_encoding_are_read(desk: Desk) -> None:
    sheet = io.BytesIO()
    with xlsxwriter.Workbook(sheet, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADERS)
        page.write_row(1, 0, [GOOD.get(header, "") for header in HEADERS])
    done = alert_import.read(sheet.getvalue(), "xlsx", TODAY)
    assert (done.count, done.problems) == (1, ())
    old = "Date du signalement,Identifiant signalement,Canal de signalement,Urgence\n2/11/26,S1,Néant,2\n"
    done = alert_import.read(old.encode("cp1252"), "csv", TODAY)
    assert [(one["date_signalement"], one["canal"], one["urgence"]) for one in done.rows.values()] == [
        (one["date_signalement"], None, 2) for one in read(row()).rows.values()
    ]


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01", b"NOM;PRENOM;ADRESSE\nDupont;Jeanne;12 rue Verte\n", b"ID_SIGNALEMENT\nS1\n", b'"a', "é;è".encode("utf-16")],
)  # fmt: skip
def test_another_file_is_refused_as_a_whole_and_nothing_of_it_is_repeated(desk: Desk, content: bytes) -> None:
    one = seat(desk, "coordinator")
    sent = {"data": {"csrf": one.token}, "files": {"file": ("Dupont.csv", content)}}
    answer = one.client.post("/alert-import", **sent)
    assert answer.status_code == 422
    assert "Dupont" not in answer.text
    with pytest.raises(Incomplete):
        alert_import.read(content or b"x", "csv", TODAY)


def test_what_no_page_has_sent_is_no_file(desk: Desk) -> None:
    one = seat(desk, "coordinator")
    good = base64.b64encode(text(row())).decode()
    for content, suffix in (("é", ".csv"), ("", ".csv"), (good, ".exe"), ("A" * 800_000, ".csv")):
        assert one.post("/alert-import/take", content=content, suffix=suffix).status_code == 422
    assert one.post("/alert-import", file="no file").status_code == 422
    long = one.client.post(
        "/alert-import", data={"csrf": one.token}, files={"file": ("a.csv", text(row()) * 4000)}
    )
    assert "500 000 octets" in long.text.replace("\u00a0", " ")
    assert stored(desk) == {}


def test_every_reason_of_the_contract_has_words() -> None:
    asked = {promise.reason for promise in promises.promises(load("signalements"))}
    assert asked <= PROBLEMS.keys()


NAMES = [f"S{n}" for n in range(20)]
IDS = st.sampled_from([*NAMES, "", "Mme Roux"])
DAYS = st.sampled_from(["2026-11-03", "03/11/2026", "2026-11-04", "1899-12-31", "", "demain"])
ROWS = st.builds(
    lambda name, day, canal, urgency: row(ID_SIGNALEMENT=name, DATE_SIGNALEMENT=day, CANAL=canal, URGENCE=urgency),
    IDS, DAYS, st.sampled_from(["VOISIN", "", "FACTEUR"]), st.sampled_from(["0", "2", "", "9"]),
)  # fmt: skip


def is_good(line: str, others: list[str]) -> bool:
    """The contract, row by row, slowly; the first of identical copies counts, and none of rows that differ under one identifier."""
    name, day, canal, urgency = (line.split(";")[HEADERS.index(h)] for h in ("ID_SIGNALEMENT", "DATE_SIGNALEMENT", "CANAL", "URGENCE"))  # fmt: skip
    same = [other for other in others if other.split(";")[0] == name]
    # the same day written in two ways is the same value
    kinds = {other.replace("03/11/2026", "2026-11-03") for other in same}
    is_alone = len(same) == 0 or (len({*kinds, line.replace("03/11/2026", "2026-11-03")}) == 1)
    return is_alone and name in NAMES and day in ("2026-11-03", "03/11/2026") and canal != "FACTEUR" and urgency != "9"  # fmt: skip


@settings(max_examples=5, deadline=None)
@given(rows=st.lists(ROWS, min_size=10, max_size=40))
@pytest.mark.slow
def test_every_row_is_taken_or_refused_and_the_counts_add_up(rows: list[str]) -> None:
    done = read(*rows)
    expected = [
        at
        for at, one in enumerate(rows, start=2)
        if is_good(one, [*rows[: at - 2], *rows[at - 1 :]])
        and not any(
            one.replace("03/11/2026", "2026-11-03") == other.replace("03/11/2026", "2026-11-03")
            for other in rows[: at - 2]
        )
    ]
    assert list(done.rows) == expected
    assert {problem.line for problem in done.problems} == set(range(2, len(rows) + 2)) - set(expected)
    assert done.count == len(rows) == len(done.rows) + done.refused
    assert all(problem.reason in PROBLEMS for problem in done.problems)
