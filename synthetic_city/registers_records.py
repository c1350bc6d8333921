"""How a register writes a person and a place: surnames left out, letters and days mistyped, flats not given; then only keys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from data_contracts.pseudonyms import KEYS, NAMES, dwelling_ids, person_keys
from synthetic_city.names import Names
from synthetic_city.rates import rate
from synthetic_city.registers_ledger import Days, Flags, Index, Texts, days
from synthetic_city.registers_people import Everyone
from synthetic_city.registers_places import Places

LETTERS = "abcdefghilmnoprstuv"
RAW = "raw:"
NO_KEYS = dict.fromkeys(KEYS, "")


@dataclass(frozen=True, kw_only=True)
class Style:
    """What a form asks. Shares in [0, 1]: ``usage_only`` forms with one surname only (the one in use), ``birth_date`` full dates,
    ``year`` at least the year of birth, ``named`` a name at all."""

    usage_only: float = 0.0
    birth_date: float = 1.0
    year: float = 1.0
    named: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What every register starts from. ``errors``: the factor on the declared rates of ``IDENTITY``, 1 as declared."""

    everyone: Everyone
    places: Places
    errors: float


def person_columns(
    scene: Scene,
    persons: Index,
    dwellings: Index,
    since: Days,
    forms: npt.NDArray[np.generic],
    style: Style,
    chance: np.random.Generator,
) -> pd.DataFrame:
    """SEXE, ANNEE_NAISSANCE (NaN = not given) and the four keys.

    Rows with the same value in ``forms`` were filled in once: they share their mistakes. ``since``: the day of writing, on which a
    surname of marriage is in use or not.
    """
    slips = _slips(forms, style, scene.errors, chance)
    raw = _written(scene, persons, since, slips)
    raw["ID_ADRESSE"] = scene.places.id_adresse[scene.places.building[dwellings]]
    keys = person_keys(raw, scene.places.secret)
    born = pd.to_datetime(raw["DATE_NAISSANCE"].where(raw["DATE_NAISSANCE"] != "", None)).dt.year.to_numpy(
        float
    )
    true_year = scene.everyone.people["born_on"].dt.year.to_numpy(float)[persons]
    year = np.where(np.isnan(born), np.where(slips.year, true_year, np.nan), born)
    sex = np.where(slips.no_sex, "", scene.everyone.people["sex"].to_numpy(dtype=object)[persons])
    found = pd.DataFrame({"SEXE": sex, "ANNEE_NAISSANCE": year}).join(keys)
    return found.join(raw[list(NAMES[:4])].add_prefix(RAW)) if scene.places.with_raw else found


def place_columns(
    places: Places, dwellings: Index, flat_given: Flags, otherwise: Flags | None = None
) -> pd.DataFrame:
    """ID_ADRESSE, ID_LOGEMENT and QUARTIER; no dwelling (-1) leaves them empty.

    ``otherwise``: rows whose flat is written in another manner, so that its pseudonym is another.
    """
    building = places.building[dwellings]
    several = places.has_several[dwellings]
    dwelling = np.where(flat_given | ~several, places.id_logement[dwellings], "")
    flat = np.where(flat_given & several, places.flat[dwellings], "").astype(object)
    if otherwise is not None:
        rows = np.flatnonzero(otherwise & several & flat_given)
        flats = pd.Series([f"porte {number % 97} face" for number in dwellings[rows]], dtype=object)
        flat[rows] = flats
        addresses = pd.Series(places.address[building[rows]], dtype=object)
        dwelling[rows] = dwelling_ids(addresses, flats, np.ones(len(rows), dtype=bool), places.secret)
    found = pd.DataFrame(
        {
            "ID_ADRESSE": places.id_adresse[building],
            "ID_LOGEMENT": dwelling,
            "QUARTIER": places.quartier[building],
        }
    )
    return found.join(_raw_place(places, building, flat)) if places.with_raw else found


def raw_columns(rows: pd.DataFrame) -> list[str]:
    """Names of the columns that hold what the register writes; none in a town without raw exports."""
    return [str(name) for name in rows if str(name).startswith(RAW)]


def _raw_place(places: Places, building: Index, flat: Texts) -> pd.DataFrame:
    address = np.where(building >= 0, places.address[building], "")
    return pd.DataFrame(
        {"ADRESSE": address, "COMPLEMENT": flat, "NB_LOGEMENTS": places.n_dwellings[building]}
    ).add_prefix(RAW)


@dataclass(frozen=True, kw_only=True)
class _Slips:
    """Per row: what was left out or mistyped when its form was filled in."""

    usage_only: Flags
    named: Flags
    full_date: Flags
    year: Flags
    no_sex: Flags
    surname: Flags
    given: Flags
    date: Flags
    swapped_date: Flags
    half: Flags
    half_double: Flags
    swapped_names: Flags
    lot: npt.NDArray[np.int64]


