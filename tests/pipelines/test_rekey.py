"""Another key: everything opens with the new one and nothing with the old one, no hash that somebody holds changes, and a kill at any moment loses nothing."""

import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from data_contracts.errors import Busy, ConfigurationError, IntegrityError
from pipelines import approvals, audit_log, audit_verify, ledger, next_key, rekeying, settings, store_state
from pipelines.audit_log import Asked
from pipelines.commands_review import desk_of
from pipelines.encrypted import Key
from pipelines.keys import make_key
from pipelines.settings import City
from pipelines.store import open_store, read_store
from pipelines.turns import one_at_a_time
from pipelines.warehouse_key import existing_key, key_in, mark
from review import trail
from review.alerting import alert_identity, alerts
from review.alerting.alert_identity import Told
from review.desk import Desk
from review.follow_up import bereavement
from review.tables.accounts import User
from review.tables.alerts import Alert
from review.tables.bereaved import Bereaved
from review.tables.cases import Case
from tests.pipelines.calling import called
from tests.pipelines.chained_runs import published, town
from tests.pipelines.little_city import key as match_key
from tests.pipelines.test_approvals import line
from tests.pipelines.test_backups import ADD
from tests.review.desk_sample import take

ON = date(2026, 11, 28)
TOLD = Told(surname="X", given_names="Y", address="1 rue Z", complement="", born_on=None)
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANTERNE_KEY", "LANTERNE_NEXT_KEY", "LANTERNE_DESK_DATABASE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def config(whole: Path, tmp_path: Path) -> Path:
    """A copy of its own."""
    shutil.copytree(whole, tmp_path / "city")
    return tmp_path / "city" / "city.toml"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with a row, a published run, two approvals, a desk with eight cases, an alert, a second factor and a mourner; somebody looked at a person."""
    made = town(tmp_path_factory.mktemp("rekey") / "city")
    city = settings.load(made)
    with open_store(city.paths) as connection:
        connection.execute(ADD, ["Centre"])
    published(made)
    sign(city, "a")
    sign(city, "b")
    ledger.enter(city.paths, "export person", "person", person=ledger.pseudonym(city.paths, match_key(7)))
    desk = desk_of(made)
    take(desk)
    _fill(desk)
    desk.database.close()
    return made.parent


def sign(city: City, model: str) -> None:
    """One line more, with the key of now."""
    city.paths.models.mkdir(exist_ok=True)
    key = existing_key(city.paths)
    before = approvals.lines(city.paths.models, key)
    one = line(model, previous=before[-1].signature if before else "")
    approvals.append(city.paths.models, approvals.signed(one, key))


def _fill(desk: Desk) -> None:
    seal, today = desk.services.seal, desk.today()
    with desk.database.writing() as session:
        case = session.scalars(select(Case).order_by(Case.id)).first()
        assert case is not None
        session.add(User(login="m.petit", name="M", role="unit", language="fr", second_factor=seal.seal(SECRET), made_at=desk.now()))  # fmt: skip
        session.add(Alert(entered_mark=alerts.mark(seal, "m.petit", today), reported_on=today, since=today, quartier="", signs=[], state="new", sealed_identity=alert_identity.sealed(seal, TOLD)))  # fmt: skip
        there = set(session.scalars(select(Bereaved.mark)))
        for household in {case.household_id, "whom nobody knows"}:
            if bereavement.mark(seal, household) in there:
                continue  # the list that was taken in mourns somebody of its own
            session.add(Bereaved(mark=bereavement.mark(seal, household), state="withdrawn", state_on=today, needs=[]))  # fmt: skip


def rekey(config: Path) -> rekeying.Rekeyed:
    return rekeying.rekey(config, settings.load(config), ON)


def holds(config: Path, lines: int) -> None:
    """Everything is there and opens with the key of now; ``lines``: of the installation's chain."""
    city = settings.load(config)
    with read_store(city.paths) as connection:
        assert connection.execute("select nom from raw.quartiers").fetchall() == [("Centre",)]
    assert [one.model for one in approvals.lines(city.paths.models, existing_key(city.paths))] == ["a", "b"]
    entered = ledger.entries(city.paths)
    assert len(entered) == lines
    for run in city.paths.runs.glob("2026*"):
        audit_verify.at_home(config, city, run)
    desk = desk_of(config)
    with desk.database.reading() as session:
        seal = desk.services.seal
        trail.verified(session, seal)
        factor = session.scalars(select(User.second_factor).where(User.second_factor.is_not(None))).one()
        assert factor and seal.opened(factor) == SECRET
        alert = session.scalars(select(Alert)).one()
        assert alert.sealed_identity and alert_identity.opened(seal, alert.sealed_identity) == TOLD
        assert alert.entered_mark == alerts.mark(seal, "m.petit", desk.today())
        case = session.scalars(select(Case).order_by(Case.id)).first()
        assert case and bereavement.mark(seal, case.household_id) in set(
            session.scalars(select(Bereaved.mark))
        )
    desk.database.close()


