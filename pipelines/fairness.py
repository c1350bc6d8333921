"""Is anybody missed more than others? The evidence of a run laid side by side by group: ``fairness.json`` and ``fairness.html``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
from pydantic import TypeAdapter

from features.audit_groups import AUDITED
from features.factor import Factor
from features.frame import HIDDEN
from features.parity import Measured
from features.parity_counts import UNKNOWN
from models import fairness, fairness_rows
from models.fairness_counts import with_pairs
from models.fairness_measures import (
    LEAST_PAIR,
    PAIRS,
    Compared,
    Table,
    compared,
    large_pairs,
    list_for_need,
    visits,
)
from pipelines import fairness_parts, kept_lists, settings
from pipelines.factors import factors_of
from pipelines.manifest import timed, write_json
from pipelines.measuring import TOLD, counted, placed
from pipelines.parity import KEPT
from pipelines.sources import neighbourhoods
from pipelines.store import read_store
from pipelines.training import NO_ANSWER_COMES
from reports import fairness as page
from reports.contracts import Masthead
from reports.fairness import Earlier, Report
from reports.fairness_beside import Beside
from reports.fairness_shown import Line, Why, shown_lines
from reports.maps_shown import COLUMNS

PARITY = ("linkage_doubt", "double", "presence_unknown", "household_unknown")
PARITY_DIMENSIONS = {"age": "age_band", "quartier": "neighbourhood"}
PARITY_GROUPS = {
    "F": "women",
    "M": "men",
    "social": "social housing",
    "yes": "priority",
    "no": "other",
    "80+": "80 and over",
}
RECENT_DAYS, VISIT_DAYS = 730, 60
"""Earlier lists that count: of the last two years, and old enough for a visit to have come back."""
SHUT = 0.5
"""Where fewer than half of the doors opened, those that did say nothing of the others."""
BEHIND_DOORS = ("found", "false_omission", "list_for_need")


def fairness_step(config: Path, folder: Path, as_of: date, capacity: int) -> None:
    """Writes ``fairness.json`` and ``fairness.html`` from ``working/``, the store and the earlier runs; after the estimates, before the reports."""
    city = settings.load(config)
    with timed(folder, "fairness") as rows:
        with read_store(city.paths) as connection:
            names = neighbourhoods(connection)
        told = pd.read_parquet(folder / "working" / TOLD)
        evidence = _read(city, folder, as_of, told)
        found = measured(evidence, city.seed)
        verdicts, tests = fairness.judged(found.lines)
        lines = tuple(_lines(verdicts))
        made = Report(
            masthead=Masthead(city=city.name, language=city.language, is_fictitious=city.fictitious),
            as_of=as_of,
            capacity=capacity,
            households=len(evidence.today),
            lines=shown_lines(lines, found.cells, _beside(folder)),
            tests=tests,
            unmeasured=_unmeasured(lines, evidence.today, settings.gates(city)["parc_social"] == "closed"),
            earlier=tuple(_earlier_reports(city.paths.runs, as_of)),
            names=names,
            band=fairness.BAND,
            least_pair=LEAST_PAIR,
            floors=fairness_parts.floors_report(folder, fairness_parts.floors_tried(config, folder)),
            proxies=fairness_parts.proxies_report(
                folder, fairness_parts.proxies_found(config, folder, as_of, capacity)
            ),
        )
        write_json(folder / "fairness.json", page.content(made))
        (folder / "fairness.html").write_bytes(page.page(made))
        rows |= {"lines": len(lines), "tests": tests}


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """``past``: every household of every origin; ``every``: those that a list named; ``tested``: the ranking on campaigns that it had not seen, no row where
    it was not tested; ``today``: the frame's households with their groups and ``listed``; ``listed_before``: those of earlier lists, with ``is_visited``."""

    factors: Sequence[Factor]
    past: pd.DataFrame
    every: pd.DataFrame
    tested: pd.DataFrame
    today: pd.DataFrame
    listed_before: pd.DataFrame
    parity: tuple[Measured, ...]


