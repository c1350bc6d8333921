"""Who approved which frozen model, when and on which figures: lines that only grow, each signed with the city's key and tied to the one before.

``models/approvals.jsonl``. A signature is HMAC-SHA256 under a key of its own, derived from the warehouse's key: whoever cannot open the warehouse can sign
nothing. Each line holds the signature of the one before it, so that none can be edited, moved or taken out of the middle unseen.

Lines that were signed before the city's key was changed stay as they are, since runs quote them: ``models/approvals.vouched.json`` says, signed with the new key, how many
they are and what the SHA-256 of their bytes is (``vouch``).
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, cast

from data_contracts.errors import IntegrityError
from pipelines.encrypted import Key
from pipelines.manifest import sha256

LOG, VOUCHED = "approvals.jsonl", "approvals.vouched.json"
Action = Literal["approve", "withdraw"]
_PURPOSE = b"lanterne.approval"
"""Sets this use of the key apart from every other."""
APPROVE_AGAIN = (
    "put the file back as it was signed; or move the folder of models aside, then train and approve again."
)


@dataclass(frozen=True, kw_only=True)
class Approval:
    """One line. ``files``: SHA-256 of each file of the model's folder that decides a list, by name; ``figures``: what it was approved on."""

    action: Action
    model: str
    who: str
    role: str
    on: date
    files: Mapping[str, str]
    figures: Mapping[str, object]
    previous: str
    signature: str = ""

    def as_json(self) -> dict[str, object]:
        """As written, in this order."""
        return {**self.__dict__, "on": self.on.isoformat()}

    @property
    def said(self) -> dict[str, object]:
        """What was signed, without the signature."""
        return {name: value for name, value in self.as_json().items() if name != "signature"}


def signed(approval: Approval, key: Key) -> Approval:
    """With its signature."""
    return Approval(**{**approval.__dict__, "signature": _signature(approval, key)})


def _signature(approval: Approval, key: Key) -> str:
    return _sealed(approval.said, key)


def _sealed(content: Mapping[str, object], key: Key) -> str:
    own = hmac.new(bytes.fromhex(key.secret), _PURPOSE, hashlib.sha256).digest()
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hmac.new(own, plain.encode(), hashlib.sha256).hexdigest()


def lines(models: Path, key: Key) -> tuple[Approval, ...]:
    """Every line, in order. Raises IntegrityError when one was edited, moved, taken out or signed with another key that nothing vouches for."""
    log = models / LOG
    if not log.exists():
        return ()
    texts = log.read_bytes().splitlines(keepends=True)
    vouched = _vouched(models, texts, key)
    found: list[Approval] = []
    for number, text in enumerate(texts, start=1):
        line = _parsed(text, log, number)
        before = found[-1].signature if found else ""
        is_signed = number <= vouched or hmac.compare_digest(line.signature, _signature(line, key))
        if line.previous != before or not is_signed:
            raise _forged(log, number)
        found.append(line)
    return tuple(found)


def vouch(models: Path, key: Key) -> None:
    """Says with ``key`` that all lines are as they are now, whatever key they were signed with: whoever calls this has seen that they hold."""
    texts = (models / LOG).read_bytes().splitlines(keepends=True)
    told = _of_first(texts, len(texts))
    _write_whole(models / VOUCHED, json.dumps({**told, "seal": _sealed(told, key)}).encode() + b"\n")


def _of_first(texts: Sequence[bytes], number: int) -> dict[str, object]:
    return {"lines": number, "sha256": sha256(b"".join(texts[:number]))}


def _vouched(models: Path, texts: Sequence[bytes], key: Key) -> int:
    """How many lines from the first on need no signature of this key. Raises IntegrityError for a file that was altered, or does not speak of these lines."""
    file = models / VOUCHED
    if not file.is_file():
        return 0
    try:
        told = json.loads(file.read_bytes())
        number, seal = int(told["lines"]), str(told["seal"])
    except (ValueError, KeyError, TypeError) as error:
        raise _forged(file, 1) from error
    wanted = _of_first(texts, number)
    if told != {**wanted, "seal": seal} or not hmac.compare_digest(seal, _sealed(wanted, key)):
        raise _forged(file, 1)
    return number


def _parsed(text: bytes, log: Path, number: int) -> Approval:
    try:
        told = json.loads(text.decode("utf-8"))
        return Approval(**{**told, "on": date.fromisoformat(told["on"])})
    except (json.JSONDecodeError, TypeError, KeyError, ValueError) as error:
        raise _forged(log, number) from error


def _forged(log: Path, number: int) -> IntegrityError:
    return IntegrityError(
        "this line is not as it was signed, or was signed with another key",
        where=f"{log}, line {number}",
        hint=APPROVE_AGAIN,
    )


@contextmanager
def alone(models: Path) -> Iterator[None]:
    """Whoever reads the lines to sign the next one: two at once would both follow the same line."""
    with (models / ".approvals.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def append(models: Path, approval: Approval) -> None:
    """Adds a signed line, whole or not at all; ``alone``."""
    log = models / LOG
    earlier = log.read_bytes() if log.exists() else b""
    line = json.dumps(approval.as_json(), ensure_ascii=False) + "\n"
    _write_whole(log, earlier + line.encode())


def _write_whole(path: Path, content: bytes) -> None:
    whole = path.with_name(f".{path.name}.{os.getpid()}")
    with whole.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    whole.replace(path)


def in_force(signed_lines: Sequence[Approval], as_of: date) -> Approval | None:
    """The newest approval that was not withdrawn since, of a model that learnt nothing from ``as_of`` on."""
    withdrawn: set[str] = set()
    for line in reversed(signed_lines):
        if line.action == "withdraw":
            withdrawn.add(line.model)
        elif line.model not in withdrawn and date.fromisoformat(str(line.figures["as_of"])) <= as_of:
            return line
    return None


def checked(models: Path, approval: Approval) -> Mapping[str, bytes]:
    """The approved files by name. Raises IntegrityError when one is gone or is not what was approved."""
    contents: dict[str, bytes] = {}
    for name, digest in approval.files.items():
        path = models / approval.model / name
        content = path.read_bytes() if path.is_file() else None
        if content is None or sha256(content) != digest:
            what = "is gone" if content is None else "is not what was approved"
            raise IntegrityError(f"a file of an approved model {what}", where=str(path), hint=APPROVE_AGAIN)
        contents[name] = content
    return contents


def name_of(approval: Approval) -> str:
    """The candidate that was approved."""
    return cast(str, approval.figures["champion"])
