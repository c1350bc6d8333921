"""What a changed contract breaks: two versions side by side, each difference graded.

``breaking``: a file that was good is stopped, or whoever reads finds another thing under the same name, or what people were told and what was
signed no longer holds. ``tightening``: a row that was good may be set aside, purged or remarked on. ``compatible``: neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from data_contracts.contract import Column, Contract
from data_contracts.headers import folded

Grade = Literal["breaking", "tightening", "compatible"]
GRADES: tuple[Grade, ...] = ("breaking", "tightening", "compatible")

STOPPED = "files that were good are stopped"
OTHER = "the same name now means another thing"
SIGNED = "what people were told and what was signed no longer holds"
MOVED = "facts move in time: past days no longer look as they did"
SET_ASIDE = "rows that were good may be set aside"
REMARKED = "deliveries that were good may be remarked on"
PURGED = "rows are purged earlier: old campaigns can no longer be replayed"
NOTHING = "nothing"
NEW_VALUE = "nothing is refused; what reads it may not know the new values"
MISSING = "nothing is refused; what reads it may find nothing"

KINDS: Mapping[str, tuple[Grade, str]] = {
    "column removed": ("breaking", STOPPED),
    "column renamed": ("breaking", "files are still read; what reads the old name finds nothing"),
    "column added, files must have it": ("breaking", STOPPED),
    "column added, files may lack it": ("compatible", NOTHING),
    "files must have the column": ("breaking", STOPPED),
    "files may lack the column": ("compatible", MISSING),
    "type": ("breaking", OTHER),
    "unit": ("breaking", OTHER),
    "leading zeros": ("breaking", OTHER),
    "key": ("breaking", "other rows count as the same one"),
    "grain": ("breaking", OTHER),
    "protected": ("breaking", "factors may see what they could not, or no longer see what they could"),
    "whom it identifies": ("breaking", SIGNED),
    "value required": ("tightening", SET_ASIDE),
    "value no longer required": ("compatible", MISSING),
    "value unique": ("tightening", SET_ASIDE),
    "value no longer unique": ("compatible", NOTHING),
    "values removed": ("tightening", SET_ASIDE),
    "values added": ("compatible", NEW_VALUE),
    "values listed": ("tightening", SET_ASIDE),
    "values no longer listed": ("compatible", NEW_VALUE),
    "range narrowed": ("tightening", SET_ASIDE),
    "range widened": ("compatible", NEW_VALUE),
    "form": ("tightening", SET_ASIDE),
    "form no longer asked": ("compatible", NOTHING),
    "alias removed": ("breaking", STOPPED),
    "alias added": ("compatible", NOTHING),
    "meaning": ("compatible", "nothing, if only the wording changed"),
    "gate": ("breaking", SIGNED),
    "columns through the frame gate": ("breaking", SIGNED),
    "legal basis": ("breaking", SIGNED),
    "purpose": ("breaking", SIGNED),
    "forbidden uses": ("breaking", SIGNED),
    "rejected values shown": ("breaking", SIGNED),
    "rejected values no longer shown": ("compatible", NOTHING),
    "known on": ("breaking", MOVED),
    "kind of delivery": ("breaking", OTHER),
    "kept longer": ("breaking", SIGNED),
    "kept shorter": ("tightening", PURGED),
    "kept from another day": ("breaking", SIGNED),
    "rejection threshold lowered": ("tightening", STOPPED),
    "rejection threshold raised": ("compatible", "nothing is refused; more bad rows pass unseen"),
    "row rule added": ("tightening", SET_ASIDE),
    "row rule removed": ("compatible", NOTHING),
    "delivery rule tightened": ("tightening", REMARKED),
    "delivery rule loosened": ("compatible", NOTHING),
    "owner": ("compatible", NOTHING),
    "frequency": ("compatible", NOTHING),
    "latency": ("compatible", NOTHING),
}
"""Every kind of difference with its grade and what it breaks, in words that ``reports/locale`` translates."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One difference. ``column``: its canonical name, None for the contract as a whole; ``before`` and ``after`` are empty where there was or is nothing."""

    kind: str
    column: str | None
    before: str
    after: str

    @property
    def grade(self) -> Grade:
        """How bad."""
        return KINDS[self.kind][0]

    @property
    def breaks(self) -> str:
        """What it breaks, in English."""
        return KINDS[self.kind][1]


