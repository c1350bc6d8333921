"""Which person does an act, a visit, a death or an alert name? The only place where presence asks this."""

from __future__ import annotations


def named(source: str) -> str:
    """SQL of (``record_id``, ``person_id``): one row a row of ``known_<source>``."""
    return f"select record_id, person_id from people where source = '{source}'"
