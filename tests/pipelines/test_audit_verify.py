"""A run that was tampered with is found, whatever was done; what a purge took is none; and what only a key or a head can tell is told by them."""

import json
import random
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from data_contracts.errors import ConfigurationError, IntegrityError
from pipelines import audit, audit_sign, audit_verify, chain, ledger, manifest, minisign, purging, settings
from pipelines.audit_verify import Verified
from pipelines.store import open_store
from tests.pipelines.calling import called
from tests.pipelines.chained_runs import FIRST, SECOND, published, signing, town

Tamper = Callable[[random.Random, Path], str]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town with two runs and something that was done outside them; gives its configuration."""
    config = town(tmp_path_factory.mktemp("chained"))
    published(config, FIRST)
    ledger.enter(settings.load(config).paths, "export person", "person", person="f" * 32)
    published(config, SECOND)
    return config


@pytest.fixture
def copied(installation: Path, tmp_path: Path) -> Path:
    """The same, to be tampered with."""
    shutil.copytree(installation.parent, tmp_path / "copy")
    return tmp_path / "copy" / "city.toml"


def run_of(config: Path, as_of: date = FIRST) -> Path:
    return config.parent / "runs" / f"{as_of.isoformat()}-0123456789"


def look(config: Path, as_of: date = FIRST, **more: str) -> Verified:
    """Without the key."""
    return audit_verify.verify(run_of(config, as_of), runs=config.parent / "runs", **more)


def at_home(config: Path, as_of: date = FIRST) -> Verified:
    return audit_verify.at_home(config, settings.load(config), run_of(config, as_of))


def test_runs_that_nobody_touched_hold(installation: Path) -> None:
    first, second = at_home(installation), at_home(installation, SECOND)
    assert (first.lines, first.files, first.is_anchored, first.is_signed) == (4, 4, True, False)
    told = json.loads((run_of(installation) / "manifest.json").read_text())
    assert told["audit"] == first.head.as_json() and first.head.number == 4
    begun = chain.read(run_of(installation, SECOND) / audit.LOG)[0]
    assert begun["before"] == {"run": first.name, "head": first.head.as_json()}
    assert begun["installation"] == {**_entered(installation, 2)} and second.name != first.name
    assert audit_verify.newest(installation.parent / "runs") == run_of(installation, SECOND)


def _entered(config: Path, number: int) -> dict[str, object]:
    return chain.head_of(ledger.lines(config.parent / "runs")[number - 1]).as_json()


def test_a_line_says_what_a_step_wrote_and_no_person(installation: Path) -> None:
    lines = chain.read(run_of(installation) / audit.LOG)
    assert [line["step"] for line in lines] == ["begin", "frame", "list", "publish"]
    assert lines[1]["wrote"].keys() == {"frame.json", "working/people.parquet"}
    assert lines[1]["rows"] == {"persons": 40}
    assert lines[2]["wrote"].keys() == {"list.csv", "model/points.json"}
    assert lines[2]["removed"] == ["working/people.parquet"]
    assert lines[2]["wrote"]["list.csv"] == manifest.sha256((run_of(installation) / "list.csv").read_bytes())
    whole = (installation.parent / "runs" / ledger.LOG).read_text()
    who = ledger.entries(settings.load(installation).paths)[1].who
    assert (
        who
        and f'"{who}"' not in whole + (run_of(installation) / audit.LOG).read_text()
        and "f" * 32 not in whole
    )


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def _some_file(dice: random.Random, run: Path) -> Path:
    return dice.choice(sorted(p for p in run.rglob("*") if p.is_file()))


def _edit(dice: random.Random, run: Path) -> str:
    path = _some_file(dice, run)
    content = bytearray(path.read_bytes())
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(content)
    return f"a bit of {path.name}"


def _cut_bytes(dice: random.Random, run: Path) -> str:
    path = _some_file(dice, run)
    content = path.read_bytes()
    start = dice.randrange(len(content))
    path.write_bytes(content[:start] + content[start + dice.randint(1, 40) :])
    return f"bytes out of {path.name}"


def _line(change: Callable[[random.Random, list[bytes]], list[bytes]]) -> Tamper:
    def tamper(dice: random.Random, run: Path) -> str:
        log = run / audit.LOG
        log.write_bytes(b"".join(change(dice, _lines(log))))
        return change.__name__

    return tamper


def cut_line(dice: random.Random, lines: list[bytes]) -> list[bytes]:
    place = dice.randrange(len(lines))
    return lines[:place] + lines[place + 1 :]


def cut_end(dice: random.Random, lines: list[bytes]) -> list[bytes]:
    return lines[: dice.randrange(len(lines))]


def cut_beginning(dice: random.Random, lines: list[bytes]) -> list[bytes]:
    return lines[dice.randint(1, len(lines)) :]


def double_line(dice: random.Random, lines: list[bytes]) -> list[bytes]:
    place = dice.randrange(len(lines))
    return [*lines[: place + 1], lines[place], *lines[place + 1 :]]


def swap_lines(dice: random.Random, lines: list[bytes]) -> list[bytes]:
    one, other = dice.sample(range(len(lines)), 2)
    lines[one], lines[other] = lines[other], lines[one]
    return lines


def insert_line(dice: random.Random, lines: list[bytes]) -> list[bytes]:
    place = dice.randint(0, len(lines))
    before = chain.head_of(json.loads(lines[place - 1])) if place else chain.NOTHING
    new = chain.written(chain.next_line(before, {"step": "frame", "wrote": {}, "rows": {"persons": 41}}))
    return [*lines[:place], new, *lines[place:]]


def other_spelling(dice: random.Random, lines: list[bytes]) -> list[bytes]:
    """The same content, written otherwise."""
    place = dice.randrange(len(lines))
    lines[place] = (
        json.dumps(json.loads(lines[place]), indent=None, sort_keys=dice.random() < 0.5).encode() + b"\n"
    )
    return lines


def rehashed(dice: random.Random, lines: list[bytes]) -> list[bytes]:
    """An edited line, and every hash after it made anew."""
    told = [json.loads(line) for line in lines]
    place = dice.randrange(len(told))
    told[place]["at"] = "2026-01-01T00:00:00.000+00:00"
    for number in range(place + 1, len(told)):
        told[number]["previous"] = chain.head_of(told[number - 1]).hash
    return [chain.written(line) for line in told]


def _remove(dice: random.Random, run: Path) -> str:
    path = _some_file(dice, run)
    path.unlink()
    return f"no {path.name}"


def _add(dice: random.Random, run: Path) -> str:
    name = dice.choice(
        ["list2.csv", "model/other.json", "contracts/audit.jsonl", ".hidden", "working/people.parquet"]
    )
    (run / name).parent.mkdir(exist_ok=True)
    (run / name).write_text("more")
    return f"more: {name}"


def _swap_files(dice: random.Random, run: Path) -> str:
    one, other = run / "list.csv", run / dice.choice(["frame.json", "configuration.json", "manifest.json"])
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    return f"list.csv and {other.name} swapped"


def _of_the_other_run(dice: random.Random, run: Path) -> str:
    name = dice.choice(["audit.jsonl", "manifest.json"])
    shutil.copyfile(run_of(run.parents[1] / "city.toml", SECOND) / name, run / name)
    return f"{name} of another run"


def _forge(run: Path) -> None:
    """Another list, with which manifest and chain agree to the last hash."""
    (run / "list.csv").write_text("rank,household\n1,forged\n")
    lines = [json.loads(line) for line in _lines(run / audit.LOG)]
    made = json.loads((run / "manifest.json").read_text())
    digest = manifest.sha256((run / "list.csv").read_bytes())
    made["files"]["list.csv"] = lines[2]["wrote"]["list.csv"] = digest
    del made["audit"]
    lines[3]["manifest"] = manifest.sha256(manifest.as_bytes(made))
    for number in (1, 2, 3):
        lines[number]["previous"] = chain.head_of(lines[number - 1]).hash
    (run / audit.LOG).write_bytes(b"".join(map(chain.written, lines)))
    manifest.write_json(run / "manifest.json", made | {"audit": chain.head_of(lines[-1]).as_json()})


def _forged(dice: random.Random, run: Path) -> str:
    _forge(run)
    return "a forged run"


TAMPERINGS: tuple[Tamper, ...] = (
    _edit,
    _edit,
    _cut_bytes,
    *map(
        _line,
        (cut_line, cut_end, cut_beginning, double_line, swap_lines, insert_line, other_spelling, rehashed),
    ),
    _remove,
    _add,
    _swap_files,
    _of_the_other_run,
    _forged,
)


def test_each_of_two_hundred_tamperings_is_found(installation: Path, tmp_path: Path) -> None:
    """By whoever has the folder of runs and no key. One that changed no byte does not count."""
    dice, found, kinds = random.Random(7), 0, set()
    for number in range(1000):
        if found == 200:
            break
        copy = tmp_path / "copy"
        shutil.copytree(installation.parent, copy)
        run = run_of(copy / "city.toml")
        before = audit.digests(copy)
        said = TAMPERINGS[number % len(TAMPERINGS)](dice, run)
        if _whole(copy) != _whole(installation.parent):
            with pytest.raises(IntegrityError) as refused:
                look(copy / "city.toml")
                pytest.fail(f"not found: {said} ({before})")
            assert refused.value.where and refused.value.hint
            found, kinds = found + 1, kinds | {said.split()[0]}
        shutil.rmtree(copy)
    assert found == 200 and len(kinds) > 10


def _whole(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def _retold(copied: Path, *, with_later: bool) -> None:
    """The forger rewrites the installation's chain too, without its key; and the run that was begun on it."""
    _forge(run_of(copied))
    log = copied.parent / "runs" / ledger.LOG
    lines = [json.loads(line) for line in _lines(log)]
    lines[0]["facts"]["head"] = look_alone(copied).head.as_json()
    for number in range(1, len(lines)):
        lines[number]["previous"] = chain.head_of(lines[number - 1]).hash
    if with_later:
        _retell_second(copied, lines)
    log.write_bytes(b"".join(map(chain.written, lines)))


