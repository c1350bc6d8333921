"""Published figures on isolation and loneliness beside what the town shows.

National figures are compared with the town seen at France's make-up (``ties_france``). For the two totals, what the same published
rates imply for Agen's own make-up is shown beside the town as it is: that one is the target for Agen.
The published source's sampling error is ``1.96 * sqrt(p * (1 - p) / n)``, as for a simple random sample (CRÉDOC uses quotas).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthetic_city.figure import Figure
from synthetic_city.history import Activity, History, Income, Tenure, Ties
from synthetic_city.ties_answers import LSNS, LSNS_LINE
from synthetic_city.ties_france import expected, make_up, rake
from synthetic_city.ties_published import CREDOC_2024, ISOLATED_RATES, LONELY_RATES, PUBLISHED, Published

SHARE_TOLERANCE = 0.015
ADULT_AGE = 15
Z_95 = 1.96
FRANCE, AGEN = "France", "Agen (47001)"
CREDOC_ASKED = 3000
SAMPLING = "erreur de sondage de la source à 95 % : 1,96 × √(p (1 − p) / n), où n est donné avec la source"


def figures(history: History, ties: Ties) -> tuple[Figure, ...]:
    """National figures at France's make-up, then the two totals expected of Agen; first, middle and last month pooled.

    People in establishments are left out: the sources ask ordinary households.
    """
    seen, groups = _seen(history, ties)
    weights = rake(groups)
    national = tuple(_figure(row, seen, weights) for row in PUBLISHED)
    return (*national, *_agen(seen, groups, weights), *_social_death(seen))


def half_width(share: float, asked: int) -> float:
    """The 95 % half-width of a share among ``asked`` people."""
    return float(Z_95 * np.sqrt(share * (1 - share) / asked))


def allowed(share: float, asked: int) -> tuple[float, str]:
    """The tolerance of a share, and why when the source's sampling error makes it wider than 1.5 points."""
    width = half_width(share, asked)
    return (width, SAMPLING) if width > SHARE_TOLERANCE else (SHARE_TOLERANCE, "")


