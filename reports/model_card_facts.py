"""What a model card tells, as data: every figure of the duel, what was learnt from, what may weigh, and who approved it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from data_contracts.contract import Gate
from features.catalogue import FACTORS, usable
from features.cells import Key, Sum, shown
from features.factor import Language
from features.frame import SMALLEST_CELL

RANDOM = "random"
Pair = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure with its 95 % interval; ``low`` and ``high`` are None where there is none."""

    value: float
    low: float | None
    high: float | None

    @property
    def is_sure(self) -> bool:
        """Whether zero lies outside the interval."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    def times(self, factor: float) -> Figure:
        """In another unit; a negative factor turns the interval round."""
        ends = [None if end is None else end * factor for end in (self.low, self.high)]
        low, high = ends if factor >= 0 else ends[::-1]
        return Figure(value=self.value * factor, low=low, high=high)


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """One past campaign as one candidate ranked it: households with an answer, isolated among them, ``k`` called first, and the share isolated of those."""

    origin: date
    labels: int
    positives: int
    k: int
    precision: float | None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One candidate over all test campaigns. ``figures`` and ``weighted`` by name (precision, lift, recall, false_omission, visits_per_found,
    average_precision, auc); a figure that does not exist is not in them. ``by_lot``: (worst, best) over all lots among equal scores; ``bounds``: (low, high)
    when none or all of the refusals and absences are isolated; ``calibration``: (slope, intercept); ``found``: isolated households found by a list of the
    capacity and so many more visits."""

    name: str
    figures: Mapping[str, Figure]
    weighted: Mapping[str, Figure]
    difference: Figure | None
    by_lot: Pair | None
    bounds: Pair | None
    calibration: Pair | None
    found: Mapping[int, Figure]
    campaigns: tuple[Campaign, ...]


@dataclass(frozen=True, kw_only=True)
class Contest:
    """A challenger against the one that ranked until then: the paired difference of precision at capacity. ``worse_off``: groups (``dimension: group``)
    that it would surely miss more often, were no other looked at; ``behind``: a rule that found at least as many; ``takes_over``: won, or the reigning rule itself in
    order; ``does_harm``: of that one alone, it surely finds fewer than a lot among its equals would, or fewer of a group."""

    challenger: str
    reigning: str
    difference: Figure | None
    weighted: Figure | None
    worse_off: tuple[str, ...]
    behind: str | None
    is_won: bool
    takes_over: bool
    does_harm: bool


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """What teaches today: ``labels`` and what they are worth; ``clipped`` of them had their weight cut at ``clipped_at`` times the smallest.
    ``ledger``: households and past lists by what a visit made of them; a text where few people would be recognisable."""

    labels: int
    effective: float
    clipped: int
    clipped_at: float | None
    ledger: Mapping[str, int | str]


@dataclass(frozen=True, kw_only=True)
class Calibrated:
    """Whether a score may be said as a chance: ``holds``, ``why`` in the words of ``models.calibration``; the mean ``predicted`` and the share ``found`` on
    ``random_visits`` answers of the random arm, and the interval of the slope there."""

    holds: bool
    why: str
    random_visits: int
    predicted: float | None
    found: float | None
    slope: Pair | None


