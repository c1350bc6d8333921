"""What the visits of past lists say of the town: how many are isolated, how many of them the lists find, and how far young adults are reached."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from features import known
from features.audit_groups import AGE_BANDS, GROUPS, OLDEST_BAND
from features.frame import protected
from features.intervals import Interval
from models.draw import BANDS, age_bands
from models.estimates import LEAST_MET, MODEL, RANDOM, WIDEST, Estimated, Part, estimates, representation
from pipelines import settings
from pipelines.manifest import timed, write_json
from pipelines.sources import neighbourhoods
from pipelines.store import read_store
from pipelines.training import NO_ANSWER_COMES
from reports import estimates_page
from reports.contracts import Masthead
from reports.estimates_page import Reach, Reached, Report, Residents, Rules
from reports.estimates_shown import Cells, Figure, Group, Measure, Outcome, shown_groups

UNKNOWN = "unknown"
"""The group of households of which it is not known; as in ``BANDS``."""
YOUNG = ("under_25", "25_39")
"""Bands of the oldest member: the plan's young adults are under 30, and no band ends there."""
BAND_OF = dict(zip([*(name for _, name in AGE_BANDS), OLDEST_BAND], BANDS, strict=False))
CHANNEL_DAYS = 365
LEDGER = ("household_id", "visited_on", "state", "isolated", "lonely", "bras", "proba_tirage", "visits", "id_visite")  # fmt: skip
"""What is read of a past origin, beside the audit groups."""
NEED = "need.parquet"
TOLD = "lists_of_visits.parquet"
"""Among the working tables: ``id_visite``, ``date_liste``."""


def measure_step(config: Path, folder: Path, as_of: date, capacity: int) -> None:
    """Writes ``estimates.json``, ``estimates.html`` and ``working/need.parquet``, from ``working/`` and the store; after the list, before the reports."""
    city = settings.load(config)
    working = folder / "working"
    with timed(folder, "measure") as rows:
        with read_store(city.paths) as connection:
            known.open_views(connection, as_of, settings.gates(city))
            told = connection.execute("select id_visite, date_liste from known_visites").df()
            channel = connection.execute(_CHANNEL, [as_of - timedelta(days=CHANNEL_DAYS)]).fetchall()[0][0]
            names = neighbourhoods(connection)
        told.to_parquet(working / TOLD, index=False)
        files = sorted((working / "past").glob("*.parquet"))
        past = {path.stem: pd.read_parquet(path, columns=[*LEDGER, *GROUPS]) for path in files}
        frame = pd.read_parquet(working / "frame.parquet", columns=["household_id", "oldest_age"])
        every = placed(past, told)
        visits = counted(every)
        told_of = tuple(groups(visits, past, len(frame), as_of))
        needed(told_of).to_parquet(working / NEED, index=False)
        report = Report(
            masthead=Masthead(city=city.name, language=city.language, is_fictitious=city.fictitious),
            as_of=as_of,
            lists=tuple(sorted(visits["campaign"].unique())),
            lists_without_draw=every["campaign"].nunique() - visits["campaign"].nunique(),
            random_a_list=max(1, round(capacity * city.exploration_share)) if city.exploration_share else 0,
            shown=shown_groups(told_of),
            reached=tuple(reached(city, past, frame, pd.read_parquet(working / "drawn.parquet"))),
            channel=protected(int(channel)),
            names=names,
            rules=Rules(met=LEAST_MET["prevalence"], found=LEAST_MET["found_share"], widest=WIDEST),
        )
        write_json(folder / "estimates.json", estimates_page.content(report))
        (folder / "estimates.html").write_bytes(estimates_page.page(report))
        rows |= {"lists": len(report.lists), "visits_counted": len(visits)}


_CHANNEL = "select count(*) from known_signalements where canal = 'MISSION_LOCALE' and date_signalement >= $1"


