"""Are the people who are called present there in truth, and how many who are there are lost? `python -m benchmarks.presence CITY --as-of DATE`.

CITY holds `city.toml`, an ingested warehouse and `truth/` (as `lanterne city` writes it). The truth is read here and nowhere else.
A household is there when one of its members who are called present lives at its dwelling (its address, where the flat is not known).
"Lost" counts who is there in truth and is not called present. The oracle is a LightGBM trained on the truth itself, out of fold by
dwelling, with the columns of evidence that the model sees; the harder ``oracle_of_days`` also sees every day behind them.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb
import lightgbm
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import GroupKFold

from features import frame, presence, presence_model
from features.presence_evidence import EVIDENCE, HARD
from pipelines import settings
from pipelines.store import read_store

Floats = npt.NDArray[np.float64]
Figures = dict[str, float]
WANTED, MARGIN, EVEN = presence_model.THERE_SHARE, 0.02, presence_model.EVEN
OLD, ADULT = 80, presence.ADULT_AGE
SAME = [*(e.name for e in EVIDENCE), "hazard"]
"""What the model itself sees, of the columns of ``seen``."""

TRUTH = """
with named as (select source, record_id, min(person) as person from read_parquet($records) group by all),
persons as (select person_id, mode(person) as person from people join named using (source, record_id) group by all),
month as (select * from read_parquet($monthly) where month = (select max(month) from read_parquet($monthly) where month <= as_of()))
select r.person_id, m.id_adresse is not null and m.presence = 'present' and m.id_adresse = r.id_adresse as at_address,
  m.id_adresse = r.id_adresse and m.presence = 'present' and (r.id_logement is null or r.id_logement = m.id_logement) as at_dwelling,
  m.id_adresse is not null and m.presence = 'present' as in_town
from residents r left join persons p using (person_id) left join month m using (person)
"""
ROLL = """
with named as (select record_id, min(person) as person from read_parquet($records) where source = 'liste_electorale' group by all),
month as (select * from read_parquet($monthly) where month = (select max(month) from read_parquet($monthly) where month <= as_of()))
select l.id_electeur, coalesce(m.presence = 'present' and m.id_adresse = l.id_adresse, false) as there,
  coalesce(r.presence = 'present' and r.id_adresse = l.id_adresse, false) as kept
from latest_liste_electorale l left join named n on n.record_id = l.id_electeur left join month m using (person)
  left join people p on p.source = 'liste_electorale' and p.record_id = l.id_electeur left join residents r using (person_id)
where year(as_of()) - l.annee_naissance >= $old
"""


def measure(town: Path, as_of: date, with_visits: bool = True, there_share: float = WANTED) -> Figures:
    """All figures of one ingested town."""
    city = settings.load(town / "city.toml")
    with read_store(city.paths) as connection:
        connection.execute("set threads = 1")
        began = time.perf_counter()
        gates = settings.gates(city) | ({} if with_visits else {"visites": "closed"})
        frame.build(connection, as_of, gates, there_share)
        built = time.perf_counter() - began
        began = time.perf_counter()
        judged = presence.build(connection, there_share)
        seconds = time.perf_counter() - began
        rows, x = seen(connection, town)
        reach = _roll(connection, town)
        households = _households(connection, rows)
    return (
        {
            "seconds_frame": built,
            "seconds_presence": seconds,
            "visits": judged.visits,
            "threshold": judged.threshold.at,
        }
        | {"expected_there_share": judged.threshold.expected_share}
        | _calibration(judged)
        | households
        | _against(rows, x, judged.threshold.at)
        | reach
    )


def seen(connection: duckdb.DuckDBPyConnection, town: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(residents with what is said and what is true, what the oracle sees of them), in one order."""
    truth = connection.execute(TRUTH, _paths(town)).df()
    said = connection.execute("select person_id, presence, there_probability from residents").df()
    facts = connection.execute("from facts where occasion = 'now'").df()
    held = connection.execute("select question, columns(*) from evidence_held where occasion = 'now'").df()
    rows = (
        said.merge(truth, on="person_id")
        .merge(facts, on="person_id")
        .sort_values("person_id")
        .reset_index(drop=True)
    )
    held = held.set_index("question").loc[rows["question"]].reset_index()
    for column in ("at_address", "at_dwelling", "in_town"):
        rows[column] = rows[column].fillna(False).astype(bool)
    rows["group"] = rows["id_logement"].fillna(rows["person_id"])
    rows["is_adult"] = (rows["age"].isna() | (rows["age"] >= ADULT)).to_numpy(bool)
    rows["is_hard"] = held[[e.name for e in HARD]].to_numpy(bool).any(axis=1)
    return rows, _seen(rows, held)


