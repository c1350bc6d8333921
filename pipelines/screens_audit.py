"""What `lanterne audit` shows: a run that holds, a run made again, who did what."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from features.factor import Language
from pipelines import console
from pipelines.audit_log import OPERATOR, Row
from pipelines.audit_verify import Verified
from pipelines.chain import Head
from reports.risk_list import harmless
from reports.words import words

if TYPE_CHECKING:
    from pipelines.reproducing import Reproduced

ACTS: Mapping[str, str] = {
    "approve": "approved a model",
    "backup": "made a backup",
    "change key": "changed the installation's key",
    "explain household": "looked up a household",
    "explain link": "looked up how a record is linked",
    "explain person": "made the page that a person may ask for",
    "export person": "exported what is kept about a person",
    "export visiting list": "exported a list of doors",
    "freeze": "trained a model",
    "ingest": "took deliveries in",
    "oppose": "entered an objection",
    "publish": "published a run",
    "purge": "deleted what was past its term",
    "report": "made the report of a year",
    "reproduce": "made a run again",
    "restore": "put a backup back",
    "see log": "looked at who did what",
    "sign": "signed a run",
    "trace household": "traced a household of a run",
    "upgrade": "brought the warehouse up to date",
    "withdraw approval": "took an approval back",
    "withdraw objection": "took an objection back",
}
"""What was done by a command → msgid."""
OF_WHAT: Mapping[str, str] = {
    "deliveries": "deliveries",
    "household": "household",
    "key": "key of the installation",
    "list": "list",
    "model": "model",
    "objection": "objection",
    "person": "person",
    "record": "record",
    "report": "report of a year",
    "retention": "retention",
    "run": "run",
    "trail": "audit trail",
    "warehouse": "warehouse",
}
"""To what → msgid."""


def verified(found: Verified) -> None:
    """A run that holds, what vouches for it, and what does not."""
    console.tell("{run} is what was published: {lines} lines of its chain, {files} files.", run=found.name, lines=found.lines, files=found.files)  # fmt: skip
    head(found.head)
    for certificate in sorted(set(found.removed.values())):
        files = [path for path, by in found.removed.items() if by == certificate]
        console.tell("Removed lawfully, by the certificate {certificate}: {files}", certificate=certificate or "–", files=", ".join(files))  # fmt: skip
    if found.signed_by:
        console.tell("Signed with the key {key}.", key=found.signed_by)
    elif found.is_signed:
        console.tell("It is signed; give --public-key to have the signature checked.")
    else:
        console.tell("It is not signed.")
    if not found.is_anchored:
        console.tell("The installation’s chain is not beside it: only a signature or a head that you were told says that nobody rewrote all of it.")  # fmt: skip


def head(of: Head) -> None:
    """To be written down elsewhere: whoever has it needs to trust nobody."""
    console.tell("Head of the chain: line {line}, {digest}", line=of.number, digest=of.hash)


def reproduced(found: Reproduced) -> None:
    """Equal or not, file by file where not, and what is another than it was."""
    files = found.files
    if files.is_same:
        console.tell("{run}: made again, {files} files are the same, byte for byte.", run=found.run, files=len(files.equal))  # fmt: skip
    else:
        console.tell("{run}: made again, and not the same. Equal files: {files}.", run=found.run, files=len(files.equal))  # fmt: skip
    for path in files.different:
        console.tell("  another content: {path}", path=path)
    for path in files.missing:
        console.tell("  not made again: {path}", path=path)
    for path in files.added:
        console.tell("  made now only: {path}", path=path)
    if files.history:
        console.tell("Not promised, since they tell in which order deliveries came: {files} files, {equal} of them equal.", files=len(files.history), equal=sum(files.history.values()))  # fmt: skip
    if found.changed:
        console.tell("What the run was made with has changed since, so that equal bytes are not promised:")
    for name, (then, now) in found.changed.items():
        console.tell("  {name}: {then}, now {now}", name=name, then=then[:24], now=now[:24])


def log(rows: Sequence[Row], language: Language) -> None:
    """Oldest first, in words."""
    from review.roles import ROLES
    from review.trail_words import ACTIONS, KINDS
    from review.words import catalogue, moment

    say, at_desk = words(language), catalogue(language).gettext
    table = Table(box=None, pad_edge=False)
    for title in ("When", "Who", "As what", "Did what", "To what", "About"):
        table.add_column(say(title), overflow="fold")
    for row in rows:
        is_of_desk = row.where == "desk"
        did = at_desk(ACTIONS.get(row.action, row.action)) if is_of_desk else say(ACTS[row.action])
        what = at_desk(KINDS.get(row.kind, row.kind)) if is_of_desk else say(OF_WHAT[row.kind])
        role = (
            at_desk(ROLES[row.role])
            if row.role in ROLES
            else say("operator")
            if row.role == OPERATOR
            else "–"
        )
        table.add_row(moment(row.at, language), row.who or "–", role, did, what, row.about or "–")
    console.out.print(table)
    console.tell("Lines: {lines}; both chains hold.", lines=len(rows))


def log_csv(rows: Sequence[Row]) -> None:
    """Codes; a text that a spreadsheet would take for a formula is made harmless."""
    names = ("at", "where", "number", "who", "role", "action", "kind", "about", "facts")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        told = row.as_json() | {"facts": json.dumps(row.facts, ensure_ascii=False, sort_keys=True)}
        writer.writerow([harmless(str(told[name])) for name in names])
