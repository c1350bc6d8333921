"""Who approved which frozen model, when and on which figures: lines that only grow, each signed with the city's key and tied to the one before.

``models/approvals.jsonl``. A signature is HMAC-SHA256 under a key of its own, derived from the warehouse's key: whoever cannot open the warehouse can sign
nothing. Each line holds the signature of the one before it, so that none can be edited, moved or taken out of the middle unseen.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, cast

from data_contracts.errors import IntegrityError
from pipelines.encrypted import Key
from pipelines.manifest import sha256

LOG = "approvals.jsonl"
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


def signed(approval: Approval, key: Key) -> Approval:
    """With its signature."""
    return Approval(**{**approval.__dict__, "signature": _signature(approval, key)})


def _signature(approval: Approval, key: Key) -> str:
    own = hmac.new(bytes.fromhex(key.secret), _PURPOSE, hashlib.sha256).digest()
    content = {name: value for name, value in approval.as_json().items() if name != "signature"}
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hmac.new(own, plain.encode(), hashlib.sha256).hexdigest()


def lines(models: Path, key: Key) -> tuple[Approval, ...]:
    """Every line, in order. Raises IntegrityError when one was edited, moved, taken out or signed with another key."""
    log = models / LOG
    if not log.exists():
        return ()
    found: list[Approval] = []
    for number, text in enumerate(log.read_bytes().splitlines(), start=1):
        line = _parsed(text, log, number)
        before = found[-1].signature if found else ""
        if line.previous != before or not hmac.compare_digest(line.signature, _signature(line, key)):
            raise _forged(log, number)
        found.append(line)
    return tuple(found)


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


def append(models: Path, approval: Approval) -> None:
    """Adds a signed line, whole or not at all."""
    log = models / LOG
    earlier = log.read_bytes() if log.exists() else b""
    line = json.dumps(approval.as_json(), ensure_ascii=False) + "\n"
    whole = log.with_name(f".{LOG}.{os.getpid()}")
    with whole.open("wb") as file:
        file.write(earlier + line.encode())
        file.flush()
        os.fsync(file.fileno())
    whole.replace(log)


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
