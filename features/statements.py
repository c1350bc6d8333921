"""What registers say about a household, each with its evidence, strength, source and day; and which of them counts.

A statement that another one contradicts is kept and shown to auditors. Of several about one thing the first of ``ORDER`` counts, then the newest.
"""

from __future__ import annotations

from features.alone import LIKELY, probability
from features.mentions import OF_RESIDENTS

KINDS = ("members", "occupants", "lives_alone", "couple", "single_parent", "minors")
STRENGTHS = ("known", "likely", "cannot be known")
ORDER = ("parc_social", "etat_civil", "registers")
"""A lease in force is a declaration of the household itself; an act is authentic; registers see only whoever registered."""

YOUNG, FRESH_DAYS = 40, 365
"""Assumed: somebody under 40 who declared to live alone may have a partner a year later of whom no landlord was told; of older people the lease holds."""
_MAY_BE_STALE = f"nb_occupants = 1 and age < {YOUNG} and coalesce(date_entree < as_of() - {FRESH_DAYS}, true)"

DECLARED, MINORS_DECLARED = "lease: {n} declared at the dwelling", "lease: {n} minors declared"
LONG_AGO = "lease: {n} declared at the dwelling over a year ago, by somebody under 40"
ON_AN_UNKNOWN_DAY = "lease: {n} declared at the dwelling on an unknown day, by somebody under 40"
OF_TYPE = {
    "SEUL": "lease: one person",
    "COUPLE": "lease: a couple",
    "COUPLE_ENF": "lease: a couple with children",
    "MONOPARENTAL": "lease: a single parent",
    "AUTRE": "lease: another kind of household",
}
OF_ACT = {
    "MARIAGE": "act: marriage",
    "PACS": "act: civil union",
    "DIVORCE": "act: divorce",
    "DISSOLUTION_PACS": "act: end of a civil union",
}
NO_FLAT, ONE_ADULT = "flat unknown", "only one adult known at the dwelling"
MEMBERS, ADULTS, MINORS = (
    "members known at the dwelling: {n}",
    "adults known at the dwelling: {n}",
    "minors known at the dwelling: {n}",
)
AT_LEAST, WITH_MINORS = (
    "known at the dwelling, at least: {n}",
    "one adult known at the dwelling, and minors: {n}",
)
UNPLACED = "only one adult known at the dwelling, but people of the address whose flat is unknown: {n}"
EVIDENCE = (
    DECLARED, MINORS_DECLARED, LONG_AGO, ON_AN_UNKNOWN_DAY, *OF_TYPE.values(), *OF_ACT.values(),
    NO_FLAT, ONE_ADULT, MEMBERS, ADULTS, MINORS, AT_LEAST, WITH_MINORS, UNPLACED,
)  # fmt: skip
"""What a statement rests on, in English with ``{n}`` for a number; reports translate."""
_CASES_OF_TYPE, _CASES_OF_ACT = (
    " ".join(f"when '{code}' then '{says}'" for code, says in kinds.items()) for kinds in (OF_TYPE, OF_ACT)
)

LEASES = """
create or replace temp table leases_in_force as
select m.household_id, m.age, l.date_entree, l.id_bail, l.known_on, l.nb_occupants, l.nb_mineurs, l.type_menage
from members m join people p on p.person_id = m.person_id and p.source = 'parc_social'
  join latest_parc_social l on l.id_bail = p.record_id
where m.presence = 'present' and (l.date_sortie is null or l.date_sortie >= as_of()) and l.nb_occupants > 0 and l.id_adresse = m.id_adresse
qualify row_number() over (partition by m.household_id order by l.nb_occupants desc, l.id_bail) = 1
"""
"""One row a household that holds a lease at its address; of several the one that declares the most."""

