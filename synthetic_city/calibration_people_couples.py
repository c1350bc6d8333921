"""The published figures of couples and weddings beside those of the town; see ``calibration_people``.

All are France's, which stand for Agen's: not published here. So they are *derived*, with the source's number beside.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthetic_city.calibration_people_seen import Origin, Seen, count, share
from synthetic_city.facts import Floats
from synthetic_city.figure import Figure
from synthetic_city.history import History

DAYS_A_YEAR = 365.2425
POISSON = 3.0
"""Standard deviations of a Poisson count of weddings allowed in a small town."""

KINDS_OF_UNION = 0.03
KIND_REASON = "France's figure (2016); Agen's is not published here, and its people are younger and poorer than France's"
AGES_REASON = (
    "France's figure of 2012; younger couples, of whom the town has more, show more women older than the man (16 % of couples "
    "formed in the 2000s by the same source), and who finds nobody of the wished age takes who is near"
)
ONE_SEX = 0.004
OLDER = 0.04
GAP, BRIDES = 0.2, 0.06
WEDDING_REASON = "France's figure of 2022; about 120 weddings a year, whose mean age swings by one year between towns drawn alike"
MARRIAGE_REASON = (
    "France's 242,000 marriages are brought to the town's number of people; Agen's own number is not published here, and its people "
    "are in couple less often"
)


def couples(seen: Seen) -> list[Figure]:
    """Kinds of union, ages and sexes of the couples of the last observed day."""
    unions = seen.history.unions
    current = unions[unions["to_on"].isna()]
    names = {"MARIAGE": "married", "PACS": "pacs", "LIBRE": "free_union"}
    kinds = [
        _france(
            seen,
            f"{name}_share_of_couples",
            float((current["kind"] == kind).mean()),
            KINDS_OF_UNION,
            KIND_REASON,
        )
        for kind, name in names.items()
    ]
    return [*kinds, *_partners(seen, current)]


def _partners(seen: Seen, unions: pd.DataFrame) -> list[Figure]:
    """Age of the man less that of the woman; a gap of less than a year and a half is "the same age to a year"."""
    sex = seen.history.people["sex"].to_numpy()
    is_one_sex = sex[unions["a"]] == sex[unions["b"]]
    mixed = unions[~is_one_sex]
    if mixed.empty:
        return []
    seconds, firsts = (_age(seen.history, mixed[side], seen.history.months[-1]) for side in "ba")
    gap = seconds - firsts
    gap = np.where(sex[mixed["a"]] == "F", gap, -gap)
    rows = (
        ("partners_age_gap", float(gap.mean()), GAP),
        ("man_older_share", float((gap >= 1.5).mean()), OLDER),
        ("woman_older_share", float((gap <= -1.5).mean()), OLDER),
    )
    one_sex = _france(seen, "same_sex_share_of_couples", float(is_one_sex.mean()), ONE_SEX, "")
    return [*(_france(seen, *row, AGES_REASON) for row in rows), one_sex]


def weddings(seen: Seen) -> list[Figure]:
    """Weddings while the first of the couple lived in town: how many a year, and mean ages of women and men who marry one another."""
    history, weddings = seen.history, _weddings(seen.history)
    sex = history.people["sex"].to_numpy()
    mixed = weddings[sex[weddings["a"]] != sex[weddings["b"]]]
    number = _marriages(seen, len(weddings) / seen.years)
    if mixed.empty:
        return [number]
    ages = np.concatenate([_age(history, mixed[side], mixed["from_on"].to_numpy()) for side in "ab"])
    is_woman = np.concatenate([sex[mixed[side]] == "F" for side in "ab"])
    return [
        number,
        _france(seen, "brides_age", float(ages[is_woman].mean()), BRIDES, WEDDING_REASON),
        _france(seen, "grooms_age", float(ages[~is_woman].mean()), BRIDES, WEDDING_REASON),
    ]


def _weddings(history: History) -> pd.DataFrame:
    """Those of residents; couples who arrive married did not marry here."""
    unions = history.unions
    weddings = unions[(unions["kind"] == "MARIAGE") & (unions["from_on"] > history.months[0])]
    came = history.stays.groupby("person")["from_on"].min().reindex(weddings["a"]).to_numpy()
    local: pd.DataFrame = weddings[weddings["from_on"].to_numpy() >= came]
    return local


def _age(history: History, persons: pd.Series[int], on: npt.NDArray[np.datetime64] | np.datetime64) -> Floats:
    born = history.people["born_on"].to_numpy()[persons].astype("datetime64[D]")
    return np.asarray((np.asarray(on, dtype="datetime64[D]") - born).astype(float) / DAYS_A_YEAR)


def _marriages(seen: Seen, yearly: float) -> Figure:
    row = seen.facts.published["marriages_france"]
    expected = row.value / float(seen.facts.france.sum()) * seen.aims.population * seen.scale
    return count(
        "marriages a year",
        expected,
        yearly,
        Origin(geography="France", year=row.year, source=row.source, kind="derived", printed=row.value),
        tolerance=max(0.25, float(POISSON / np.sqrt(expected * seen.years))),
        because=MARRIAGE_REASON,
    )


def _france(seen: Seen, fact: str, simulated: float, tolerance: float, because: str) -> Figure:
    """France's figure stands for Agen's, which is not published here."""
    row = seen.facts.published[fact]
    origin = Origin(
        geography=row.geography, year=row.year, source=row.source, kind="derived", printed=row.value
    )
    make = share if row.unit == "share" else count
    return make(fact.replace("_", " "), row.value, simulated, origin, tolerance=tolerance, because=because)
