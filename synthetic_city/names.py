"""Who is called what. Names exist in memory only, to make match keys disagree as real registers do; none is ever written."""

from __future__ import annotations

import io
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthetic_city.lives_state import stream
from synthetic_city.rates import rate

Texts = npt.NDArray[np.object_]
Codes = npt.NDArray[np.int32]
Days = npt.NDArray[np.datetime64]
Flags = npt.NDArray[np.bool_]

FLATTENING = 60.0
"""Weight of the k-th surname is 1 / (k + this): the first has 0.4 % of people, as Martin does in France (assumed)."""
FIRST_DECADE, LAST_DECADE = 1920, 2020
GENERATIONS = 8
ALWAYS = np.datetime64("1900-01-01", "D")
NONE = -1


@dataclass(frozen=True, kw_only=True)
class Names:
    """Index = person. ``birth``, ``married`` point into ``surnames``, ``given`` into ``given_names``; -1 = none.

    ``married_on``: from that day the surname of marriage is in use, ``is_double``: joined to the birth name.
    """

    surnames: Texts
    given_names: Texts
    birth: Codes
    married: Codes
    married_on: Days
    given: Codes
    is_double: Flags


def name_people(people: pd.DataFrame, unions: pd.DataFrame, today: np.datetime64, seed: int) -> Names:
    """Names for everyone in ``people`` (``sex``, ``born_on``, ``mother``, ``father``: person or -1; index = person).

    Children bear a parent's surname, most wives who use a second surname their husband's, a few sons their father's first name and daughters their mother's.
    """
    chance = stream(seed, "names")
    surnames, given_names = surname_list(), _first_names()
    birth = _birth_surnames(people, len(surnames), chance)
    married, married_on = _marriages(people, unions, birth, today, chance)
    given = _given(people, given_names, chance)
    labels = np.array(sorted(set(given_names["first_name"])), dtype=object)
    return Names(
        surnames=surnames, given_names=labels, birth=birth, married=married, married_on=married_on,
        given=np.searchsorted(labels, given).astype(np.int32),
        is_double=(married >= 0) & (chance.random(len(people)) < rate("usage_name_double")),
    )  # fmt: skip


def surname_list() -> Texts:
    """All surnames, the most frequent first: the listed ones, then those made of a stem and an ending."""
    table = _table("surnames")
    by_kind = {
        kind: table.loc[table["kind"] == kind, "text"].to_list() for kind in ("whole", "stem", "ending")
    }
    made = [stem + ending for ending in by_kind["ending"] for stem in by_kind["stem"]]
    return np.array(list(dict.fromkeys([*by_kind["whole"], *made])), dtype=object)


def _table(name: str) -> pd.DataFrame:
    content = files("synthetic_city").joinpath("facts", f"{name}.csv").read_text(encoding="utf-8")
    return pd.read_csv(io.StringIO(content), comment="#")


def _first_names() -> pd.DataFrame:
    return _table("first_names")


def _drawn_surnames(count: int, kinds: int, chance: np.random.Generator) -> Codes:
    weight = np.cumsum(1.0 / (np.arange(kinds) + FLATTENING))
    found: Codes = np.searchsorted(weight, chance.random(count) * weight[-1]).astype(np.int32)
    return found


def _birth_surnames(people: pd.DataFrame, kinds: int, chance: np.random.Generator) -> Codes:
    own = _drawn_surnames(len(people), kinds, chance)
    mother, father = people["mother"].to_numpy(), people["father"].to_numpy()
    of_mother = (father < 0) | ((mother >= 0) & (chance.random(len(people)) < rate("mother_surname")))
    parent = np.where(of_mother, mother, father)
    for _ in range(GENERATIONS):
        own = np.where(parent >= 0, own[parent], own)
    return own


def _marriages(
    people: pd.DataFrame,
    unions: pd.DataFrame,
    birth: Codes,
    today: np.datetime64,
    chance: np.random.Generator,
) -> tuple[Codes, Days]:
    """A wife's husband is in ``unions``; of women without such a union some were married before (widows, divorced)."""
    takes = chance.random(len(people)) < _takes_usage_name(people)
    married = np.where(
        takes & _married_before(people, today, chance),
        _drawn_surnames(len(people), int(birth.max()) + 1, chance),
        NONE,
    )
    since = np.full(len(people), ALWAYS)
    rows = unions[unions["kind"] == "MARIAGE"].sort_values("from_on", kind="stable")
    for wife, husband in (("a", "b"), ("b", "a")):
        who, of = rows[wife].to_numpy(), rows[husband].to_numpy()
        female = (people["sex"].to_numpy()[who] == "F") & (people["sex"].to_numpy()[of] == "M")
        who, of = who[female], of[female]
        married[who] = np.where(takes[who], birth[of], NONE)
        since[who] = rows["from_on"].to_numpy()[female].astype("datetime64[D]")
    return married.astype(np.int32), since


def _takes_usage_name(people: pd.DataFrame) -> npt.NDArray[np.float64]:
    year = people["born_on"].dt.year.to_numpy()
    steps = [rate("usage_name_before_1960"), rate("usage_name_before_1985")]
    share = np.select([year < 1960, year < 1985], steps, rate("usage_name_later"))
    return np.where(people["sex"] == "F", share, 0.0)


def _married_before(
    people: pd.DataFrame, today: np.datetime64, chance: np.random.Generator
) -> npt.NDArray[np.bool_]:
    age = int(str(today)[:4]) - people["born_on"].dt.year.to_numpy()
    share = np.select([age >= 65, age >= 45], [rate("ever_married_65_plus"), rate("ever_married_45_64")], 0.0)
    return chance.random(len(people)) < share


def _given(people: pd.DataFrame, table: pd.DataFrame, chance: np.random.Generator) -> Texts:
    """By birth decade and sex, with the published numbers of births as weights."""
    decade = np.clip(people["born_on"].dt.year.to_numpy() // 10 * 10, FIRST_DECADE, LAST_DECADE)
    sex, lot = people["sex"].to_numpy(dtype=object), chance.random(len(people))
    given = np.empty(len(people), dtype=object)
    for (born, gender), rows in table.groupby(["birth_decade", "sex"], sort=True):
        here = np.flatnonzero((decade == born) & (sex == gender))
        weight = np.cumsum(rows["births"].to_numpy(float))
        given[here] = rows["first_name"].to_numpy(dtype=object)[
            np.searchsorted(weight, lot[here] * weight[-1])
        ]
    for parent, child_sex in (("father", "M"), ("mother", "F")):
        of = people[parent].to_numpy()
        after = (of >= 0) & (sex == child_sex) & (chance.random(len(people)) < rate(f"named_after_{parent}"))
        given[after] = given[of[after]]
    return given
