"""The profile that a frozen model and a published run keep, ``reference.json``, and which of them a run is held against."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Literal

import duckdb
import pandas as pd
from pydantic import TypeAdapter

from data_contracts import contract
from data_contracts.errors import IntegrityError
from features.catalogue import FACTORS
from models import explain, profile
from models.candidate import Floats, Scorer, lots, ranking, score
from models.draw import seed_of
from models.frozen import thaw
from models.profile import Delivered, Profile
from pipelines import approvals, manifest, model_card, settings, who_ranks
from pipelines.factors import factors_of

YEAR = timedelta(days=profile.YEAR_DAYS)
NOT_WATCHED = ("oppositions",)
"""Nobody is to object so that a department has something to deliver."""
FILE = "reference.json"
_PROFILE = TypeAdapter(Profile)
Why = Literal["approved", "ranked", "first"]


@dataclass(frozen=True, kw_only=True)
class Reference:
    """``why``: of the approved model; of the first run that ranked with the same text; of the first run. ``name`` of that model or run."""

    why: Why
    name: str
    digest: str
    profile: Profile


@dataclass(frozen=True, kw_only=True)
class Town:
    """A folder's households as of its day, ranked by the text that lies there: ``name`` of who ranks, ``text`` its SHA-256; ``reasons``: of the households ranked first."""

    matrix: pd.DataFrame
    scores: Floats
    reasons: tuple[str, ...]
    name: str
    text: str


def town(city: settings.City, folder: Path, as_of: date, capacity: int) -> Town:
    """Read from ``working/``."""
    working, path = folder / "working", model_card.text_of(folder)
    text = path.read_text(encoding="utf-8")
    scorer = thaw(text, factors_of(city))
    matrix = pd.read_parquet(working / "matrix.parquet")
    marks = score(scorer, matrix)
    order = ranking(marks, lots(matrix["household_id"], seed_of(city.seed, as_of)))[:capacity]
    first = matrix.iloc[order].reset_index(drop=True)
    ids = list(first["household_id"])
    evidence = pd.read_parquet(working / "evidence.parquet", filters=[("household_id", "in", ids)])
    return Town(
        matrix=matrix,
        scores=marks,
        reasons=_leading(scorer, first, evidence),
        name=path.stem,
        text=manifest.sha256(text.encode()),
    )


def _leading(scorer: Scorer, first: pd.DataFrame, evidence: pd.DataFrame) -> tuple[str, ...]:
    """One a household: the factor of the reason that weighs most. Before rests and lots, since who rests depends on whom the unit met."""
    long = explain.contributions(scorer, first, evidence)
    said = explain.explained(long, evidence, FACTORS, "en")
    return tuple(one.reasons[0].factor if one.reasons else profile.NONE for one in said.values())


def taken(
    connection: duckdb.DuckDBPyConnection, city: settings.City, found: Town, as_of: date, capacity: int
) -> Profile:
    """What is kept of it: no household, and no count below 11."""
    return Profile(
        as_of=as_of,
        scorer=found.name,
        text=found.text,
        capacity=capacity,
        factors=profile.of_factors(found.matrix, factors_of(city)),
        scores=profile.of_scores(found.scores),
        reasons=profile.leading(found.reasons),
        sources=delivered(connection, as_of - YEAR, as_of),
    )


def delivered(connection: duckdb.DuckDBPyConnection, since: date, until: date) -> dict[str, Delivered]:
    """Source → its deliveries before ``until``, counted from ``since``; of those that come again and again."""
    days: dict[str, list[tuple[date, int]]] = {}
    for source, on, rows in connection.execute(_DELIVERED, [until]).fetchall():
        if source not in NOT_WATCHED and contract.load(source).delivery != "reference":
            days.setdefault(source, []).append((on, rows))
    return {source: _told(told, since) for source, told in days.items()}


_DELIVERED = """
select source, delivered_on, sum(rows_accepted)::bigint from meta.files
where is_current and delivered_on < $1 group by all order by all
"""


def _told(days: Sequence[tuple[date, int]], since: date) -> Delivered:
    counted = [(on, rows) for on, rows in days if on >= since]
    waits = [(later - earlier).days for (earlier, _), (later, _) in pairwise(counted)]
    return Delivered(
        deliveries=len(counted),
        rows=int(median(rows for _, rows in counted)) if counted else 0,
        longest_days=max(waits, default=None),
        first_on=days[0][0],
        last_on=days[-1][0],
    )


def write(folder: Path, taken: Profile) -> None:
    """``reference.json``."""
    (folder / FILE).write_bytes(_PROFILE.dump_json(taken, indent=2) + b"\n")


def chosen(city: settings.City, folder: Path, as_of: date, text: str) -> Reference | None:
    """What a run is held against: the training of the approved model that ranks; where a rule or nobody's signature ranks, or that model was frozen without a profile, the first run
    of an earlier day that ranked with the same text; else the first run. None where there is no earlier one.

    Raises IntegrityError when a profile is not as it was signed or published."""
    approval = who_ranks.approval_of(folder)
    if approval is not None and FILE in approval.files:
        content = approvals.checked(city.paths.models, approval)[FILE]
        return _read("approved", approval.model, content)
    earlier = [_published(run) for run, on in _runs(city.paths.runs) if on < as_of]
    same = (replace(one, why="ranked") for one in earlier if one.profile.text == text)
    return next(same, earlier[0] if earlier else None)


def _read(why: Why, name: str, content: bytes) -> Reference:
    return Reference(
        why=why, name=name, digest=manifest.sha256(content), profile=_PROFILE.validate_json(content)
    )


def _runs(runs: Path) -> list[tuple[Path, date]]:
    """Published ones that keep a profile, by day."""
    kept = [path.parent for path in runs.glob(f"[!.]*/{FILE}") if (path.parent / "manifest.json").is_file()]
    return sorted(((run, _as_of(run)) for run in kept), key=lambda one: (one[1], one[0].name))


def _made(run: Path) -> Mapping[str, object]:
    told: dict[str, object] = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    return told


def _as_of(run: Path) -> date:
    return date.fromisoformat(str(_made(run)["as_of"]))


def _published(run: Path) -> Reference:
    found = _read("first", run.name, (run / FILE).read_bytes())
    files = _made(run)["files"]
    if not isinstance(files, dict) or files.get(FILE) != found.digest:
        raise IntegrityError(
            "the profile of a published run is not what was published",
            where=str(run / FILE),
            hint="put the file back as it was, or move the run aside: later runs are held against it.",
        )
    return found
