"""Certificates of retention: what each purge of the installation took, how many, when and by which rule; a page each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from data_contracts.contract_terms import Period
from features.cells import Key, Sum, shown
from reports.papers import files, law
from reports.papers.facts import Facts
from reports.papers.parts import Block, Paper, Points, Section, Table, Terms, says


@dataclass(frozen=True, kw_only=True)
class Gone:
    """What one rule took: rows whose ``counted_from`` lies before ``before``; of the desk it names table and column."""

    what: str
    period: Period
    counted_from: str
    before: date
    rows: int


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """As written by ``lanterne purge``. ``desk`` is None where there was none; ``digest``: of the file, whose ``name`` stands in ``runs/certificates``."""

    name: str
    digest: str
    purged_on: date
    code: str
    terms: tuple[Gone, ...]
    desk: tuple[Gone, ...] | None
    runs: tuple[str, ...]
    delivery_files: tuple[str, ...]
    are_deleted: bool


def paper(f: Facts, found: Sequence[Certificate]) -> Paper:
    """All purges, the newest first."""
    none = Section(title=f.say("No purge"), blocks=says(f.say("No purge has been certified in this installation yet.")))  # fmt: skip
    sections = tuple(_one(f, one, place > 0) for place, one in enumerate(found)) or (none,)
    return Paper(
        name="retention_certificates",
        kind=f.say("certificates of retention"),
        title=f.say("Certificates of retention"),
        lede=f.say("What each purge deleted, source by source, and by which rule. Rules and counts remain, nobody’s data do."),
        law=law.gdpr(f, "5(1)(e), 17, 30(1)(f)"),
        sections=sections,
    )  # fmt: skip


def _one(f: Facts, one: Certificate, starts_page: bool) -> Section:
    blocks: list[Block] = [
        Terms(
            pairs=(
                (f.say("Certificate"), one.name),
                (f.say("SHA-256 of the file"), f"`{one.digest}`"),
                (f.say("Version of the software"), one.code),
                (f.say("Lists of old runs"), f.number(len(one.runs))),
                (f.say("Delivered files, emptied"), f.say("{n}, deleted") .format(n=len(one.delivery_files)) if one.are_deleted else f.say("{n}, still in the folder of deliveries").format(n=len(one.delivery_files))),
            )
        ),
        _table(f, f.say("Warehouse"), one.terms),
    ]  # fmt: skip
    if one.desk is None:
        blocks += says(f.say("There is no review desk."))
    else:
        blocks.append(_table(f, f.say("Review desk"), one.desk))
    if one.runs:
        blocks += [*says(f.say("Runs of which the list was deleted:")), Points(items=one.runs)]
    title = f.say("Purged on {day}").format(day=f.day(one.purged_on))
    return Section(title=title, law=law.gdpr(f, "5(1)(e)"), blocks=tuple(blocks), starts_page=starts_page)


def _table(f: Facts, caption: str, gone: Sequence[Gone]) -> Table:
    columns = (f.say("What was kept"), f.say("Kept for"), f.say("Counted from"), f.say("Before"), f.say("Rows deleted"))  # fmt: skip
    counts = protected_rows(gone)
    rows = [
        (
            g.what,
            files.period(f, g.period),
            f.say(files.SINCE[g.counted_from]) if g.counted_from in files.SINCE else g.counted_from,
            f.day(g.before),
            f.speech.count(counts[(g.what,)]),
        )
        for g in gone
    ]
    rows.append((f.say("Total"), "", "", "", f.speech.count(counts[("",)])))
    return Table(caption=caption, columns=columns, rows=tuple(rows), widths=(28, 14, 24, 20, 14))


def protected_rows(gone: Sequence[Gone]) -> dict[Key, int | str]:
    """Rows by what they were, and in all under ``""``: no count below 11, nor one that the others give away. Nothing deleted is told as nothing."""
    numbers: dict[Key, int] = {(g.what,): g.rows for g in gone}
    numbers[("",)] = sum(numbers.values())
    return shown(numbers, (Sum(total=("",), parts=tuple((g.what,) for g in gone)),), never=())
