"""How one line of a list came to be, as facts: what ``pipelines.trace`` gathers, the page shows and ``--json`` prints with these names as keys.

No match key, number of a record or pseudonym of an address is among them; persons are called P1, P2, … beside their pseudonym. Days are ISO, weights log-odds,
weights of links bits. None: not known, or nothing of the kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from features.household_explained import HouseholdExplained
from features.link_explained import Explained
from features.traced import Read
from reports.contracts import Masthead
from reports.risk_list import Arm
from reports.trace_desk_facts import Case

OnDisk = Literal["same", "other", "gone"]


@dataclass(frozen=True, kw_only=True)
class Run:
    """``manifest``: SHA-256 of ``manifest.json``; the other digests are in it. ``checked``: files of the run whose bytes are those of the manifest."""

    run_id: str
    as_of: date
    code: str
    manifest: str
    configuration: str
    contracts: Mapping[str, str]
    linkage_model: str
    capacity: int
    households: int
    checked: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    """As ``list.parquet`` has it. ``members``: how many are known; ``reasons`` and what follows joined as on the list."""

    rank: int
    household_id: str
    quartier: str
    arm: Arm
    score: float
    probability: float | None
    drawing_probability: float | None
    reasons: str
    counter_evidence: str
    not_known: str
    members: int
    is_data_thin: bool
    times_listed: int | None
    draws: int | None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One delivered row by file and line."""

    source: str
    file_id: str
    line: int
    known_on: date


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """Of the random arm, by today's frame of that day: ``age_band`` of the oldest member (of ``models.draw.BANDS``), tenure and neighbourhood."""

    age_band: str
    is_social_tenant: bool
    quartier: str


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Why the household is listed. ``p_…``: its row of ``inclusion.parquet``; ``place``: among the lines of its arm; ``equals``: households of the frame with its
    chance of a seat of the model arm, where a lot parted them; ``lot``: what it drew, in [0, 1), the lowest first. ``because``: alerts, or deaths, that put it on
    the list."""

    seed: int
    p_model: float
    p_exploration: float
    p_alert: float
    p_bereavement: float
    place: int
    of_arm: int
    equals: int
    lot: float
    stratum: Stratum | None
    because: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Signed:
    """``is_in_log``: whether the city's signed book of approvals holds this very line."""

    model: str
    who: str
    role: str
    on: date
    is_in_log: bool


@dataclass(frozen=True, kw_only=True)
class Model:
    """``text``: file in the run's folder; ``why``: of ``who_ranks.Why``. ``base`` and every contribution add up to ``total``, which is the line's score."""

    name: str
    why: str
    is_rule: bool
    is_unapproved: bool
    text: str
    digest: str
    approval: Signed | None
    base: float
    total: float


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """One factor: as published, and as today's files give it (``read``; None where the law or the settings let it weigh no more, or the household is not found)."""

    factor: str
    group: str
    unit: str
    value: float | None
    detail: str | None
    contribution: float
    is_weighed: bool
    same_sign_share: float | None
    known_on: date | None
    source: str | None
    person: str | None
    read: Read | None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One promise of the contract: how many rows (of one ``is_about_files``: files) that were judged with this file were held against it, and how many broke it.
    ``severity``: an ``error`` sets the row aside, a ``warning`` is told."""

    rule: str
    severity: str
    is_about_files: bool
    judged: int
    broken: int


@dataclass(frozen=True, kw_only=True)
class File:
    """One delivered file that is cited. ``rejects``: rule → lines set aside; ``contract_version``: it was judged by, with ``rules``, in one check with ``judged_with``
    files; ``superseded_by``: the correction that counts now; ``on_disk``: whether the delivered bytes are still those that were read."""

    file_id: str
    name: str
    source: str
    delivered_on: date
    sha256: str
    is_current: bool
    superseded_by: str | None
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    rows_purged: int
    rejects: Mapping[str, int]
    contract_version: str | None
    contract: str
    checker: str | None
    judged_with: int
    rules: tuple[Rule, ...]
    on_disk: OnDisk
    is_of_run: bool


@dataclass(frozen=True, kw_only=True)
class Record:
    """``name``: how the links below call it; ``row``: its newest row that was known."""

    name: str
    source: str
    first_known: date
    row: Row | None


@dataclass(frozen=True, kw_only=True)
class Person:
    """A member of the day. ``linked``: why the records are one person, records called by ``Record.name`` and those of other people by nothing."""

    name: str
    person_id: str
    presence: str
    records: tuple[Record, ...]
    linked: Explained


@dataclass(frozen=True, kw_only=True)
class Returned:
    """One row of ``visites`` about a member. ``state``: what it is as a label (of ``features.label.STATES``); ``is_of_run``: it says it came of this list."""

    row: Row
    visited_on: date
    arm: str | None
    outcome: str
    state: str
    is_of_run: bool


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What today's rebuilding gives otherwise. ``what``: of ``trace_words.WHAT``; ``name``: a factor's or a column's."""

    what: str
    name: str
    published: str
    now: str


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What has changed since the run. ``why``: of ``trace_words.WHY``; ``names``: files, contracts or sources."""

    why: str
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Again:
    """The day rebuilt from what is stored today. ``is_found``: the household is in today's frame of that day. ``compared``: figures that were held against the run's."""

    is_found: bool
    compared: int
    differences: tuple[Difference, ...]
    causes: tuple[Cause, ...]

    @property
    def is_same(self) -> bool:
        """Everything as published."""
        return self.is_found and not self.differences


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One line of one run. ``files``: every file that is cited anywhere; ``desk``: None where there is none, () where it has no such case."""

    masthead: Masthead
    written_on: date
    run: Run
    line: Line
    drawn: Drawn
    model: Model
    weighed: tuple[Weighed, ...]
    files: tuple[File, ...]
    persons: tuple[Person, ...]
    household: HouseholdExplained | None
    desk: tuple[Case, ...] | None
    returned: tuple[Returned, ...]
    again: Again
