"""Every mention of a person in a register, as of a day: what linkage compares.

A record (``source``, ``record_id``) is one person by its contract. Each set of keys and places that it ever had is one mention of that
person, so that an old address or a surname from before a wedding still links.
"""

from __future__ import annotations

from dataclasses import dataclass

from data_contracts import contract
from features import known

RELATED = "etat_civil_liee"
"""The second person whom an act names: the spouse of the deceased, the parent of a child. Named by the record of the act."""


@dataclass(frozen=True, kw_only=True)
class Register:
    """Where persons are mentioned. ``suffix``: of the columns that speak of the person; ``is_of_residents``: its records say that somebody lives in town."""

    source: str
    record: str
    rows: str = ""
    suffix: str = ""
    is_of_residents: bool = False


REGISTERS = (
    Register(source="liste_electorale", record="id_electeur", is_of_residents=True),
    Register(source="parc_social", record="id_bail", is_of_residents=True),
    Register(source="usages_services", record="id_usager", is_of_residents=True),
    Register(source="registre_vulnerables", record="id_inscrit", is_of_residents=True),
    Register(source="etat_civil", record="id_evenement"),
    Register(source=RELATED, record="id_evenement", rows="etat_civil", suffix="_liee"),
    Register(source="visites", record="id_visite"),
    Register(source="signalements", record="id_signalement"),
    Register(source="deces_publics", record="cle_identite"),
)
"""In the order in which they name a person when days tie."""
RECORD_OF = {r.source: r.record for r in REGISTERS if not r.rows}
"""Every source that mentions a person, with the column that names the record."""
OF_RESIDENTS = {r.source: r.record for r in REGISTERS if r.is_of_residents}
"""Registers whose records say where somebody lives, with the column that names the record."""

KEYS = ("cle_identite", "cle_usage", "cle_phonetique", "cle_nom_adresse")
PLACE = ("id_adresse", "id_logement")
COMPARED = ("sexe", "annee_naissance", *KEYS, *PLACE)
TYPES = dict.fromkeys(COMPARED, "varchar") | {"annee_naissance": "integer"}


def mentions() -> str:
    """SQL of one row a mention: ``mention_id`` (of its content, so the same on every day), ``source``, ``priority``, ``record_id``, ``COMPARED``, ``door``, ``first_known``.

    ``door``: the address to which the key of name and address belongs, null without that key. Empty texts and unknown sexes are null.
    """
    return _mentions_of(every_row())


def mentions_further() -> str:
    """As ``mentions``, where ``mentions_before`` holds those of an earlier day, the newest of ``$1``: only rows from that day on are read. Where a later delivery takes
    the place of an earlier one every row is read again."""
    whole = ", ".join(f"'{r.source}'" for r in REGISTERS if known.is_told_once(_rows_of(r)))
    kept = f"select {_COLUMNS} from mentions_before where source not in ({whole})"
    later = (
        _of(r, place, "true" if known.is_told_once(_rows_of(r)) else "not was_known(known_on, $1)")
        for place, r in enumerate(REGISTERS)
    )
    rows = " union all ".join(later)
    # asked of each row, before any are grouped: nearly all say again what was said
    new = f"from ({rows}) where hash({_CONTENT}) not in (select mention_id from kept)"
    return f"with kept as ({kept}) from kept union all select {_COLUMNS} from ({_mentions_of(new)})"


_CONTENT = ", ".join(("source", "record_id", *COMPARED))
_COLUMNS = f"mention_id, {_CONTENT}, priority, door, first_known"


def _mentions_of(rows: str) -> str:
    return (
        f"select hash({_CONTENT}) as mention_id, {_CONTENT}, any_value(priority) as priority,"
        " case when cle_nom_adresse is not null then id_adresse end as door, min(known_on) as first_known"
        f" from ({rows}) where record_id is not null group by {_CONTENT}"
    )


def every_row() -> str:
    """SQL of one row a row of a ``known_`` view that speaks of a person: ``source``, ``priority``, ``record_id``, ``COMPARED``, ``known_on``."""
    return " union all ".join(_of(r, place, "true") for place, r in enumerate(REGISTERS))


def _of(register: Register, priority: int, condition: str) -> str:
    rows = _rows_of(register)
    there = {c.name for c in contract.load(rows).columns}
    compared = ", ".join(f"{_said(name, register.suffix, there)} as {name}" for name in COMPARED)
    named = " or ".join(
        f"{key}{register.suffix} is not null" for key in KEYS if key + register.suffix in there
    )
    asked = f"{condition} and ({named})" if register.suffix else condition
    return (
        f"select '{register.source}' as source, {priority} as priority, cast({register.record} as varchar) as record_id, {compared}, known_on"
        f" from known_{rows} where {asked}"
    )


def _rows_of(register: Register) -> str:
    return register.rows or register.source


def _said(name: str, suffix: str, there: set[str]) -> str:
    """The related person of an act is placed where the act is: the key of name and address says at which address."""
    column = name + suffix if suffix and name not in PLACE else name
    if column not in there:
        return f"cast(null as {TYPES[name]})"
    if name == "sexe":
        return f"case when {column} in ('M', 'F') then {column} end"
    return f"nullif({column}, '')" if TYPES[name] == "varchar" else column
