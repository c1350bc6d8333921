"""The chain of the installation, beside the runs: which run was published with which head, and what was done with households outside the review desk.

``runs/audit.jsonl`` only grows (``pipelines.chain``); it names no person, so that it can be handed to an auditor. Who did it, and to what of a person it was done, is in
``runs/audit.state.json`` as long as it may be kept (``PERSONS``; ``lanterne purge`` takes it out). That file also says where the chain ends, so that nothing can be cut off its
end, and is signed with a key derived from the warehouse's: whoever cannot open the warehouse can alter neither of the two unseen. What nobody finds without a head
that was written down elsewhere (``lanterne cycle`` prints one, a signature or a later run holds one): that both files were put back to an earlier state of theirs.

When the city's key is changed (``hand_over``), no line is written again: runs, manifests and auditors hold their hashes. A line ``change key``, sealed with the new key,
follows; through its ``previous`` it vouches for every line before it, whatever key those were sealed with.

Line: ``number``, ``previous``, ``at``, ``act``, ``kind`` and ``about`` (to what: a run, a model, a certificate), ``facts`` (codes and counts), ``seal``.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import hmac
import json
import os
import pwd
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import cast

from cryptography.fernet import Fernet

from data_contracts.contract_terms import Period
from data_contracts.errors import IntegrityError
from pipelines import chain, clock, private_file
from pipelines.chain import Head, Line
from pipelines.encrypted import Key
from pipelines.settings import Paths
from pipelines.store import made
from pipelines.warehouse_key import existing_key, key_of

LOG, STATE = "audit.jsonl", "audit.state.json"
Facts = Mapping[str, object]
PERSONS = Period.parsed("P1Y")
"""How long it is kept who did what, and about whom (CNIL, recommendation 2021-122: six months to a year)."""
HANDED_OVER = "change key"
_PURPOSE, _RETIRED = b"lanterne.audit", b"lanterne.audit.retired"
"""Set these uses of the key apart from every other."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that was done. ``who``: the account of the operating system; ``person``: a household, a record, or the pseudonym of a match key; both empty once
    their term is over."""

    number: int
    at: datetime
    act: str
    kind: str
    about: str
    facts: Facts
    who: str = ""
    person: str = ""


@dataclass(frozen=True, kw_only=True)
class _State:
    """``persons``: number of a line → (who, person); ``forgotten``: the last line of which they were taken out; ``retired``: the last line before a key was changed →
    what made the pseudonyms until then, encrypted with the key of now. It opens nothing and seals nothing any more."""

    head: Head
    forgotten: int
    persons: Mapping[str, Sequence[str]]
    retired: Mapping[str, str]

    def content(self) -> dict[str, object]:
        told = {"head": self.head.as_json(), "forgotten": self.forgotten, "persons": dict(self.persons)}
        return {**told, "retired": dict(self.retired)} if self.retired else told


def enter(
    paths: Paths, act: str, kind: str, *, about: str = "", person: str = "", facts: Facts | None = None
) -> Head:
    """Adds what is done now, by whoever's account this is; ``person``: see ``Entry``. Raises IntegrityError, and adds nothing, where the chain does not hold; MachineFault
    where the clock was set back."""
    with _alone(paths.runs):
        key = key_of(paths)
        lines, state = _held(paths.runs, key)
        clock.check(lines, paths.runs / LOG)
        if state.head != chain.head(lines):  # never two lines ahead of what says where the chain ends
            state = replace(state, head=chain.head(lines))
            _keep(paths.runs, key, state)
        content = {"act": act, "kind": kind, "about": about, "facts": dict(facts or {})}
        line = chain.next_line(chain.head(lines), content)
        head = chain.put(paths.runs / LOG, {**line, "seal": _sealed(line, key)})
        persons = {**state.persons, str(head.number): (_account(), person)}
        _keep(paths.runs, key, replace(state, head=head, persons=persons))
    return head


def entries(paths: Paths) -> tuple[Entry, ...]:
    """Every line in order. Raises IntegrityError where the chain does not hold."""
    lines, persons = _seen(paths)
    return tuple(_entry(line, persons) for line in lines)


def lines(runs: Path) -> tuple[Line, ...]:
    """The lines as whoever has no key can check them: that each follows from the one before. Raises IntegrityError."""
    return chain.read(runs / LOG)


def head(paths: Paths) -> Head:
    """Where the chain ends now. Raises IntegrityError where it does not hold."""
    return chain.head(_seen(paths)[0])


def forget(paths: Paths, before: datetime) -> int:
    """Takes out who did what, and about whom, of the lines of before; gives of how many. The lines stay."""
    with _alone(paths.runs):
        key = key_of(paths)
        lines, state = _held(paths.runs, key)
        last = max((entry.number for line in lines if (entry := _entry(line, {})).at < before), default=0)
        if last <= state.forgotten:
            return 0
        left = {number: of for number, of in state.persons.items() if int(number) > last}
        retired = {number: box for number, box in state.retired.items() if int(number) > last}
        _keep(paths.runs, key, replace(state, forgotten=last, persons=left, retired=retired))
    return len(state.persons) - len(left)


def hand_over(paths: Paths, old: Key, new: Key, facts: Facts) -> None:
    """Ends what ``old`` seals and begins what ``new`` seals, with a line that says who changed the key and when. May be called again after it was killed, with the same
    keys: what is done is not done twice. Raises IntegrityError where the chain does not hold."""
    with _alone(paths.runs):
        found = lines(paths.runs)
        is_entered = bool(found) and _begins(found[-1], new)
        if is_entered and _is_state_of(paths.runs, new):
            _held(paths.runs, new)
            return
        before = found[:-1] if is_entered else found
        state = _checked(paths.runs, before, old)
        if not is_entered:
            content = {"act": HANDED_OVER, "kind": "key", "about": "", "facts": dict(facts)}
            line = chain.next_line(chain.head(before), content)
            chain.put(paths.runs / LOG, {**line, "seal": _sealed(line, new)})
            found = lines(paths.runs)
        head = chain.head(found)
        boxes = {number: _box(old).decrypt(box.encode()) for number, box in state.retired.items()}
        boxes[str(len(before))] = _own(old)
        retired = {number: _box(new).encrypt(own).decode() for number, own in boxes.items()}
        persons = {**state.persons, str(head.number): (_account(), "")}
        _keep(paths.runs, new, replace(state, head=head, persons=persons, retired=retired))


def check(runs: Path, key: Key) -> None:
    """Raises IntegrityError where the chain does not hold under that key."""
    with _alone(runs):
        _held(runs, key)


def check_clock(paths: Paths) -> datetime | None:
    """When the last line was entered, None before the first. Raises MachineFault where that is still to come: moments and terms would be wrong from here on."""
    return clock.check(_seen(paths)[0], paths.runs / LOG)


def pseudonym(paths: Paths, match_key: str) -> str:
    """What stands for a match key in ``person``: nobody gets the key back from it, whoever has both keys finds its lines again."""
    return _pseudonym(_own(key_of(paths)), match_key)


def pseudonyms(paths: Paths, match_key: str) -> frozenset[str]:
    """The same, and what stood for it before the city's key was changed, in lines of which it is still known about whom they are."""
    with _alone(paths.runs):
        key = key_of(paths)
        retired = _held(paths.runs, key)[1].retired.values()
    owns = [_own(key), *(_box(key).decrypt(box.encode()) for box in retired)]
    return frozenset(_pseudonym(own, match_key) for own in owns)


