"""How much two mentions speak for one person: scored by Splink with parameters that were trained once.

``linkage_model.json`` holds the parameters, how they were made (``python -m benchmarks.train_linkage``) and Splink's settings. No frequency
is taken from the whole of the data: only the number of names at an address or flat counts, so that a pair's weight depends on the pair and its address alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Literal, TypedDict, cast

import duckdb
from splink import Linker
from splink.backends.duckdb import DuckDBAPI
from splink.internals.database_api import DatabaseAPISubClass
from splink.internals.splink_dataframe import SplinkDataFrame

from features.engine import Engine, Linking
from features.mentions import PLACE, mentions, mentions_further

SCRATCH = "splink_scratch"
SURE, LIKELY, DOUBTFUL = 0.9, 0.3, 0.2
"""Probabilities. From ``SURE`` on two mentions are linked. From ``LIKELY`` on they are where nobody else is in question, which is whoever is
at least ``DOUBTFUL``: of such pairs more are true than their probability says (where the model was trained 97 in 100, of the young 78), since who
is in question elsewhere is ruled out. What is doubtful and not linked is counted."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """``version`` is cited in the manifest; ``settings`` are Splink's."""

    version: str
    sha256: str
    settings: dict[str, Any]

    @property
    def cited(self) -> str:
        """As manifests name it."""
        return f"{self.version} ({self.sha256[:12]})"

    @property
    def people(self) -> float:
        """The number of people among whom two mentions are drawn, by which frequencies at a place are scaled."""
        return 1.0 / float(self.settings["probability_two_random_records_match"])


@cache
def model() -> Model:
    """Package data only."""
    text = files("features").joinpath("linkage_model.json").read_bytes()
    read = json.loads(text)
    return Model(version=read["version"], sha256=sha256(text).hexdigest(), settings=read["splink"])


def score(connection: Engine) -> None:
    """From nothing: temp tables ``mentions`` (see there), ``names_at`` (place, names) and ``pairs`` (mention_l, mention_r, weight,
    probability; the lower id first), of pairs that are at least doubtful."""
    connection.execute(f"create or replace temp table mentions as {mentions()}")
    connection.execute(_NAMES_AT)
    score_mentions(connection)


def score_mentions(connection: Engine) -> None:
    """``score``, once ``mentions`` and ``names_at`` are there."""
    connection.execute(_NO_PAIRS)
    with linker_over(connection, model().settings, "mentions") as (linker, (every,)):
        _keep(connection, linker.inference.predict_within(every, **AT_LEAST_DOUBTFUL))


def score_further(connection: Engine) -> None:
    """As ``score``, where the tables of another day are on the connection: only what is new, or lives where the number of names has
    changed, is scored again. The result is the same."""
    connection.execute("create or replace temp table mentions_before as from mentions")
    connection.execute("create or replace temp table names_before as from names_at")
    newest = connection.execute(_NEWEST).fetchone()
    connection.execute(f"create or replace temp table mentions as {mentions_further()}", newest)
    connection.execute(_NAMES_AT)
    connection.execute(_AGAIN)
    connection.execute(_AS_BEFORE)
    connection.execute(_FORGOTTEN)
    with linker_over(connection, model().settings, "again", "as_before") as (linker, (again, as_before)):
        _keep(connection, linker.inference.predict_within(again, **AT_LEAST_DOUBTFUL))
        _keep(connection, linker.inference.predict_between(as_before, again, **AT_LEAST_DOUBTFUL))
    for passing in ("mentions_before", "names_before", "again", "as_before"):  # each as large as mentions
        connection.execute(f"drop table {passing}")


class _Floor(TypedDict):
    threshold_match_probability: float
    warning_mode: Literal["never"]


AT_LEAST_DOUBTFUL: _Floor = {"threshold_match_probability": DOUBTFUL, "warning_mode": "never"}
"""How Splink is asked for pairs."""

_NAMES_AT = "create or replace temp table names_at as " + " union all ".join(
    f"select '{kind}' as kind, {kind} as place, greatest(count(distinct cle_nom_adresse) - 1, 1) as names from mentions where {kind} is not null group by 2"
    for kind in PLACE
)
"""How many others one may take somebody for at an address or flat."""

_NEWEST = "select coalesce(max(first_known), date '0001-01-01') from mentions_before"

_NO_PAIRS = "create or replace temp table pairs (mention_l ubigint, mention_r ubigint, weight double, probability double)"

_AGAIN = f"""
create or replace temp table again as
with changed as (
  select kind, place from names_at n full join names_before b using (kind, place) where n.names is distinct from b.names
)
from mentions where mention_id not in (select mention_id from mentions_before)
  or {" or ".join(f"{kind} in (select place from changed where kind = '{kind}')" for kind in PLACE)}
"""
_AS_BEFORE = "create or replace temp table as_before as from mentions where mention_id not in (select mention_id from again)"
_FORGOTTEN = (
    "delete from pairs where mention_l not in (select mention_id from as_before)"
    " or mention_r not in (select mention_id from as_before)"
)


def _keep(connection: Engine, found: SplinkDataFrame) -> None:
    connection.execute(
        "insert into pairs select least(mention_id_l, mention_id_r), greatest(mention_id_l, mention_id_r), match_weight, match_probability"
        f" from {found.physical_name}"
    )


@contextmanager
def linker_over(
    connection: Engine, settings: dict[str, Any], *tables: str
) -> Iterator[tuple[Linker, tuple[SplinkDataFrame, ...]]]:
    """A linker over temp tables, with Splink's settings; counts of names are those of ``names_at``."""
    with _splink(connection) as api:
        registered = tuple(api.register(table) for table in tables)
        spoken = settings | {"sql_dialect": api.sql_dialect.sql_dialect_str}
        linker = Linker(registered[0], spoken, log_level=None, validate_settings=False)
        for kind in PLACE:
            connection.execute(
                f"create or replace temp table {kind}_tf as select place as {kind}, names / $1 as tf_{kind} from names_at where kind = '{kind}'",
                [model().people],
            )
            linker.table_management.register_term_frequency_lookup(api.register(f"{kind}_tf"), kind)
        yield linker, registered


def _splink(connection: Engine) -> AbstractContextManager[DatabaseAPISubClass]:
    return connection.splink() if isinstance(connection, Linking) else _splink_of_duckdb(connection)


@contextmanager
def _splink_of_duckdb(connection: Engine) -> Iterator[DatabaseAPISubClass]:
    """Splink makes tables of its own: in a database in memory that is gone afterwards, since the warehouse is not written."""
    (home,) = connection.execute("select current_database()").fetchone() or ("",)
    scratch = f"{SCRATCH}_{id(connection)}"  # another thread may link beside this one
    connection.execute(f"attach ':memory:' as {scratch}")
    try:
        connection.execute(f"use {scratch}")
        yield DuckDBAPI(cast(duckdb.DuckDBPyConnection, connection))
    finally:
        connection.execute(f'use "{home}"')
        connection.execute(f"detach {scratch}")
