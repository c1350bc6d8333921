"""A run against what its ranking was learnt on: ``reference.json``, ``drift.json`` and ``drift.html``, and what the other rooms say of an alarm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from features.factor import Factor
from models import drift, drift_measures, profile
from models.drift import BOUNDS, Figure, Judged, Level
from models.profile import Profile
from pipelines import desk_database, reference, settings
from pipelines.drift_told import FILE
from pipelines.factors import factors_of
from pipelines.manifest import timed, write_json
from pipelines.reference import Reference, Town
from pipelines.sources import SOURCE_WORDS
from pipelines.store import read_store
from reports import drift as page
from reports.contracts import Masthead

if TYPE_CHECKING:
    from review.cases.agreement import Agreement

LATELY = timedelta(days=92)
"""What people decide and find is compared of the last quarter, or since the training where that is nearer, with the year before."""
ARMS = ("MODELE", "EXPLORATION")


def drift_step(config: Path, folder: Path, as_of: date, capacity: int) -> Level:
    """After the list, before the reports. Changes nothing of the list; gives the level."""
    city = settings.load(config)
    with timed(folder, "drift") as rows:
        town = reference.town(city, folder, as_of, capacity)
        with read_store(city.paths) as connection:
            reference.write(folder, reference.taken(connection, city, town, as_of, capacity))
            before = reference.chosen(city, folder, as_of, town.text)
            moved = () if before is None else tuple(_moved(connection, city, town, before.profile, as_of))
        cut = as_of - LATELY if before is None else max(as_of - LATELY, before.profile.as_of)
        found = drift.judged(
            [*moved, *_of_visits(folder, cut, as_of), *_of_the_unit(config, city, cut, as_of)]
        )
        _write(folder, city, as_of, before, found, _compared(town, before))
        rows |= {"watched": len(found.figures), "alarms": sum(f.level == "alarm" for f in found.figures)}
    return found.level


def _moved(
    connection: duckdb.DuckDBPyConnection, city: settings.City, town: Town, before: Profile, as_of: date
) -> Iterator[Figure]:
    """Sources, inputs, scores, reasons; scores and reasons only of the same text."""
    for source, now in reference.delivered(connection, as_of - LATELY, as_of).items():
        if (was := before.sources.get(source)) is not None:
            told = (
                drift_measures.late(source, was, (as_of - now.last_on).days),
                drift_measures.rows(source, was, now),
            )
            yield from filter(None, told)
    for factor in factors_of(city):
        if factor.name in before.factors:
            yield from _of_factor(factor, before, town)
    if before.text == town.text:
        scores = profile.again(town.scores, before.scores)
        leading = profile.gathered(town.reasons, before.reasons)
        yield from filter(None, [drift_measures.values("scores", before.scores, scores, kind="scores")])
        yield from filter(None, [drift_measures.reasons(before.reasons, leading, city.seed)])


def _of_factor(factor: Factor, before: Profile, town: Town) -> Iterator[Figure]:
    """Not how its values are spread where they count the months since an event, which move with the calendar, nor while its history was filling up."""
    was, is_filling = before.factors[factor.name], before.is_filling(factor)
    now = profile.again(town.matrix[factor.name].to_numpy(dtype=np.float64), was)
    yield from filter(None, [drift_measures.missing(factor.name, was, now, only_less=is_filling)])
    if factor.unit != "months" and not is_filling:
        yield from filter(None, [drift_measures.values(factor.name, was, now)])


def _of_visits(folder: Path, cut: date, as_of: date) -> Iterator[Figure]:
    """Isolated among those met, by arm: what was ranked may find more than before, which is what a ranking is for."""
    labels = pd.read_parquet(
        folder / "working" / "labels.parquet", columns=["bras", "isolated", "visited_on"]
    )
    told = labels[labels["isolated"].notna()]
    on = pd.to_datetime(told["visited_on"])
    begins = (cut - reference.YEAR, cut, as_of)
    for arm in ARMS:
        found = [
            told.loc[(told["bras"] == arm) & (on >= pd.Timestamp(since)) & (on < pd.Timestamp(until)), "isolated"].astype(bool)
            for since, until in pairwise(begins)
        ]  # fmt: skip
        then, now = ((int(one.sum()), len(one)) for one in found)
        yield from filter(
            None, [drift_measures.share(f"isolated {arm}", then, now, only_less=arm == "MODELE")]
        )


def _of_the_unit(config: Path, city: settings.City, cut: date, as_of: date) -> Iterator[Figure]:
    """Nothing where there is no desk."""
    with desk_database.where_there_is_one(config, city) as desk:
        if desk is None:
            return
        from review.cases.strictness import strictness

        with desk.database.reading() as session:
            then, now = strictness(session, cut - reference.YEAR, cut), strictness(session, cut, as_of)
    shares = {
        "visit": [(one.visit, one.decided) for one in (then, now)],
        "aside": [(one.aside, one.decided) for one in (then, now)],
        "visited": [(one.visited, one.listed) for one in (then, now)],
    }
    for what, (was, is_) in shares.items():
        yield from filter(None, [drift_measures.share(what, was, is_)])
    yield from filter(None, [drift_measures.kappa(_kappa(then.agreement), _kappa(now.agreement))])


def _kappa(told: Agreement) -> drift_measures.Kappa | None:
    if told.kappa is None or told.low is None or told.high is None:
        return None
    return told.kappa, told.low, told.high


def _write(
    folder: Path,
    city: settings.City,
    as_of: date,
    before: Reference | None,
    found: Judged,
    compared: page.Compared,
) -> None:
    """What the page and the JSON say is one thing: the page is drawn from the JSON's figures."""
    report = page.Report(
        masthead=Masthead(city=city.name, language=city.language, is_fictitious=city.fictitious),
        as_of=as_of,
        level=found.level,
        reference=None
        if before is None
        else page.Held(why=before.why, name=before.name, as_of=before.profile.as_of),
        compared=compared,
        sources=SOURCE_WORDS,
        figures=_FIGURES.validate_python([_plain(one) for one in found.figures]),
    )
    write_json(folder / FILE, page.content(report) | {"reference_digest": before.digest if before else None})
    (folder / f"{Path(FILE).stem}.html").write_bytes(page.page(report))


_FIGURES = TypeAdapter(tuple[page.Figure, ...])


def _plain(figure: Figure) -> dict[str, object]:
    """A report knows no model: the same figure, with its bounds, as it is told."""
    bounds = BOUNDS[figure.kind]
    return {**asdict(figure), "watch_from": bounds.watch, "alarm_from": bounds.alarm}


def _compared(town: Town, before: Reference | None) -> page.Compared:
    """What could not be held against the reference, and why."""
    if before is None:
        return page.Compared(is_same_text=False, gone=())
    gone = tuple(sorted(name for name in before.profile.factors if name not in town.matrix))
    return page.Compared(is_same_text=before.profile.text == town.text, gone=gone)
