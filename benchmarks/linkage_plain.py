"""What Splink reaches on the plain fields of the linkage sets, the yardstick of the keyed linkage: ``python -m benchmarks.linkage_plain [FOLDER]``.

u from random pairs, m by expectation maximisation, no labels; records are clustered at a match probability that was chosen beforehand.
The headline leaves the unique identifier out (``soc_sec_id``; the e-mail address of fake_1000); with it stands beside.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from benchmarks.linkage_data import FAKE, FOLDER, Judged, judged, load, present

THRESHOLD = 0.95
LOWEST = 0.01
"""Pairs below are not kept."""
TRIED = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99, 0.995, 0.999, 0.9999)
SEED, RANDOM_PAIRS = 1, 10_000_000


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How one kind of set is linked. ``sure``: rules of which nearly all pairs are true, and ``sure_recall``, the share of true pairs they are guessed to find."""

    comparisons: Sequence[Any]
    blocks: Sequence[Any]
    sure: Sequence[Any]
    sure_recall: float
    trained_on: Sequence[Any]


def febrl(*, with_number: bool) -> Plan:
    """Names, date of birth, every part of the address; ``with_number``: and ``soc_sec_id``."""
    number = [cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2])] if with_number else []
    return Plan(
        comparisons=[
            cl.ForenameSurnameComparison("given_name", "surname"),
            _born("date_of_birth", "%Y%m%d"),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            *(_text(name) for name in ("address_1", "address_2", "suburb")),
            *number,
        ],
        blocks=[
            block_on("date_of_birth"),
            block_on("given_name", "surname"),
            {"blocking_rule": "l.given_name = r.surname and l.surname = r.given_name"},
            block_on("surname", "postcode"),
            block_on("given_name", "postcode"),
            block_on("suburb", "postcode"),
            block_on("address_1", "street_number"),
            block_on("address_2", "postcode"),
            block_on("substr(date_of_birth, 1, 4)", "postcode"),
            block_on("substr(surname, 1, 3)", "substr(given_name, 1, 2)"),
            *([block_on("soc_sec_id")] if with_number else []),
        ],
        sure=[
            block_on("given_name", "surname", "date_of_birth"),
            block_on("surname", "date_of_birth", "postcode"),
            block_on("address_1", "street_number", "date_of_birth"),
        ],
        sure_recall=0.7,
        trained_on=[
            block_on("date_of_birth"),
            block_on("given_name", "surname"),
            block_on("postcode", "suburb"),
        ],
    )


def fake(*, with_email: bool) -> Plan:
    """Names, date of birth, town; ``with_email``: and the e-mail address. After Splink's own tutorial on this set."""
    email = [cl.EmailComparison("email")] if with_email else []
    return Plan(
        comparisons=[
            *(cl.NameComparison(name) for name in ("first_name", "surname")),
            _born("dob", "%Y-%m-%d"),
            _text("city"),
            *email,
        ],
        blocks=[
            block_on("dob"),
            block_on("first_name", "surname"),
            {"blocking_rule": "l.first_name = r.surname and l.surname = r.first_name"},
            block_on("first_name", "city"),
            block_on("surname", "city"),
            block_on("substr(dob, 1, 7)", "substr(first_name, 1, 2)"),
            block_on("substr(dob, 1, 7)", "substr(surname, 1, 2)"),
            *([block_on("email")] if with_email else []),
        ],
        sure=[
            {"blocking_rule": "l.first_name = r.first_name and levenshtein(l.dob, r.dob) <= 1"},
            {"blocking_rule": "l.surname = r.surname and levenshtein(l.dob, r.dob) <= 1"},
            {"blocking_rule": "l.first_name = r.first_name and levenshtein(l.surname, r.surname) <= 2"},
        ],
        sure_recall=0.7,
        trained_on=[block_on("dob"), block_on("first_name", "surname")],
    )


def plan_of(name: str, *, with_identifier: bool) -> Plan:
    """``name``: of a set."""
    return fake(with_email=with_identifier) if name == FAKE else febrl(with_number=with_identifier)


def linked(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """``left``, ``right`` (rows of ``table``), ``probability`` of a match. ``table``: as ``linkage_data.load`` gives it; the truth is not looked at."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    seen = table.drop(columns="cluster").rename(columns={"record": "unique_id"})
    connection = duckdb.connect(config={"threads": 1})
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=list(plan.comparisons),
        blocking_rules_to_generate_predictions=list(plan.blocks),
    )
    linker = Linker(DuckDBAPI(connection).register(seen.replace("", None)), settings, log_level=None)
    train = linker.training
    train.estimate_probability_two_random_records_match(list(plan.sure), recall=plan.sure_recall)
    train.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
    for rule in plan.trained_on:
        train.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=LOWEST, warning_mode="never")
    edges = found.as_duckdbpyrelation().df()
    return edges.rename(
        columns={"unique_id_l": "left", "unique_id_r": "right", "match_probability": "probability"}
    )[["left", "right", "probability"]]


def plain_figures(name: str, table: pd.DataFrame, *, with_identifier: bool = False) -> Judged:
    """Precision, recall and F1 of Splink on the plain fields of the set ``name``."""
    edges = linked(table, plan_of(name, with_identifier=with_identifier))
    return judged(table["cluster"].to_numpy(), edges, THRESHOLD, TRIED)


def _born(column: str, form: str) -> Any:
    return cl.DateOfBirthComparison(
        column, input_is_string=True, datetime_format=form, invalid_dates_as_null=False
    )


def _text(column: str) -> Any:
    return cl.JaroWinklerAtThresholds(column, [0.9, 0.7]).configure(term_frequency_adjustments=True)


def main(folder: Path) -> None:
    """Prints one row a set, without and with the unique identifier."""
    print(f"Splink on plain fields, pairwise after connected components at {THRESHOLD}")
    print(f"{'set':16} {'identifier':>10} {'precision':>9} {'recall':>7} {'F1':>7} {'best F1':>8} {'at':>7}")
    for name in present(folder):
        table = load(name, folder)
        for with_identifier in (False, True):
            found = plain_figures(name, table, with_identifier=with_identifier)
            score, said = found.score, "with" if with_identifier else "without"
            print(
                f"{name:16} {said:>10} {score.precision:9.4f} {score.recall:7.4f} {score.f1:7.4f} {found.best.f1:8.4f} {found.best_threshold:7}"
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