def _retell_second(copied: Path, entered: list[dict[str, object]]) -> None:
    later = run_of(copied, SECOND)
    lines = [json.loads(line) for line in _lines(later / audit.LOG)]
    lines[0]["installation"] = chain.head_of(entered[1]).as_json()
    lines[0]["before"]["head"] = look_alone(copied).head.as_json()
    for number in (1, 2, 3):
        lines[number]["previous"] = chain.head_of(lines[number - 1]).hash
    (later / audit.LOG).write_bytes(b"".join(map(chain.written, lines)))
    made = json.loads((later / "manifest.json").read_text())
    head = chain.head_of(lines[-1]).as_json()
    manifest.write_json(later / "manifest.json", made | {"audit": head})
    entered[2]["facts"] = {"head": head}
    entered[2]["previous"] = chain.head_of(entered[1]).hash


def look_alone(config: Path, as_of: date = FIRST) -> Verified:
    """As if nothing were beside the run."""
    return audit_verify.verify(run_of(config, as_of), runs=config.parent / "nowhere")


def test_whoever_rewrites_the_installations_chain_is_found_by_the_next_run(copied: Path) -> None:
    _retold(copied, with_later=False)
    with pytest.raises(IntegrityError, match="2026-11-02-0123456789 was begun on another chain"):
        look(copied)


