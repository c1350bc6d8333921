"""What of the warehouse a run is made from: which files, and what the law has taken out of them."""

from __future__ import annotations

import hashlib
import hmac

import duckdb

from pipelines import law
from pipelines.encrypted import Key


def of(connection: duckdb.DuckDBPyConnection, key: Key) -> dict[str, object]:
    """``files``: name → ``file_id`` of every file that counts, delivered now or earlier, but those of which every row is past its retention; ``delivered``: source → day of
    the newest file of which a row is kept; ``purged_before``: source → the day before which its rows were taken out; ``purged``: what the book says of each file that counts
    and lost rows so; ``objections``: a keyed digest of all that is left in peace, which tells nothing but whether two runs knew the same."""
    purged_before = connection.execute(_PURGED_BEFORE).fetchall()
    return {
        "files": dict(connection.execute(_FILES).fetchall()),
        "delivered": {source: day.isoformat() for source, day in connection.execute(_DELIVERED).fetchall()},
        "purged_before": {source: day.isoformat() for source, day in purged_before},
        "purged": connection.execute(_PURGED).df().to_dict("records"),
        "objections": objections(law.remembered(connection), key),
    }


_FILES = """
select name, file_id from meta.files where is_current and (rows_purged = 0 or rows_purged < rows_accepted) order by name
"""
_DELIVERED = """
select source, max(delivered_on) from meta.files where is_current and rows_purged < rows_accepted group by 1 order by 1
"""
_PURGED_BEFORE = "select source, max(before) from meta.purges where before is not null group by 1 order by 1"
_PURGED = """
select name, file_id, source, delivered_on::varchar as delivered_on, gate, rows_accepted, rows_purged from meta.files
where is_current and rows_purged > 0 order by name
"""


def objections(keys: frozenset[str], key: Key) -> str:
    """See ``of``."""
    told = "\n".join(["lanterne.objections", *sorted(keys)])
    return hmac.new(bytes.fromhex(key.secret), told.encode(), hashlib.sha256).hexdigest()