def view(panel: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """The yes/no columns that ``PUBLISHED`` names; rows as given (adults, one row a person and month)."""
    return pd.DataFrame({**_groups(panel), **_outcomes(answers)})


def _seen(history: History, ties: Ties) -> tuple[pd.DataFrame, pd.DataFrame]:
    months = sorted({0, (len(history.months) - 1) // 2, len(history.months) - 1})
    panel = history.panel
    kept = panel["month"].isin(months) & (panel["age"] >= ADULT_AGE) & ~panel["in_establishment"]
    rows = np.flatnonzero(kept.to_numpy())
    here = panel.iloc[rows]
    is_male = (history.people["sex"] == "M").to_numpy()[here["person"].to_numpy()]
    return view(here, ties.answers.iloc[rows]), make_up(here, is_male)


def _groups(panel: pd.DataFrame) -> dict[str, npt.NDArray[np.bool_]]:
    age, income = panel["age"].to_numpy(), panel["income"].to_numpy()
    activity, tenure = panel["activity"].to_numpy(), panel["tenure"].to_numpy()
    lines = {
        "15_24": (15, 24),
        "25_39": (25, 39),
        "40_59": (40, 59),
        "60_69": (60, 69),
        "60_plus": (60, 999),
        "80_plus": (80, 999),
    }
    return {f"is_{name}": (age >= low) & (age <= high) for name, (low, high) in lines.items()} | {
        "is_low_income": income == Income.LOW,
        "is_high_income": income == Income.HIGH,
        "is_unemployed": activity == Activity.UNEMPLOYED,
        "is_inactive": activity == Activity.OTHER,
        "is_employed": activity == Activity.EMPLOYED,
        "is_social_tenant": tenure == Tenure.HLM,
        "is_private": tenure != Tenure.HLM,
    }


def _outcomes(answers: pd.DataFrame) -> dict[str, npt.NDArray[np.bool_]]:
    bits = answers["networks"].to_numpy()
    number = np.bitwise_count(bits)
    kin, others = answers["family_contact"].to_numpy(), answers["friend_contact"].to_numpy()
    return {
        "isolated_5": number == 0,
        "has_one": number == 1,
        "at_most_one": number <= 1,
        "only_family": bits == 1,
        "only_friends": bits == 2,
        "only_neighbours": bits == 4,
        "lonely": answers["lonely"].to_numpy(),
        "no_contact": ~kin & ~others,
        "no_family_contact": ~kin & others,
        "no_friend_contact": kin & ~others,
        "full_contact": kin & others,
        "lsns_low": answers[list(LSNS)].sum(axis=1).to_numpy() < LSNS_LINE,
    }


def _figure(row: Published, seen: pd.DataFrame, weights: npt.NDArray[np.float64]) -> Figure:
    among = weights * seen[row.among].to_numpy() if row.among else weights
    simulated = float(among @ seen[row.what].to_numpy() / among.sum())
    tolerance, why = _tolerance(row)
    return Figure(
        name=row.name, target=row.share, simulated=simulated, unit="share", tolerance=tolerance,
        geography=FRANCE, year=row.year, source=f"{row.source} ; n ≈ {row.asked}", wider_because=why,
    )  # fmt: skip


def _tolerance(row: Published) -> tuple[float, str]:
    return (row.spread, row.why_spread) if row.spread > SHARE_TOLERANCE else allowed(row.share, row.asked)


def _agen(
    seen: pd.DataFrame, groups: pd.DataFrame, weights: npt.NDArray[np.float64]
) -> tuple[Figure, Figure]:
    isolated = expected(groups, weights, ISOLATED_RATES)
    lonely = expected(groups, weights, LONELY_RATES)
    return (
        _total(
            "Isolés, 15 ans et plus, attendu à Agen",
            0.12,
            isolated,
            seen["isolated_5"],
            "âge, revenu, chômage, HLM",
        ),
        _total(
            "Se sentent seuls, 15 ans et plus, attendu à Agen",
            0.24,
            lonely,
            seen["lonely"],
            "âge, chômage, vie seule",
        ),
    )


PETITS_FRERES = (
    "Petits Frères des Pauvres 2025, « mort sociale » : aucun contact, ou presque, avec les quatre cercles. La ville compte, comme le CRÉDOC, "
    "les réseaux vus plus que quelques fois par an, et l'enquête du CRÉDOC laisse 12 % aux 60 ans et plus : les deux sources ne mesurent "
    "pas la même chose, et la ville suit la seconde"
)


def _social_death(seen: pd.DataFrame) -> tuple[Figure, ...]:
    """The plan's other source on older people: shown beside the town's own measure, not judged."""
    rows = (
        ("« Mort sociale », 60 ans et plus", 0.04, seen["is_60_plus"]),
        ("« Mort sociale », 80 ans et plus", 0.06, seen["is_80_plus"]),
        ("« Mort sociale », 60 ans et plus pauvres", 0.09, seen["is_60_plus"] & seen["is_low_income"]),
    )
    return tuple(
        Figure(
            name=name, target=share, printed=share, kind="other", simulated=float(seen["isolated_5"][among].mean()), unit="share",
            tolerance=SHARE_TOLERANCE, geography=FRANCE, year="2025", source=PETITS_FRERES,
        )
        for name, share, among in rows
    )  # fmt: skip


def _total(name: str, printed: float, target: float, simulated: pd.Series, by: str) -> Figure:
    tolerance, why = allowed(target, CREDOC_ASKED)
    return Figure(
        name=name,
        target=target,
        kind="derived",
        printed=printed,
        simulated=float(simulated.mean()),
        unit="share",
        tolerance=tolerance,
        geography=AGEN,
        year="2024",
        source=f"{CREDOC_2024} ; taux publiés post-stratifiés sur la composition de la ville ({by}) ; n ≈ {CREDOC_ASKED}",
        wider_because=why,
    )