def test_whoever_rewrites_everything_is_found_by_key_signature_or_head(copied: Path, tmp_path: Path) -> None:
    """And by nothing else: without any of the three a forged folder of runs is a folder of runs."""
    head = look(copied).head.hash
    _retold(copied, with_later=True)
    assert look(copied).is_anchored and look(copied, SECOND).is_anchored
    with pytest.raises(IntegrityError, match="another head than the one given"):
        look(copied, head=head)
    with pytest.raises(IntegrityError, match="not written with the city's key"):
        at_home(copied)
    with pytest.raises(IntegrityError, match="there is no signature"):
        key = minisign.make(tmp_path / "key", tmp_path / "key.pub")
        audit_verify.verify(run_of(copied), runs=copied.parent / "runs", public_key=key)


def test_alone_a_run_is_held_to_what_a_later_one_says_of_it(copied: Path, tmp_path: Path) -> None:
    """Two folders handed to an auditor, without the installation's chain."""
    for as_of in (FIRST, SECOND):
        shutil.copytree(run_of(copied, as_of), tmp_path / "handed" / run_of(copied, as_of).name)
    first = tmp_path / "handed" / run_of(copied).name
    assert not audit_verify.verify(first, runs=first.parent).is_anchored
    _forge(first)
    with pytest.raises(IntegrityError, match="2026-11-02-0123456789, which was made later"):
        audit_verify.verify(first, runs=first.parent)


