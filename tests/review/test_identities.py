"""Names in two keys: who may, once, for how long, and that nothing of it is kept anywhere."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from starlette.testclient import TestClient

from pipelines import settings
from pipelines.commands_review import _desk_city
from review import trail, watch
from review.app import application
from review.desk import Desk
from review.me import Me
from review.names.correspondence import Correspondence, Person, sealed
from review.names.identities import standing
from review.names.naming import door_of
from review.names.vault import Door, Vault
from review.rendering import rendered
from review.roles import MAY, ROLES
from review.tables.accounts import User
from review.tables.cases import Case, Member
from review.tables.trail import TrailLine
from tests.review.desk_sample import (
    START,
    Clock,
    Seat,
    a_desk,
    case_of,
    change_account,
    everybody,
    seat,
    sqlite,
    take,
)
from tests.review.table_sample import (
    PASSPHRASE,
    asked,
    cheap_table,
    grant,
    open_table,
    person,
    show,
    state_of,
    table,
)

__all__ = ["cheap_table"]
NAME = "NOMDEFAMILLE1"
CLAIRE = Me(
    user_id="", login="claire", name="", role="expert", profession=None, language="en", quartiers=None, session_id="", csrf=""
)  # fmt: skip


@pytest.fixture
def asker(desk: Desk) -> Seat:
    return seat(desk, "claire", "expert")


@pytest.fixture
def granter(desk: Desk) -> Seat:
    """With the table open."""
    one = seat(desk, "nadia", "coordinator")
    assert open_table(one).headers["location"] == "/identities?said=table_open"
    return one


def anew(desk: Desk, clock: Clock, login: str) -> Seat:
    """Another session of the same person."""
    clock.turn(seconds=1)
    return Seat(desk, login)


def lines(desk: Desk, action: str) -> list[TrailLine]:
    with desk.database.reading() as session:
        return list(session.scalars(select(TrailLine).where(TrailLine.action == action)))


def test_it_is_asked_granted_and_seen_once(desk: Desk, clock: Clock, asker: Seat, granter: Seat) -> None:
    request = asked(desk, asker, 1, "call")
    assert (
        "to call" not in granter.get("/identities").text and "pour appeler" in granter.get("/identities").text
    )
    assert grant(granter, request).headers["location"] == "/identities?said=granted"
    shown = show(asker, request)
    assert shown.status_code == 200 and shown.headers["cache-control"] == "no-store"
    for text in ("Mme Jeanne1 " + NAME, "1 rue Plantée", "Étage 1", "47000 AGEN"):
        assert text in shown.text
    again, elsewhere = show(asker, request), show(anew(desk, clock, "claire"), request)
    assert (again.status_code, elsewhere.status_code) == (410, 410)
    assert NAME not in again.text + elsewhere.text and state_of(desk, request) == "seen"
    for action, who in (("ask identity", "claire"), ("grant identity", "nadia"), ("see identity", "claire")):
        (line,) = lines(desk, action)
        assert (line.who, line.about) == (who, request.case_id)
        assert line.facts["motive"] == "call" and line.facts["request"] == request.id


def test_on_either_database(any_url: str) -> None:
    desk = a_desk(any_url)
    take(desk)
    claire, nadia = seat(desk, "claire", "expert"), seat(desk, "nadia", "coordinator")
    open_table(nadia)
    request = asked(desk, claire, 1)
    assert grant(nadia, request).status_code == 303
    assert NAME in show(claire, request).text and show(claire, request).status_code == 410
    desk.database.close()


def test_the_asker_in_another_session_has_the_one_look(
    desk: Desk, clock: Clock, asker: Seat, granter: Seat
) -> None:
    request = asked(desk, asker, 1)
    grant(granter, request)
    assert NAME in show(anew(desk, clock, "claire"), request).text
    assert show(asker, request).status_code == 410


def test_nobody_else_sees_it_and_no_get_uses_it_up(desk: Desk, asker: Seat, granter: Seat) -> None:
    request = asked(desk, asker, 1)
    grant(granter, request)
    others = [granter, *everybody(desk).values()]
    assert {show(one, request).status_code for one in others} <= {403, 404}
    assert asker.get(f"/identities/{request.id}/open").status_code == 405
    assert NAME in show(asker, request).text


def test_both_keys_belong_to_two_people_of_two_roles(desk: Desk) -> None:
    """Every pair of roles, the same person among them."""
    first = everybody(desk)
    second = {role: seat(desk, f"{role}-two", role) for role in ROLES}
    for role in MAY["grant identity"]:
        open_table(first[role])
        open_table(second[role])
    for by in ROLES:
        case = case_of(desk, 1)
        if by not in MAY["ask identity"]:
            assert first[by].post(f"/cases/{case.id}/identity", motive="visit").status_code == 403
            continue
        for other in ROLES:
            request = asked(desk, first[by], 1)
            assert grant(first[by], request).status_code == 403, "one's own request"
            may = other in MAY["grant identity"] and other != by
            listed = second[other].get("/identities")
            assert (f"/identities/{request.id}/grant" in listed.text) == may
            assert grant(second[other], request).status_code == (303 if may else 403), (by, other)
            if may:
                show(first[by], request)
            else:
                assert state_of(desk, request) == "asked"
                helper = first["dpo"]
                assert helper.post(f"/identities/{request.id}/refuse", version=1).status_code == 303


def test_a_role_that_changes_meanwhile_opens_no_way_round(desk: Desk, clock: Clock, granter: Seat) -> None:
    """Claire asks as an expert and becomes a coordinator: neither she nor another coordinator may grant it, and it waits for another role."""
    request = asked(desk, seat(desk, "claire", "expert"), 1)
    with desk.database.writing() as session:
        session.scalars(select(User).where(User.login == "claire")).one().role = "coordinator"
    assert {grant(anew(desk, clock, "claire"), request).status_code, grant(granter, request).status_code} == {
        403
    }
    dpo = seat(desk, "dpo")
    open_table(dpo)
    assert grant(dpo, request).status_code == 303


def test_whoever_asks_says_what_for_and_waits(desk: Desk, asker: Seat) -> None:
    case = case_of(desk, 1)
    for motive in ("", "curiosity"):
        answer = asker.post(f"/cases/{case.id}/identity", motive=motive)
        assert answer.status_code == 422
    asked(desk, asker, 1)
    assert asker.post(f"/cases/{case.id}/identity", motive="call").status_code == 400
    assert len(lines(desk, "ask identity")) == 1


@pytest.mark.parametrize(("seconds", "status"), [(-1, 303), (0, 409)])
def test_nobody_answers_after_seven_days(
    desk: Desk, asker: Seat, clock: Clock, seconds: int, status: int
) -> None:
    request = asked(desk, asker, 1)
    clock.turn(days=7, seconds=seconds)
    late = seat(desk, "nadia", "coordinator")
    open_table(late)
    assert grant(late, request).status_code == status


@pytest.mark.parametrize(("seconds", "status"), [(-1, 200), (0, 410)])
def test_what_is_granted_is_used_within_eight_hours(
    desk: Desk, asker: Seat, granter: Seat, clock: Clock, seconds: int, status: int
) -> None:
    request = asked(desk, asker, 1)
    grant(granter, request)
    clock.turn(hours=8, seconds=seconds)
    late = Seat(desk, "claire")
    late.get("/identities")
    assert show(late, request).status_code == status
    assert (state_of(desk, request), len(lines(desk, "identity lapsed"))) == (
        ("seen", 0) if status == 200 else ("lapsed", 1)
    )


def test_a_refusal_is_told_and_ends_it(desk: Desk, asker: Seat, granter: Seat) -> None:
    request = asked(desk, asker, 1)
    assert granter.post(f"/identities/{request.id}/refuse", version=1).status_code == 303
    assert state_of(desk, request) == "refused" and show(asker, request).status_code == 410
    assert grant(granter, request).status_code == 409, "it was answered meanwhile"
    assert "refusé" in asker.get("/identities").text and len(lines(desk, "refuse identity")) == 1
    asked(desk, asker, 1)


def test_where_nothing_is_found_the_grant_is_used_up(desk: Desk, asker: Seat) -> None:
    granter = seat(desk, "nadia", "coordinator")
    open_table(granter, table([person(2)]))
    request = asked(desk, asker, 1)
    assert grant(granter, request).headers["location"] == "/identities?said=nothing_found"
    assert state_of(desk, request) == "nothing" and show(asker, request).status_code == 410
    (line,) = lines(desk, "grant identity")
    assert (line.facts["asked"], line.facts["found"]) == (1, 0)


def test_of_a_household_that_objected_nobody_is_told(desk: Desk, asker: Seat, granter: Seat) -> None:
    def objects(number: int) -> None:
        case = case_of(desk, number)
        assert asker.post(f"/cases/{case.id}/object", version=case.version).status_code == 303

    objects(1)
    case = case_of(desk, 1)
    assert asker.post(f"/cases/{case.id}/identity", motive="emergency").status_code == 400
    waits, granted = asked(desk, asker, 2), asked(desk, asker, 3)
    grant(granter, granted)
    objects(2), objects(3)
    assert grant(granter, waits).status_code == 400 and state_of(desk, waits) == "asked"
    refused = show(asker, granted)
    assert refused.status_code == 400 and "NOMDEFAMILLE3" not in refused.text
    watch.sweep(desk)
    assert {state_of(desk, waits), state_of(desk, granted)} == {"lapsed"}
    assert not desk.vault.holds(granted.id, desk.now())


def test_another_neighbourhood_is_not_theirs_to_grant(desk: Desk, asker: Seat) -> None:
    south = seat(desk, "sud", "coordinator", groups=["Sud"])
    open_table(south)
    request = asked(desk, asker, 1)  # in 02, of the north
    assert request.id not in south.get("/identities").text
    assert (
        grant(south, request).status_code
        == south.post(f"/identities/{request.id}/refuse", version=1).status_code
        == 404
    )


def test_without_the_table_nothing_is_granted(desk: Desk, asker: Seat) -> None:
    granter, request = seat(desk, "nadia", "coordinator"), asked(desk, asker, 1)
    answer = grant(granter, request)
    assert answer.status_code == 422 and "table" in answer.text and state_of(desk, request) == "asked"
    for content, passphrase in (
        (None, "quatre mots d’hasard"),
        (b"NOM;PRENOM\nDUPONT;Jeanne\n", PASSPHRASE),
        (b"", PASSPHRASE),
    ):
        refused = open_table(granter, content, passphrase)
        assert refused.status_code == 422 and passphrase not in refused.text
    assert len(lines(desk, "table refused")) == 3 and not lines(desk, "open table")
    assert grant(granter, request).status_code == 422


def test_tries_to_open_it_are_few(desk: Desk) -> None:
    one = seat(desk, "dpo")
    assert [open_table(one, b"").status_code for _ in range(6)] == [422] * 5 + [429]


def test_where_the_table_lies_starts_at_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "city.toml"
    city = 'name = "Ville"\ninsee_code = "47001"\npurpose = "social isolation outreach"\n[desk]\n'
    path.write_text(city + 'correspondence = "a.table"\ntable_minutes = 5\n')
    found = _desk_city(settings.load(path), path)
    assert (found.correspondence, found.table_minutes) == (tmp_path / "a.table", 5)
    path.write_text(city)
    assert _desk_city(settings.load(path), path).correspondence is None


def test_a_table_on_the_server_needs_its_passphrase_only(tmp_path: Path) -> None:
    path = tmp_path / "agen.table"
    desk = a_desk(sqlite(tmp_path), correspondence=path)
    take(desk)
    one = seat(desk, "dpo")
    gone = one.post("/identities/table", passphrase=PASSPHRASE)
    assert gone.status_code == 400 and str(path) not in gone.text
    path.write_bytes(table())
    assert 'type="file"' not in one.get("/identities").text
    assert one.post("/identities/table", passphrase="x" * 20).status_code == 422
    assert one.post("/identities/table", passphrase=PASSPHRASE).status_code == 303
    request = asked(desk, seat(desk, "expert"), 1)
    assert grant(one, request).status_code == 303
    desk.database.close()


def _sign_out(desk: Desk, clock: Clock, granter: Seat) -> None:
    granter.post("/sign-out")


def _close(desk: Desk, clock: Clock, granter: Seat) -> None:
    granter.post("/identities/table/close")


def _idle(desk: Desk, clock: Clock, granter: Seat) -> None:
    clock.turn(minutes=31)
    watch.sweep(desk)


def _an_hour(desk: Desk, clock: Clock, granter: Seat) -> None:
    for _ in range(3):
        clock.turn(minutes=20)
        granter.get("/identities")
    watch.sweep(desk)


def _account_closed(desk: Desk, clock: Clock, granter: Seat) -> None:
    administrator = seat(desk, "administrator")
    with desk.database.reading() as session:
        user = session.scalars(select(User).where(User.login == "nadia")).one()
    form = {"name": "Nadia", "role": "coordinator", "profession": "COORDINATION", "language": "fr"}
    assert change_account(administrator, user.id, **form).status_code == 303
    watch.sweep(desk)


@pytest.mark.parametrize("how", [_sign_out, _close, _idle, _an_hour, _account_closed])
def test_the_table_is_forgotten(desk: Desk, clock: Clock, granter: Seat, how) -> None:  # type: ignore[no-untyped-def]
    (session_id,) = desk.vault.sessions()
    kept = desk.vault.table(session_id, desk.now())
    assert kept is not None
    how(desk, clock, granter)
    assert desk.vault.sessions() == () and vars(kept) == {"_indexes": None}


def test_past_its_time_it_is_not_used_though_nobody_swept(
    desk: Desk, clock: Clock, asker: Seat, granter: Seat
) -> None:
    request = asked(desk, asker, 1)
    for _ in range(3):
        clock.turn(minutes=20)
        granter.get("/identities")
    assert grant(granter, request).status_code == 422


def test_a_table_serves_its_own_session_alone(desk: Desk, clock: Clock, asker: Seat, granter: Seat) -> None:
    request = asked(desk, asker, 1)
    assert grant(anew(desk, clock, "nadia"), request).status_code == 422
    assert grant(granter, request).status_code == 303


def test_a_new_start_of_the_desk_has_forgotten(
    tmp_path: Path, desk: Desk, clock: Clock, asker: Seat, granter: Seat
) -> None:
    request = asked(desk, asker, 1)
    grant(granter, request)
    after = a_desk(str(desk.database.engine.url), clock=clock)
    assert after.vault.sessions() == ()
    late = show(anew(after, clock, "claire"), request)
    assert late.status_code == 410 and NAME not in late.text
    watch.sweep(after)
    (line,) = lines(after, "identity lapsed")
    assert (line.who, line.facts["because"], state_of(after, request)) == ("system", "forgotten", "lapsed")
    after.database.close()


def test_the_desk_sweeps_from_its_start_and_forgets_at_its_stop(
    desk: Desk, clock: Clock, asker: Seat
) -> None:
    request = asked(desk, asker, 1)
    clock.turn(days=8)
    with TestClient(application(desk)) as client:
        client.get("/sign-in")
        desk.vault.put("x", {}, "claire", desk.now() + timedelta(hours=1))
        desk.vault.open("s", Correspondence(table(), PASSPHRASE), desk.now() + timedelta(hours=1))
    assert state_of(desk, request) == "lapsed"
    assert desk.vault.sessions() == () and not desk.vault.holds("x", desk.now())


def test_while_the_database_is_gone_tables_are_forgotten_too(
    desk: Desk, granter: Seat, caplog: pytest.LogCaptureFixture
) -> None:
    with desk.database.writing() as session:
        session.connection().exec_driver_sql("drop table identity_requests")
    watch.sweep(desk)
    assert desk.vault.sessions() == () and "does not answer" in caplog.text


def test_where_no_line_can_be_added_to_the_trail_tables_are_forgotten_too(
    desk: Desk, clock: Clock, asker: Seat, granter: Seat, caplog: pytest.LogCaptureFixture
) -> None:
    """As after another key: the desk goes on sweeping."""
    asked(desk, asker, 1)
    clock.turn(days=8)
    with desk.database.writing() as session:
        session.execute(update(TrailLine).values(digest="0" * 64))
    watch.sweep(desk)
    assert desk.vault.sessions() == () and "nothing can be added" in caplog.text


def test_a_planted_name_is_in_one_answer_and_nowhere_else(
    tmp_path: Path, desk: Desk, caplog: pytest.LogCaptureFixture, asker: Seat, granter: Seat
) -> None:
    """Everything that anybody is sent from the ask on; then the bytes of the database, the log and the trail."""
    caplog.set_level("DEBUG")
    request = asked(desk, asker, 1)
    answers = [open_table(granter), grant(granter, request), show(asker, request), show(asker, request)]
    pages = (
        "/queue",
        f"/cases/{request.case_id}",
        "/identities",
        "/trail",
        "/second-look",
        "/rounds",
        "/teams",
        "/lists",
        "/account",
    )
    answers += [one.get(path) for one in (asker, granter, *everybody(desk).values()) for path in pages]
    secrets = (NAME, "Nomdefamille1", "rue Plantée", "Étage 1", PASSPHRASE)
    assert [sum(text in answer.text for answer in answers) for text in secrets] == [1, 0, 1, 1, 0]
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert {"desk.sqlite", "desk.sqlite-wal"} <= set(files)
    with desk.database.reading() as session:
        kept = json.dumps([trail.as_json(line) for line in trail.lines(session, desk.services.seal)])
    for text in secrets:
        assert not any(text.encode() in content for content in files.values())
        assert text not in caplog.text and text not in kept and text not in repr(desk)


def test_the_page_of_a_case_says_how_it_stands(desk: Desk, asker: Seat, granter: Seat, clock: Clock) -> None:
    """The part that ``case.html.j2`` includes, of each state."""

    def part() -> str:
        with desk.database.reading() as session:
            case = case_of(desk, 1)
            identity = standing(session, CLAIRE, desk.now(), case=case)
        return rendered("_identity.html.j2", "en", me=CLAIRE, case=case, identity=identity)

    may_ask, may_open = "Ask for the name", "Show once"
    assert may_ask in part()
    request = asked(desk, asker, 1)
    assert may_ask not in part() and may_open not in part() and "awaits the second key" in part()
    grant(granter, request)
    assert f"/identities/{request.id}/open" in part() and may_open in part() and may_ask not in part()
    show(asker, request)
    assert may_open not in part() and may_ask in part() and "was shown" in part()
    clock.turn(seconds=1)
    asked(desk, asker, 1)
    clock.turn(days=7)
    assert may_ask in part() and "lapsed" in part()


# --- who is looked up ------------------------------------------------------------------------------------------------


def household(*keys: str, dwelling: str | None = "d", address: str = "a") -> Case:
    members = [Member(number=n, cle_identite=key) for n, key in enumerate(keys, start=1)]
    return Case(id_logement=dwelling, id_adresse=address, members=members)


def at(key: str, dwelling: str | None, address_id: str, **more: object) -> Person:
    return person(1, key=key, dwelling=dwelling, address_id=address_id, **more)


def found(case: Case, *rows: Person) -> Door | None:
    return door_of(Correspondence(sealed(rows, PASSPHRASE), PASSPHRASE), case)


def test_the_members_at_their_own_door() -> None:
    rows = (
        at("k1", "d", "a", surname="Un", address="1 rue A", complement="Appt 3"),
        at("k1", "old", "b", surname="Un", address="9 rue B"),
        at("k2", "d", "a", surname="Deux", address="1 rue A", complement="Appt 3"),
        at("stranger", "d", "a", surname="Autre", address="1 rue A"),
        at("next door", "d2", "a", surname="Voisin", address="1 rue A", complement="Appt 4"),
    )
    door = found(household("k1", "k2"), *rows)
    assert door is not None and door.names == ((1, "Mme Jeanne1 UN"), (2, "Mme Jeanne1 DEUX"))
    assert (door.address, door.complement) == ("1 rue A", "Appt 3")


def test_a_member_known_from_elsewhere_is_named_without_that_address() -> None:
    old = at("k1", "old", "b", surname="Un", address="9 rue B", complement="Appt 9")
    neighbour = at("n", "d2", "a", surname="Voisin", address="1 rue A", complement="Appt 4")
    door = found(household("k1"), old, neighbour)
    assert door is not None and door.names == ((1, "Mme Jeanne1 UN"),)
    assert (door.address, door.complement) == ("1 rue A", "")
    alone = found(household("k1"), old)
    assert alone is not None and alone.address == "" and alone.names


def test_nobody_known_by_key_is_an_address_without_a_name() -> None:
    door = found(
        household("k9"), at("stranger", "d", "a", surname="Autre", address="1 rue A", complement="Appt 3")
    )
    assert door is not None and (door.names, door.address, door.complement) == ((), "1 rue A", "Appt 3")


def test_without_key_and_dwelling_nothing_is_told() -> None:
    assert found(household("k9", dwelling=None), at("x", "d2", "a"), at("y", None, "a")) is None
    assert found(household(dwelling=None, address=""), at("x", None, "")) is None


PLACES = [("d", "a"), ("d2", "a"), (None, "a"), ("old", "b"), (None, "")]
ROWS = st.lists(
    st.builds(
        lambda key, place, n: at(key, *place, surname=f"S{key}", address=f"{place[1] or '?'} {n}"),
        st.sampled_from(["k1", "k2", "x", "y"]), st.sampled_from(PLACES), st.integers(1, 3),
    ),
    max_size=8,
)  # fmt: skip


@given(rows=ROWS, dwelling=st.sampled_from(["d", None]))
def test_only_members_are_named_and_only_the_household_s_own_address_is_told(
    rows: list[Person], dwelling: str | None
) -> None:
    door = found(household("k1", "k2", dwelling=dwelling), *rows)
    known = {row.key for row in rows} & {"k1", "k2"}
    if door is None:
        assert not known and not any(dwelling and row.dwelling == dwelling for row in rows)
        return
    assert [name for _, name in door.names] == [
        f"Mme Jeanne1 S{key}".upper().replace("MME JEANNE1", "Mme Jeanne1") for key in sorted(known)
    ]
    assert door.address == "" or door.address.startswith("a ")
    assert bool(door.address) == any(row.address_id == "a" for row in rows if known or row.dwelling == "d")


def test_of_many_who_take_at_once_one_has_it() -> None:
    vault = Vault()
    vault.put("r", {"c": Door(address="1 rue A")}, "claire", START + timedelta(hours=8))
    assert vault.take("r", "paul", START) is None
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: vault.take("r", "claire", START), range(40)))
    assert sum(one is not None for one in taken) == 1 and "rue" not in repr(vault)
