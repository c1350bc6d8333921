"""Whom linkage, presence and households leave in doubt, counted by group. Reads the frame's temp tables; see ``parity`` for what is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from features.engine import Engine
from features.link_chances import chances
from features.people import CIVIL

UNKNOWN = "unknown"
"""The group of those of whom it is not known: shown, never compared."""
BANDS = ((80, "80+"), (75, "75-79"), (60, "60-74"), (40, "40-59"), (18, "18-39"))
Unit = Literal["persons", "households"]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A share by group. ``counted``: SQL of what is summed, over ``rows`` where ``of`` holds. ``is_foretold``: it sums what a model expects; such chances
    are not equally right for every group, so that groups are shown beside one another and not compared."""

    name: str
    unit: Unit
    counted: str
    of: str = "true"
    is_foretold: bool = False

    @property
    def rows(self) -> str:
        """The temp table with one row a unit."""
        return f"parity_{self.unit}"


MEASURES = (
    Measure(name="linkage_doubt", unit="persons", counted="has_doubt::int"),
    Measure(name="double", unit="persons", counted="has_double::int", of="has_double is not null"),
    Measure(name="wrongly_apart", unit="persons", counted="wrongly_apart", is_foretold=True),
    Measure(name="wrongly_together", unit="persons", counted="wrongly_together", is_foretold=True),
    Measure(
        name="presence_unknown",
        unit="persons",
        counted="(presence = 'unknown')::int",
        of="presence is not null",
    ),
    Measure(
        name="removed",
        unit="persons",
        counted="(presence in ('deceased', 'moved', 'establishment'))::int",
        of="presence is not null",
    ),
    Measure(
        name="household_unknown",
        unit="persons",
        counted="is_household_unknown::int",
        of="presence = 'present'",
    ),
    Measure(name="alone_unknown", unit="households", counted="is_alone_unknown::int"),
)
DIMENSIONS = ("sex", "age", "tenure", "qpv", "quartier")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """``count`` (expected persons are rounded to whole ones) of ``of``."""

    count: int
    of: int

    @property
    def others(self) -> int:
        """Those who are not counted."""
        return self.of - self.count


Cells = Mapping[str, Cell]
"""By group."""


def gather(connection: Engine) -> None:
    """Makes temp tables ``parity_persons`` and ``parity_households`` after ``frame.build``: one row a unit with its groups and what is said of it.

    A double is somebody else of the same dwelling, year of birth and sex whom only other registers know: two who share a flat stand in the same registers, and one person
    whose records were not linked looks so; null where one of the three is not known. Minors are left out. A household has the sex and age of its oldest adult who is present; a tenant is whoever lives with the holder of a
    lease in force. A neighbourhood is a priority one if the reference file says so, else if most of its leases do.
    """
    connection.register("link_chances", chances(connection))
    for statement in (_QUARTIERS, _PERSONS, _HOUSEHOLDS):
        connection.execute(statement)
    connection.unregister("link_chances")


def cells(connection: Engine, measure: Measure, dimension: str) -> dict[str, Cell]:
    """In the order of the groups; empty when nothing is known of the dimension."""
    found = connection.execute(
        f"select {dimension}, round(sum({measure.counted}))::bigint, count(*) from {measure.rows} where {measure.of} group by 1 order by 1"
    ).fetchall()
    by_group = {group: Cell(count=count, of=of) for group, count, of in found}
    return {group: by_group[group] for group in sorted(by_group, key=lambda g: (g == UNKNOWN, g))}


def has_leases(connection: Engine) -> bool:
    """False where the source is closed: then nothing is known of anybody's tenure."""
    return connection.execute("select 1 from known_parc_social limit 1").fetchone() is not None


def qpv_of(connection: Engine) -> dict[str, str]:
    """Group of the dimension ``qpv`` by neighbourhood."""
    return dict(connection.execute("select quartier, qpv from parity_quartiers order by 1").fetchall())


def _band(age: str) -> str:
    bands = " ".join(f"when {age} >= {first} then '{band}'" for first, band in BANDS)
    return f"case {bands} else '{UNKNOWN}' end"


_QUARTIERS = f"""
create or replace temp table parity_quartiers as
with seen as (select distinct quartier from members where quartier is not null),
declared as (select quartier, bool_or(qpv) as is_qpv from latest_quartiers group by 1),
of_leases as (select quartier, 2 * count(*) filter (where qpv) > count(*) as is_qpv from known_parc_social where qpv is not null group by 1)
select s.quartier, case coalesce(d.is_qpv, l.is_qpv) when true then 'yes' when false then 'no' else '{UNKNOWN}' end as qpv
from seen s left join declared d using (quartier) left join of_leases l using (quartier)
"""
_TENANTS = """
tenants as (
  select distinct m.household_id from members m join places p using (person_id)
  where p.is_lease_in_force and p.id_adresse = m.id_adresse
)"""
_PERSONS = f"""
create or replace temp table parity_persons as
with {_TENANTS.strip()},
{CIVIL},
without_household as (
  select household_id from statements where statement = 'members' and is_retained and strength = 'cannot be known'
),
seen as (
  select m.person_id, m.id_logement, m.annee_naissance, m.sexe, list(distinct p.source) as sources
  from members m join people p using (person_id)
  where m.id_logement is not null and m.annee_naissance is not null and m.sexe is not null group by all
),
with_double as (
  select distinct s.person_id
  from seen s join seen o on o.id_logement = s.id_logement and o.annee_naissance = s.annee_naissance and o.sexe = s.sexe
  where o.person_id <> s.person_id and not list_has_any(o.sources, s.sources)
),
doubles as (
  select s.person_id, max(w.person_id is not null) as has_double from seen s left join with_double w using (person_id) group by s.person_id
),
said as (
  select c.*, d.has_double, year(as_of()) - v.annee_naissance as age_years, v.sexe, m.household_id, m.quartier, m.presence,
    w.household_id is not null as is_household_unknown, t.household_id is not null as is_tenant
  from link_chances c left join civil v using (person_id) left join members m using (person_id)
    left join doubles d using (person_id) left join without_household w using (household_id) left join tenants t using (household_id)
)
select person_id, coalesce(sexe, '{UNKNOWN}') as sex, {_band("age_years")} as age,
  case when is_tenant then 'social' when presence is null then '{UNKNOWN}' else 'other' end as tenure,
  coalesce(q.qpv, '{UNKNOWN}') as qpv, coalesce(quartier, '{UNKNOWN}') as quartier,
  presence, has_doubt, has_double, wrongly_together, wrongly_apart, is_household_unknown
from said left join parity_quartiers q using (quartier)
where age_years is null or age_years >= 18
"""
_HOUSEHOLDS = f"""
create or replace temp table parity_households as
with {_TENANTS.strip()},
oldest as (
  from members where presence = 'present' and (age >= 18 or age is null)
  qualify row_number() over (partition by household_id order by age desc nulls last, person_id) = 1
)
select h.household_id, coalesce(o.sexe, '{UNKNOWN}') as sex, {_band("o.age")} as age,
  case when t.household_id is not null then 'social' else 'other' end as tenure,
  coalesce(q.qpv, '{UNKNOWN}') as qpv, coalesce(h.quartier, '{UNKNOWN}') as quartier,
  h.lives_alone_strength = 'cannot be known' as is_alone_unknown
from households h join oldest o using (household_id) left join tenants t using (household_id)
  left join parity_quartiers q on q.quartier = h.quartier
"""