def test_a_dropped_replaced_or_renamed_run_is_found(copied: Path) -> None:
    runs = copied.parent / "runs"
    run_of(copied, SECOND).rename(runs / "aside")
    with pytest.raises(IntegrityError, match="manifest is missing"):
        audit_verify.newest(runs)
    (runs / "aside").rename(run_of(copied, SECOND))
    _forge(run_of(copied))
    with pytest.raises(IntegrityError, match="replaced, or rewritten"):
        audit_verify.newest(runs)
    shutil.rmtree(run_of(copied))
    shutil.copytree(run_of(copied, SECOND), run_of(copied))
    with pytest.raises(IntegrityError, match="under another name"):
        look(copied)


def test_the_same_run_made_again_takes_the_place_of_the_first(copied: Path) -> None:
    """Lawfully: the installation's chain has both heads, and the later run still names the first."""
    old = look(copied).head
    published(copied, FIRST, said="another")
    assert at_home(copied).head != old
    assert at_home(copied, SECOND).is_anchored


@pytest.mark.parametrize("what", ["cut", "forged", "gone", "state", "unsealed", "state gone", "all gone"])
def test_the_installations_chain_cannot_be_altered_without_the_key(copied: Path, what: str) -> None:
    runs = copied.parent / "runs"
    log, state = runs / ledger.LOG, runs / ledger.STATE
    lines = _lines(log)
    match what:
        case "cut":
            log.write_bytes(b"".join(lines[:-1]))
        case "forged":
            head = chain.head_of(json.loads(lines[-1]))
            log.write_bytes(
                b"".join([*lines, chain.written(chain.next_line(head, {"act": "oppose", "seal": "0" * 64}))])
            )
        case "gone":
            log.unlink()
        case "state":
            state.write_text(state.read_text().replace('"person"', '"nobody"').replace("f" * 32, "e" * 32))
        case "unsealed":
            state.write_text("{}")
        case "state gone":
            state.unlink()
        case "all gone":
            log.unlink()
            state.unlink()
    with pytest.raises(IntegrityError):
        at_home(copied, SECOND)


def test_a_command_killed_between_the_two_files_spoils_nothing(copied: Path) -> None:
    """Its line is sealed; only who it was is not known."""
    paths, state = settings.load(copied).paths, copied.parent / "runs" / ledger.STATE
    before = state.read_bytes()
    ledger.enter(paths, "backup", "warehouse")
    state.write_bytes(before)
    assert [(e.act, bool(e.who)) for e in ledger.entries(paths)][-1] == ("backup", False)
    ledger.enter(paths, "restore", "warehouse")
    assert [bool(e.who) for e in ledger.entries(paths)] == [True, True, True, False, True]