@dataclass(frozen=True, kw_only=True)
class Lonely:
    """Of the other target: tested households that answered, lonely among them; of those called first by who ranks, the share that is lonely, None where too few
    answered."""

    labels: int
    positives: int
    precision: Figure | None


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A factor that weighs in no ranking: sources whose gate is not open for it, or the setting that the city has not made."""

    name: str
    closed: tuple[str, ...]
    setting: str | None


@dataclass(frozen=True, kw_only=True)
class Approval:
    """Who signed which model. ``digest``: of the text that was signed."""

    who: str
    role: str
    on: date
    digest: str


@dataclass(frozen=True, kw_only=True)
class About:
    """What the duel does not know. ``capacity``: households a list;
    ``used``: names of the factors that may weigh; ``sources``: in the reader's words; ``model_digest``: of the text of the frozen champion, or empty."""

    city: str
    as_of: date
    language: Language
    is_fictitious: bool
    run_id: str
    capacity: int
    used: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    sources: Mapping[str, str]
    approval: Approval | None
    model_digest: str


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """Everything that the page says. ``champion``: who ranks the list; ``waits``: a model that won the duel and that nobody has approved. ``beats_rules`` is None where labels were too few to judge; then there are no ``rows`` and no ``contests``.
    ``best_rule``: the rule to beat. ``not_judged``: name → reason as the duel gives it; ``suspicious``: name → area under the curve; ``kept``: name → of the households ranked first as of a month ago, the share
    ranked first today."""

    about: About
    champion: str
    beats_rules: bool | None
    waits: str | None
    best_rule: str
    k_rule: str
    labels: int
    positives: int
    effective: float | None
    rows: tuple[Row, ...]
    contests: tuple[Contest, ...]
    not_judged: Mapping[str, str]
    suspicious: Mapping[str, float]
    kept: Mapping[str, float]
    lonely: Lonely | None
    learnt: Learnt | None
    calibrated: Calibrated | None

    def row(self, name: str) -> Row | None:
        """A candidate's figures."""
        return next((row for row in self.rows if row.name == name), None)

    @property
    def campaigns(self) -> tuple[Campaign, ...]:
        """The test campaigns; the same for every candidate, but for the precision."""
        return self.rows[0].campaigns if self.rows else ()

    @property
    def visited_share(self) -> float | None:
        """Isolated among all who answered in the test campaigns."""
        return self.positives / self.labels if self.rows and self.labels else None

    @property
    def town_share(self) -> float | None:
        """The same when every visit stands for the households that it resembles: a weighted precision over its lift."""
        for row in self.rows:
            precision, lift = row.weighted.get("precision"), row.weighted.get("lift")
            if precision and lift and lift.value > 0:
                return precision.value / lift.value
        return None


def left_out(gates: Mapping[str, Gate], settings: Mapping[str, bool]) -> tuple[LeftOut, ...]:
    """The factors of the catalogue that ``gates`` and ``settings`` keep from weighing, and why."""
    used = {f.name for f in usable(gates, settings)}
    found = []
    for factor in FACTORS:
        if factor.name not in used:
            closed = [s for s in factor.needs if gates[s] != "open"]
            if factor.source != "frame" and gates[factor.source] not in ("open", "consent"):
                closed.insert(0, factor.source)
            setting = factor.needs_setting
            unset = setting if setting and not settings.get(setting, False) else None
            found.append(LeftOut(name=factor.name, closed=tuple(dict.fromkeys(closed)), setting=unset))
    return tuple(found)


def counts(card: ModelCard) -> dict[Key, int | str]:
    """Labels and positives of all campaigns (``("labels",)``) and of each (``("labels", origin)``); ``hidden`` where fewer than 11 households would be
    named, or could be worked out from the others."""
    numbers: dict[Key, int] = _cells((), card.labels, card.positives)
    for campaign in card.campaigns:
        numbers |= _cells((campaign.origin.isoformat(),), campaign.labels, campaign.positives)
    wholes = [key[1:] for key in numbers if key[0] == "labels"]
    sums = [Sum(total=("labels", *of), parts=(("positives", *of), ("others", *of))) for of in wholes]
    if card.campaigns:
        origins = [c.origin.isoformat() for c in card.campaigns]
        kinds = ("labels", "positives", "others")
        sums += [Sum(total=(kind,), parts=tuple((kind, o) for o in origins)) for kind in kinds]
    return shown(numbers, sums, never=())


def _cells(of: Key, labels: int, positives: int) -> dict[Key, int]:
    return {("labels", *of): labels, ("positives", *of): positives, ("others", *of): labels - positives}


def pools(rows: Sequence[Row]) -> tuple[range, ...]:
    """Consecutive campaigns put together until, of those called first, 11 were found isolated and 11 were not, by every one of ``rows``; empty where all
    campaigns together are too few. A share among a dozen households would tell of single ones, and be chance besides."""
    if not rows:
        return ()
    found: list[range] = []
    start = 0
    for stop in range(1, len(rows[0].campaigns) + 1):
        if all(_is_large(row, range(start, stop)) for row in rows):
            found.append(range(start, stop))
            start = stop
    if found and start < len(rows[0].campaigns):
        found[-1] = range(found[-1].start, len(rows[0].campaigns))
    return tuple(found)


def pooled(row: Row, of: range) -> tuple[float, float]:
    """(found, called) of one candidate in some campaigns; found is a mean over the lots among equal scores."""
    some = [c for c in row.campaigns[of.start : of.stop] if c.precision is not None]
    return sum(c.k * (c.precision or 0.0) for c in some), float(sum(c.k for c in some))


def _is_large(row: Row, of: range) -> bool:
    found, called = pooled(row, of)
    return round(found) >= SMALLEST_CELL and round(called - found) >= SMALLEST_CELL
