"""How well records are linked into persons: ``python -m benchmarks.linkage CITY [--as-of DATE]``.

Pairwise, over every record that mentions a person. The oracle links every true pair that has any evidence in common (a key, or address, sex and year
of birth) and no other: nobody who sees the same evidence can do better.
"""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.town_truth import AS_OF, SOURCES_OF_RESIDENTS, framed, row
from features.clusters import components_of
from features.comparisons import BLOCKING

Figures = dict[str, float]


def _pairs(groups: str, where: str = "true") -> str:
    return f"""
with named as (select t.person, g.found from ({groups}) g join true_records t using (source, record_id) where {where}),
sizes as (select person, found, count(*) as n from named group by all),
counted as (
  select (select sum(n * (n - 1) / 2) from sizes) as both_say,
    (select sum(n * (n - 1) / 2) from (select sum(n) as n from sizes group by person)) as in_truth,
    (select sum(n * (n - 1) / 2) from (select sum(n) as n from sizes group by found)) as linked
)
select both_say / linked as precision, both_say / in_truth as recall, 2 * both_say / (linked + in_truth) as f1, in_truth as true_pairs from counted
"""


FOUND = "select source, record_id, person_id as found from people"
AGE = "2026 - year(born_on)"
BANDS = {"0-17": (0, 18), "18-39": (18, 40), "40-59": (40, 60), "60-74": (60, 75), "75+": (75, 200)}


def measured(connection: duckdb.DuckDBPyConnection) -> dict[str, Figures]:
    """Precision, recall, F1: all records, those of residents' registers, each sex and age band (of the true person); and the oracle's."""
    who = "person in (select person from true_people where {})"
    found = {
        "all": row(connection, _pairs(FOUND)),
        "registers of residents": row(connection, _pairs(FOUND, f"source in {SOURCES_OF_RESIDENTS}")),
        "oracle": row(connection, _pairs(oracle(connection))),
    }
    for name, sex in (("women", "F"), ("men", "M")):
        found[name] = row(connection, _pairs(FOUND, who.format(f"sex = '{sex}'")))
    for name, (first, end) in BANDS.items():
        found[name] = row(connection, _pairs(FOUND, who.format(f"{AGE} >= {first} and {AGE} < {end}")))
    return found


def oracle(connection: duckdb.DuckDBPyConnection) -> str:
    """SQL of (source, record_id, found): connected by true pairs that share evidence."""
    rules = " union ".join(
        f"select l.record as record_l, r.record as record_r from named l join named r on {rule} where l.record < r.record and l.person = r.person"
        for rule in (rule.removesuffix(" and l.source <> r.source") for rule in BLOCKING)
    )
    edges = connection.execute(
        "with named as (select m.*, n.record, t.person from mentions m join records n using (source, record_id) join true_records t using (source, record_id))"
        f" {rules}"
    ).df()
    records = connection.execute("select record, source, record_id from records order by record").df()
    connection.register("judged", records.assign(found=components_of(len(records), edges)))
    return "select source, record_id, found from judged"


def main() -> None:
    """Prints the figures, or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("city", type=Path)
    parser.add_argument("--as-of", type=date.fromisoformat, default=AS_OF)
    asked = parser.parse_args()
    with framed(asked.city, asked.as_of) as (connection, _):
        print(json.dumps(measured(connection), indent=1))


if __name__ == "__main__":
    main()