def placed(past: Mapping[str, pd.DataFrame], told: pd.DataFrame) -> pd.DataFrame:
    """One row a household that an arm of a list named, by the frame before the list: ``campaign`` (day of the list), ``origin``, ``arm``, ``p``, ``state``,
    ``isolated``, ``lonely``, the audit groups (``unknown`` where not known). Without a day of the list its first visit's day stands in."""
    columns = [
        "household_id",
        "bras",
        "proba_tirage",
        "state",
        "isolated",
        "lonely",
        "visited_on",
        "id_visite",
    ]
    parts = [
        one.loc[one["bras"].isin([MODEL, RANDOM]), [*columns, *GROUPS]].assign(origin=origin)
        for origin, one in past.items()
    ]
    if not parts:
        return pd.DataFrame(columns=["campaign", "arm", "p", "origin", *columns, *GROUPS])
    rows = pd.concat(parts, ignore_index=True).rename(columns={"bras": "arm", "proba_tirage": "p"})
    rows = rows.merge(told, on="id_visite", how="left", validate="many_to_one")
    rows["campaign"] = rows["date_liste"].fillna(rows["visited_on"]).dt.date
    return rows.assign(**{group: rows[group].fillna(UNKNOWN) for group in GROUPS})


def counted(every: pd.DataFrame) -> pd.DataFrame:
    """Those that still live there, of the lists of which a draw with its probability is known: of a list without one nothing tells whom it left out."""
    usable = every[(every["arm"] == MODEL) | every["p"].between(0, 1, inclusive="right")]
    drawn = usable.loc[usable["arm"] == RANDOM, "campaign"]
    return usable[usable["campaign"].isin(drawn) & ~usable["state"].isin(NO_ANSWER_COMES)]


