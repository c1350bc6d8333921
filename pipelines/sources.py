"""What sources and neighbourhoods are called where people read of them."""

from __future__ import annotations

from features.engine import Engine

SOURCE_WORDS = {
    "liste_electorale": "electoral roll",
    "etat_civil": "civil status",
    "parc_social": "social housing",
    "usages_services": "services",
    "registre_vulnerables": "register of vulnerable people",
    "signalements": "alerts",
    "visites": "visits",
    "etablissements": "establishments",
    "deces_publics": "public death file",
    "oppositions": "objections",
    "quartiers": "neighbourhoods",
}

GATE_WORDS = {"open": "open", "frame": "frame only", "consent": "consent only", "closed": "closed"}


def neighbourhoods(connection: Engine) -> dict[str, str]:
    """The newest name of each, in the order of the codes; a name is no fact about anybody, so that it counts whatever the day of the list."""
    rows = connection.execute(
        "select quartier, arg_max(nom, delivered_on) from raw.quartiers"
        " join (select file_id from meta.files where is_current) using (file_id) where nom is not null group by 1 order by 1"
    ).fetchall()
    return dict(rows)


def priority_of(connection: Engine) -> dict[str, str]:
    """Whether each neighbourhood is a priority one, by its newest line: ``yes``, ``no`` or ``unknown``; in the order of the codes."""
    rows = connection.execute(
        "select quartier, case arg_max(coalesce(qpv::varchar, ''), delivered_on) when 'true' then 'yes' when 'false' then 'no' else 'unknown' end"
        " from raw.quartiers join (select file_id from meta.files where is_current) using (file_id) group by 1 order by 1"
    ).fetchall()
    return dict(rows)
