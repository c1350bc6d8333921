"""How French registers write people, in one spelling: particles, compound first names, titles, surnames of marriage in one field.

What a text does not say is empty; nothing is guessed from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from data_contracts.letters import plain

NOT_LETTERS = re.compile("[^A-Z]")
PARTICLES = frozenset(("DE", "DU", "DES", "D", "LE", "LA", "L", "LES"))
TRAILING_PARTICLE = re.compile(r"^(.+?)\s*[,(]\s*(DE LA|DE L|DE|DU|DES|D|LE|LA|L|LES)\s*\)?\s*$")

_CIVIL = r"(?:M\.|MR\.?|MM\.?|MME\.?|MLLE\.?|MELLE\.?|MONSIEUR|MADAME|MADEMOISELLE|DR\.?|DOCTEUR)"
TITLES = re.compile(rf"^(?:{_CIVIL}(?:\s+ET\s+|\s*/\s*|\s+))+(?=\S)|\s*[,(]\s*{_CIVIL}\s*\)?\s*$")
"""In front, or behind in brackets. A bare M is no title: it may be what is left of M'BAREK."""

MARRIED = ("EP", "EPSE", "EPOUSE", "EPX", "EPOUX", "VVE", "VF", "VEUVE", "VEUF")
DIVORCED = ("DIV", "DIVORCEE", "DIVORCE")
BORN = ("NEE",)
MARKERS = {
    **dict.fromkeys(MARRIED, "usage"),
    **dict.fromkeys(DIVORCED, "former"),
    **dict.fromkeys(BORN, "birth"),
}
"""What the surname that follows is: in use by marriage, given up by divorce, or of birth."""
BORN_HE = re.compile(r"(?<=\S )N[É](?= \S)", re.IGNORECASE)

COMPOUNDS = {
    "ANNE": "CATHERINE CECILE CHARLOTTE CLAIRE FLORE FRANCOISE GAELLE LAURE LISE LOUISE LYSE MARGUERITE MARIE SOPHIE",
    "JEAN": "BAPTISTE BERNARD CHARLES CHRISTOPHE CLAUDE CLEMENT DANIEL DENIS DOMINIQUE FRANCOIS GABRIEL GUY JACQUES JOSEPH LOUIS"
    " LOUP LUC MARC MARIE MAURICE MICHEL NOEL PASCAL PAUL PHILIPPE PIERRE RENE ROBERT ROCH SEBASTIEN VICTOR VINCENT YVES",
    "MARIE": "ADELE AGNES ALICE ANDREE ANGE ANNICK ANTOINETTE BERNADETTE BLANCHE CATHERINE CECILE CHANTAL CHARLOTTE CHRISTINE CLAIRE CLAUDE"
    " DOMINIQUE EVE FRANCE FRANCOISE GABRIELLE HELENE JEANNE JOSE JOSEE JOSEPHE LAURE LINE LISE LOU LOUISE LUCE LYNE MADELEINE"
    " MARTINE NOELLE ODILE PAULE PIERRE REINE ROSE SOPHIE THERESE",
    "PIERRE": "ALAIN ANDRE ANTOINE EMMANUEL HENRI JEAN LOUIS MARIE YVES",
    "LOUIS": "MARIE PHILIPPE",
    "PAUL": "ANTOINE EMILE HENRI",
    "ROSE": "MARIE",
}
"""Compound first names that registers also write with a space; the second given name of anybody else is not read."""

FIRST_YEAR, LAST_YEAR = 1850, 2100
"""Years of birth that a text without separators may hold."""


@dataclass(frozen=True, kw_only=True)
class Surnames:
    """``birth`` and ``usage`` as read in one field; ``stated``: a surname of which the field does not say which of the two it is."""

    birth: str = ""
    usage: str = ""
    stated: str = ""


def normalised_surname(text: str) -> str:
    """Capital letters A-Z only: ``de La Tour-Dupré`` → DELATOURDUPRE, ``Cœur (de)`` → DECOEUR, ``Mme Durand`` → DURAND."""
    told = TITLES.sub("", plain(text).strip()).replace("'", " ").strip()
    found = TRAILING_PARTICLE.match(told)
    return NOT_LETTERS.sub("", f"{found[2]}{found[1]}" if found else told)


def surnames_in(text: str) -> Surnames:
    """Surnames of a field that may hold two: ``DURAND EP. MARTIN``, ``MARTIN NÉE DURAND``, ``VVE DUPONT``; normalised.

    What stands before ``EP``, ``VVE`` is the surname of birth, what stands before ``NÉE`` the one in use; one given up by divorce is
    left out. Of two marriages the last named counts. ``DUPONT VEUVE`` names nobody else, and behind a particle a marker is a surname (``LE NÉE``).
    """
    words = _words(text)
    marks = [i for i, word in enumerate(words) if word in MARKERS and not (i and words[i - 1] in PARTICLES)]
    before = _surname(words[: marks[0]]) if marks else ""
    ends = [*marks[1:], len(words)]
    marked = [(MARKERS[words[a]], _surname(words[a + 1 : b])) for a, b in zip(marks, ends, strict=False)]
    if not any(name for _, name in marked):
        return Surnames(stated=before or normalised_surname(text))
    return _sorted_out(before, marked)