def sizes(visits: pd.DataFrame, past: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Households that each list could name and that still live there, as ``models.draw.frame_sizes`` counts them.

    All: those of the model arm, and 1 / p for each of the random arm: p is drawn over pool, so this is the pool less those who had gone. It is
    trusted before the past frames, which also hold who was at rest or had an alert, and hold households even where people were drawn. Checked on
    the town of seed 11: drawn / p is within 3 % of the roll's true pool (one or two of 35 drawn objected since), and over 120 drawn histories the
    size is 0.998 of the true one. Visits that have not come back are missing in both arms alike, so that shares stay right; in the full pool they would not.

    By group: the group's share of the frame of that origin, and at least its visits. Counting 1 / p there too would be right on average but far off
    for a small group (six drawn: 40 % either way), which no interval of ``models.estimates`` would know. Over the same histories these sizes are
    6 % too small to 12 % too large (80 and over, of whom more are at rest), and the intervals of what lists find still hold the truth."""
    rows = []
    for (campaign, origin), mine in visits.groupby(["campaign", "origin"], sort=True):
        is_random = mine["arm"] == RANDOM
        size = int((~is_random).sum()) + round(float((1 / mine.loc[is_random, "p"]).sum()))
        rows.append((campaign, "", "", size))
        for dimension in GROUPS:
            seen = mine[dimension].value_counts()
            shares = past[str(origin)][dimension].fillna(UNKNOWN).value_counts(normalize=True)
            for group in sorted({*shares.index, *seen.index}):
                of_frame = round(size * float(shares.get(group, 0.0)))
                rows.append((campaign, dimension, str(group), max(of_frame, int(seen.get(group, 0)))))
    return pd.DataFrame(rows, columns=["campaign", "dimension", "group", "households"])


def groups(
    visits: pd.DataFrame, past: Mapping[str, pd.DataFrame], households: int, as_of: date
) -> Iterator[Group]:
    """Isolated: all, and by each dimension of ``GROUPS``; lonely: all. Without any visit: what it would take, for ``households`` of today's frame."""
    frame = sizes(visits, past)
    if frame.empty:
        frame = pd.DataFrame(
            [(as_of, "", "", households)], columns=["campaign", "dimension", "group", "households"]
        )
    outcomes: tuple[tuple[Outcome, Sequence[str]], ...] = (("isolated", ("", *GROUPS)), ("lonely", ("",)))
    for outcome, dimensions in outcomes:
        table = visits.assign(outcome=visits[outcome])
        for dimension in dimensions:
            yield from _groups(outcome, table, frame, dimension)


def needed(told: Sequence[Group]) -> pd.DataFrame:
    """One row a group and ``dimension`` ('' for all): its ``households`` that lists could name, the share ``isolated`` among them (NaN: nobody was met) and how many of those
    drawn at random were ``met``. Small counts are in it: it is not published."""
    rows = [
        (g.dimension, g.group, g.households, _share_isolated(g), g.cells.random_met)
        for g in told
        if g.outcome == "isolated"
    ]
    columns = ["dimension", "group", "households", "isolated", "met"]
    return pd.DataFrame(rows, columns=columns).astype({"isolated": "float64"})


def _share_isolated(one: Group) -> float | None:
    return next(figure.value for figure in one.figures if figure.measure == "prevalence")


def _groups(outcome: Outcome, table: pd.DataFrame, frame: pd.DataFrame, dimension: str) -> Iterator[Group]:
    is_listed = bool((table["arm"] == MODEL).any())
    found: dict[str, list[Estimated]] = {}
    for one in estimates(table, frame, dimension):
        found.setdefault(one.group, []).append(one)
    for group, mine in found.items():
        yield Group(
            outcome=outcome,
            dimension=dimension,
            group=group,
            households=mine[0].households,
            cells=_cells(table[table[dimension] == group] if dimension else table),
            figures=tuple(_figure(one, is_listed) for one in mine),
        )


def _cells(rows: pd.DataFrame) -> Cells:
    counts: dict[str, int] = {}
    for name, arm in (("random", RANDOM), ("listed", MODEL)):
        mine = rows.loc[rows["arm"] == arm, "outcome"]
        found, met = int(mine.fillna(False).astype(bool).sum()), int(mine.notna().sum())
        counts |= {f"{name}_found": found, f"{name}_others": met - found, f"{name}_unmet": len(mine) - met}
    return Cells(**counts)


def _figure(one: Estimated, is_listed: bool) -> Figure:
    """Before any list of the ranking was visited, what it finds is not nought but unknown, and random visits alone do not tell."""
    measure: Measure = one.measure
    value = None if math.isnan(one.value) else one.value
    said = Figure(
        measure=measure,
        value=value,
        interval=one.interval,
        bounds=one.bounds,
        verdict=one.verdict,
        more_met=one.more_met,
    )
    if is_listed or measure != "found_share":
        return said
    nothing = Interval(low=0.0, high=1.0)
    return replace(
        said, value=None, interval=nothing, bounds=nothing, verdict="insufficient evidence", more_met=None
    )


def reached(
    city: settings.City, past: Mapping[str, pd.DataFrame], frame: pd.DataFrame, drawn: pd.DataFrame
) -> Iterator[Reached]:
    """No extract gives residents by age: their share is what the city states, or unknown. Each of ``YOUNG``: in today's frame, on today's list, and among those met and found isolated in all past visits of any arm."""
    band = age_bands(frame["oldest_age"])
    listed = drawn["household_id"].map(dict(zip(frame["household_id"], band, strict=True))).fillna(UNKNOWN)
    today = pd.DataFrame({"group": listed, "outcome": None})
    visited = [one.loc[one["visits"].notna(), ["age_band", "isolated"]] for one in past.values()]
    before = pd.concat(visited) if visited else pd.DataFrame(columns=["age_band", "isolated"])
    ever = pd.DataFrame(
        {"group": before["age_band"].map(BAND_OF).fillna(UNKNOWN), "outcome": before["isolated"]}
    )
    for group in YOUNG:
        published = {str(band): one for band, one in city.residents.items()}.get(group)
        residents = Residents(**published.model_dump()) if published else None
        floor, share = city.floors.age.get(group), residents.share if residents else None
        now = representation(group, band, today, of_residents=share, floor=floor)
        then = representation(group, band, ever, of_residents=share, floor=floor)
        yield Reached(
            group=group,
            residents=residents,
            floor=floor,
            frame=_reach(now.frame),
            listed=_reach(now.listed),
            met=_reach(then.met),
            found=_reach(then.found),
        )


def _reach(part: Part) -> Reach:
    return Reach(of=protected(part.of), count=part.count, share=part.share, interval=part.interval)