def old_key_opens_nothing(config: Path, old: Key) -> None:
    city = settings.load(config)
    with pytest.raises(IntegrityError):
        ledger.check(city.paths.runs, old)
    with pytest.raises(IntegrityError):
        approvals.lines(city.paths.models, old)
    assert not rekeying._opens(city.paths.database, old)


def test_everything_goes_over_and_no_hash_that_somebody_holds_changes(config: Path) -> None:
    city, key = settings.load(config), config.with_name("lanterne.key")
    old, digits = existing_key(city.paths), key.read_text()
    log, lines = (city.paths.runs / ledger.LOG).read_bytes(), len(ledger.entries(city.paths))
    signed = (city.paths.models / approvals.LOG).read_bytes()
    runs = {path: path.read_bytes() for path in city.paths.runs.glob("2026*/**/*") if path.is_file()}
    done = rekey(config)
    assert done.rows and done.approvals == 2 and not done.is_taken_up
    assert done.desk and done.desk["second_factors"] == done.desk["identities"] == done.desk["unknown"] == 1
    assert done.kept == config.with_name("lanterne.key.until-2026-11-28") and done.kept.read_text() == digits
    assert key.read_text() != digits and stat.S_IMODE(key.stat().st_mode) == 0o600
    holds(config, lines + 1)
    old_key_opens_nothing(config, old)
    assert (city.paths.runs / ledger.LOG).read_bytes().startswith(log)
    assert (city.paths.models / approvals.LOG).read_bytes() == signed
    assert {path: path.read_bytes() for path in runs} == runs
    left = {path.name for path in config.parent.iterdir() if path.name.startswith(".") or "next" in path.name}
    assert not left, "a mark or a half-made file was left"


def test_who_and_when_is_entered_and_nothing_secret(config: Path) -> None:
    city = settings.load(config)
    keys = [config.with_name("lanterne.key").read_text().strip(), existing_key(city.paths).secret]
    done = rekey(config)
    keys += [config.with_name("lanterne.key").read_text().strip(), existing_key(city.paths).secret]
    last = ledger.entries(city.paths)[-1]
    assert (last.act, last.kind, last.who) == (ledger.HANDED_OVER, "key", ledger._account())
    assert last.facts["rows"] == done.rows and last.facts["desk"] == done.desk
    written = [path.read_bytes() for path in city.paths.runs.glob("audit*")]
    assert not [key for key in keys if key.encode() in b"".join(written)]
    shown = json.loads(called("audit", "log", "--config", config, "--action", "change key", "--json").stdout)
    assert [one["where"] for one in shown["lines"]] == ["desk", "installation"]


def test_a_person_is_found_again_among_lines_of_before_and_of_after_until_their_term_ends(
    config: Path,
) -> None:
    city = settings.load(config)
    rekey(config)
    rekey(config)
    ledger.enter(city.paths, "oppose", "objection", person=ledger.pseudonym(city.paths, match_key(7)))
    rows = audit_log.rows(config, city, Asked(about=match_key(7)))
    assert [row.action for row in rows] == ["export person", "oppose"]
    assert not audit_log.rows(config, city, Asked(about=match_key(8)))
    ledger.forget(city.paths, ledger.entries(city.paths)[-1].at)
    assert len(ledger.pseudonyms(city.paths, match_key(7))) == 1, "retired keys go with what they named"


def test_the_new_chain_goes_on_and_the_old_key_can_add_nothing(config: Path) -> None:
    city = settings.load(config)
    old = existing_key(city.paths)
    lines = len(ledger.entries(city.paths))
    rekey(config)
    published(config, date(2026, 12, 1), said="two")
    sign(city, "c")
    rekey(config)
    assert len(ledger.entries(city.paths)) == lines + 3
    assert [one.model for one in approvals.lines(city.paths.models, existing_key(city.paths))] == [
        "a",
        "b",
        "c",
    ]
    forged = approvals.signed(
        line("d", previous=approvals.lines(city.paths.models, existing_key(city.paths))[-1].signature), old
    )
    approvals.append(city.paths.models, forged)
    with pytest.raises(IntegrityError, match="another key"):
        approvals.lines(city.paths.models, existing_key(city.paths))


