"""The published figures of people and homes beside those of a simulated town.

Every simulated value is computed from the history's tables alone. Counts are brought to the town's size. Where two
sources cannot both hold, the figure's kind is *derived* and ``printed`` keeps the source's own number. A derived value is a target
the town is steered by and rests on assumptions (``lives_targets``): that it holds is a check of the machinery, not evidence from a source.
"""

from __future__ import annotations

import numpy as np

from synthetic_city.calibration_people_couples import couples, weddings
from synthetic_city.calibration_people_homes import households, housing, in_couple, living_alone, types
from synthetic_city.calibration_people_seen import Origin, Seen, count, from_fact, look, share
from synthetic_city.facts import OLDEST
from synthetic_city.figure import Figure, Kind
from synthetic_city.history import Activity, Autonomy, History, Income
from synthetic_city.lives_autonomy import dependent_shares
from synthetic_city.lives_targets import band_counts

AGEN = "Agen (47001)"


def figures(history: History) -> tuple[Figure, ...]:
    """All demographic figures: stocks averaged over the observed months, kinds of union on the last day, events a year."""
    seen = look(history)
    parts = (
        population,
        events,
        weddings,
        households,
        types,
        living_alone,
        in_couple,
        couples,
        housing,
        work,
        care,
        autonomy,
    )
    return tuple(figure for part in parts for figure in part(seen))


def population(seen: Seen) -> list[Figure]:
    """By age band, and women."""
    age = seen.people["age"].to_numpy()
    bands = {**band_counts(seen.facts), (80, OLDEST): float(seen.aims.pyramid[:, 80:].sum())}
    women = seen.facts.value("women") / seen.facts.value("population")
    old_aim = seen.aims.pyramid[:, 75:]
    old = seen.people[seen.people["age"] >= 75]
    census = Origin(geography=AGEN, year="2018", source="rp2018 pop_femmes / pop_tot")
    shifted = Origin(
        geography=AGEN,
        year="2018",
        source="France's sex ratio at each age (INSEE 2019), shifted to Agen's women",
        kind="derived",
    )
    return [
        *(_band(seen, band, number, age) for band, number in bands.items()),
        from_fact(seen, "population_18_24", float(((age >= 18) & (age <= 24)).sum()) / seen.months),
        share("women", women, float(seen.people["is_woman"].mean()), census),
        share(
            "women among 75+", float(old_aim[1].sum() / old_aim.sum()), float(old["is_woman"].mean()), shifted
        ),
    ]


def _band(
    seen: Seen, band: tuple[int, int], number: float, age: np.ndarray[tuple[int], np.dtype[np.int16]]
) -> Figure:
    first, last = band
    have = float(((age >= first) & (age <= last)).sum()) / seen.months
    name = f"population {first}+" if last == OLDEST else f"population {first}-{last}"
    source, kind, printed = _band_source(seen, band)
    origin = Origin(geography=AGEN, year="2018", source=source, kind=kind, printed=printed)
    return count(name, number * seen.scale, have, origin)


def _band_source(seen: Seen, band: tuple[int, int]) -> tuple[str, Kind, float | None]:
    """2018 prints 0-14, 15-29 and 75+; 2019's bands are scaled to what 2018 leaves; inside 75+ France gives the shape."""
    first, last = band
    if (first, last) == (80, OLDEST):
        return "rp2018, 75+; inside it France's shape", "derived", None
    if 30 <= first < 75:
        printed = seen.facts.value(f"population_{first}_{last}_2019") * seen.scale
        return "the bands of 2019, scaled to what 2018 leaves", "derived", printed
    return "rp2018", "published", None


def events(seen: Seen) -> list[Figure]:
    """Births and deaths of residents a year."""
    stays, since = seen.history.stays, seen.history.months[0]
    births = float(((stays["arrival"] == "BIRTH") & (stays["from_on"] > since)).sum()) / seen.years
    deaths = float(((stays["departure"] == "DEATH") & (stays["to_on"] > since)).sum()) / seen.years
    return [
        from_fact(seen, "births_a_year", births),
        from_fact(seen, "deaths_a_year", deaths),
    ]


def work(seen: Seen) -> list[Figure]:
    """Activity, studies, unemployment, poverty (the last among people in ordinary homes)."""
    grown = seen.people[seen.people["age"] >= 15]
    is_active = grown["activity"].isin([Activity.EMPLOYED, Activity.UNEMPLOYED])
    is_unemployed = grown["activity"] == Activity.UNEMPLOYED
    is_student = grown["activity"] == Activity.STUDENT
    ordinary = seen.people[~seen.people["in_establishment"]]
    return [
        from_fact(seen, "active_15_plus", float(is_active.sum()) / seen.months),
        from_fact(seen, "unemployed_share_of_active", float(is_unemployed.sum() / is_active.sum())),
        from_fact(seen, "students_18_24_share", float(is_student[grown["age"].between(18, 24)].mean())),
        from_fact(seen, "out_of_school_15_plus", float((~is_student).sum()) / seen.months),
        from_fact(seen, "poverty_share", float((ordinary["income"] == Income.LOW).mean())),
    ]


def care(seen: Seen) -> list[Figure]:
    """People living in an establishment, against DREES' share at each age and sex laid on the town's own people."""
    origin = Origin(
        geography="France",
        year="2023",
        source="DREES, residents of establishments for older people, at each age and sex, laid on the town's own people",
        kind="derived",
    )
    return [
        _against(seen, "in an establishment", band, seen.facts.nursing_home, "in_establishment", origin)
        for band in ((60, 74), (75, 84), (85, OLDEST))
    ]


def autonomy(seen: Seen) -> list[Figure]:
    """People with a loss of autonomy, against the APA at each age and sex laid on the town's own people."""
    origin = Origin(
        geography="France",
        year="2024",
        source="DREES, beneficiaries of the APA, at home and in establishments, at each age and sex, laid on the town's own people",
        kind="derived",
    )
    any_loss, _ = dependent_shares(seen.facts)
    return [
        _against(seen, "loss of autonomy", band, any_loss, "is_dependent", origin)
        for band in ((60, 74), (75, 84), (85, OLDEST))
    ]


def _against(
    seen: Seen,
    label: str,
    band: tuple[int, int],
    table: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    column: str,
    origin: Origin,
) -> Figure:
    old = seen.people[seen.people["age"].between(*band)]
    old = old.assign(is_dependent=old["autonomy"] >= Autonomy.LIMITED)
    expected = table[old["is_woman"].to_numpy().astype(int), old["age"].to_numpy()].mean()
    name = f"{label} {band[0]}+" if band[1] == OLDEST else f"{label} {band[0]}-{band[1]}"
    return share(name, float(expected), float(old[column].mean()), origin)
