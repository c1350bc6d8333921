"""Records of several registers → persons, by exact match keys. A doubtful link is not made; it is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.typing import DataFrameGroupBy
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

RECORDS = {
    "liste_electorale": "id_electeur",
    "parc_social": "id_bail",
    "usages_services": "id_usager",
    "registre_vulnerables": "id_inscrit",
}
"""Registers whose records are persons, with the column that names the record. Earlier ones name the person when dates tie."""

ANY_KEY = "concat_ws('|', cle_identite, cle_usage, cle_nom_adresse, cle_phonetique)"
"""Every key of a row in one text, the surest first."""


def named_by(source: str, identifier: str) -> str:
    """SQL of (``identifier``, ``person_id``): who of the linked persons a row of ``known_<source>`` names, by the surest of its keys that is known."""
    return persons_of(f"(select {identifier}, {ANY_KEY} as keys from known_{source})", identifier)


def persons_of(rows: str, identifier: str) -> str:
    """As ``named_by``, for any rows with ``keys`` as ``ANY_KEY`` makes them."""
    return (
        f"with keyed as (select {identifier}, string_split(cast(keys as varchar), '|') as keys from {rows}),"
        f" placed as (select {identifier}, unnest(keys) as key, generate_subscripts(keys, 1) as place from keyed)"
        f" select {identifier}, person_id from placed join person_keys using (key)"
        f" qualify row_number() over (partition by {identifier} order by place) = 1"
    )


Component = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Linkage:
    """Counts for ``frame.json``: records, persons, weak keys left unused because they were ambiguous, persons by number of records."""

    records: int
    persons: int
    ambiguous_keys: int
    clusters_by_size: dict[int, int]


def link(connection: duckdb.DuckDBPyConnection) -> Linkage:
    """Reads the ``known_`` views; makes temp tables ``people`` (source, record_id, person_id: one row a record) and
    ``person_keys`` (key, person_id: keys that belong to one person only).

    Strong keys (identity, usage: name and full birth date) join records of the same sex. Weak keys (phonetic; name and address) join what
    strong keys left apart, only where they point to one possible person: birth years within one year, no two sexes, no two entries of the roll.
    """
    records = connection.execute(_identities()).df()
    strong = _components(len(records), *_strong_pairs(records))
    joined, ambiguous = _with_weak_keys(records, strong)
    people = _named(records, joined)
    connection.register("linked", people)
    connection.execute(
        "create or replace temp table people as select distinct source, record_id, person_id from linked"
    )
    connection.execute(_PERSON_KEYS)
    connection.unregister("linked")
    sizes = connection.execute(
        "select n, count(*) from (select count(*) n from people group by person_id) group by 1 order by 1"
    ).fetchall()
    return Linkage(
        records=sum(n * k for n, k in sizes),
        persons=sum(k for _, k in sizes),
        ambiguous_keys=ambiguous,
        clusters_by_size=dict(sizes),
    )


_PERSON_KEYS = """
create or replace temp table person_keys as
with every as (
  select person_id, unnest([cle_identite, cle_usage, cle_phonetique, cle_nom_adresse]) as key from linked
)
select key, min(person_id) as person_id from every where key is not null group by key having count(distinct person_id) = 1
"""


def _identities() -> str:
    """One row per record and set of keys it ever had, with the day it was first known."""
    parts = [
        f"select '{source}' as source, {i} as priority, {record} as record_id, sexe, annee_naissance, cle_identite, cle_usage, cle_phonetique,"
        f" cle_nom_adresse, min(known_on) as first_known from known_{source} where {record} is not null group by all"
        for i, (source, record) in enumerate(RECORDS.items())
    ]
    return (
        " union all ".join(parts)
        + " order by source, record_id, cle_identite, cle_usage, cle_phonetique, cle_nom_adresse"
    )


def _components(n: int, a: Component, b: Component) -> Component:
    graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(n, n))
    return connected_components(graph, directed=False)[1].astype(np.int64)  # type: ignore[no-any-return]


def _chained(rows: pd.Series, groups: pd.DataFrame | pd.Series) -> tuple[Component, Component]:
    """Pairs that join each row to the next of its group."""
    frame = pd.DataFrame({"row": rows.to_numpy()})
    keys = groups if isinstance(groups, pd.DataFrame) else groups.to_frame()
    by = [keys[c].to_numpy() for c in keys.columns]
    following = frame.groupby(by, sort=False)["row"].shift(-1)
    has_next = following.notna().to_numpy()
    return frame["row"].to_numpy()[has_next].astype(np.int64), following.to_numpy()[has_next].astype(np.int64)


def _strong_pairs(records: pd.DataFrame) -> tuple[Component, Component]:
    """Rows of one record belong together; rows that share an identity or usage key and do not differ in sex too."""
    index = pd.Series(np.arange(len(records)))
    same_record = _chained(index, records[["source", "record_id"]].reset_index(drop=True))
    long = pd.concat(
        [
            pd.DataFrame({"row": index, "key": records[k].to_numpy(), "sexe": records["sexe"].to_numpy()})
            for k in ("cle_identite", "cle_usage")
        ]
    ).dropna(subset=["key"])
    sexes = long.groupby("key")["sexe"].nunique()
    long = long[long["key"].map(sexes).to_numpy() <= 1]
    same_key = _chained(long["row"], long["key"])
    return np.concatenate([same_record[0], same_key[0]]), np.concatenate([same_record[1], same_key[1]])


def _with_weak_keys(records: pd.DataFrame, strong: Component) -> tuple[Component, int]:
    long = pd.concat(
        [_weak(records, strong, key) for key in ("cle_phonetique", "cle_nom_adresse")], ignore_index=True
    ).drop_duplicates(["key", "component"])
    if long.empty:
        return strong, 0
    facts = _facts(records, strong)
    groups = long.join(facts, on="component").groupby("key")
    several = groups["component"].nunique() > 1
    possible = _possible(groups)
    usable = several & possible
    chosen = long[long["key"].map(usable).to_numpy()]
    joined = _components(
        int(strong.max()) + 1 if len(strong) else 0, *_chained(chosen["component"], chosen["key"])
    )
    return _guarded(records, strong, joined), int((several & ~possible).sum())


def _weak(records: pd.DataFrame, strong: Component, key: str) -> pd.DataFrame:
    return pd.DataFrame({"component": strong, "key": records[key].to_numpy()}).dropna(subset=["key"])


def _facts(records: pd.DataFrame, component: Component) -> pd.DataFrame:
    """Per component: span of birth years, sexes, entries of the roll."""
    frame = records.assign(
        component=component,
        is_man=(records["sexe"] == "M").to_numpy(),
        is_woman=(records["sexe"] == "F").to_numpy(),
        entry=records["record_id"].where(records["source"] == "liste_electorale"),
    )
    by = frame.groupby("component")
    return pd.DataFrame(
        {
            "first_year": by["annee_naissance"].min(),
            "last_year": by["annee_naissance"].max(),
            "men": by["is_man"].max(),
            "women": by["is_woman"].max(),
            "entries": by["entry"].nunique(),
        }
    )


def _possible(groups: DataFrameGroupBy[Any, Any]) -> pd.Series:
    years = (groups["last_year"].max() - groups["first_year"].min()).fillna(0)
    mixed = groups["men"].max().astype(bool) & groups["women"].max().astype(bool)
    return (years <= 1) & ~mixed & (groups["entries"].sum() <= 1)


def _guarded(records: pd.DataFrame, strong: Component, joined: Component) -> Component:
    """Weak links may chain into an impossible person; such a person falls back to what the strong keys say."""
    if not len(strong):
        return strong
    final = joined[strong]
    facts = _facts(records, final)
    possible = _possible(facts.groupby(level=0))
    bad = ~pd.Series(final).map(possible).to_numpy(dtype=bool)
    return np.where(bad, strong + len(joined), final)


def _named(records: pd.DataFrame, component: Component) -> pd.DataFrame:
    """``person_id`` hashes the record by which the person was first known, so later records do not change it."""
    frame = records.assign(component=component).sort_values(
        ["first_known", "priority", "record_id"], kind="stable"
    )
    first = frame.groupby("component", sort=False)[["source", "record_id"]].transform("first")
    label = first["source"] + ":" + first["record_id"]
    frame["person_id"] = "P" + pd.util.hash_array(
        label.to_numpy(dtype=object), hash_key="lanterne-persons"
    ).astype("uint64").astype(str)
    return frame