def _read(city: settings.City, folder: Path, as_of: date, told: pd.DataFrame) -> Evidence:
    working = folder / "working"
    frames = {path.stem: pd.read_parquet(path) for path in sorted((working / "past").glob("*.parquet"))}
    frames = {origin: one.assign(origin=origin) for origin, one in frames.items()}
    past = (
        pd.concat(frames.values(), ignore_index=True)
        if frames
        else pd.DataFrame(columns=["household_id", "origin", "data_thin"])
    )
    every = placed(frames, told).merge(
        past[["household_id", "origin", "data_thin"]], on=["household_id", "origin"], how="left"
    )
    tested, drawn = fairness_parts.tested(folder), pd.read_parquet(working / "drawn.parquet")
    called = fairness_parts.placed(tested).chosen()
    today = pd.read_parquet(working / "groups.parquet")
    listed = today["household_id"].isin(drawn.loc[drawn["arm"] == "MODELE", "household_id"])
    return Evidence(
        factors=factors_of(city),
        past=past,
        every=every,
        tested=tested.assign(isolated=tested["outcome"], origin=tested["as_of"], called=called),
        today=with_pairs(today.assign(listed=listed), AUDITED, PAIRS),
        listed_before=_listed_before(city.paths.runs, as_of, frames, told),
        parity=TypeAdapter(tuple[Measured, ...]).validate_json((working / KEPT).read_bytes()),
    )


def measured(evidence: Evidence, seed: int) -> Compared:
    """Every comparison of the report, in the order in which they are read."""
    large, usable = large_pairs(evidence.today), counted(evidence.every)
    parts = [
        compared(_tables(evidence, usable, seed), large, seed),
        list_for_need(usable, evidence.today, large, seed),
        compared([_missing_sources(evidence.today)], large, seed),
    ]
    parity = pd.DataFrame(_parity(evidence.parity))
    return Compared(
        lines=pd.concat([*(part.lines for part in parts), parity], ignore_index=True),
        cells=pd.concat([part.cells for part in parts], ignore_index=True),
    )


def _tables(evidence: Evidence, usable: pd.DataFrame, seed: int) -> Iterator[Table]:
    if len(evidence.tested):
        for measure, rows in fairness_rows.of_the_ranking(evidence.tested):
            yield Table(measure=measure, rows=rows)
    yield Table(measure="false_omission", rows=fairness_rows.of_the_draw(usable))
    yield from visits(evidence.past, evidence.factors, seed)
    before = evidence.listed_before
    yield Table(
        measure="visited_of_listed", rows=before.assign(y=before["is_visited"].astype(float), weight=1.0)
    )
    if not evidence.past.empty:
        is_visited = evidence.past["visits"].notna() & ~evidence.past["state"].isin(NO_ANSWER_COMES)
        for measure, rows in fairness_rows.of_the_doors(evidence.past[is_visited]):
            yield Table(measure=measure, rows=rows)


def _missing_sources(today: pd.DataFrame) -> Table:
    """Households of which one register alone knows. Whoever holds a lease is known from two, so that tenure would say what it was made of."""
    rows = today.assign(y=(today["data_thin"] == "thin").astype(float), weight=1.0, stratum="today")
    return Table(
        measure="missing_sources",
        rows=rows,
        dimensions=("sex", "age_band", "qpv", "neighbourhood"),
        is_drawn=False,
    )


def _parity(measured_before: Sequence[Measured]) -> Iterator[dict[str, object]]:
    """What the frame's parity report shows, as shown there: its counts are rounded, small ones are not in it, and the others are all others."""
    for one in (m for m in measured_before if m.measure in PARITY):
        for group in one.groups:
            share, against = group.share, group.against
            if share is None or against is None:
                continue
            yield {
                "measure": one.measure,
                "dimension": PARITY_DIMENSIONS.get(group.dimension, group.dimension),
                "group": PARITY_GROUPS.get(group.group, group.group),
                "is_rate": False,
                "value": share.share,
                "rest_value": against.rest_share,
                "count": share.count,
                "of": share.of,
                "rest_count": against.rest_count,
                "rest_of": against.rest_of,
                "cases": share.of,
                "rest_cases": against.rest_of,
            }


