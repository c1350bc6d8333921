"""How well records are linked into persons: ``python -m benchmarks.linkage CITY [--as-of DATE]``.

Pairwise, over every record that mentions a person. Two oracles see the truth on the same evidence. The *perfect judge* links every true pair that has
anything in common (a key, or address, sex and year of birth) and no other: nobody can do better. The *learnt oracle* is a LightGBM trained on the truth of
other persons with what a pair has in common, at its best threshold: what a judge can do who cannot read minds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import lightgbm
import numpy as np
import pandas as pd

from benchmarks.town_truth import SOURCES_OF_RESIDENTS, row, show
from features.clusters import components_of
from features.comparisons import BLOCKING

Figures = dict[str, float]
FOLDS, SEED, TRIED = 5, 1, (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
FOREST = {"objective": "binary", "num_leaves": 15, "learning_rate": 0.08, "verbose": -1, "num_threads": 2, "deterministic": True, "force_row_wise": True, "seed": SEED}  # fmt: skip


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
SEXES = {"women": "sex = 'F'", "men": "sex = 'M'"}
ADULTS = {"18-39": (18, 40), "40-59": (40, 60), "60-74": (60, 75), "75+": (75, 200)}
GROUPS = SEXES | {name: f"{AGE} >= {first} and {AGE} < {end}" for name, (first, end) in {"0-17": (0, 18), **ADULTS}.items()}  # fmt: skip


def measured(connection: duckdb.DuckDBPyConnection) -> dict[str, Figures]:
    """Precision, recall, F1: all records, those of residents' registers, each sex and age band (of the true person); and the oracle's.

    By sex and age without whom the roll holds twice: that two of its entries are two people is asked for, the oracle knows no such guard, and
    most of them are young movers, so that with them the bands would differ by the guard and not by how well records are linked.
    """
    connection.execute(_TWICE)
    judged = learnt(connection)
    found = {
        "all": row(connection, _pairs(FOUND)),
        "registers of residents": row(connection, _pairs(FOUND, f"source in {SOURCES_OF_RESIDENTS}")),
        "perfect judge": row(connection, _pairs(perfect_judge(connection))),
        "learnt oracle": row(connection, _pairs(judged)),
    }
    for name, those in GROUPS.items():
        who = f"person in (select person from true_people where {those}) and person not in (from twice)"
        found[name] = row(connection, _pairs(FOUND, who))
        found[f"learnt oracle, {name}"] = row(connection, _pairs(judged, who))
    return found


def apart(found: Mapping[str, Figures], groups: Sequence[str], who: str = "") -> float:
    """The widest difference in F1 between two of the groups; ``who``: of the oracle."""
    reached = [found[f"{who}{group}"]["f1"] for group in groups]
    return max(reached) - min(reached)


def perfect_judge(connection: duckdb.DuckDBPyConnection) -> str:
    """SQL of (source, record_id, found): connected by true pairs that share evidence."""
    pairs = _in_common(connection)
    return _connected(connection, pairs[pairs["is_same"]])


def learnt(connection: duckdb.DuckDBPyConnection) -> str:
    """SQL of (source, record_id, found): the learnt oracle's persons at the threshold that is best by the truth; cross-validated by person."""
    pairs = _in_common(connection)
    told = pairs.drop(columns=["record_l", "record_r", "person", "is_same"]).astype(float)
    fold = np.random.default_rng(SEED).integers(0, FOLDS, int(pairs["person"].max()) + 1)[pairs["person"]]
    chance = np.zeros(len(pairs))
    for test in range(FOLDS):
        data = lightgbm.Dataset(told[fold != test], pairs["is_same"][fold != test])
        chance[fold == test] = np.asarray(lightgbm.train(FOREST, data, 150).predict(told[fold == test]))
    best = pairs.assign(chance=chance).groupby(["record_l", "record_r"], as_index=False)["chance"].max()
    edges = [best[best["chance"] >= bar] for bar in TRIED]
    reached = [row(connection, _pairs(_connected(connection, linked)))["f1"] for linked in edges]
    connection.execute(
        "create or replace temp table learnt as " + _connected(connection, edges[int(np.argmax(reached))])
    )
    return "from learnt"


def _in_common(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """One row a pair of mentions of two records that have something in common: what it is, and whether it is one person in truth."""
    rules = " union ".join(
        f"select l.mention_id as a, r.mention_id as b from named l join named r on {rule.removesuffix(' and l.source <> r.source')}"
        " where l.mention_id < r.mention_id and l.record <> r.record"
        for rule in BLOCKING
    )
    return connection.execute(_IN_COMMON.format(rules=rules)).df()


def _connected(connection: duckdb.DuckDBPyConnection, edges: pd.DataFrame) -> str:
    records = connection.execute("select record, source, record_id from records order by record").df()
    connection.register("judged", records.assign(found=components_of(len(records), edges)))
    return "select source, record_id, found from judged"


_TWICE = """
create or replace temp table twice as
select distinct person from (
  select t.person from known_liste_electorale r join true_records t on t.source = 'liste_electorale' and t.record_id = r.id_electeur
  group by t.person, r.date_liste, r.type_liste having count(distinct r.id_electeur) > 1
)
"""
_IN_COMMON = """
with named as (
  select m.*, n.record, t.person from mentions m join records n using (source, record_id) join true_records t using (source, record_id)
),
pairs as ({rules})
select least(l.record, r.record) as record_l, greatest(l.record, r.record) as record_r, l.person as person, l.person = r.person as is_same,
  (l.cle_identite = r.cle_identite or l.cle_usage = r.cle_usage)::int as same_kind, (l.cle_identite = r.cle_usage or l.cle_usage = r.cle_identite)::int as across,
  (l.cle_phonetique = r.cle_phonetique)::int as sound, (l.cle_nom_adresse = r.cle_nom_adresse)::int as door, (l.id_adresse = r.id_adresse)::int as address,
  (l.id_logement = r.id_logement)::int as dwelling, abs(l.annee_naissance - r.annee_naissance) as years, (l.sexe = r.sexe)::int as sex, (l.sexe = 'F')::int as woman,
  least(l.priority, r.priority) * 10 + greatest(l.priority, r.priority) as registers, 2026 - coalesce(l.annee_naissance, r.annee_naissance) as age,
  coalesce(a.names, 0) as names_at_address, coalesce(f.names, 0) as names_at_dwelling,
  (l.cle_identite is not null)::int + (r.cle_identite is not null)::int as dated, (l.cle_usage is not null)::int + (r.cle_usage is not null)::int as married
from pairs p join named l on l.mention_id = p.a join named r on r.mention_id = p.b
  left join names_at a on a.kind = 'id_adresse' and a.place = l.id_adresse and l.id_adresse = r.id_adresse
  left join names_at f on f.kind = 'id_logement' and f.place = l.id_logement and l.id_logement = r.id_logement
order by 1, 2, l.mention_id, r.mention_id
"""


if __name__ == "__main__":
    show(__doc__, measured)