def _pseudonym(own: bytes, match_key: str) -> str:
    return hmac.new(own, f"person {match_key}".encode(), hashlib.sha256).hexdigest()[:32]


def _seen(paths: Paths) -> tuple[tuple[Line, ...], Mapping[str, Sequence[str]]]:
    """Chain and persons for a look, which makes no key and no folder."""
    if not any((paths.runs / name).exists() for name in (LOG, STATE)):
        return (), {}
    with _alone(paths.runs):
        lines, state = _held(paths.runs, existing_key(paths))
    return lines, state.persons


def _held(runs: Path, key: Key) -> tuple[tuple[Line, ...], _State]:
    """Chain and state."""
    found = lines(runs)
    return found, _checked(runs, found, key)


def _checked(runs: Path, found: Sequence[Line], key: Key) -> _State:
    """A command that was killed between the two files leaves one line more, with its seal: nobody's name is known of that one."""
    state = _state(runs, key)
    begin = max((number for number, line in enumerate(found, start=1) if _begins(line, key)), default=1)
    for number, line in enumerate(found[begin - 1 :], start=begin):
        if not _is_sealed(line, key):
            raise chain.broken("this line was not written with the city's key", runs / LOG, number)
    kept = [chain.NOTHING, *map(chain.head_of, found)]
    if state.head not in kept[-2:]:
        raise chain.broken(
            "lines are missing at the end, or what says where it ends was altered", runs / LOG, len(found) + 1
        )
    named = {str(number) for number in range(state.forgotten + 1, state.head.number + 1)}
    if not state.persons.keys() <= named:
        raise chain.broken("names are kept of lines that are not there", runs / STATE, len(found) + 1)
    return state