def _seen(rows: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    days = [
        c
        for c in rows.columns
        if c.endswith("_on") and c not in ("asked_on", "snapshot_on") and not c.endswith("known_on")
    ]
    x = pd.DataFrame({c: (rows["asked_on"] - rows[c]).dt.days.astype("float64") for c in days})
    flags = {e.name: held[e.name].to_numpy(np.float64) for e in EVIDENCE}
    has_flat = rows["id_logement"].notna().to_numpy(np.float64)
    more = {
        "age": rows["age"].to_numpy(np.float64, na_value=np.nan),
        "is_man": (rows["sexe"] == "M").to_numpy(np.float64),
        "has_flat": has_flat,
    }
    return x.assign(**flags, **more, hazard=presence_model.hazard(held))


def _paths(town: Path) -> dict[str, object]:
    return {
        "records": str(town / "truth" / "records.parquet"),
        "monthly": str(town / "truth" / "monthly.parquet"),
    }


def _households(connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame) -> Figures:
    """Of the households of the frame."""
    members = connection.execute(
        "select m.household_id, m.person_id from members m join households using (household_id) where m.presence = 'present'"
    ).df()
    there = members.merge(rows, on="person_id").groupby("household_id")[["at_address", "at_dwelling"]].max()
    return {
        "households": len(there),
        "there_share": float(there["at_dwelling"].mean()),
        "there_share_address": float(there["at_address"].mean()),
    }


def _against(rows: pd.DataFrame, x: pd.DataFrame, at: float) -> Figures:
    """What is lost, beside what the oracle loses when its list is as often right as ours."""
    chance = np.where(rows["is_hard"], -1.0, rows["there_probability"])
    ours = _curve(rows, chance)
    mine = ours[ours["at"] >= at].iloc[-1]
    days = _curve(rows, oracle_chances(x, rows["at_dwelling"].to_numpy(bool), rows["group"]))
    same = _curve(rows, oracle_chances(x[SAME], rows["at_dwelling"].to_numpy(bool), rows["group"]))
    figures = {
        "there_share_dwellings": float(mine["there"]),
        "lost_households": float(mine["lost"]),
        "lost_persons": float(mine["lost_persons"]),
    }
    for name, curve in (("oracle", same), ("oracle_of_days", days)):
        best = _as_right(curve, float(mine["there"]))
        figures |= {f"{name}_lost_households": best["lost"], f"{name}_lost_persons": best["lost_persons"]}
        figures |= {f"{name}_lost_households_at_97": _as_right(curve, WANTED)["lost"]}
    return figures | {"lost_households_at_97": _as_right(ours, WANTED)["lost"]}


def oracle_chances(x: pd.DataFrame, there: npt.NDArray[np.bool_], group: pd.Series) -> Floats:
    """Out of fold, no dwelling in two folds."""
    chances = np.zeros(len(x))
    for train, test in GroupKFold(5).split(x, there, group):
        model = lightgbm.LGBMClassifier(
            n_estimators=300, learning_rate=0.03, num_leaves=31, min_child_samples=30, subsample=0.8, subsample_freq=1,
            colsample_bytree=0.8, random_state=1, n_jobs=1, deterministic=True, verbose=-1,
        )  # fmt: skip
        model.fit(x.iloc[train], there[train])
        chances[test] = model.predict_proba(x.iloc[test])[:, 1]
    return chances


def _curve(rows: pd.DataFrame, chance: Floats) -> pd.DataFrame:
    """By falling threshold ``at`` on the chance that an adult of a dwelling is there: ``there``, the share of dwellings called present that are there (one of
    those called present is), ``lost``: dwellings with an adult there and ``lost_persons``: persons there who are not called present."""
    table = rows.assign(chance=chance, kept=(chance >= EVEN) & rows["at_dwelling"])
    grown = table[table["is_adult"]]
    chances = grown["chance"].to_numpy(np.float64)
    adults = grown.groupby("group").agg(is_home=("at_dwelling", "max"))
    adults["at"] = presence.somebody(grown["group"], chances)
    kept = table.groupby("group").agg(is_there=("kept", "max"), persons=("kept", "sum"))
    homes = adults.join(kept).sort_values("at", ascending=False, kind="stable")
    homes = homes[homes["at"] >= EVEN]
    found, called = homes["is_there"].astype(int).cumsum(), np.arange(1, len(homes) + 1)
    curve = pd.DataFrame(
        {
            "at": homes["at"],
            "there": found / called,
            "lost": 1 - (homes["is_there"] & homes["is_home"]).cumsum() / adults["is_home"].sum(),
            "lost_persons": 1 - homes["persons"].cumsum() / rows["at_dwelling"].sum(),
        }
    )
    return curve[~curve["at"].duplicated(keep="last")]


def _as_right(curve: pd.DataFrame, wanted: float) -> Figures:
    enough = curve[(curve["there"] >= wanted) & (curve["lost"] < 0.99)]
    if enough.empty:
        return {"lost": float("nan"), "lost_persons": float("nan")}
    return {"lost": float(enough["lost"].iloc[-1]), "lost_persons": float(enough["lost_persons"].iloc[-1])}


def _roll(connection: duckdb.DuckDBPyConnection, town: Path) -> Figures:
    """Entries of 80 and over: how many live where the roll says, before cleaning and after; how many who do are lost."""
    entries = connection.execute(ROLL, _paths(town) | {"old": OLD}).df()
    kept = entries[entries["kept"]]
    return {
        "roll_80_entries": len(entries),
        "roll_80_there_share": float(entries["there"].mean()),
        "roll_80_kept": len(kept),
        "roll_80_kept_there_share": float(kept["there"].mean()),
        "roll_80_lost_share": 1 - float(kept["there"].sum() / max(entries["there"].sum(), 1)),
    }


def _calibration(judged: presence.Presence) -> Figures:
    if judged.reliability is None:
        return {}
    r = judged.reliability
    shown = {f"visits_{b.low}_{b.high}": float(b.visits) for b in r.bins}
    shown |= {f"foretold_{b.low}_{b.high}": b.foretold for b in r.bins} | {
        f"there_{b.low}_{b.high}": b.there for b in r.bins
    }
    return {"brier": r.brier, "brier_declared": r.brier_declared, "brier_constant": r.brier_constant} | shown


def bars(figures: Mapping[str, float]) -> dict[str, bool]:
    """The bars of issue 4."""
    return {
        "of the households listed at least 97 % are there": figures["there_share"] >= WANTED,
        "lost households within two points of the oracle": figures["lost_households"]
        - figures["oracle_lost_households"]
        <= MARGIN,
        "lost persons within two points of the oracle": figures["lost_persons"]
        - figures["oracle_lost_persons"]
        <= MARGIN,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("town", type=Path)
    parser.add_argument("--as-of", type=date.fromisoformat, required=True)
    parser.add_argument("--without-visits", action="store_true", help="the declared rates alone")
    parser.add_argument(
        "--there-share", type=float, default=WANTED, help="wanted of the households that are called present"
    )
    asked = parser.parse_args()
    found = measure(asked.town, asked.as_of, not asked.without_visits, asked.there_share)
    sys.stdout.write(json.dumps({"figures": found, "bars": bars(found)}, indent=2) + "\n")
