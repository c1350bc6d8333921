"""Builds the list that people read from the run's tables, and writes it in four forms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

import pandas as pd

from features import listed_members
from features.catalogue import FACTORS
from features.factor import Language
from features.unknown import not_known
from models.explain import Explained, Reason, explained
from models.stability import STABLE
from pipelines import data_docs, explanation, kept, manifest, model_card, parity, settings, who_ranks
from pipelines.manifest import timed
from pipelines.publish import run_inputs
from pipelines.sources import SOURCE_WORDS, neighbourhoods
from pipelines.store import read_store
from reports import html, risk_list
from reports.contracts import Masthead
from reports.risk_list import Arm, Line, RiskList, Said
from reports.words import Words, words

BEREAVED = "bereaved.parquet"
"""``household_id``, ``bereaved_on``."""


def reports_step(config: Path, folder: Path, as_of: date, capacity: int) -> None:
    """Writes ``list.csv``, ``.xlsx``, ``.html`` and ``.parquet``, ``members.parquet``, ``frame_parity.html`` and ``.json``, ``model/card.html``, ``model/explanation.html``, and the folder ``contracts/``."""
    city = settings.load(config)
    with timed(folder, "reports") as rows:
        run_id = manifest.run_id(as_of, run_inputs(config, folder, as_of, capacity))
        built = _risk_list(city, folder, as_of, capacity, run_id)
        (folder / "list.csv").write_bytes(risk_list.to_csv(built))
        (folder / "list.xlsx").write_bytes(risk_list.to_xlsx(built))
        (folder / "list.parquet").write_bytes(risk_list.to_parquet(built))
        (folder / "list.html").write_bytes(html.list_page(built))
        _keep_members(folder, built)
        _keep_bereaved(folder, built)
        model_card.write(city, folder, as_of, capacity, run_id)
        explanation.write(city, folder, as_of)
        rows["lines"] = len(built.lines)
        masthead = Masthead(city=city.name, language=city.language, is_fictitious=city.fictitious)
        with read_store(city.paths) as connection:
            checks, files, named = (
                kept.validations(connection),
                kept.files(connection),
                neighbourhoods(connection),
            )
        data_docs.write(checks, files, masthead, folder)
        parity.write(folder, masthead, as_of, named)


def _keep_members(folder: Path, built: RiskList) -> None:
    """Of the listed households; of the others nobody's keys stay: the file with everybody's leaves with the publication."""
    of_everybody = folder / "working" / listed_members.FILE
    members = pd.read_parquet(of_everybody)
    listed = members["household_id"].isin([line.household_id for line in built.lines])
    members[listed].to_parquet(folder / listed_members.FILE, index=False)


def _keep_bereaved(folder: Path, built: RiskList) -> None:
    """The day of death, of those who agreed to be contacted and are on the list for it: the desk's register counts its window from then."""
    bereaved = pd.read_parquet(folder / "working" / BEREAVED)
    listed = [line.household_id for line in built.lines if line.arm == "DEUIL"]
    bereaved[bereaved["household_id"].isin(listed)].to_parquet(folder / BEREAVED, index=False)


def _risk_list(city: settings.City, folder: Path, as_of: date, capacity: int, run_id: str) -> RiskList:
    who, told = who_ranks.read(folder), _tested(folder)
    precision = told.precision or {"value": None, "low": None, "high": None}
    say = words(city.language)
    return RiskList(
        run_id=run_id,
        city=city.name,
        as_of=as_of,
        language=city.language,
        is_fictitious=city.fictitious,
        capacity=capacity,
        households=len(pd.read_parquet(folder / "working" / "frame.parquet", columns=["household_id"])),
        expected_there=_expected_there(city, folder),
        champion=who.name,
        is_by_rules=who.is_rule,
        is_unapproved=who.is_unapproved,
        is_judged=told.precision is not None,
        judged_on=told.labels,
        precision=precision["value"],
        precision_low=precision["low"],
        precision_high=precision["high"],
        share_visited_isolated=told.positives / told.labels if told.labels else None,
        closed_sources=tuple(say(SOURCE_WORDS[s]) for s, g in settings.gates(city).items() if g == "closed"),
        lines=_lines(city, folder),
    )


