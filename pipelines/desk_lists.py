"""What a published run hands to the desk: its list in both languages, how each line adds up, and who the members are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

import pandas as pd

from data_contracts.errors import ConfigurationError
from features import listed_members
from features.catalogue import FACTORS
from features.factor import Language, sentence
from features.unknown import translated
from models.explain import SMALLEST, Explained, Reason, explained
from models.stability import STABLE
from pipelines import drift_told, kept_lists, manifest, settings, who_ranks
from pipelines.kept_lists import KeptRun
from pipelines.reporting import BEREAVED
from pipelines.sources import SOURCE_WORDS, neighbourhoods
from pipelines.store import read_store
from reports.explanation_plots import label
from reports.risk_list import BETWEEN, how_ranked
from reports.words import words
from review.cases.taken import Taken, TakenDrift, TakenLine, TakenMember
from review.neighbourhoods import FACT

LANGUAGES: tuple[Language, ...] = ("fr", "en")
EVIDENCE = ("household_id", "factor", "value", "detail", "known_on", "source")
_BY_NAME = {f.name: f for f in FACTORS}
Row = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class PublishedLists:
    """The published runs of one city, for ``review.services``."""

    city: settings.City

    def newest(self) -> str | None:
        """Id of the newest run whose list is kept."""
        runs = kept_lists.published(self.city.paths.runs)
        return runs[0].run_id if runs else None

    def taken(self, run_id: str) -> Taken:
        """Its list. Raises ConfigurationError when it is gone or the warehouse is in use."""
        run = kept_lists.opened(self.city.paths.runs / run_id)
        if run is None:
            raise ConfigurationError(
                "this run's list is not kept any more", where=run_id, hint="take in a newer list."
            )
        with read_store(self.city.paths) as connection:
            names = neighbourhoods(connection)
        return _taken(run, names)


def _taken(run: KeptRun, names: Mapping[str, str]) -> Taken:
    made = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    ranks = who_ranks.read(run.folder)
    long = pd.read_parquet(run.folder / "explanations.parquet")
    evidence = long.loc[long["value"].notna(), list(EVIDENCE)]
    said = {lang: explained(long, evidence, FACTORS, lang, stable_from=STABLE) for lang in LANGUAGES}
    members = _members(run)
    bereaved = _bereaved(run)
    steps = {str(household): rows for household, rows in long.groupby("household_id")}
    ranked = {
        lang: how_ranked(ranks.name, ranks.is_rule, words(lang), is_unapproved=ranks.is_unapproved)
        for lang in LANGUAGES
    }
    return Taken(
        run_id=run.run_id,
        as_of=run.as_of,
        capacity=made["capacity"],
        digest=manifest.sha256((run.folder / "list.parquet").read_bytes()),
        facts={"how_ranked": ranked, "fictitious": made["fictitious"], FACT: dict(names)},
        drift=_drift(run),
        lines=tuple(
            _line(
                row,
                {lang: said[lang][str(row["household_id"])] for lang in LANGUAGES},
                steps,
                members,
                names,
                bereaved,
            )
            for row in cast("list[Row]", run.lines().to_dict("records"))
        ),
    )


def _drift(run: KeptRun) -> TakenDrift | None:
    """Only an alarm: what is merely watched is for whoever looks after the runs."""
    told = drift_told.told(run.folder)
    return TakenDrift(part=told.part, said=told.said) if told and told.is_alarm else None


def _members(run: KeptRun) -> Mapping[str, Sequence[TakenMember]]:
    """None of a run from before they were kept."""
    path = run.folder / listed_members.FILE
    if not path.is_file():
        return {}
    table = pd.read_parquet(path).astype(object)
    rows = cast("list[dict[str, object]]", table.where(table.notna(), None).to_dict("records"))
    found: dict[str, list[TakenMember]] = {}
    for row in rows:
        year = row.pop("annee_naissance")
        household = str(row.pop("household_id"))
        member = TakenMember(
            annee_naissance=None if year is None else int(cast(int, year)), **cast("dict[str, str]", row)
        )
        found.setdefault(household, []).append(member)
    return found


def _bereaved(run: KeptRun) -> Mapping[str, date]:
    """Of those who are listed for it; none of a run from before it was kept."""
    path = run.folder / BEREAVED
    if not path.is_file():
        return {}
    table = pd.read_parquet(path)
    return dict(zip(table["household_id"], pd.to_datetime(table["bereaved_on"]).dt.date, strict=True))


def _line(
    row: Row,
    said: Mapping[Language, Explained],
    steps: Mapping[str, pd.DataFrame],
    members: Mapping[str, Sequence[TakenMember]],
    names: Mapping[str, str],
    bereaved: Mapping[str, date],
) -> TakenLine:
    household, quartier = str(row["household_id"]), _text(row["quartier"]) or ""
    rows = steps[household]
    return TakenLine(
        household_id=household,
        id_logement=_text(row["id_logement"]),
        id_adresse=_text(row["id_adresse"]) or "",
        quartier=quartier,
        quartier_name=names.get(quartier, ""),
        arm=str(row["arm"]),
        rank=int(cast(int, row["rank"])),
        score=float(cast(float, row["score"])),
        base=float(rows["base"].iloc[0]),
        drawing_probability=_number(row["drawing_probability"]),
        is_data_thin=row["data_thin"] == "O",
        member_count=int(cast(int, row["members"])),
        told={lang: _told(said[lang], str(row["not_known"] or ""), lang) for lang in LANGUAGES},
        steps=[_step(one) for one in cast("list[Row]", rows.to_dict("records")) if _moves(one)],
        members=members.get(household, ()),
        bereaved_on=bereaved.get(household),
    )


def _told(said: Explained, not_known: str, language: Language) -> dict[str, object]:
    return {
        "reasons": [_said(one, language) for one in said.reasons],
        "counter": [_said(one, language) for one in said.counter],
        "beside": [_said(one, language) for one in said.beside],
        "not_known": [translated(text, language) for text in not_known.split(BETWEEN) if text],
    }


def _said(reason: Reason, language: Language) -> dict[str, str]:
    return {
        "sentence": reason.sentence,
        "known_on": reason.known_on,
        "source": _sources(reason.source, language),
    }


def _sources(joined: str, language: Language) -> str:
    say = words(language)
    return ", ".join(say(SOURCE_WORDS[source]) for source in joined.split("+") if source in SOURCE_WORDS)


def _moves(row: Row) -> bool:
    return bool(row["is_weighed"]) and abs(cast(float, row["contribution"])) >= SMALLEST


def _step(row: Row) -> dict[str, object]:
    source = _text(row["source"]) or ""
    is_shown = _is_shown(str(row["factor"]))
    return {
        "label": {lang: _label(row, lang) for lang in LANGUAGES},
        "source": {lang: _sources(source, lang) if is_shown else "" for lang in LANGUAGES},
        "contribution": round(cast(float, row["contribution"]), 4),
    }


def _is_shown(name: str) -> bool:
    return name not in _BY_NAME or _BY_NAME[name].is_shown


def _label(row: Row, language: Language) -> str:
    """The sentence where the files say so; else what the factor is called. What somebody told the city is named nowhere."""
    name, value = str(row["factor"]), _number(row["value"])
    factor, say = _BY_NAME.get(name), words(language)
    if not _is_shown(name):
        return say("a sign that somebody told the city")
    if factor is not None and value is not None and factor.is_said(value):
        return sentence(factor, value, _text(row["detail"]), language)
    if factor is None:
        return label(name, language)
    said = say("nothing in the files") if value is None else say("no")
    return f"{label(name, language)} ({said})"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> float | None:
    return None if value is None or pd.isna(cast(float, value)) else float(cast(float, value))
