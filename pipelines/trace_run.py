"""What a published run says of one line of its list, once its files are seen to be those that it wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

import pandas as pd

from data_contracts.errors import ConfigurationError, IntegrityError
from models.candidate import lots
from pipelines import approvals, kept_lists, manifest, retention, settings, who_ranks
from pipelines.kept_lists import KeptRun
from pipelines.settings import City
from pipelines.warehouse_key import existing_key
from reports.trace_facts import Drawn, Line, Model, Row, Run, Signed, Stratum

READ = ("list.parquet", "explanations.parquet", "inclusion.parquet", "draw.json", "duel.json")
"""What a line is told from, beside the model's text and its approval."""
LIST_AGAIN = "restore the run's folder from a backup; a line of a folder that was altered proves nothing."


@dataclass(frozen=True, kw_only=True)
class Published:
    """``made``: ``manifest.json``; ``row``: of ``list.parquet``; ``explained``: rows of ``explanations.parquet``."""

    kept: KeptRun
    made: Mapping[str, Any]
    checked: tuple[str, ...]
    row: Mapping[str, Any]
    explained: pd.DataFrame

    @property
    def household_id(self) -> str:
        """The listed household."""
        return str(self.row["household_id"])


def opened(city: City, named: str, today: date) -> KeptRun:
    """The run of a folder or an id. Raises ConfigurationError where there is none, and where its list is past its term, whether purged yet or not."""
    folder = Path(named) if Path(named).is_dir() else city.paths.runs / named
    run = kept_lists.opened(folder)
    past = {old.resolve() for old in retention.old_runs(city.paths.runs, city.retention, today)}
    if run is None or folder.resolve() in past:
        raise ConfigurationError(
            "there is no published run of this name, or its list is past its term",
            where=f"RUN {named}",
            hint=f"name a folder of {city.paths.runs}; of a list that is past its term nothing is told any more.",
        )
    return run


def published(run: KeptRun, household_id: str) -> Published | None:
    """None where its list has no such household. Raises IntegrityError where a file is not what the manifest says, ConfigurationError where it kept too little."""
    made = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    if not {*READ} <= {*made["files"]}:
        raise ConfigurationError(
            f"the run {run.run_id} was made by an earlier release, which did not keep what a line is told from",
            where=str(run.folder),
            hint="`lanterne audit trace` tells the lists of this release and of later ones.",
        )
    checked = _checked(run.folder, made["files"])
    lines = run.lines()
    mine = lines[lines["household_id"] == household_id]
    if not len(mine):
        return None
    return Published(
        kept=run,
        made=made,
        checked=checked,
        row=cast("Mapping[str, Any]", mine.iloc[0].to_dict()),
        explained=run.explanations(household_id),
    )


def _checked(folder: Path, digests: Mapping[str, str]) -> tuple[str, ...]:
    _check(folder, READ, digests)
    files = [f"model/{who_ranks.read(folder).name}.json"]
    files += [name for name in ("model/approval.json",) if name in digests]
    _check(folder, files, digests)
    return (*READ, *files)


def _check(folder: Path, names: tuple[str, ...] | list[str], digests: Mapping[str, str]) -> None:
    for name in names:
        path = folder / name
        if not path.is_file() or manifest.sha256(path.read_bytes()) != digests.get(name):
            raise IntegrityError(
                "a file of this run is gone or is not what its manifest says",
                where=str(path),
                hint=LIST_AGAIN,
            )


def run_facts(one: Published) -> Run:
    """Whence it was made."""
    made = one.made
    return Run(
        run_id=one.kept.run_id,
        as_of=one.kept.as_of,
        code=made["commit"],
        manifest=manifest.sha256((one.kept.folder / "manifest.json").read_bytes()),
        configuration=made["configuration"],
        contracts=made["contracts"],
        linkage_model=made["linkage_model"],
        capacity=made["capacity"],
        households=next(step["rows"]["households"] for step in made["steps"] if step["name"] == "frame"),
        checked=one.checked,
    )


def line(one: Published) -> Line:
    """The line as people read it."""
    row = one.row
    return Line(
        rank=int(row["rank"]),
        household_id=one.household_id,
        quartier=str(row["quartier"] or ""),
        arm=row["arm"],
        score=float(row["score"]),
        probability=number(row["probability"]),
        drawing_probability=number(row["drawing_probability"]),
        reasons=str(row["reasons"] or ""),
        counter_evidence=str(row["counter_evidence"] or ""),
        not_known=str(row["not_known"] or ""),
        members=int(row["members"]),
        is_data_thin=row["data_thin"] == "O",
        times_listed=whole(row["times_listed"]),
        draws=whole(row["draws"]),
    )


def drawn(one: Published, stratum: Stratum | None, because: tuple[Row, ...]) -> Drawn:
    """Why it is listed, by what the draw wrote down of everybody."""
    folder = one.kept.folder
    seed = int(json.loads((folder / "draw.json").read_text(encoding="utf-8"))["seed"])
    chances = pd.read_parquet(folder / "inclusion.parquet")
    mine = chances[chances["household_id"] == one.household_id].iloc[0]
    lines = one.kept.lines()
    of_arm = lines.loc[lines["arm"] == one.row["arm"], "household_id"].tolist()
    is_by_lot = 0 < mine["p_model"] < 1
    return Drawn(
        seed=seed,
        p_model=float(mine["p_model"]),
        p_exploration=float(mine["p_exploration"]),
        p_alert=float(mine["p_alert"]),
        p_bereavement=float(mine["p_bereavement"]),
        place=of_arm.index(one.household_id) + 1,
        of_arm=len(of_arm),
        equals=int(((chances["p_model"] - mine["p_model"]).abs() < 1e-9).sum()) if is_by_lot else 1,
        lot=float(lots([one.household_id], seed)[0]),
        stratum=stratum,
        because=because,
    )


def model(one: Published, city: settings.City) -> Model:
    """Who ranked. Raises IntegrityError where the text is not the one that was approved, or the book of approvals was altered."""
    folder = one.kept.folder
    ranks = who_ranks.read(folder)
    text = f"model/{ranks.name}.json"
    digest = manifest.sha256((folder / text).read_bytes())
    base = float(one.explained["base"].iloc[0])
    return Model(
        name=ranks.name,
        why=ranks.why,
        is_rule=ranks.is_rule,
        is_unapproved=ranks.is_unapproved,
        text=text,
        digest=digest,
        approval=_signed(one, city, f"{ranks.name}.json", digest),
        base=base,
        total=base + float(one.explained["contribution"].sum()),
    )


def _signed(one: Published, city: settings.City, name: str, digest: str) -> Signed | None:
    approval = who_ranks.approval_of(one.kept.folder)
    if approval is None:
        return None
    if approval.files.get(name) != digest:
        raise IntegrityError(
            "the model's text is not the one that was approved",
            where=str(one.kept.folder / "model" / name),
            hint=LIST_AGAIN,
        )
    log = approvals.lines(city.paths.models, existing_key(city.paths))
    return Signed(
        model=approval.model,
        who=approval.who,
        role=approval.role,
        on=approval.on,
        is_in_log=approval in log,
    )


def number(value: object) -> float | None:
    """None for what is missing."""
    return None if value is None or pd.isna(cast(float, value)) else float(cast(float, value))


def whole(value: object) -> int | None:
    """None for what is missing."""
    found = number(value)
    return None if found is None else int(found)
