"""Which person does an act, a visit, a death or an alert name? The only place where presence asks this."""

from __future__ import annotations

from features.people import named_by

EVENTS = {
    "etat_civil": "id_evenement",
    "visites": "id_visite",
    "signalements": "id_signalement",
    "deces_publics": "cle_identite",
}
"""Sources whose rows name a person without being a record of a register, with the column that names the row."""


def named(source: str) -> str:
    """SQL of (``record_id``, ``person_id``): one row a row of ``known_<source>`` that names a linked person."""
    if source == "deces_publics":
        return "select distinct key as record_id, person_id from person_keys join known_deces_publics on cle_identite = key"
    return f"select {EVENTS[source]} as record_id, person_id from ({named_by(source, EVENTS[source])})"
