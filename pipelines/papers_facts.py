"""Gathers what the papers of the law are filled from: the files of one run, ``city.toml``, and what was seen of the installation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from data_contracts import contract
from data_contracts.contract import Gate
from data_contracts.contract_terms import Period
from data_contracts.errors import ConfigurationError
from features.catalogue import FACTORS
from models.candidate import RULES
from pipelines import approvals, checks, desk_database, manifest, model_card, settings, who_ranks
from pipelines.commands_review import database_url
from pipelines.factors import factors_of
from pipelines.publish import run_inputs
from pipelines.screens_law import DESK_WORDS
from pipelines.sources import SOURCE_WORDS
from reports.crpa import Contacts
from reports.model_card_facts import left_out
from reports.papers import read
from reports.papers.certificates import Certificate, Gone
from reports.papers.facts import (
    Authority,
    Counted,
    DeskTerm,
    Facts,
    Installed,
    Look,
    Recipient,
    Source,
    Stamp,
)
from reports.words import words

DIGITS = 12
"""Of the digest of the code, as a paper shows it; the manifest has it whole."""


def facts(config: Path, folder: Path, written_on: date) -> Facts:
    """Of a published run: gates, factors and figures are the run's; bases, signatures and contacts those of ``city.toml`` today."""
    city = settings.load(config)
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    as_of = date.fromisoformat(told["as_of"])
    today = run_inputs(config, folder, as_of, told["capacity"])
    stamp = Stamp(
        city=city.name,
        country=city.country,
        language=city.language,
        is_fictitious=told["fictitious"],
        run_id=told["run_id"],
        as_of=as_of,
        code=told["code"][:DIGITS],
        head=_head(told.get("head") or told.get("audit")),
        written_on=written_on,
        are_settings_newer=told["configuration"] != today["configuration"],
    )
    return _facts(city, folder, stamp, told)


def facts_of_cycle(config: Path, folder: Path, as_of: date, capacity: int) -> Facts:
    """Of a run that is being made: the settings are the run's, and its manifest is not written yet."""
    city, inputs = settings.load(config), run_inputs(config, folder, as_of, capacity)
    stamp = Stamp(
        city=city.name,
        country=city.country,
        language=city.language,
        is_fictitious=city.fictitious,
        run_id=manifest.run_id(as_of, inputs),
        as_of=as_of,
        code=str(inputs["code"])[:DIGITS],
        head=None,
        written_on=None,
        are_settings_newer=False,
    )
    used = sorted(f.name for f in factors_of(city))
    told = {
        "capacity": capacity,
        "gates": settings.gates(city),
        "factors_used": used,
        "versions": {},
        "steps": [],
    }
    return _facts(city, folder, stamp, told)


def _facts(city: settings.City, folder: Path, stamp: Stamp, told: Mapping[str, object]) -> Facts:
    ranks, gates, used = who_ranks.read(folder), _gates(told), tuple(map(str, _list(told["factors_used"])))
    card = model_card.card(
        city,
        folder,
        as_of=stamp.as_of,
        capacity=int(str(told["capacity"])),
        run_id=stamp.run_id,
        used=used,
        left=left_out(gates, city.features.model_dump()),
    )
    return Facts(
        stamp=stamp,
        authority=Authority(**city.authority.model_dump()),
        contacts=Contacts(**city.contacts.model_dump()),
        sources=_sources(city, folder, gates, used),
        card=card,
        needs_approval=ranks.name not in RULES,
        weights=read.weights(model_card.text_of(folder).read_text(encoding="utf-8")),
        exploration_share=city.exploration_share,
        second_look_share=city.desk.second_look_share,
        are_tables_kept=(folder / "working").exists(),
        measured=read.measured(text) if (text := _text(folder, "estimates.json")) else None,
        equality=read.equality(text) if (text := _text(folder, "fairness.json")) else None,
        differences=read.differences(text) if (text := _text(folder, "frame_parity.json")) else (),
        counted=_counted(folder, told),
        floors={**city.floors.age, **city.floors.neighbourhood},
        versions={str(name): str(v) for name, v in _table(told["versions"]).items()},
    )


def _head(told: object) -> str | None:
    """The hash at which the run's audit chain ends; None of a run that has no chain."""
    found = _table(told).get("hash", told)
    return None if found is None else str(found)


def _text(folder: Path, name: str) -> str | None:
    path = folder / name
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _gates(told: Mapping[str, object]) -> dict[str, Gate]:
    return {source: read.gate(gate) for source, gate in _table(told["gates"]).items()}


