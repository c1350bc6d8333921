"""Splink on the keyed fields of the linkage sets, beside Splink on their plain fields: ``python -m benchmarks.linkage_febrl [FOLDER]``.

The names go through ``lanterne pseudonymise`` (Australian way of writing); what comes out is linked without looking at the truth: chances of two people
by random pairs, of one person by expectation-maximisation, threshold one half.
"""

from __future__ import annotations

import logging
import re
import sys
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from splink import Linker
from splink.backends.duckdb import DuckDBAPI

from benchmarks.linkage_data import FAKE, FOLDER, Judged, judged, load, present
from benchmarks.linkage_keyed import keyed_extract
from benchmarks.linkage_oracle import learnt
from benchmarks.linkage_plain import plain_figures
from features import comparisons

THRESHOLD, RANDOM_PAIRS, SEED, LOWEST = 0.5, 1e7, 1, 0.001
TRIED = tuple(np.round(1 / (1 + np.exp(-np.arange(-6, 7.25, 0.5))), 4).tolist())
SURE = tuple(f"l.{key} = r.{key}" for key in ("cle_identite", "cle_phonetique", "cle_nom_adresse"))
SURE_RECALL = 0.5
"""About half of the true pairs of such sets share a key."""
BLOCKS = (
    *SURE,
    "l.id_adresse = r.id_adresse",
    "l.annee_naissance = r.annee_naissance and l.quartier = r.quartier",
)
MISSING = {"sexe", "first_known"}
TRAINED_ON = (BLOCKS[3], BLOCKS[1], BLOCKS[4])


def settings() -> dict[str, Any]:
    """The product's comparisons where the sets have the columns (they name no sex and no day), with one level more for the part of town: the sets are not of one town."""
    product = {
        c["output_column_name"]: _known(c["comparison_levels"]) for c in comparisons.settings()["comparisons"]
    }
    silent, _, address, elsewhere = product["place"]
    part = address | {"sql_condition": "quartier_l = quartier_r", "label_for_charts": "same part of town", "tf_adjustment_column": "quartier"}  # fmt: skip
    silent = silent | {
        "sql_condition": f"({silent['sql_condition']}) and (quartier_l is null or quartier_r is null)"
    }
    year = [_free(level) for level in product["birth_year"]]
    return comparisons.settings() | {
        "unique_id_column_name": "unique_id",
        "comparisons": [
            {"output_column_name": "names", "comparison_levels": product["names"]},
            {"output_column_name": "birth_year", "comparison_levels": year},
            {"output_column_name": "place", "comparison_levels": [silent, address, part, elsewhere]},
        ],
        "blocking_rules_to_generate_predictions": [{"blocking_rule": rule} for rule in BLOCKS],
    }


def _known(levels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        level for level in levels if not MISSING & set(re.findall(r"\w+(?=_[lr]\b)", level["sql_condition"]))
    ]


def _free(level: dict[str, Any]) -> dict[str, Any]:
    """Misprints of these sets are planted, many more than the product declares: to be learnt."""
    return {k: v for k, v in level.items() if k not in ("m_probability", "fix_m_probability")}


def linked(extract: pd.DataFrame) -> pd.DataFrame:
    """``left``, ``right`` (rows), ``probability``; the truth is not looked at."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    rows = extract.drop(columns="cluster").replace("", None).rename(columns=str.lower)
    rows = rows.assign(
        unique_id=rows["record"],
        annee_naissance=pd.to_numeric(rows["annee_naissance"]).astype("Int64"),
        door=rows["id_adresse"].where(rows["cle_nom_adresse"].notna()),
    )
    connection = duckdb.connect(config={"threads": 1})
    linker = Linker(DuckDBAPI(connection).register(rows), settings(), log_level=None)
    train = linker.training
    train.estimate_probability_two_random_records_match(
        [{"blocking_rule": rule} for rule in SURE], recall=SURE_RECALL
    )
    train.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
    for rule in TRAINED_ON:
        train.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=LOWEST, warning_mode="never")
    names = {"unique_id_l": "left", "unique_id_r": "right", "match_probability": "probability"}
    return found.as_duckdbpyrelation().df().rename(columns=names)[list(names.values())]


def keyed_figures(extract: pd.DataFrame) -> Judged:
    """Precision, recall and F1 of Splink on what ``lanterne pseudonymise`` hands over."""
    return judged(extract["cluster"].to_numpy(), linked(extract), THRESHOLD, TRIED)


def figures(name: str, folder: Path = FOLDER) -> dict[str, float]:
    """F1 on plain fields, on keyed fields, and of the oracle that is trained on the truth of the keyed fields."""
    table = load(name, folder)
    extract = keyed_extract(name, table)
    keyed = keyed_figures(extract).score
    return {
        "plain_f1": plain_figures(name, table).score.f1,
        "keyed_precision": keyed.precision,
        "keyed_recall": keyed.recall,
        "keyed_f1": keyed.f1,
        "oracle_f1": max(found.best.f1 for found in learnt(extract).values()),
    }


def main(folder: Path) -> None:
    """One row a set."""
    print(
        f"{'set':16} {'plain F1':>9} {'keyed F1':>9} {'precision':>9} {'recall':>7} {'oracle F1':>9} {'of oracle':>9}"
    )
    for name in (n for n in present(folder) if n != FAKE):
        f = figures(name, folder)
        print(
            f"{name:16} {f['plain_f1']:9.4f} {f['keyed_f1']:9.4f} {f['keyed_precision']:9.4f} {f['keyed_recall']:7.4f}"
            f" {f['oracle_f1']:9.4f} {f['keyed_f1'] / f['oracle_f1']:9.1%}"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