def diff(before: Contract, after: Contract) -> tuple[Change, ...]:
    """Every difference, the worst first, then in the order of the contract."""
    found = [*_columns(before, after), *_terms(before, after), *_rules(before, after)]
    return tuple(sorted(found, key=lambda change: GRADES.index(change.grade)))


def _columns(before: Contract, after: Contract) -> Iterator[Change]:
    old, new = ({c.name: c for c in side.columns} for side in (before, after))
    renamed = {
        gone: name
        for gone in sorted(old.keys() - new.keys())
        for name in sorted(new.keys() - old.keys())
        if folded(gone) in {folded(a) for a in new[name].aliases}
    }
    for name, column in old.items():
        if name in new:
            yield from _column(column, new[name])
        elif name in renamed:
            yield _change("column renamed", name, name, renamed[name])
            yield from _column(column, new[renamed[name]], is_renamed=True)
        else:
            yield _change("column removed", name, "", "")
    for name, column in new.items():
        if name not in old and name not in renamed.values():
            how = "files may lack it" if column.may_be_absent else "files must have it"
            yield _change(f"column added, {how}", name, "", "")


def _column(old: Column, new: Column, *, is_renamed: bool = False) -> Iterator[Change]:
    name = new.name
    for kind, read in _MEANINGS.items():
        if read(old) != read(new):
            yield _change(kind, name, read(old), read(new))
    for (appears, goes), has in _SWITCHES.items():
        if has(old) != has(new):
            yield _change(appears if has(new) else goes, name, "", "")
    yield from _allowed(old, new)
    yield from _range(old, new)
    if old.pattern != new.pattern:
        kind = "form" if new.pattern else "form no longer asked"
        yield _change(kind, name, old.pattern or "", new.pattern or "")
    before, after = ({folded(a): a for a in c.aliases} for c in (old, new))
    for alias in sorted(before.keys() - after.keys()):
        yield _change("alias removed", name, before[alias], "")
    for alias in sorted(after.keys() - before.keys() - ({folded(old.header)} if is_renamed else set())):
        yield _change("alias added", name, "", after[alias])


_MEANINGS: Mapping[str, Callable[[Column], str]] = {
    "type": lambda c: c.kind,
    "unit": lambda c: c.unit or "",
    "leading zeros": lambda c: str(c.width or ""),
    "whom it identifies": lambda c: c.identifies or "",
    "protected": lambda c: "yes" if c.is_protected else "no",
    "meaning": lambda c: c.description,
}
_SWITCHES: Mapping[tuple[str, str], Callable[[Column], bool]] = {
    ("files may lack the column", "files must have the column"): lambda c: c.may_be_absent,
    ("value required", "value no longer required"): lambda c: c.is_required,
    ("value unique", "value no longer unique"): lambda c: c.is_unique,
}


def _allowed(old: Column, new: Column) -> Iterator[Change]:
    if bool(old.allowed) != bool(new.allowed):
        kind = "values listed" if new.allowed else "values no longer listed"
        yield _change(kind, new.name, _listed(old.allowed), _listed(new.allowed))
        return
    gone = tuple(v for v in old.allowed if v not in new.allowed)
    come = tuple(v for v in new.allowed if v not in old.allowed)
    if gone:
        yield _change("values removed", new.name, _listed(gone), "")
    if come:
        yield _change("values added", new.name, "", _listed(come))


def _range(old: Column, new: Column) -> Iterator[Change]:
    yield from _interval(
        "range narrowed", "range widened", new.name, (old.minimum, old.maximum), (new.minimum, new.maximum)
    )


Interval = tuple[float | None, float | None]


def _interval(
    narrowed: str, widened: str, column: str | None, old: Interval, new: Interval
) -> Iterator[Change]:
    """None bounds nothing. An interval that moved is narrowed on one side and widened on the other."""
    (low, high), (new_low, new_high) = _numbers(old), _numbers(new)
    shown = (_bounds(old), _bounds(new))
    if new_low > low or new_high < high:
        yield _change(narrowed, column, *shown)
    if new_low < low or new_high > high:
        yield _change(widened, column, *shown)


def _bounds(interval: Interval) -> str:
    low, high = interval
    if low is None or high is None:
        return f"≤ {high:g}" if high is not None else f"≥ {low:g}" if low is not None else ""
    return f"{low:g} … {high:g}"


