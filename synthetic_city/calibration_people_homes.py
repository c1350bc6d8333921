"""The published figures of households, couples and dwellings beside those of the town; see ``calibration_people``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from synthetic_city.calibration_people_seen import Origin, Seen, count, from_fact, share
from synthetic_city.facts import AGES, OLDEST, Floats
from synthetic_city.figure import Figure
from synthetic_city.history import Tenure

BANDS = ((15, 19), (20, 24), (25, 39), (40, 54), (55, 64), (65, 79), (80, OLDEST))

ZONE = Origin(
    geography="Zone d'emploi d'Agen (7209)",
    year="2013",
    source="insee.fr/fr/statistiques/2020310?geo=ZE2010-7209",
    kind="derived",
)
PROFILE = 0.02
PROFILE_REASON = (
    "The zone's figure (2013, partly rural), laid on Agen's ages, gives {total} of one-person "
    "households against 43.1 % published for the urban unit, so it is shifted in log-odds by one constant. One constant "
    "cannot know how town and zone differ age by age, and at each age the shares alone, in couple, as a single parent and "
    "with parents must add up to one; in a band of two to three thousand people chance alone moves a share by a point."
)
COUPLE_REASON = (
    "With the zone's figures (2013, partly rural) the commune's households and 43.1 % of one person cannot hold. Their profile is shifted in log-odds by one constant to the couples that those two and an assumed number of children "
    "at home leave; one constant cannot know how town and zone differ age by age, and chance alone moves a band's share by a point."
)
TYPES = 0.02
TYPES_REASON = (
    "The urban unit's figure is for homes of 2.01 people; the commune's 17,553 households leave 1.88 people each. "
    "With those households and 43.1 % of them of one person, couples and single parents follow from two identities, which "
    "rest on an assumed number of children at home."
)
SIZE_REASON = "the commune's people outside establishments over its households; the urban unit's 2.01 cannot hold with them"


def households(seen: Seen) -> list[Figure]:
    """Their number, those of one person, and their mean size."""
    homes = seen.homes
    is_alone = homes["size"] == 1
    inside = seen.aims.establishment + seen.aims.foyer
    size = float((seen.aims.pyramid * (1 - inside)).sum()) / seen.facts.value("households")
    origin = Origin(geography="Agen (47001)", year="2018", source=SIZE_REASON, kind="derived", printed=2.01)
    return [
        from_fact(seen, "households", len(homes) / seen.months),
        from_fact(seen, "one_person_share", float(is_alone.mean())),
        from_fact(seen, "one_person_men_share", float(homes["is_man_alone"].mean())),
        from_fact(seen, "one_person_women_share", float((is_alone & ~homes["is_man_alone"]).mean())),
        count("people per household", size, float(homes["size"].mean()), origin),
    ]


def types(seen: Seen) -> list[Figure]:
    """Households by type; a child counts at any age, as in the census, and so does an old relative taken in."""
    homes, aims = seen.homes, seen.aims
    is_couple = homes["coupled"] >= 2
    with_child = float((is_couple & (homes["size"] > 2)).mean())
    without = float((is_couple & (homes["size"] == 2)).mean())
    lone = float(homes["is_single_parent"].mean())
    rest = 1 - float((homes["size"] == 1).mean()) - with_child - without - lone
    derived_with = aims.couples_with_child / aims.households
    rows = (
        ("couple_with_child_share", derived_with, with_child),
        ("couple_without_child_share", aims.couples / aims.households - derived_with, without),
        ("single_parent_share", aims.single_parents / aims.households, lone),
    )
    return [*(_type(seen, *row) for row in rows), from_fact(seen, "other_households_share", rest)]


def _type(seen: Seen, fact: str, derived: float, simulated: float) -> Figure:
    row = seen.facts.published[fact]
    origin = Origin(
        geography=row.geography, year=row.year, source=row.source, kind="derived", printed=row.value
    )
    return share(fact.replace("_", " "), derived, simulated, origin, tolerance=TYPES, because=TYPES_REASON)


def living_alone(seen: Seen) -> list[Figure]:
    """By age, among the household population."""
    inside = seen.aims.establishment + seen.aims.foyer
    ordinary = seen.people[~seen.people["in_establishment"]]
    weight = (seen.aims.pyramid * (1 - inside)).sum(axis=0)
    return _profile(
        seen,
        ("living alone", PROFILE_REASON),
        ordinary,
        "lives_alone",
        (seen.aims.alone, seen.facts.zone_alone, weight),
    )


def in_couple(seen: Seen) -> list[Figure]:
    """By age, among all residents."""
    weight = seen.aims.pyramid.sum(axis=0)
    return _profile(
        seen,
        ("in couple", COUPLE_REASON),
        seen.people,
        "in_couple",
        (seen.aims.couple, seen.facts.zone_couple, weight),
    )


def _profile(
    seen: Seen,
    told: tuple[str, str],
    people: pd.DataFrame,
    column: str,
    tables: tuple[Floats, Floats, Floats],
) -> list[Figure]:
    """One figure an age band; ``told``: its label and reason; ``tables``: the derived share, the zone's share and the people, by age."""
    derived, zone, weight = tables
    label, reason = told
    age = people["age"].to_numpy()
    number = np.bincount(age, minlength=len(AGES))
    having = np.bincount(age, people[column], minlength=len(AGES))
    because = reason.format(total=f"{seen.aims.raw_one_person_share:.0%}")
    figures = []
    for first, last in BANDS:
        band = slice(first, last + 1)
        target = float((derived[band] * weight[band]).sum() / weight[band].sum())
        simulated = float(having[band].sum() / number[band].sum())
        name = f"{label} {first}+" if last == OLDEST else f"{label} {first}-{last}"
        origin = replace(ZONE, printed=float(zone[first]))
        figures.append(share(name, target, simulated, origin, tolerance=PROFILE, because=because))
    return figures


def housing(seen: Seen) -> list[Figure]:
    """Main residences by tenure and type."""
    tenure = seen.homes["tenure"]
    rented = float((tenure.isin([Tenure.PRIVATE, Tenure.HLM]) & ~seen.homes["is_lent"]).mean())
    return [
        from_fact(seen, "owner_share", float((tenure == Tenure.OWNER).mean())),
        from_fact(seen, "hlm_share", float((tenure == Tenure.HLM).mean())),
        from_fact(seen, "tenant_share", rented),
        from_fact(seen, "flat_share", float(seen.homes["is_flat"].mean())),
        from_fact(seen, "dwellings", float(_ordinary(seen))),
        from_fact(seen, "vacant_dwellings", _vacant(seen)),
    ]


def _vacant(seen: Seen) -> float:
    """Dwellings neither lived in nor secondary; the town keeps the published number of secondary ones."""
    secondary = seen.facts.value("secondary_dwellings") * seen.scale
    return _ordinary(seen) - secondary - len(seen.homes) / seen.months


def _ordinary(seen: Seen) -> int:
    return int((seen.history.dwellings["tenure"] != Tenure.ESTABLISHMENT).sum())
