"""The page of one listed household for one of its adults: found by match key in the lists of published runs, and built from what the run kept."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

import duckdb
import pandas as pd

from data_contracts.errors import ConfigurationError
from features.factor import Language
from models.stability import DRAWS, STABLE
from pipelines import asking, kept_lists, manifest, settings, who_ranks
from pipelines.asking import Asker
from pipelines.kept_lists import KeptRun
from pipelines.sources import SOURCE_WORDS
from pipelines.store import read_store
from pipelines.who_ranks import Ranker
from reports.contracts import Masthead
from reports.crpa import Contacts, Fact, Individual, Precision
from reports.risk_list import BETWEEN, Arm
from reports.words import day, words

NEEDED = frozenset({"person_id", "is_weighed", "same_sign_share", "base"})
"""Columns of ``explanations.parquet`` without which a run cannot be told to one person."""
COMMAND = "lanterne explain-person"
Line = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Found:
    """The run, the line of its list, and the person as the linkage sees them."""

    run: KeptRun
    who: Asker
    line: Line

    @property
    def household_id(self) -> str:
        """The listed household."""
        return str(self.line["household_id"])


def individual(
    config: Path, key: str, *, run: str | None, as_of: date | None, written_on: date
) -> Individual:
    """What ``reports.crpa`` needs for the person whom ``key`` names: of the newest run whose list holds their household, or of ``run`` (a folder or an id).

    ``as_of``: day of the linkage; the run's own day when None. Raises ConfigurationError for no key, no run, a household on no list, and a run that was
    made before single persons could be told apart in it.
    """
    city = settings.load(config)
    asking.checked(key)
    runs = _runs(city, run)
    with read_store(city.paths) as connection:
        found = _found(connection, city, key, runs, as_of=as_of, is_named=run is not None)
        records = _records(connection, found.household_id)
    return _built(city, found, records, written_on)


def _runs(city: settings.City, named: str | None) -> tuple[KeptRun, ...]:
    if named is None:
        runs = kept_lists.published(city.paths.runs)
        if not runs:
            raise ConfigurationError(
                "no list has been made yet, or all are past their term",
                where=str(city.paths.runs),
                hint="`lanterne cycle` makes one; `lanterne export-person` tells what is kept about the person.",
            )
        return runs
    folder = Path(named) if Path(named).is_dir() else city.paths.runs / named
    run = kept_lists.opened(folder)
    if run is None:
        raise ConfigurationError(
            "there is no published run here, or its list is past its term",
            where=f"--run {named}",
            hint=f"name a folder of {city.paths.runs}, or leave --run out for the newest list that holds the household.",
        )
    return (run,)


def _found(
    connection: duckdb.DuckDBPyConnection,
    city: settings.City,
    key: str,
    runs: Sequence[KeptRun],
    *,
    as_of: date | None,
    is_named: bool,
) -> Found:
    """Persons are linked as of the newest run first; only runs that list a place of theirs are worth the linkage of their own day."""
    who = asking.asker(connection, city, key, as_of or runs[0].as_of)
    if not who.person_ids:
        raise ConfigurationError(
            f"no record known before {who.linked_on} carries this key",
            where=COMMAND,
            hint="check the key; of whoever objected no record is kept, and whoever is in no register is in no ranking.",
        )
    places = asking.places(connection)
    for run in runs:
        if not is_named and not run.is_at(places):
            continue
        on = as_of or run.as_of
        if on != who.linked_on:
            who = asking.asker(connection, city, key, on)
        line = _line(run, who)
        if line is not None:
            return Found(run=run, who=who, line=line)
    raise _on_no_list(is_named)


def _line(run: KeptRun, who: Asker) -> Line | None:
    listed = run.lines()
    mine = listed[listed["household_id"].isin(who.present_in)]
    return cast(Line, mine.iloc[0].to_dict()) if len(mine) else None


def _on_no_list(is_named: bool) -> ConfigurationError:
    which = "the list of this run" if is_named else "any list that is kept"
    return ConfigurationError(
        f"the person's household is not on {which}: the ranking led to nothing for them",
        where=COMMAND,
        hint="`lanterne export-person` tells what is kept about them, and whence.",
    )


def _records(connection: duckdb.DuckDBPyConnection, household_id: str) -> Mapping[str, int]:
    """Source → records of the household, alerts left out. Outside the registers of the dwelling only the asker's own count: a count would tell that
    somebody else is in one."""
    rows = connection.execute(_RECORDS, [household_id, list(kept_lists.OF_THE_DWELLING)]).fetchall()
    return dict(rows)


_RECORDS = """
select p.source, count(distinct p.record_id) from people p join members m using (person_id)
where m.household_id = $1 and m.presence = 'present' and p.source <> 'signalements'
  and (p.source in (select unnest($2)) or person_id in (select person_id from asked))
