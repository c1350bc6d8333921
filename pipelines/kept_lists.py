"""The lists of published runs, and whose each fact of a listed household is when one of its members asks."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from features.catalogue import FACTORS
from pipelines.asking import Asker, Places

OF_THE_DWELLING = ("liste_electorale", "parc_social")
"""Registers that everybody of a household may know of each other: who is on the roll, and that there is a lease. Any other is of one person's own affairs."""
_OF_THE_HOUSEHOLD = frozenset(f.name for f in FACTORS if f.source == "frame")


@dataclass(frozen=True, kw_only=True)
class KeptRun:
    """A published run whose list is still kept."""

    folder: Path
    run_id: str
    as_of: date

    def lines(self) -> pd.DataFrame:
        """``list.parquet``: one row a listed household, see ``reports.risk_list``."""
        return pd.read_parquet(self.folder / "list.parquet")

    def explanations(self, household_id: str) -> pd.DataFrame:
        """One row a factor of one household, see ``models.explain.contributions``."""
        rows = pd.read_parquet(
            self.folder / "explanations.parquet", filters=[("household_id", "==", household_id)]
        )
        return rows.reset_index(drop=True)

    def is_at(self, places: Places) -> bool:
        """Whether the list names a household at one of the places; one whose flat is not known, by its address."""
        listed = self.lines()
        is_flat = listed["id_logement"].notna()
        at_flat = listed["id_logement"].isin(places.dwellings)
        return bool((at_flat | (~is_flat & listed["id_adresse"].isin(places.addresses))).any())


def published(runs: Path) -> tuple[KeptRun, ...]:
    """Newest first; of one day the one that was written last."""
    found = [run for folder in runs.glob("*") if (run := opened(folder)) is not None]
    return tuple(sorted(found, key=lambda run: (run.as_of, _written(run.folder), run.run_id), reverse=True))


def opened(folder: Path) -> KeptRun | None:
    """None when this is no published run, or its list is past its term."""
    if not all((folder / name).is_file() for name in ("manifest.json", "list.parquet")):
        return None
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return KeptRun(folder=folder, run_id=told["run_id"], as_of=date.fromisoformat(told["as_of"]))


def _written(folder: Path) -> int:
    return (folder / "manifest.json").stat().st_mtime_ns


def are_of_another(
    rows: pd.DataFrame, who: Asker, *, household_id: str, members: int, listed_on: date
) -> Sequence[bool]:
    """Row for row of one household's explanations: whether it is known of another adult than the one who asks.

    By ``person_id``, null of what is said of the household as a whole. Where none of them is the asker's (the linkage has changed since, or the run is
    from before this column), what is known of one person is theirs only if nobody else was there then; else it is taken for another's.
    """
    person = rows["person_id"] if "person_id" in rows else _unnamed(rows)
    is_personal = person.notna() & rows["value"].notna()
    is_own = person.isin(who.person_ids)
    if not is_own.any() and _was_alone(who, household_id, members, listed_on):
        is_own = is_personal
    return (is_personal & ~is_own).tolist()


def named_sources(joined: str, own: Collection[str]) -> str:
    """Of sources joined by ``+`` those of the dwelling and the asker's own: that somebody else of the household is in another register is theirs."""
    parts = joined.split("+")
    return "+".join(s for s in parts if s in own or s in OF_THE_DWELLING) or joined


def _unnamed(rows: pd.DataFrame) -> pd.Series:
    """The catalogue says which factors are known of single persons; of whom is not kept."""
    return rows["factor"].map(lambda name: None if name in _OF_THE_HOUSEHOLD else "")


def _was_alone(who: Asker, household_id: str, members: int, listed_on: date) -> bool:
    home = next((home for home in who.homes if home.household_id == household_id), None)
    if home is None or members != 1 or home.is_shared or not home.is_there:
        return False
    return home.since is None or home.since < listed_on