def _expected_there(city: settings.City, folder: Path) -> float | None:
    share = json.loads((folder / "frame.json").read_text(encoding="utf-8"))["there"]["expected_share"]
    return None if share is None or share >= city.there_share else float(share)


@dataclass(frozen=True, kw_only=True)
class _Tested:
    """How who ranks did on past visits: of an approved model what it was approved on, of whoever took part in this run's duel what came out of it."""

    labels: int
    positives: int
    precision: Mapping[str, float | None] | None


def _tested(folder: Path) -> _Tested:
    who, approval = who_ranks.read(folder), who_ranks.approval_of(folder)
    if approval is None:
        judged = json.loads((folder / "duel.json").read_text(encoding="utf-8"))
        of_who = judged["candidates"].get(who.name, {})
    else:
        judged = approval.figures
        of_who = judged["at_capacity"]
    return _Tested(
        labels=judged["test_labels"], positives=judged["test_positives"], precision=of_who.get("precision")
    )


def _lines(city: settings.City, folder: Path) -> tuple[Line, ...]:
    working = folder / "working"
    drawn = pd.read_parquet(working / "drawn.parquet")
    table = drawn.merge(
        pd.read_parquet(working / "frame.parquet"), on="household_id", how="left", validate="one_to_one"
    )
    long = pd.read_parquet(folder / "explanations.parquet")
    evidence = pd.read_parquet(working / "evidence.parquet")
    said = explained(long, evidence, FACTORS, city.language, stable_from=STABLE)
    largest = max((r.contribution for e in said.values() for r in e.reasons), default=1.0)
    with read_store(city.paths) as connection:
        names = neighbourhoods(connection)
    services_open = settings.gates(city)["usages_services"] == "open"
    return tuple(
        _line(
            rank,
            row,
            said[str(row["household_id"])],
            largest,
            names,
            services_open,
            city.language,
        )
        for rank, row in enumerate(cast("list[dict[str, object]]", table.to_dict("records")), start=1)
    )


def _line(
    rank: int,
    row: Mapping[str, object],
    said: Explained,
    largest: float,
    names: Mapping[str, str],
    services_open: bool,
    language: Language,
) -> Line:
    quartier = _text(row["quartier"]) or ""
    return Line(
        rank=rank,
        household_id=str(row["household_id"]),
        id_logement=_text(row["id_logement"]),
        id_adresse=_text(row["id_adresse"]) or "",
        quartier=quartier,
        quartier_name=names.get(quartier, ""),
        arm=cast(Arm, row["arm"]),
        score=float(cast(float, row["score"])),
        probability=_number(row["probability"]),
        drawing_probability=_number(row["drawing_probability"]),
        reasons=tuple(_said(r, largest, language) for r in said.reasons),
        counter_evidence=tuple(_said(r, largest, language) for r in said.counter),
        beside=tuple(_said(r, largest, language) for r in said.beside),
        not_known=not_known(
            strength=str(row["lives_alone_strength"]),
            has_flat=_text(row["id_logement"]) is not None,
            has_lease=not pd.isna(cast(float, row["occupants"])),
            has_age=not pd.isna(cast(float, row["oldest_age"])),
            services_open=services_open,
            language=language,
        ),
        equals=int(cast(int, row["equals"])),
        times_listed=_count(row["times_listed"]),
        draws=_count(row["draws"]),
        members=int(cast(int, row["members"])),
        is_data_thin=bool(row["is_data_thin"]),
    )


def _said(reason: Reason, largest: float, language: Language) -> Said:
    return Said(
        sentence=reason.sentence,
        known_on=date.fromisoformat(reason.known_on) if reason.known_on else None,
        source=_sources(reason.source, words(language)),
        weight=min(1.0, abs(reason.contribution) / largest),
    )


def _sources(joined: str, say: Words) -> str:
    """``liste_electorale+parc_social`` → « liste électorale, parc social »."""
    return ", ".join(say(SOURCE_WORDS[source]) for source in joined.split("+"))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _count(value: object) -> int | None:
    return None if pd.isna(cast(float, value)) else int(cast(float, value))


def _number(value: object) -> float | None:
    return None if value is None or pd.isna(cast(float, value)) else float(cast(float, value))
