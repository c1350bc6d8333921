"""What was promised of each source and what its files kept of it, as shown in a run's ``contracts/`` folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from data_contracts import contract
from data_contracts.contract import Contract
from data_contracts.validation import Kept, Validation
from features.factor import Language
from reports.html import environment
from reports.quarantine import FileKept, by_law, reason_words, stays_out, what_to_do
from reports.words import day, number, percent, words


@dataclass(frozen=True, kw_only=True)
class Masthead:
    """What every page of one city says of itself."""

    city: str
    language: Language
    is_fictitious: bool


@dataclass(frozen=True, kw_only=True)
class Source:
    """One source of which something was delivered; ``rows`` were checked in all."""

    contract: Contract
    checker: str
    rows: int
    promises: tuple[Kept, ...]
    files: tuple[FileKept, ...]

    @property
    def name(self) -> str:
        """The source's name, which is also its page's."""
        return self.contract.source

    @property
    def held(self) -> int:
        """How many promises every row keeps."""
        return sum(p.is_held for p in self.promises)

    @property
    def rows_read(self) -> int:
        """Lines of all its files."""
        return sum(f.rows_read for f in self.files)

    @property
    def rows_quarantined(self) -> int:
        """Lines of all its files that were set aside."""
        return sum(f.rows_quarantined for f in self.files)


def sources(validations: Sequence[Validation], files: Sequence[FileKept]) -> tuple[Source, ...]:
    """One per source with a file or a check, in the order of the contracts; several checks of a source are added up by promise."""
    found = []
    for name in contract.SOURCES:
        mine = [v for v in validations if v.source == name]
        here = sorted(
            (f for f in files if f.source == name), key=lambda f: (f.delivered_on, f.name, f.file_id)
        )
        if mine or here:
            found.append(_source(contract.load(name), mine, here))
    return tuple(found)


def _source(promised: Contract, checks: list[Validation], files: list[FileKept]) -> Source:
    return Source(
        contract=promised,
        checker=checks[-1].checker if checks else "",
        rows=sum(v.rows for v in checks),
        promises=_added_up(checks),
        files=tuple(files),
    )


def _added_up(checks: Iterable[Validation]) -> tuple[Kept, ...]:
    """By rule, in the order in which the rules first appear; the settings shown are the latest."""
    total: dict[str, Kept] = {}
    for kept in (kept for check in checks for kept in check.promises):
        before = total.get(kept.rule)
        total[kept.rule] = kept if before is None else _sum(before, kept)
    return tuple(total.values())


def _sum(before: Kept, kept: Kept) -> Kept:
    return replace(
        kept,
        is_held=before.is_held and kept.is_held,
        rows=before.rows + kept.rows,
        rows_broken=before.rows_broken + kept.rows_broken,
    )


def with_headers(text: str, promised: Contract) -> str:
    """A rule that begins with canonical column names, with the headers of the contract instead."""
    headers = {c.name: c.header for c in promised.columns}
    names = _LEADING_NAMES.match(text)
    if names is None or not all(name in headers for name in names[0].split(", ")):
        return text
    return ", ".join(headers[name] for name in names[0].split(", ")) + text[names.end() :]


_LEADING_NAMES = re.compile(r"[a-z0-9_]+(, [a-z0-9_]+)*")


def index_page(shown: Sequence[Source], masthead: Masthead) -> bytes:
    """``contracts/index.html``: per source, how much was checked, kept and set aside, with links."""
    absent = [contract.load(s).title for s in contract.SOURCES if s not in {source.name for source in shown}]
    return _page("contracts_index.html.j2", masthead, sources=shown, absent=absent)


def quarantine_page(files: Sequence[FileKept], masthead: Masthead) -> bytes:
    """``contracts/quarantaine.html``: files with lines set aside first and in full, then those without."""
    ordered = sorted(files, key=lambda f: (f.delivered_on, f.name, f.file_id), reverse=True)
    say = words(masthead.language)
    return _page(
        "quarantine.html.j2",
        masthead,
        files=ordered,
        by_law=by_law(ordered),
        stays_out=stays_out(ordered),
        titles={s: contract.load(s).title for s in contract.SOURCES},
        what_to_do=lambda reason: what_to_do(reason, say),
        named=lambda source, text: with_headers(text, contract.load(source)),
        reason=lambda reason: reason_words(reason, masthead.language),
    )


def _page(template: str, masthead: Masthead, **content: object) -> bytes:
    page = environment().get_template(template)
    return page.render(**common(masthead), **content).encode("utf-8")


def common(masthead: Masthead) -> Mapping[str, object]:
    """What the templates of this folder share."""
    language = masthead.language
    return {
        "masthead": masthead,
        "language": language,
        "say": words(language),
        "day": lambda d: day(d, language),
        "number": lambda v, digits=0: number(v, language, digits),
        "percent": lambda v, digits=0: percent(v, language, digits),
    }
