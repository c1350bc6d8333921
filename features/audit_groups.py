"""What auditors group households by: sex, age band, tenure, priority neighbourhood, neighbourhood, data-thin or not. No candidate ever sees these columns."""

from __future__ import annotations

from collections.abc import Mapping

from features.factor import Factor

GROUPS = ("sex", "age_band", "tenure", "qpv", "neighbourhood")
AUDITED = (*GROUPS, "data_thin")
"""The fairness report also tells households of which a single register knows from the others; the duel and the estimates do not."""
AGE_BANDS = ((25, "under 25"), (40, "25-39"), (60, "40-59"), (75, "60-74"), (80, "75-79"))
OLDEST_BAND = "80 and over"
_BAND = " ".join(f"when oldest_age < {below} then '{band}'" for below, band in AGE_BANDS)

OF_HOUSEHOLDS = f"""
with priority as (
  select quartier, bool_or(qpv) as qpv from known_quartiers where known_on = (select max(known_on) from known_quartiers) group by 1
),
leased as (
  select p.person_id, bool_or(l.qpv) as qpv from known_parc_social l join people p on p.source = 'parc_social' and p.record_id = l.id_bail
  where l.date_arrete = (select max(date_arrete) from known_parc_social) and (l.date_sortie is null or l.date_sortie >= as_of()) group by 1
),
register as (select count(*) as leases from known_parc_social),
grouped as (
  select m.household_id, bool_and(m.sexe = 'M') as men, bool_and(m.sexe = 'F') as women, bool_or(l.person_id is not null) as is_tenant, bool_or(l.qpv) as qpv
  from members m left join leased l using (person_id) where m.presence = 'present' group by 1
)
select h.household_id,
  case when g.men then 'men' when g.women then 'women' when g.men is not null then 'both' end as sex,
  case {_BAND} when oldest_age is not null then '{OLDEST_BAND}' end as age_band,
  case when g.is_tenant then 'social housing' when r.leases > 0 then 'other' end as tenure,
  case when coalesce(g.qpv, q.qpv) then 'priority' when coalesce(g.qpv, q.qpv) is not null then 'other' end as qpv,
  h.quartier as neighbourhood,
  case when h.is_data_thin then 'thin' else 'not thin' end as data_thin
from households h cross join register r left join grouped g using (household_id) left join priority q on q.quartier = h.quartier
order by h.household_id
"""
"""One row a household of the frame that is built on this connection: ``household_id`` and the columns of ``AUDITED``; null = not known. Without a single lease,
since its register is closed or was never delivered, nobody's tenure is known."""

_TOLD_BY = {
    "sex": ("male",),
    "age_band": ("oldest_age", "middle_aged", "under_25", "middle_aged_alone_low_income"),
    "tenure": ("one_adult_known", "several_adults_known"),
    "neighbourhood": ("neighbourhood",),
}
"""Names of factors that say an audit variable, whatever a town is like: of tenure also what is counted only where no lease says it."""


def is_said_by(dimension: str, factor: str, catalogue: Mapping[str, Factor]) -> bool:
    """Whether a factor is the audit variable, or part of it, by its definition: age tells the age band, and what only a lease can say tells the tenure."""
    by_lease = dimension == "tenure" and factor in catalogue and "parc_social" in catalogue[factor].gates
    return by_lease or factor in _TOLD_BY.get(dimension, ())
