"""Facts of a run drawn by hand: a learnt model that beats the rules, social housing and civil status closed, every paper filled from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from data_contracts import contract
from data_contracts.contract import Gate
from features.factor import Language
from features.intervals import Interval
from pipelines.sources import SOURCE_WORDS
from reports.crpa import Contacts
from reports.estimates_shown import Figure, Measure
from reports.papers import (
    certificates,
    fundamental_rights,
    impact,
    information,
    model_card_paper,
    notice,
    register,
    technical_file,
)
from reports.papers.certificates import Certificate, Gone
from reports.papers.facts import (
    Authority,
    Counted,
    DeskTerm,
    Difference,
    Equality,
    Facts,
    Installed,
    Look,
    Measured,
    Recipient,
    Source,
    Stamp,
    Weights,
)
from reports.papers.parts import Paper
from reports.words import words
from tests.reports import model_card_sample

CLOSED = ("parc_social", "etat_civil")
FRAME_ONLY = "liste_electorale"


def source(name: str, language: Language, gate: Gate) -> Source:
    """Signed for where somebody has to."""
    promise = contract.load(name)
    is_signed = gate == "open" and promise.gate != "open"
    return Source(
        contract=promise,
        title=words(language)(SOURCE_WORDS[name]),
        gate=gate,
        basis="Note <DPO> n° 7" if is_signed else promise.legal_basis,
        signed_by="Mme Exemple" if is_signed else "",
        signed_on=date(2026, 3, 1) if is_signed else None,
        period=promise.retention.period,
        delivered_on=date(2026, 11, 2),
        weighs=gate == "open" and name in ("usages_services", "registre_vulnerables"),
    )


def gate(name: str) -> Gate:
    """Two closed, the roll for the frame only."""
    return "closed" if name in CLOSED else "frame" if name == FRAME_ONLY else "open"


def figure(measure: Measure, value: float | None, low: float, high: float) -> Figure:
    """Measured when it has a value."""
    return Figure(
        measure=measure,
        value=value,
        interval=Interval(low=low, high=high),
        bounds=Interval(low=0.0, high=1.0),
        verdict="insufficient evidence" if value is None else "measured",
        more_met=50,
    )


MEASURED = Measured(
    lists=6,
    figures={
        "prevalence": figure("prevalence", 0.12, 0.08, 0.17),
        "found_share": figure("found_share", None, 0.1, 0.6),
        "false_omission": figure("false_omission", 0.09, 0.06, 0.13),
    },
)


EQUALITY = Equality(
    summary=("Sur 4 comparaisons, 1 est hors de la bande.",),
    findings=(Difference(lead="Elles sont moins visitées :", groups=("femmes : 0,6",), effect="Demander aux équipes."),),
)  # fmt: skip


def facts(language: Language = "fr", **changes: Any) -> Facts:
    """``changes``: fields of the facts, or of the stamp."""
    stamp = Stamp(
        city="Ville & <b>port</b>",
        language=language,
        is_fictitious=True,
        run_id="2026-11-02-0123456789",
        as_of=date(2026, 11, 2),
        code="abcdef012345",
        head="9f" * 32,
        written_on=date(2026, 11, 27),
        are_settings_newer=False,
    )
    of_stamp = {name: changes.pop(name) for name in list(changes) if hasattr(stamp, name)}
    drawn = Facts(
        stamp=replace(stamp, **of_stamp),
        authority=Authority(name="Ville d’Exemple", deliberation="n° 12 du 3 mars 2026"),
        contacts=Contacts(team="CCAS, 1 place <du> Port", data_protection_officer="dpo@ville.example"),
        sources=tuple(source(name, language, gate(name)) for name in contract.SOURCES),
        card=model_card_sample.card(model_card_sample.won(), language, approval=model_card_sample.signed()),
        needs_approval=True,
        weights=Weights(by_factor={"oldest_age": 0.8, "autonomy_service": 0.4, "active_member": -0.5, "under_25": 0.01}),
        exploration_share=0.1,
        second_look_share=0.2,
        are_tables_kept=False,
        measured=MEASURED,
        equality=EQUALITY,
        differences=(Difference(lead="Moins souvent", groups=("femmes : 3 %",), effect="Elles passent plus bas."),),
        counted=Counted(persons=8000, households="<11", rows_read=9000, rows_quarantined=7, seconds=120.0, peak_memory_mb=2048.0),
        floors={"under_25": 0.05},
        versions={"python": "3.11"},
    )  # fmt: skip
    return replace(drawn, **changes)


def installed(**looks: bool) -> Installed:
    """``looks``: what ``lanterne check`` found of each."""
    sound = dict.fromkeys(("encryption", "key", "counts", "retention", "desk", "model", "gates"), True)
    return Installed(
        recipients=(Recipient(title="Expert", may=frozenset({"see case", "ask identity"})),),
        desk_terms=(DeskTerm(what="visites", period=contract.load("visites").retention.period),),
        looks={what: Look(what=what, is_sound=holds) for what, holds in (sound | looks).items()},
        has_desk=True,
    )


def gone(what: str, rows: int) -> Gone:
    """Past three years."""
    kept = contract.load("parc_social").retention.period
    return Gone(what=what, period=kept, counted_from="delivered_on", before=date(2023, 11, 2), rows=rows)


def certificate(*rows: int) -> Certificate:
    """Of so many rows, rule by rule."""
    return Certificate(
        name="purge-2026-11-20-001.json",
        digest="cd" * 32,
        purged_on=date(2026, 11, 20),
        code="abcdef012345",
        terms=tuple(gone(f"source {place}", n) for place, n in enumerate(rows)),
        desk=None,
        runs=("2021-01-02-aaaaaaaaaa",),
        delivery_files=("2020-01-02/parc_social.csv",),
        are_deleted=True,
    )


MADE: dict[str, Callable[[Facts], Paper]] = {
    "public_notice": notice.paper,
    "model_card": model_card_paper.paper,
    "register_entry": lambda f: register.paper(f, installed()),
    "impact_assessment": lambda f: impact.paper(f, installed()),
    "fundamental_rights": lambda f: fundamental_rights.paper(f, installed()),
    "technical_file": lambda f: technical_file.paper(f, installed()),
    "information_notice": information.notice,
    "letter_mention": information.letter,
    "retention_certificates": lambda f: certificates.paper(f, (certificate(3, 40, 50),)),
}
"""Every paper by the name of its files."""