group by 1 order by 1
"""


def _built(city: settings.City, found: Found, records: Mapping[str, int], written_on: date) -> Individual:
    run, line, say = found.run, found.line, words(city.language)
    made = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    ranks = who_ranks.read(run.folder)
    rows = _rows(found)
    base = float(rows["base"].iloc[0])
    return Individual(
        masthead=Masthead(city=city.name, language=city.language, is_fictitious=made["fictitious"]),
        household_id=found.household_id,
        as_of=run.as_of,
        written_on=written_on,
        arm=cast(Arm, line["arm"]),
        drawing_probability=_number(line["drawing_probability"]),
        equals=_equals(run, line),
        champion=ranks.name,
        is_by_rules=ranks.is_rule,
        is_unapproved=ranks.is_unapproved,
        model=_model(run, ranks, city.language),
        base=base,
        score=base + float(rows["contribution"].sum()),
        facts=_facts(rows, found, own=records),
        capacity=made["capacity"],
        households=next(step["rows"]["households"] for step in made["steps"] if step["name"] == "frame"),
        members=_whole(line["members"]) or 1,
        records=records,
        sources={source: say(name) for source, name in SOURCE_WORDS.items()},
        not_known=tuple(text for text in str(line["not_known"] or "").split(BETWEEN) if text),
        stable_from=STABLE,
        draws=_draws(rows, line),
        times_listed=_whole(line["times_listed"]),
        precision=_precision(run, ranks.name),
        contacts=Contacts(**city.contacts.model_dump()),
    )


def _rows(found: Found) -> pd.DataFrame:
    rows = found.run.explanations(found.household_id)
    if NEEDED - set(rows) or not {"draws", "times_listed"} <= set(found.line):
        raise ConfigurationError(
            f"the run {found.run.run_id} was made by an earlier release, which did not keep of whom each fact is known",
            where=COMMAND,
            hint="`lanterne export-person` tells what that run did for the household; for lists made from now on there is a page.",
        )
    return rows


def _facts(rows: pd.DataFrame, found: Found, *, own: Collection[str]) -> tuple[Fact, ...]:
    members = _whole(found.line["members"]) or 1
    of_others = kept_lists.are_of_another(
        rows,
        found.who,
        household_id=found.household_id,
        members=members,
        listed_on=found.run.as_of,
    )
    records = cast("list[dict[str, object]]", rows.to_dict("records"))
    return tuple(
        Fact(
            factor=str(row["factor"]),
            value=_number(row["value"]),
            detail=row["detail"] if isinstance(row["detail"], str) else None,
            known_on=None if pd.isna(known := cast(pd.Timestamp, row["known_on"])) else known.date(),
            source=_source(row["source"], members, own),
            contribution=_number(row["contribution"]) if row["is_weighed"] else None,
            same_sign_share=_number(row["same_sign_share"]),
            of="another" if is_of_another else "household",
        )
        for row, is_of_another in zip(records, of_others, strict=True)
    )


def _draws(rows: pd.DataFrame, line: Line) -> int | None:
    """None where who ranks learns nothing, so that nothing was made again. The list counts for those whom the ranking put there; the others have none to show."""
    return (_whole(line["draws"]) or DRAWS) if rows["same_sign_share"].notna().any() else None


def _source(joined: object, members: int, own: Collection[str]) -> str:
    if not isinstance(joined, str):
        return ""
    return kept_lists.named_sources(joined, own) if members > 1 else joined


def _equals(run: KeptRun, line: Line) -> int:
    """Households with the same score. Where the list does not say, those among which the lot gave the last places: they have one chance of a place."""
    if "equals" in line:
        return _whole(line["equals"]) or 1
    chances = pd.read_parquet(run.folder / "inclusion.parquet", columns=["household_id", "p_model"])
    mine = chances.loc[chances["household_id"] == line["household_id"], "p_model"]
    if not len(mine) or not 0 < mine.iloc[0] < 1:
        return 1
    return int(((chances["p_model"] - mine.iloc[0]).abs() < 1e-9).sum())


def _model(run: KeptRun, ranks: Ranker, language: Language) -> str:
    """Its name, the day, and the first signs of the digest of its frozen text."""
    if ranks.model is not None:
        return ranks.model
    text = run.folder / "model" / f"{ranks.name}.json"
    return f"{ranks.name}, {day(run.as_of, language)}, {manifest.sha256(text.read_bytes())[:12]}"


def _precision(run: KeptRun, name: str) -> Precision | None:
    """On past visits; None where the duel could not judge who ranks."""
    judged = json.loads((run.folder / "duel.json").read_text(encoding="utf-8"))
    found = judged["candidates"].get(name, {}).get("precision", {})
    if any(found.get(figure) is None for figure in ("value", "low", "high")) or not judged["test_labels"]:
        return None
    return Precision(
        value=found["value"],
        low=found["low"],
        high=found["high"],
        of_all_visited=judged["test_positives"] / judged["test_labels"],
    )


def _number(value: object) -> float | None:
    return None if value is None or pd.isna(cast(float, value)) else float(cast(float, value))


def _whole(value: object) -> int | None:
    found = _number(value)
    return None if found is None else int(found)