def _numbers(interval: Interval) -> tuple[float, float]:
    low, high = interval
    return (-float("inf") if low is None else low, float("inf") if high is None else high)


def _terms(before: Contract, after: Contract) -> Iterator[Change]:
    for kind, read in _TERMS.items():
        if read(before) != read(after):
            yield _change(kind, None, read(before), read(after))
    old, new = before.retention.period, after.retention.period
    if old != new:
        kind = "kept longer" if new.rough_days > old.rough_days else "kept shorter"
        yield _change(kind, None, old.in_french(), new.in_french())
    if before.rejection_threshold != after.rejection_threshold:
        way = "lowered" if after.rejection_threshold < before.rejection_threshold else "raised"
        shown = (f"{before.rejection_threshold:g}", f"{after.rejection_threshold:g}")
        yield _change(f"rejection threshold {way}", None, *shown)
    if before.shows_rejected_values != after.shows_rejected_values:
        now = "shown" if after.shows_rejected_values else "no longer shown"
        yield _change(f"rejected values {now}", None, "", "")


_TERMS: Mapping[str, Callable[[Contract], str]] = {
    "key": lambda c: ", ".join(c.key),
    "grain": lambda c: c.grain,
    "gate": lambda c: c.gate,
    "columns through the frame gate": lambda c: ", ".join(sorted(c.frame_columns)),
    "legal basis": lambda c: c.legal_basis,
    "purpose": lambda c: c.purpose,
    "forbidden uses": lambda c: c.limitations,
    "known on": lambda c: ", ".join(c.known_on),
    "kind of delivery": lambda c: c.delivery,
    "kept from another day": lambda c: c.retention.counted_from,
    "owner": lambda c: c.owner,
    "frequency": lambda c: c.frequency.in_french(),
    "latency": lambda c: str(c.latency_days),
}


def _rules(before: Contract, after: Contract) -> Iterator[Change]:
    old, new = ({(r.earlier, r.later): r.name for r in side.pair_rules} for side in (before, after))
    for added in sorted(new.keys() - old.keys()):
        yield _change("row rule added", None, "", new[added])
    for removed in sorted(old.keys() - new.keys()):
        yield _change("row rule removed", None, old[removed], "")
    tightened, loosened = "delivery rule tightened", "delivery rule loosened"
    bounds, new_bounds = _delivery_bounds(before), _delivery_bounds(after)
    unbounded: Interval = (None, None)
    for column, rule in sorted({*bounds, *new_bounds}):
        sides = (bounds.get((column, rule), unbounded), new_bounds.get((column, rule), unbounded))
        for change in _interval(tightened, loosened, column or None, *sides):
            shown = (side and f"{rule}: {side}" for side in (change.before, change.after))
            yield _change(change.kind, change.column, *shown)
    starts, new_starts = _starts(before), _starts(after)
    for column in sorted(starts.keys() & new_starts.keys()):
        rows, new_rows = starts[column], new_starts[column]
        if rows != new_rows:
            kind = tightened if new_rows < rows else loosened
            yield _change(kind, column or None, f"judged from {rows} rows", f"judged from {new_rows} rows")


def _delivery_bounds(contract: Contract) -> dict[tuple[str, str], Interval]:
    """(column or "", rule) → the interval that the contract allows; what it does not bound is left out."""
    bounds: dict[tuple[str, str], Interval] = {}
    if contract.freshness_days is not None:
        bounds["", "freshness"] = (None, contract.freshness_days)
    if contract.volume is not None:
        bounds["", "volume"] = (contract.volume.minimum, contract.volume.maximum)
    for shift in contract.shifts:
        bounds[shift.column, "shift"] = (None, shift.at_most)
    for reference in contract.references:
        bounds[reference.column, f"exists in {reference.source}.{reference.target}"] = (None, 0)
    return bounds


def _starts(contract: Contract) -> dict[str, int]:
    """Column ("" for the volume) → from how many rows on deliveries are compared."""
    volume = {"": contract.volume.from_rows} if contract.volume else {}
    return volume | {s.column: s.from_rows for s in contract.shifts}


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(values)


def _change(kind: str, column: str | None, before: str, after: str) -> Change:
    return Change(kind=kind, column=column, before=before, after=after)