def _slips(
    forms: npt.NDArray[np.generic], style: Style, errors: float, chance: np.random.Generator
) -> _Slips:
    """Every mistake is drawn whatever its share, so that a larger factor keeps the mistakes of a smaller one and adds to them."""
    row, distinct = pd.factorize(forms)

    def happens(share: float) -> Flags:
        return np.asarray((chance.random(len(distinct)) < share)[row])

    def mistaken(name: str) -> Flags:
        return happens(errors * rate(name))

    return _Slips(
        usage_only=happens(style.usage_only),
        named=happens(style.named),
        full_date=happens(style.birth_date),
        year=happens(style.year),
        no_sex=mistaken("sex_missing"),
        surname=mistaken("typo_surname"),
        given=mistaken("typo_given"),
        date=mistaken("wrong_birth_date"),
        swapped_date=mistaken("day_month_swapped"),
        half=mistaken("half_compound"),
        half_double=mistaken("half_double"),
        swapped_names=mistaken("surnames_swapped"),
        lot=chance.integers(0, 2**31, len(distinct))[row],
    )


def _written(scene: Scene, persons: Index, since: Days, slips: _Slips) -> pd.DataFrame:
    """The form as the clerk has it: of a compound first name or a double surname perhaps one half, surnames perhaps in each other's place."""
    names = scene.everyone.names
    birth = names.surnames[names.birth[persons]]
    usage = _usage(names, persons, since, slips)
    usage = np.where(slips.usage_only & (usage == ""), birth, usage)
    birth = np.where(slips.usage_only, "", birth)
    swapped = slips.swapped_names & (usage != "") & (birth != "")
    birth, usage = np.where(swapped, usage, birth), np.where(swapped, birth, usage)
    given = _given(names.given_names, names.given[persons], slips)
    columns = {
        "NOM_NAISSANCE": _mistyped(birth, slips.surname, slips.lot),
        "NOM_USAGE": _mistyped(usage, slips.surname & (birth == ""), slips.lot),
        "PRENOMS": _mistyped(given, slips.given, slips.lot),
        "DATE_NAISSANCE": _dates(days(scene.everyone.people["born_on"])[persons], slips),
    }
    return pd.DataFrame(
        {name: np.where(slips.named, column, "") for name, column in columns.items()}, dtype=object
    )


def _usage(names: Names, persons: Index, since: Days, slips: _Slips) -> Texts:
    """The surname in use beside the birth name, '' for none; a double one whole, or the one half or the other."""
    has_married = (names.married[persons] >= 0) & (names.married_on[persons] <= since)
    usage = np.where(has_married, names.surnames[names.married[persons]], "").astype(object)
    double = has_married & names.is_double[persons]
    whole, own_half = (double & ~slips.half_double, double & slips.half_double & (slips.lot % 2 == 1))
    own = names.surnames[names.birth[persons]]
    usage[own_half] = own[own_half]
    usage[whole] = own[whole] + "-" + usage[whole]
    return usage


def _given(labels: Texts, codes: npt.NDArray[np.int32], slips: _Slips) -> Texts:
    half = np.array([label.split("-")[0] for label in labels], dtype=object)
    return np.where(slips.half, half[codes], labels[codes])


def _mistyped(texts: Texts, wrong: Flags, lots: npt.NDArray[np.int64]) -> Texts:
    """One letter replaced, left out, doubled or exchanged with the next."""
    typed = texts.copy()
    for row in np.flatnonzero(wrong):
        typed[row] = _slip(texts[row], int(lots[row]))
    return typed


def _slip(word: str, lot: int) -> str:
    if len(word) < 3:
        return word
    at, kind = 1 + lot % (len(word) - 2), lot // 101 % 4
    changed = (
        LETTERS[lot // 7 % len(LETTERS)] + word[at + 1 :],
        word[at + 1 :],
        word[at] + word[at:],
        word[at + 1] + word[at] + word[at + 2 :],
    )
    return word[:at] + changed[kind]


def _dates(born: Days, slips: _Slips) -> Texts:
    """ISO text; a wrong date lies a few days off, or has day and month exchanged where that is a date."""
    off = np.where(slips.date, 1 + slips.lot % 9, 0).astype("timedelta64[D]")
    texts = (born + off).astype(str).astype(object)
    for row in np.flatnonzero(slips.swapped_date & ~slips.date):
        year, month, day = texts[row].split("-")
        texts[row] = f"{year}-{day}-{month}" if int(day) <= 12 else texts[row]
    return np.where(slips.full_date, texts, "")