def test_whoever_has_the_old_key_cannot_alter_what_it_sealed(config: Path) -> None:
    city = settings.load(config)
    rekey(config)
    own = existing_key(city.paths)
    for log, look in (
        (city.paths.runs / ledger.LOG, lambda: ledger.entries(city.paths)),
        (city.paths.models / approvals.LOG, lambda: approvals.lines(city.paths.models, own)),
        (city.paths.models / approvals.VOUCHED, lambda: approvals.lines(city.paths.models, own)),
    ):
        kept = log.read_bytes()
        for at in range(0, len(kept), 37):
            log.write_bytes(kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :])
            with pytest.raises(IntegrityError):
                look()
        log.write_bytes(kept)
        look()


def test_a_desk_left_running_is_refused_and_breaks_nothing(config: Path) -> None:
    running = desk_of(config)
    rekey(config)
    act = trail.Act(who="m.petit", role="unit", action="see case", kind="case", about="x")
    with pytest.raises(IntegrityError, match="another key"), running.database.writing() as session:
        trail.add(session, running.services.seal, running.now(), act)
    running.database.close()
    again = desk_of(config)
    with again.database.writing() as session:
        trail.add(session, again.services.seal, again.now(), act)
        assert trail.verified(session, again.services.seal)
    again.database.close()


def test_a_run_of_before_knows_whether_somebody_objected_since(config: Path) -> None:
    city = settings.load(config)
    none = store_state.objections(frozenset(), existing_key(city.paths))
    rekey(config)
    rekey(config)
    assert (
        rekeying.renamed(city, none) == store_state.objections(frozenset(), existing_key(city.paths)) != none
    )
    assert rekeying.renamed(city, "another") == "another"


# --- killed before and after every write ---


class Killed(BaseException):
    """As if the power had gone: nothing catches it but what closes files."""


@pytest.fixture
def stop_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], list[str]]]:
    """From then on nothing happens any more at the n-th time that a file is to be renamed, linked, synced or removed, or a transaction of the desk to be committed."""

    def arranged(number: int) -> list[str]:
        seen: list[str] = []

        def wrapped(name: str, real: Callable[..., object]) -> Callable[..., object]:
            def call(*given: object, **more: object) -> object:
                seen.append(name)
                if len(seen) == number:
                    raise Killed(name)
                return real(*given, **more)

            return call

        monkeypatch.setattr(Session, "commit", wrapped("commit", Session.commit))
        monkeypatch.setattr(os, "link", wrapped("link", os.link))
        monkeypatch.setattr(os, "fsync", wrapped("fsync", os.fsync))
        monkeypatch.setattr(Path, "replace", wrapped("replace", Path.replace))
        monkeypatch.setattr(Path, "unlink", wrapped("unlink", Path.unlink))
        return seen

    yield arranged
    monkeypatch.undo()


