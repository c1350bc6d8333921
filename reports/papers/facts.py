"""What the papers are filled from: one run, what the city stated, and what was seen of the installation. Nothing that is absent is made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from data_contracts.contract import Contract, Gate
from data_contracts.contract_terms import Period
from features.factor import Language
from reports.crpa import Contacts
from reports.estimates_shown import Figure, Measure
from reports.model_card_facts import ModelCard
from reports.model_card_said import Speech
from reports.papers.parts import Cell, Missing
from reports.words import day, number, percent


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What every paper bears. ``head``: of the run's audit chain, None where the run has none; ``written_on``: None for the notice of a cycle, which is as old as
    its list. ``are_settings_newer``: ``city.toml`` is not any more what it was in the run. ``country``: two letters of ISO 3166."""

    city: str
    language: Language
    is_fictitious: bool
    run_id: str
    as_of: date
    code: str
    head: str | None
    written_on: date | None
    are_settings_newer: bool
    country: str = "FR"

    @property
    def is_in_france(self) -> bool:
        """Whether the law of France is the city's own."""
        return self.country == "FR"


@dataclass(frozen=True, kw_only=True)
class Authority:
    """As ``[authority]`` of ``city.toml``; empty: not stated."""

    name: str = ""
    address: str = ""
    represented_by: str = ""
    objections: str = ""
    deliberation: str = ""
    impact_assessment: str = ""
    fundamental_rights: str = ""
    hosting: str = ""
    recipients: str = ""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One source behind the gate that the run had. ``signed_by`` and ``signed_on``: of the city, empty and None where the contract's own gate is kept.
    ``basis``: the city's words where it signed, else the contract's. ``delivered_on``: its last delivery, None where the run had none; ``weighs``: whether a
    factor of the run reads it."""

    contract: Contract
    title: str
    gate: Gate
    basis: str
    signed_by: str
    signed_on: date | None
    period: Period
    delivered_on: date | None
    weighs: bool

    @property
    def name(self) -> str:
        """As in the contracts."""
        return self.contract.source

    @property
    def is_about_people(self) -> bool:
        """Whether it says something of whoever is visited: neither reference files nor the means by which people are left out."""
        return self.name not in ("quartiers", "oppositions", "etablissements", "deces_publics")

    @property
    def is_used(self) -> bool:
        """Something of it came through the gate."""
        return self.gate != "closed" and self.delivered_on is not None


@dataclass(frozen=True, kw_only=True)
class Weights:
    """``by_factor``: log-odds of a full signal, as the frozen text says; empty for a rule. ``has_trees``: small trees move the order besides."""

    by_factor: Mapping[str, float]
    has_trees: bool = False


@dataclass(frozen=True, kw_only=True)
class Measured:
    """From ``estimates.json``, of everybody: ``lists`` that drew by lot and count, the three figures by name."""

    lists: int
    figures: Mapping[Measure, Figure]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One finding of ``frame_parity.json`` or ``fairness.json``: what differs, for whom, and what it does, or what to do."""

    lead: str
    groups: tuple[str, ...]
    effect: str


@dataclass(frozen=True, kw_only=True)
class Equality:
    """What ``fairness.json`` says in sentences, and what it found outside its band, in the language of the run."""

    summary: tuple[str, ...]
    findings: tuple[Difference, ...]


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Of ``frame.json``, ``ingest.json`` and the manifest's steps; a text where few people would be recognisable."""

    persons: int | str
    households: int | str
    rows_read: int
    rows_quarantined: int
    seconds: float | None
    peak_memory_mb: float | None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Of one run. ``needs_approval``: who ranks is no rule, so that somebody has to sign; ``measured`` and ``equality`` are None where the run measured nothing
    of the kind; ``floors``: group → least share of the list; ``are_tables_kept``: its joined tables still lie in the run's folder."""

    stamp: Stamp
    authority: Authority
    contacts: Contacts
    sources: tuple[Source, ...]
    card: ModelCard
    needs_approval: bool
    weights: Weights
    exploration_share: float
    second_look_share: float
    are_tables_kept: bool
    measured: Measured | None
    equality: Equality | None
    differences: tuple[Difference, ...]
    counted: Counted
    floors: Mapping[str, float]
    versions: Mapping[str, str]

    @property
    def speech(self) -> Speech:
        """Names and figures in the reader's language."""
        return Speech(language=self.stamp.language)

    def say(self, msgid: str) -> str:
        """The translation."""
        return self.speech.say(msgid)

    def day(self, value: date) -> str:
        """As people write it."""
        return day(value, self.stamp.language)

    def number(self, value: float, digits: int = 0) -> str:
        """In the language's digits."""
        return number(value, self.stamp.language, digits)

    def percent(self, share: float) -> str:
        """As a percentage."""
        return percent(share, self.stamp.language)

    def stated(self, text: str, what: str, key: str) -> Cell:
        """What the city stated, or that it has to, and under which key of ``city.toml``."""
        return text or Missing(what=what, whom=f"city.toml, {key}")

    @property
    def used(self) -> tuple[Source, ...]:
        """Sources of which something was read."""
        return tuple(source for source in self.sources if source.is_used)

    @property
    def unused(self) -> tuple[Source, ...]:
        """Sources that are closed, or that delivered nothing."""
        return tuple(source for source in self.sources if not source.is_used)

    def source(self, name: str) -> Source:
        """By its contract's name."""
        return next(source for source in self.sources if source.name == name)


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """A role of the review desk and the actions of ``review.roles`` that it may do."""

    title: str
    may: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class DeskTerm:
    """What the desk keeps, and for how long."""

    what: str
    period: Period


@dataclass(frozen=True, kw_only=True)
class Look:
    """One thing that ``lanterne check`` looked at; ``is_sound``: it held that day."""

    what: str
    is_sound: bool


@dataclass(frozen=True, kw_only=True)
class Installed:
    """Of the installation, on the day of the papers. ``looks`` by name."""

    recipients: tuple[Recipient, ...]
    desk_terms: tuple[DeskTerm, ...]
    looks: Mapping[str, Look]
    has_desk: bool
