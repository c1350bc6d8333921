"""What is compared between two mentions of a person, level by level: the declaration from which Splink's settings are made.

Conditions are Splink's: ``_l`` and ``_r`` are the two mentions. The first level that holds counts. A level whose chance cannot be learnt
(two people with one identity key are never seen) has a declared one, with its source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

PEOPLE = 40_000
"""Among how many two mentions are drawn; with the frequencies at a place it cancels, so that a larger town needs no other figure."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """``same``: chance of the level when it is one person; ``other``: when it is two; None = trained. ``place``: the column whose number of names counts instead of ``other``."""

    label: str
    condition: str
    same: float | None = None
    other: float | None = None
    source: str = ""
    is_silent: bool = False
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One thing that is compared; what it says adds to what the others say."""

    name: str
    levels: tuple[Level, ...]


_SAME_IDENTITY = "cle_identite_l = cle_identite_r or cle_usage_l = cle_usage_r or cle_identite_l = cle_usage_r or cle_usage_l = cle_identite_r"
_SAME_DOOR = "coalesce(cle_nom_adresse_l = cle_nom_adresse_r, false)"
"""The key holds the address, even where the row does not name it."""
_COMPARABLE = (
    "(cle_identite_l is not null and cle_identite_r is not null) or (cle_usage_l is not null and cle_usage_r is not null)"
    f" or (cle_phonetique_l is not null and cle_phonetique_r is not null) or coalesce({_SAME_IDENTITY}, false) or coalesce(door_l = door_r, false) or {_SAME_DOOR}"
)

_DATED = "(cle_identite_l is not null and cle_identite_r is not null) or (cle_phonetique_l is not null and cle_phonetique_r is not null)"
"""Birth surname, given name and birth date are known of both: where they differ it takes more than one error, or another person. The keys of
names in use differ with a wedding or a widow's return, and say no more than a name at a door."""
_WOMEN = "greatest(sexe_l, sexe_r) = 'F'"
"""Neither is a man ('F' is before 'M', and what is missing is passed over): it says the same whichever record comes first."""
NAMES = Comparison(
    name="names",
    levels=(
        Level(label="no key of one kind", condition=f"not ({_COMPARABLE})", is_silent=True),
        Level(label="same name and birth date", condition=_SAME_IDENTITY, other=1e-9,
              source="assumed: one birth date in 30,000 days, one full name in 30,000; no town has been seen with two such people"),
        Level(label="same sound and birth date", condition="cle_phonetique_l = cle_phonetique_r", other=1e-7,
              source="assumed: about a hundred names to a sound and an initial"),
        Level(label="same name at the address", condition="cle_nom_adresse_l = cle_nom_adresse_r", other=5e-4,
              source="assumed: of two people at one address, a father and his namesake son and the like"),
        Level(label="other name or birth date", condition=_DATED),
        Level(label="other name at the address, a woman", condition=_WOMEN),
        Level(label="other name at the address", condition="ELSE"),
    ),
)  # fmt: skip
YOUNG = 40
_SAME_YEAR = "annee_naissance_l = annee_naissance_r"
_AGE = "year(greatest(first_known_l, first_known_r)) - annee_naissance_l"
"""When both were known. The young live with others of their age, or follow them in a flat: one year of birth says less of them."""
BIRTH_YEAR = Comparison(
    name="birth_year",
    levels=(
        Level(label="a year is missing", condition="annee_naissance_l is null or annee_naissance_r is null", is_silent=True),
        Level(label="same year, under 40", condition=f"{_SAME_YEAR} and {_AGE} < {YOUNG}", same=0.993),
        Level(label="same year", condition=_SAME_YEAR, same=0.993),
        Level(label="a year apart", condition="abs(annee_naissance_l - annee_naissance_r) = 1", same=0.004,
              source="assumed, in the order of civil registers' known typing errors (1 to 3 % a date, few of them in the year)"),
        Level(label="other year", condition="ELSE", same=0.003, source="assumed, as above"),
    ),
)  # fmt: skip
PLACE = Comparison(
    name="place",
    levels=(
        Level(label="a place is missing", condition=f"(id_adresse_l is null or id_adresse_r is null) and not {_SAME_DOOR}", is_silent=True),
        Level(label="same dwelling", condition="id_logement_l = id_logement_r", place="id_logement"),
        Level(label="same address", condition=f"id_adresse_l = id_adresse_r or {_SAME_DOOR}", place="id_adresse"),
        Level(label="other address", condition="ELSE"),
    ),
)  # fmt: skip
SEX = Comparison(
    name="sex",
    levels=(
        Level(label="a sex is missing", condition="sexe_l is null or sexe_r is null", is_silent=True),
        Level(label="same sex", condition="sexe_l = sexe_r", same=0.998),
        Level(label="other sex", condition="ELSE", same=0.002, source="assumed: a wrong tick on a form"),
    ),
)  # fmt: skip
COMPARISONS = (NAMES, BIRTH_YEAR, PLACE, SEX)

BLOCKING = (
    "l.cle_identite = r.cle_identite",
    "l.cle_usage = r.cle_usage",
    "l.cle_identite = r.cle_usage",
    "l.cle_usage = r.cle_identite",
    "l.cle_phonetique = r.cle_phonetique",
    "l.cle_nom_adresse = r.cle_nom_adresse",
    "l.id_adresse = r.id_adresse and l.sexe = r.sexe and l.annee_naissance = r.annee_naissance and l.source <> r.source",
)
"""Pairs that are compared at all: a key in common or, in two registers, the same address, sex and year of birth. A register knows its own
people: two of its records that share no key are two people."""


def settings() -> dict[str, Any]:
    """Splink's, untrained."""
    return {
        "link_type": "dedupe_only",
        "sql_dialect": "duckdb",
        "unique_id_column_name": "mention_id",
        "probability_two_random_records_match": 1.0 / PEOPLE,
        "blocking_rules_to_generate_predictions": [{"blocking_rule": rule} for rule in BLOCKING],
        "comparisons": [
            {"output_column_name": c.name, "comparison_levels": [_level(level) for level in c.levels]}
            for c in COMPARISONS
        ],
        "retain_intermediate_calculation_columns": True,
        "retain_matching_columns": False,
    }


def _level(level: Level) -> dict[str, Any]:
    found: dict[str, Any] = {"sql_condition": level.condition, "label_for_charts": level.label}
    if level.is_silent:
        found["is_null_level"] = True
    if level.same is not None:
        found |= {"m_probability": level.same, "fix_m_probability": True}
    if level.other is not None:
        found |= {"u_probability": level.other, "fix_u_probability": True}
    if level.place:
        found |= {
            "tf_adjustment_column": level.place,
            "tf_adjustment_weight": 1.0,
            "disable_tf_exact_match_detection": True,
        }
    return found