@pytest.mark.slow
def test_killed_at_every_write_it_goes_on_where_it_was(
    config: Path, stop_at: Callable[[int], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One town, killed at the first write, then at the second, and so on: each time the next call ends what was begun."""
    city = settings.load(config)
    lines, cut_off = len(ledger.entries(city.paths)), 0
    for number in range(1, 200):
        before = existing_key(city.paths)
        stop_at(number)
        try:
            rekey(config)
            is_whole = True
        except Killed:
            is_whole = False
        monkeypatch.undo()
        if mark(city.paths).exists():
            cut_off += 1
            with pytest.raises(Busy, match="is being changed"):
                existing_key(city.paths)
            done = rekey(config)
            assert done.is_taken_up
        if existing_key(city.paths).secret == before.secret:
            assert not is_whole  # killed before it began: nothing was changed
            holds(config, lines)
            continue
        lines += 1
        holds(config, lines)
        old_key_opens_nothing(config, before)
        if is_whole:
            assert cut_off > 10
            return
    raise AssertionError("there was no end of it")


# --- the environment gives the keys ---


def test_keys_of_the_environment(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    city, lines = settings.load(config), len(ledger.entries(settings.load(config).paths))
    digits = config.with_name("lanterne.key").read_text().strip()
    monkeypatch.setenv("LANTERNE_KEY", digits)
    for given in (None, digits):
        if given:
            monkeypatch.setenv("LANTERNE_NEXT_KEY", given)
        with pytest.raises(ConfigurationError, match="new key is"):
            rekey(config)
    make_key(tmp_path / "new")
    monkeypatch.setenv("LANTERNE_NEXT_KEY", (tmp_path / "new").read_text())
    assert rekey(config).kept is None
    monkeypatch.setenv("LANTERNE_KEY", os.environ["LANTERNE_NEXT_KEY"])
    holds(config, lines + 1)
    assert existing_key(city.paths).secret == key_in(tmp_path / "new").secret


def test_the_environment_was_changed_before_the_end(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before the mark was taken away, and the administrator has put the new key in the old one's place already."""
    city, lines = settings.load(config), len(ledger.entries(settings.load(config).paths))
    make_key(tmp_path / "new")
    monkeypatch.setenv("LANTERNE_KEY", config.with_name("lanterne.key").read_text())
    monkeypatch.setenv("LANTERNE_NEXT_KEY", (tmp_path / "new").read_text())
    with monkeypatch.context() as patched:
        patched.setattr(next_key, "end", lambda paths, change: None)
        rekey(config)
    monkeypatch.setenv("LANTERNE_KEY", os.environ["LANTERNE_NEXT_KEY"])
    monkeypatch.delenv("LANTERNE_NEXT_KEY")
    assert mark(city.paths).exists() and rekey(config).is_taken_up
    holds(config, lines + 1)


# --- what is refused, and leaves everything as it was ---


def spoil(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(
        content.replace(b'"act":"publish"', b'"act":"PUBLISH"').replace(b'"model": "a"', b'"model": "x"')
    )


@pytest.mark.parametrize("what", ["runs/audit.jsonl", "models/approvals.jsonl"])
def test_what_does_not_hold_is_not_handed_over(config: Path, what: str) -> None:
    spoil(config.parent / what)
    files = {path: path.read_bytes() for path in config.parent.rglob("*") if path.is_file()}
    with pytest.raises(IntegrityError):
        rekey(config)
    assert {path: path.read_bytes() for path in files} == files
    assert (
        not mark(settings.load(config).paths).exists() and not config.with_name("lanterne.key.next").exists()
    )


def test_somebody_is_at_work(config: Path) -> None:
    city = settings.load(config)
    with one_at_a_time(city.paths.runs), pytest.raises(Busy):
        rekey(config)
    with open_store(city.paths) as _:
        done = called("rekey", "--config", config)
        # the lock on a database is the process's own: another one is refused, this one by DuckDB itself
        assert done.returncode == 2 and "warehouse" in done.stderr
    holds(config, len(ledger.entries(city.paths)))


def test_a_backup_of_before_comes_back_under_the_key_of_now(config: Path, tmp_path: Path) -> None:
    city = settings.load(config)
    assert called("backup", "--config", config, tmp_path / "saved").returncode == 0
    old = existing_key(city.paths)
    kept = rekey(config).kept
    with open_store(city.paths) as connection:
        connection.execute("delete from raw.quartiers")
    asked = ("restore", "--config", config, tmp_path / "saved", "--replace", "--desk")
    before = (city.paths.database.read_bytes(), config.with_name("desk.sqlite").read_bytes())
    assert called(*asked).returncode == 6
    assert (city.paths.database.read_bytes(), config.with_name("desk.sqlite").read_bytes()) == before
    done = called(*asked, "--key-file", kept)
    assert done.returncode == 0, done.stderr
    holds(config, len(ledger.entries(city.paths)))
    old_key_opens_nothing(config, old)


def test_in_words_and_as_json(config: Path) -> None:
    said = called("rekey", "--config", config)
    assert said.returncode == 0, said.stderr
    assert "lanterne.key.until-" in said.stdout and "aucune sauvegarde ne contient de clé" in said.stdout
    assert "1 inscriptions du registre" in said.stdout.replace("\u202f", " ")
    told = json.loads(called("rekey", "--config", config, "--json").stdout)
    assert told["approvals"] == 2 and told["kept"].endswith("-2") and told["desk"]["lines"] > 1


def test_an_installation_that_has_nothing_yet(tmp_path: Path) -> None:
    config = town(tmp_path / "city")
    done = rekey(config)
    assert (done.rows, done.approvals, done.desk) == (None, None, None)
    assert [one.act for one in ledger.entries(settings.load(config).paths)] == [ledger.HANDED_OVER]