def test_who_and_whom_are_forgotten_at_their_term_and_the_chain_holds(copied: Path) -> None:
    paths = settings.load(copied).paths
    last = ledger.entries(paths)[-1].at
    assert ledger.forget(paths, last - timedelta(days=1)) == 0
    assert ledger.forget(paths, last + timedelta(seconds=1)) == 3
    assert {(e.who, e.person) for e in ledger.entries(paths)} == {("", "")}
    assert ledger.entries(paths)[0].about == run_of(copied).name and at_home(copied).is_anchored
    ledger.enter(paths, "backup", "warehouse")
    assert [bool(e.who) for e in ledger.entries(paths)] == [False, False, False, True]


def test_what_a_purge_took_is_lawful_and_nothing_else_is(copied: Path) -> None:
    city = settings.load(copied)
    with open_store(city.paths):
        pass
    certificate, path = purging.purge(city, date(2036, 1, 1), is_rehearsal=False, with_delivery_files=False)
    assert path is not None and certificate.runs == (run_of(copied).name, run_of(copied, SECOND).name)
    assert not (run_of(copied) / "list.csv").exists()
    assert at_home(copied).removed == {"list.csv": path.name}
    (run_of(copied) / "frame.json").unlink()
    with pytest.raises(IntegrityError, match="no certificate of a purge names it"):
        at_home(copied)
    path.write_text(path.read_text().replace("1", "2"))
    assert look(copied, SECOND).removed == {"list.csv": ""}


def test_a_signed_run_holds_against_its_key_and_no_other(tmp_path: Path) -> None:
    config = town(tmp_path / "town", signing(tmp_path / "town"))
    run = published(config)
    found = audit_verify.at_home(config, settings.load(config), run)
    key = minisign.public_key(config.parent / "audit.key.pub")
    assert found.signed_by == key.name and found.is_signed
    _forge(run)
    with pytest.raises(IntegrityError, match="altered since"):
        audit_verify.verify(run, runs=tmp_path / "nowhere", public_key=key)
    (run / audit.SIGNATURE).unlink()
    with pytest.raises(IntegrityError, match="there is no signature"):
        audit_verify.at_home(config, settings.load(config), run)


def test_a_signature_of_one_run_is_not_that_of_another(copied: Path, tmp_path: Path) -> None:
    minisign.make(tmp_path / "key", tmp_path / "key.pub")
    secret = minisign.secret_key(tmp_path / "key")
    audit_sign.sign(run_of(copied), "another-run", secret)
    with pytest.raises(IntegrityError, match="of another run"):
        audit_verify.verify(run_of(copied), runs=copied.parent / "runs", public_key=secret.public)


def test_the_commands_speak_and_leave_with_their_codes(copied: Path, tmp_path: Path) -> None:
    run, key = run_of(copied), tmp_path / "audit.key"
    assert called("audit", "keygen", key).returncode == 0
    done = called("audit", "sign", run.name, "--config", copied, "--key", key, "--json")
    assert done.returncode == 0, done.stderr
    done = called("audit", "verify", run, "--public-key", tmp_path / "audit.key.pub")
    assert (
        done.returncode == 0
        and "identique à ce qui a été publié" in done.stdout
        and "Signé avec la clé" in done.stdout
    )
    head = look(copied).head
    assert head.hash in done.stdout
    done = called("audit", "verify", run, "--head", head.hash, "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["head"] == head.as_json()
    (run / "list.csv").write_text("rank,household\n1,other\n")
    done = called("audit", "verify", run.name, "--config", copied)
    assert done.returncode == 6 and "list.csv" in done.stderr and "Hint:" in done.stderr
    assert called("audit", "verify", "no-such-run").returncode == 2
    with pytest.raises(ConfigurationError, match="no published run"):
        audit_verify.verify(tmp_path, runs=tmp_path)