_REGISTERS = sorted(OF_RESIDENTS)
_HOLDS = ", ".join(f"bool_or(r.source = '{source}') as in_{source}" for source in _REGISTERS)
_SOURCES = ", ".join(f"case when in_{source} then '{source}' end" for source in _REGISTERS)
_N_SOURCES = " + ".join(f"in_{source}::int" for source in _REGISTERS)
COUNTED = f"""
create or replace temp table counted as
with unplaced as (
  select id_adresse, count(*) as n from members where id_logement is null and presence in ('present', 'unknown') group by 1
),
held_by as (
  select m.household_id, max(r.known_on) as members_known_on, {_HOLDS}
  from members m join people p using (person_id) join latest_records r using (source, record_id)
  where m.presence = 'present' group by 1
),
supports as (select household_id, members_known_on, concat_ws('+', {_SOURCES}) as members_source, {_N_SOURCES} as n_sources from held_by),
doubtful as (select household_id, count(*) as n from members where presence = 'unknown' and (age >= 18 or age is null) group by 1)
select m.household_id, any_value(m.id_logement) as id_logement, min(m.id_adresse) as id_adresse, min(m.quartier) as quartier,
  count(*) as members, count(*) filter (where m.age >= 18 or m.age is null) as adults, count(*) filter (where m.age < 18) as minors,
  max(m.age) as oldest_age, bool_and(m.sexe = 'M') as is_men_only, coalesce(max(u.n), 0) as unplaced, coalesce(max(d.n), 0) as perhaps,
  any_value(s.members_source) as members_source, any_value(s.members_known_on) as members_known_on, any_value(s.n_sources) as n_sources
from members m left join unplaced u on u.id_adresse = m.id_adresse left join supports s using (household_id) left join doubtful d using (household_id)
where m.presence = 'present' group by m.household_id
"""
"""One row a household with somebody present: who is known, the people of the address whose flat is not (``unplaced``), and adults who are
perhaps still there (``perhaps``)."""

_OF_LEASES = f"""
declared as (
  select household_id, 'parc_social' as source, known_on, nb_occupants, nb_mineurs, type_menage,
    case type_menage {_CASES_OF_TYPE} end as type_says,
    case when {_MAY_BE_STALE} then case when date_entree is null then '{ON_AN_UNKNOWN_DAY}' else '{LONG_AGO}' end end as stale_says
  from leases_in_force
),
of_leases as (
  select household_id, 'occupants' as statement, nb_occupants as value, 'known' as strength, source, known_on,
    '{DECLARED}' as evidence, nb_occupants as told from declared
  union all select household_id, 'lives_alone', (nb_occupants = 1)::int, case when stale_says is null then 'known' else 'likely' end, source, known_on,
    coalesce(stale_says, '{DECLARED}'), nb_occupants from declared
  union all select household_id, 'minors', nb_mineurs, 'known', source, known_on, '{MINORS_DECLARED}', nb_mineurs from declared where nb_mineurs is not null
  union all select household_id, 'couple', (type_menage in ('COUPLE', 'COUPLE_ENF'))::int, 'known', source, known_on, type_says, null
    from declared where type_menage <> 'AUTRE'
  union all select household_id, 'single_parent', (type_menage = 'MONOPARENTAL')::int, 'known', source, known_on, type_says, null
    from declared where type_menage is not null
)"""
_OF_ACTS = f"""
unions as (
  select m.household_id, e.type_evenement, e.date_evenement, e.known_on
  from latest_etat_civil e join related r using (id_evenement) join people p on p.source = 'etat_civil' and p.record_id = e.id_evenement
    join members m on m.person_id = p.person_id and m.presence = 'present'
    join members n on n.person_id = r.person_id and n.presence = 'present' and n.household_id = m.household_id
  where e.type_evenement in ('MARIAGE', 'PACS', 'DIVORCE', 'DISSOLUTION_PACS')
),
of_acts as (
  select household_id, 'couple' as statement, (type_evenement in ('MARIAGE', 'PACS'))::int as value, 'known' as strength, 'etat_civil' as source, known_on,
    case type_evenement {_CASES_OF_ACT} end as evidence, null as told
  from unions qualify row_number() over (partition by household_id order by date_evenement desc, known_on desc, type_evenement) = 1
)"""
_OF_REGISTERS = f"""
seen as (
  select *, members_known_on as known_on, {probability("oldest_age", "unplaced")} as alone_probability from counted
),
of_registers as (
  select household_id, 'members' as statement, members as value, case when id_logement is null then 'cannot be known' else 'likely' end as strength,
    'registers' as source, known_on,
    case when id_logement is null then '{NO_FLAT}' else '{MEMBERS}' end as evidence, members as told from seen
  union all select household_id, 'lives_alone',
    case when id_logement is null then null when adults > 1 then 0 when perhaps = 0 and minors = 0 and alone_probability >= {LIKELY} then 1 when minors > 0 then 0 end,
    case when id_logement is null then 'cannot be known' when adults > 1 or minors > 0 then 'likely'
      when perhaps = 0 and alone_probability >= {LIKELY} then 'likely' else 'cannot be known' end,
    'registers', known_on,
    case when id_logement is null then '{NO_FLAT}' when adults > 1 then '{ADULTS}' when minors > 0 then '{WITH_MINORS}'
      when unplaced > 0 then '{UNPLACED}' else '{ONE_ADULT}' end,
    case when adults > 1 then adults when minors > 0 then minors when unplaced > 0 then unplaced end
    from seen
  union all select household_id, 'occupants', members, 'likely', 'registers', known_on, '{AT_LEAST}', members from seen where id_logement is not null
  union all select household_id, 'minors', minors, 'likely', 'registers', known_on, '{MINORS}', minors from seen where minors > 0 and id_logement is not null
)"""