def _begins(line: Line, key: Key) -> bool:
    """Whether what this key seals begins with that line."""
    return line.get("act") == HANDED_OVER and _is_sealed(line, key)


def _is_sealed(line: Line, key: Key) -> bool:
    unsealed = {name: value for name, value in line.items() if name != "seal"}
    return hmac.compare_digest(str(line.get("seal")), _sealed(unsealed, key))


def _is_state_of(runs: Path, key: Key) -> bool:
    try:
        return _state(runs, key).head != chain.NOTHING
    except IntegrityError:
        return False


def _state(runs: Path, key: Key) -> _State:
    file = runs / STATE
    if not file.is_file():
        return _State(head=chain.NOTHING, forgotten=0, persons={}, retired={})
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        seal, content = told.pop("seal"), told
        state = _State(
            head=Head(**told["head"]),
            forgotten=told["forgotten"],
            persons=told["persons"],
            retired=told.get("retired", {}),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise chain.broken("what says where the chain ends cannot be read", file, 1) from error
    if not hmac.compare_digest(str(seal), _sealed(content, key)):
        raise chain.broken("what says where the chain ends was altered, or the key is another", file, 1)
    return state


def _keep(runs: Path, key: Key, state: _State) -> None:
    content = state.content()
    private_file.put(runs / STATE, chain.written({**content, "seal": _sealed(content, key)}))


def _entry(line: Line, persons: Mapping[str, Sequence[str]]) -> Entry:
    who, person = persons.get(str(line["number"]), ("", ""))
    return Entry(
        number=int(str(line["number"])),
        at=datetime.fromisoformat(str(line["at"])),
        act=str(line["act"]),
        kind=str(line["kind"]),
        about=str(line["about"]),
        facts=cast("Facts", line["facts"]),
        who=who,
        person=person,
    )


def _sealed(content: Line, key: Key) -> str:
    return hmac.new(_own(key), chain.written(content), hashlib.sha256).hexdigest()


def _own(key: Key) -> bytes:
    return hmac.new(bytes.fromhex(key.secret), _PURPOSE, hashlib.sha256).digest()


def _box(key: Key) -> Fernet:
    own = hmac.new(bytes.fromhex(key.secret), _RETIRED, hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(own))


def _account() -> str:
    """Of the process, whatever the environment says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


@contextmanager
def _alone(runs: Path) -> Iterator[None]:
    """Two commands at once enter one after the other."""
    with (made(runs, "paths.runs") / ".audit.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