def _sources(
    city: settings.City, folder: Path, gates: Mapping[str, Gate], used: tuple[str, ...]
) -> tuple[Source, ...]:
    say, delivered = words(city.language), _delivered(folder)
    reading = {name for f in FACTORS if f.name in used for name in (f.source, *f.needs)}
    return tuple(
        _source(
            city,
            name,
            say(SOURCE_WORDS[name]),
            gates[name],
            delivered.get(name),
            name in reading and gates[name] != "frame",
        )
        for name in contract.SOURCES
    )


def _source(
    city: settings.City, name: str, title: str, gate: Gate, delivered_on: date | None, weighs: bool
) -> Source:
    """A signature counts for the gate that was signed: of another one nothing is signed."""
    promise, chosen = contract.load(name), city.sources.get(name)
    signed = chosen if chosen is not None and chosen.gate == gate else None
    shorter = city.retention.get(name)
    return Source(
        contract=promise,
        title=title,
        gate=gate,
        basis=signed.basis if signed and signed.basis else promise.legal_basis,
        signed_by=signed.signed_by if signed else "",
        signed_on=signed.signed_on if signed else None,
        period=Period.parsed(shorter) if shorter else promise.retention.period,
        delivered_on=delivered_on,
        weighs=weighs,
    )


def _delivered(folder: Path) -> dict[str, date]:
    """Of each source the newest delivery of which the run had a row."""
    stored = json.loads((folder / "ingest.json").read_text(encoding="utf-8"))["store"]
    if "delivered" not in stored:
        raise ConfigurationError(
            "this run is of an earlier release, which did not keep what its papers tell",
            where=str(folder),
            hint="name a newer run, or make one with `lanterne cycle`.",
        )
    return {source: date.fromisoformat(day) for source, day in stored["delivered"].items()}


def _counted(folder: Path, told: Mapping[str, object]) -> Counted:
    frame = json.loads((folder / "frame.json").read_text(encoding="utf-8"))
    totals = json.loads((folder / "ingest.json").read_text(encoding="utf-8"))["totals"]
    steps = [_table(step) for step in _list(told["steps"])]
    return Counted(
        persons=frame["persons"],
        households=frame["households"],
        rows_read=totals["rows_read"],
        rows_quarantined=totals["rows_quarantined"],
        seconds=sum(float(str(step["seconds"])) for step in steps) if steps else None,
        peak_memory_mb=max(float(str(step["peak_memory_mb"])) for step in steps) if steps else None,
    )


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def installed(config: Path) -> Installed:
    """What ``lanterne check`` finds today, and who may do what at the desk. Raises what ``check`` raises."""
    from review.law.retention import RULES as DESK_RULES
    from review.roles import MAY, ROLES
    from review.words import catalogue

    city = settings.load(config)
    say, title_of = words(city.language), catalogue(city.language).gettext
    has_desk = desk_database.is_there(database_url(city, config))
    absent = {"desk": not has_desk, "model": not (city.paths.models / approvals.LOG).exists()}
    return Installed(
        recipients=tuple(
            Recipient(
                title=title_of(title),
                may=frozenset(action for action, roles in MAY.items() if role in roles),
            )
            for role, title in ROLES.items()
        ),
        desk_terms=tuple(
            DeskTerm(what=say(DESK_WORDS[rule.what]), period=rule.period(city.retention))
            for rule in DESK_RULES
        ),
        looks={
            look.what: Look(what=look.what, is_sound=look.is_sound)
            for look in checks.check(config)
            if not absent.get(look.what)
        },
        has_desk=has_desk,
    )


def certificates(city: settings.City) -> tuple[Certificate, ...]:
    """Of every purge of the installation, the newest first."""
    found = sorted((city.paths.runs / "certificates").glob("purge-*.json"), reverse=True)
    return tuple(_certificate(path, city) for path in found)


def _certificate(path: Path, city: settings.City) -> Certificate:
    content = path.read_bytes()
    told, say = json.loads(content), words(city.language)
    desk = told.get("desk")
    return Certificate(
        name=path.name,
        digest=hashlib.sha256(content).hexdigest(),
        purged_on=date.fromisoformat(told["purged_on"]),
        code=told["code"],
        terms=tuple(_gone(one, say(SOURCE_WORDS[one["source"]]), one["rows"]) for one in told["terms"]),
        desk=None
        if desk is None
        else tuple(_gone(one, say(DESK_WORDS[one["what"]]), sum(one["tables"].values())) for one in desk),
        runs=tuple(told["runs"]),
        delivery_files=tuple(told["delivery_files"]),
        are_deleted=told["are_deleted"],
    )


def _gone(told: Mapping[str, str], what: str, rows: int) -> Gone:
    return Gone(
        what=what,
        period=Period.parsed(told["period"]),
        counted_from=told["counted_from"],
        before=date.fromisoformat(told["before"]),
        rows=rows,
    )
