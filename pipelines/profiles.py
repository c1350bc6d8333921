"""Files as their deliveries show them, measured in the warehouse, and held against what their contract promises about deliveries.

To be asked once every source of a delivery is stored: a file may name what another file of the same delivery brings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import duckdb

from data_contracts import deliveries
from data_contracts.contract import SOURCES, Contract
from data_contracts.contract_terms import Reference
from data_contracts.deliveries import Profile, Remark, Shares
from data_contracts.expectations import Verdict


def profiles(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file_ids: Sequence[str]
) -> tuple[Profile, ...]:
    """One profile per file, in the order of ``file_ids``, against the last earlier delivery of the source that counts (corrected files do not)."""
    files = {row[0]: row for row in connection.execute(_FILES, [contract.source, list(file_ids)]).fetchall()}
    newest = dict(connection.execute(_newest(contract), [list(file_ids)]).fetchall())
    both = [*file_ids, *(f[3] for f in files.values() if f[3] is not None)]
    shares = _shares(connection, contract, [s.column for s in contract.shifts], both)
    unmatched = {
        r.column: _unmatched(connection, contract, r, file_ids)
        for r in contract.references
        if r.source in SOURCES
    }
    return tuple(_profile(files[id_], newest.get(id_), shares, unmatched) for id_ in file_ids)


def verdicts(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file_ids: Sequence[str]
) -> tuple[Verdict, ...]:
    """One verdict per promise about deliveries; ``broken_by`` are positions in ``file_ids``. All are warnings."""
    return deliveries.verdicts(contract, profiles(connection, contract, file_ids))


def remarks(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file_ids: Sequence[str]
) -> tuple[Remark, ...]:
    """The promises about deliveries that these files break, file by file, with what was measured."""
    return deliveries.remarks(contract, profiles(connection, contract, file_ids))


_FILES = """
with asked as (select file_id, delivered_on, rows_accepted from meta.files where source = $1 and file_id in (select unnest($2::varchar[]))),
earlier as (
  select asked.file_id, f.file_id as previous_id, f.rows_accepted as previous_rows
  from asked join meta.files f on f.source = $1 and f.is_current and f.delivered_on < asked.delivered_on
  qualify row_number() over (partition by asked.file_id order by f.delivered_on desc) = 1
)
select file_id, delivered_on, rows_accepted, previous_id, previous_rows from asked left join earlier using (file_id)
"""


def _newest(contract: Contract) -> str:
    return (
        f"select file_id, max(known_on) from raw.{contract.source}"
        " where file_id in (select unnest($1::varchar[])) group by 1"
    )


def _profile(
    file: tuple[Any, ...],
    newest: date | None,
    shares: Mapping[str, Mapping[str, Shares]],
    unmatched: Mapping[str, Mapping[str, int]],
) -> Profile:
    id_, delivered_on, rows, previous_id, previous_rows = file
    return Profile(
        file_id=id_,
        delivered_on=delivered_on,
        rows=rows,
        newest_known_on=newest,
        previous_rows=previous_rows,
        shares={column: by_file.get(id_, {}) for column, by_file in shares.items()},
        previous_shares={column: by_file.get(previous_id, {}) for column, by_file in shares.items()},
        unmatched={column: by_file[id_] for column, by_file in unmatched.items() if id_ in by_file},
    )


def _shares(
    connection: duckdb.DuckDBPyConnection, contract: Contract, columns: Sequence[str], file_ids: Sequence[str]
) -> Mapping[str, Mapping[str, Shares]]:
    """column → file_id → value → its share of the file's rows, in one pass over the rows."""
    shares: dict[str, defaultdict[str, dict[str, float]]] = {c: defaultdict(dict) for c in columns}
    if not columns:
        return shares
    sets = ", ".join(f"(file_id, {c})" for c in columns)
    bits = " ".join(f"when grouping({c}) = 0 then '{c}'" for c in columns)
    values = " ".join(f"when grouping({c}) = 0 then cast({c} as varchar)" for c in columns)
    counted = (
        f"select file_id, case {bits} end as named, coalesce(case {values} end, '') as value, count(*) as n"
        f" from raw.{contract.source} where file_id in (select unnest($1::varchar[])) group by grouping sets ({sets})"
    )
    shared = f"select file_id, named, value, n / sum(n) over (partition by file_id, named) from ({counted}) order by all"
    for file_id, named, value, share in connection.execute(shared, [list(file_ids)]).fetchall():
        shares[named][file_id][value] = share
    return shares


def _unmatched(
    connection: duckdb.DuckDBPyConnection, contract: Contract, reference: Reference, file_ids: Sequence[str]
) -> Mapping[str, int]:
    """file_id → rows whose value the other source's last delivery up to that day lacks; files before its first delivery are left out."""
    counted = f"""
    with asked as (select file_id, delivered_on from meta.files where file_id in (select unnest($1::varchar[]))),
    consulted as (
      select asked.file_id, f.file_id as other_id
      from asked join meta.files f on f.source = $2 and f.is_current and f.delivered_on <= asked.delivered_on
      qualify row_number() over (partition by asked.file_id order by f.delivered_on desc) = 1
    ),
    existing as (
      select distinct c.file_id, o.{reference.target} as value from consulted c join raw.{reference.source} o on o.file_id = c.other_id
    ),
    named as (select file_id, {reference.column} as value from raw.{contract.source} where {reference.column} is not null)
    select c.file_id, count(n.value)
    from consulted c left join (select * from named anti join existing using (file_id, value)) n using (file_id) group by 1
    """
    return dict(connection.execute(counted, [list(file_ids), reference.source]).fetchall())