def both_surnames(birth: Surnames, usage: Surnames) -> tuple[str, str]:
    """Surname of birth and surname in use, of what the two fields of a form say; '' = not said.

    A field that says nothing of marriage is what its heading says. The other field fills what the first leaves empty.
    """
    return birth.stated or birth.birth or usage.birth, usage.stated or usage.usage or birth.usage


def first_given_name(text: str) -> str:
    """The first of the given names, a compound one whole: ``Jean Pierre`` = ``Jean-Pierre, Marie`` → JEANPIERRE.

    An initial is not a first name, alone or as a half of one: ``J.-P.``, ``J P`` and ``J. Pierre`` give an empty text.
    """
    first = _given(text)
    if not first or any(len(NOT_LETTERS.sub("", half)) < 2 for half in first[0].split("-") if half):
        return ""
    if len(first) > 1 and first[1] in COMPOUNDS.get(first[0], "").split():
        return NOT_LETTERS.sub("", first[0] + first[1])
    return NOT_LETTERS.sub("", first[0])


def first_initial(text: str) -> str:
    """The first letter of the first given name, which an initial gives as well: ``J.-P.`` → J."""
    return NOT_LETTERS.sub("", "".join(_given(text)))[:1]


def iso_date(text: str) -> str:
    """``JJ/MM/AAAA`` (also with dots or dashes), ``AAAAMMJJ`` or ISO → ISO; empty for anything else, 00/00/1950 and 31/02/1950 included.

    No full date, no key. Two digits for a year are no year: a birth in 25 may lie a century back.
    """
    told = text.strip().replace("\u00a0", " ")
    french = re.fullmatch(r"(\d\d?)[/.\- ](\d\d?)[/.\- ](\d{4})(?:[ T].*)?", told)
    iso = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:[ T].*)?", told)
    if french:
        return _valid(french[3], french[2], french[1])
    if iso:
        return _valid(iso[1], iso[2], iso[3])
    return _unseparated(told) if re.fullmatch(r"\d{8}", told) else ""


def birth_year(text: str) -> str:
    """The year of a birth date, whole or not (``00/00/1950``, ``1950``, ``XX/03/1950``); empty where none is said."""
    if whole := iso_date(text):
        return whole[:4]
    told = text.strip()
    years = [told[:4]] if re.fullmatch(r"\d{8}", told) else re.findall(r"(?<!\d)\d{4}(?!\d)", told)
    sound = [year for year in years if FIRST_YEAR <= int(year) <= LAST_YEAR]
    return sound[0] if len(sound) == 1 else ""


def sex_of(text: str) -> str:
    """``M`` or ``F`` of a sex, gender or civil title; empty where it is neither."""
    word = NOT_LETTERS.sub("", plain(text)) or text.strip()
    return SEXES.get(word, "")


SEXES = {
    **dict.fromkeys(("M", "H", "MASCULIN", "HOMME", "MR", "MONSIEUR", "1"), "M"),
    **dict.fromkeys(("F", "FEMININ", "FEMME", "MME", "MLLE", "MELLE", "MADAME", "MADEMOISELLE", "2"), "F"),
}


def _words(text: str) -> list[str]:
    """Words of a field, NÉ with its accent told from the syllable NE; dots behind markers are lost."""
    told = BORN_HE.sub("NEE", text.replace("\u00a0", " "))
    return [_bare(word) for word in TITLES.sub("", plain(told).strip()).replace(".", ". ").split()]


def _bare(word: str) -> str:
    return word.strip("().,:;") if word.strip("().,:;") in MARKERS else word


def _surname(words: list[str]) -> str:
    return normalised_surname(" ".join(words).strip("(), "))


def _sorted_out(before: str, marked: list[tuple[str, str]]) -> Surnames:
    """The surname before the first marker is the one that the marker does not name."""
    said = {kind: name for kind, name in marked if name}
    birth, usage = said.get("birth", ""), said.get("usage", "")
    if marked[0][0] == "birth":
        return Surnames(birth=birth, usage=usage or before)
    return Surnames(birth=birth or before, usage=usage)


def _given(text: str) -> list[str]:
    """Words up to the first comma; the halves of a compound stay joined by their hyphen."""
    told = re.sub(r"\s*-\s*", "-", TITLES.sub("", plain(text).strip()).replace("'", ""))
    return told.split(",")[0].split()


def _valid(year: str, month: str, day: str) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def _unseparated(told: str) -> str:
    """``AAAAMMJJ`` or ``JJMMAAAA``: no text can be both, for a year of birth read as a month is none."""
    if FIRST_YEAR <= int(told[:4]) <= LAST_YEAR and (found := _valid(told[:4], told[4:6], told[6:])):
        return found
    is_year = FIRST_YEAR <= int(told[4:]) <= LAST_YEAR
    return _valid(told[4:], told[2:4], told[:2]) if is_year else ""