STATEMENTS = f"""
create or replace temp table statements as
with {_OF_LEASES.strip()},
{_OF_ACTS.strip()},
{_OF_REGISTERS.strip()},
every as (from of_leases union all from of_acts union all from of_registers),
contradictions as (
  select distinct a.household_id, a.statement from every a join every b using (household_id, statement)
  where list_position({list(ORDER)}, a.source) < list_position({list(ORDER)}, b.source) and case a.statement
    when 'occupants' then b.value > a.value when 'minors' then b.value > a.value
    when 'lives_alone' then a.value = 1 and b.value = 0 else b.value <> a.value end
),
ranked as (
  select e.*, (c.household_id is not null) as is_contradicted, row_number() over (
    partition by household_id, statement order by list_position({list(ORDER)}, source), known_on desc nulls last, evidence) = 1 as is_retained
  from every e left join contradictions c using (household_id, statement)
)
select household_id, statement, value, case when is_retained and is_contradicted then 'cannot be known' else strength end as strength,
  evidence, told, source, known_on, is_retained, is_contradicted
from ranked
"""
"""One row a (household, statement, source): ``statement`` of ``KINDS``, ``value`` (a number, or 1 for yes and 0 for no; null = not said), ``strength`` of
``STRENGTHS``, ``evidence`` (of ``EVIDENCE``) with the number ``told`` for its ``{n}``, ``known_on``, ``is_retained`` (what counts), ``is_contradicted`` (another source says otherwise, in a way that
registers' blindness does not explain: then nothing is known). That registers see fewer people than a lease declares is no contradiction."""

HOUSEHOLDS = """
create or replace temp table households as
with retained as (from statements where is_retained)
select c.household_id, c.id_logement, c.id_adresse, c.quartier, c.members, c.adults, c.oldest_age, c.is_men_only, l.nb_occupants as occupants,
  case when a.strength <> 'cannot be known' then a.value = 1 end as lives_alone, a.strength as lives_alone_strength,
  replace(a.evidence, '{n}', coalesce(a.told, 0)::varchar) as lives_alone_evidence,
  (c.n_sources = 1 and l.nb_occupants is null) as is_data_thin,
  c.members_source, c.members_known_on, case when l.nb_occupants is not null then 'parc_social' end as lease_source, l.known_on as lease_known_on
from counted c join retained a on a.household_id = c.household_id and a.statement = 'lives_alone'
  left join leases_in_force l on l.household_id = c.household_id
where c.adults > 0 and (c.id_logement is null or c.id_logement not in (select id_logement from objected_dwellings))
"""
"""One row a household with a present adult, where nobody known at the dwelling objected (a partner left over would look alone, and a visit
would reach whoever objected): the statement about living alone, its strength and its evidence. ``members_source`` names the
registers of the last snapshots that hold its members, joined by ``+``, and ``members_known_on`` the newest day of them; ``lease_*`` likewise for the lease."""