def _listed_before(
    runs: Path, as_of: date, frames: dict[str, pd.DataFrame], told: pd.DataFrame
) -> pd.DataFrame:
    """One row a household that the ranking or the lot put on an earlier list, with its groups by the frame before that list, and whether a visit of that list came back."""
    parts = [pd.DataFrame(columns=["household_id", "stratum", "is_visited", *AUDITED])]
    visited = pd.concat(
        [one.loc[one["visits"].notna(), ["household_id", "id_visite"]] for one in frames.values()]
        or [pd.DataFrame(columns=["household_id", "id_visite"])]
    )
    visited = visited.merge(told, on="id_visite")
    for run in kept_lists.published(runs):
        origins = [origin for origin in frames if origin <= run.as_of.isoformat()]
        if not VISIT_DAYS <= (as_of - run.as_of).days <= RECENT_DAYS or not origins:
            continue
        lines = run.lines()
        chosen = lines.loc[lines["arm"].isin(["MODELE", "EXPLORATION"]), ["household_id", "arm"]]
        grouped = chosen.merge(frames[max(origins)][["household_id", *AUDITED]], on="household_id")
        of_list = visited.loc[visited["date_liste"] == pd.Timestamp(run.as_of), "household_id"]
        parts.append(
            grouped.assign(
                stratum=f"{run.run_id} " + grouped["arm"], is_visited=grouped["household_id"].isin(of_list)
            )
        )
    return pd.concat(parts, ignore_index=True)


def _lines(verdicts: Sequence[fairness.Judged]) -> Iterator[Line]:
    shut = {
        (v.dimension, v.group)
        for v in verdicts
        if v.measure == "reached" and min(v.value, v.rest_value) < SHUT
    }
    for one in verdicts:
        is_shut = one.measure in BEHIND_DOORS and (one.dimension, one.group) in shut
        told = {**vars(one), "why": "doors stayed shut" if is_shut else None}
        yield Line(**(told | ({"verdict": "not identifiable", "further": None} if is_shut else {})))


def _beside(folder: Path) -> Beside:
    """What the map and the estimates of the run tell of the same visits."""
    mapped, estimated = (
        json.loads((folder / name).read_text(encoding="utf-8"))["groups"]
        for name in ("map.json", "estimates.json")
    )
    return Beside(
        on_the_map={(count, *_mapped(one)): one[count] for one in mapped for count in COLUMNS},
        unestimated={(one["dimension"], one["group"]) for one in estimated if one["counts"] == HIDDEN},
    )


def _mapped(told: Mapping[str, str]) -> tuple[str, str]:
    """Dimension and group, as here, of a group of the map."""
    if told["kind"] == "in":
        return "neighbourhood", told["group"] or UNKNOWN
    return ("qpv", PARITY_GROUPS.get(told["group"], UNKNOWN)) if told["kind"] == "qpv" else ("", "")


def _unmeasured(lines: Sequence[Line], today: pd.DataFrame, is_housing_closed: bool) -> dict[str, Why]:
    """Measures of which nothing can be said of anybody, and dimensions of which nothing is known, with the reason."""
    told = {line.measure for line in lines}
    why: dict[str, Why] = {m: reason for m, reason in page.WITHOUT.items() if m not in told}
    unknown: dict[str, Why] = {
        "tenure": "source closed" if is_housing_closed else "no lease",
        "qpv": "no list of places",
    }
    return why | {d: reason for d, reason in unknown.items() if (today[d] == UNKNOWN).all()}


def _earlier_reports(runs: Path, as_of: date) -> Iterator[Earlier]:
    """Of earlier published runs that have a fairness report, oldest first."""
    for run in reversed(kept_lists.published(runs)):
        path = run.folder / "fairness.json"
        if run.as_of < as_of and path.is_file():
            yield page.earlier(run.as_of, path.read_text(encoding="utf-8"))
