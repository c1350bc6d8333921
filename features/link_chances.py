"""What the linkage model's own probabilities say of each person: how likely records are wrongly held together, or wrongly apart.

What the model says, not what is true. ``wrongly_apart`` is a floor: a pair that shares too little to be doubtful is not in it. ``wrongly_together``
is a ceiling: that nobody else was in question speaks for a link, and its probability does not know. ``python -m benchmarks.parity`` holds both to a truth.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

from features.conflicts import GUARDS
from features.engine import Engine
from features.mentions import OF_RESIDENTS

Floats = npt.NDArray[np.float64]
LEAST = 1e-12
"""Below this a chance of error counts as this: a graph has no edge of weight nought."""


def chances(connection: Engine) -> pd.DataFrame:
    """One row a person of whom a register of residents holds a record: ``person_id``, ``has_doubt``, ``wrongly_together``, ``wrongly_apart``.

    ``wrongly_together`` = 1 − Π p over the strongest tree of pairs that holds the person's records together: the records are one person only
    if every link of the tree is right, the links taken as independent. ``wrongly_apart`` = 1 − Π (1 − p) over the other persons with whom a
    pair was left apart as a doubt (the likeliest pair of each): p is the pair's probability, 1 / (1 + 2^−weight). Pairs that a guard refused
    are decided, not doubtful. The sum over a group is the number of persons that the model itself expects to be wrong.
    """
    together, apart = _together(connection), _apart(connection)
    persons = connection.execute(_PERSONS, [list(OF_RESIDENTS)]).df()
    return persons.assign(
        has_doubt=persons["person_id"].isin(apart.index),
        wrongly_together=persons["person_id"].map(together).fillna(0.0),
        wrongly_apart=persons["person_id"].map(apart).fillna(0.0),
    )


def _together(connection: Engine) -> pd.Series:
    linked = connection.execute(_LINKS).df()
    if linked.empty:
        return pd.Series(dtype=np.float64)
    tree = _strongest_tree(linked)
    cost: pd.Series = tree.groupby("person_id")["cost"].sum()
    wrong: pd.Series = 1 - np.exp(-cost)
    return wrong


def _strongest_tree(linked: pd.DataFrame) -> pd.DataFrame:
    """(person_id, cost) of each link that is needed; ``cost`` = −log p, so that the least total is the likeliest tree."""
    size = int(linked[["record_l", "record_r"]].max().max()) + 1
    cost = np.maximum(-np.log(linked["probability"].to_numpy()), LEAST)
    graph = coo_array((cost, (linked["record_l"], linked["record_r"])), shape=(size, size))
    tree = minimum_spanning_tree(graph.tocsr()).tocoo()
    person = linked.drop_duplicates("record_l").set_index("record_l")["person_id"]
    ends = pd.Series(np.asarray(tree.row))
    return pd.DataFrame({"person_id": ends.map(person), "cost": np.asarray(tree.data)})


def _apart(connection: Engine) -> pd.Series:
    doubts = connection.execute(_DOUBTS, [[guard.name for guard in GUARDS]]).df()
    return 1 - (1 - doubts["probability"]).groupby(doubts["person_id"]).prod()


_PERSONS = "select distinct person_id from people where list_contains($1, source) order by 1"
_LINKS = """
with named as (select m.mention_id, l.record, l.person_id from mentions m join linked l using (source, record_id))
select l.record as record_l, r.record as record_r, any_value(l.person_id) as person_id, max(p.probability) as probability
from pairs p join named l on l.mention_id = p.mention_l join named r on r.mention_id = p.mention_r
where l.person_id = r.person_id and l.record <> r.record group by 1, 2 order by 1, 2
"""
"""Pairs of records that were found likely and are held together. A pair given both ways round is two edges of one weight or the weaker: no matter to the tree."""
_DOUBTS = """
with named as (
  select l.person_id as person_l, r.person_id as person_r, 1 / (1 + pow(2, -d.weight)) as probability
  from link_doubts d join linked l on l.source = d.source_l and l.record_id = d.record_id_l
    join linked r on r.source = d.source_r and r.record_id = d.record_id_r
  where not list_contains($1, d.doubt::varchar) and l.person_id <> r.person_id
),
both_ways as (select * from named union all select person_r, person_l, probability from named)
select person_l as person_id, max(probability) as probability from both_ways group by person_l, person_r order by all
"""
