"""What names a person directly and may be in no column of an extract: social-security numbers, e-mail, telephone, bank account, names, free text.

A cheap condition finds candidates in SQL (``suspect``), then ``named_by`` looks at each closely: check digits, forms of writing. In a column
of opaque identifiers a number may look like a telephone by chance, so there only a form that is written as one counts, or a
column that is full of them (``COMMON_SHARE``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

from data_contracts.contract import Column, Contract

Kind = Literal["nir", "email", "telephone", "iban", "name", "free text"]
COMMON_SHARE = 0.2
LONGEST_CODE = 120
MOST_SENTENCES = 20
MOST_READ = 2_000
"""Characters of a cell that are looked at closely: a search through a cell of a megabyte may take minutes, and its length alone condemns it."""
WORDS: dict[Kind, str] = {
    "nir": "social-security numbers",
    "email": "e-mail addresses",
    "telephone": "telephone numbers",
    "iban": "bank accounts",
    "name": "names of people",
    "free text": "free text",
}
IBAN_LENGTHS = {
    "FR": 27,
    "MC": 27,
    "BE": 16,
    "LU": 20,
    "DE": 22,
    "CH": 21,
    "IT": 27,
    "ES": 24,
    "PT": 25,
    "NL": 18,
    "GB": 22,
}
"""Of the accounts that people of a French town have; an opaque code of another length is none."""
_DIGITS = r"[0-9](?:[ .\-/]?[0-9]){8}"
_NUMBER = rf"[+0-9][0-9 .\-/]{{8,}}|(?i:{'|'.join(IBAN_LENGTHS)})[0-9]{{2}}[0-9A-Za-z ]{{11,30}}"
_WORDS = r"(?i:(?:^|[^\pL])(?:mme|mlle|mr|m\.|monsieur|madame|mademoiselle|veuve|vve)\.? +\pL{2})|^[\pL'’\-]{2,} [\pL'’\-]{2,}|\S+ \S+ \S+ \S"

EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\W\d_]{2,}")
WRITTEN_TELEPHONE = re.compile(
    r"(?<![0-9])(?:(?:\+|00)33[ .\-/]?[1-9]|0[1-9])(?:[ .\-/][0-9]{2}){4}(?![0-9])|(?:\+|00)33[1-9][0-9]{8}(?![0-9])"
)
BARE_TELEPHONE = re.compile(r"(?<![0-9])0[1-9][0-9]{8}(?![0-9])")
NIR = re.compile(
    r"(?<![0-9])[1-478][ .]?[0-9]{2}[ .]?(?:0[1-9]|1[0-2]|[2-9][0-9])[ .]?(?:[0-9]{2}|2[AB])[ .]?[0-9]{3}[ .]?[0-9]{3}(?:[ .\-/]?([0-9]{2}))?(?![0-9])"
)
IBAN = re.compile(r"(?<![0-9A-Z])[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){3,7}(?: ?[0-9A-Z]{1,3})?(?![0-9A-Z])")
CIVIL = re.compile(
    r"(?:^|[^\w])(?:mme|mlle|mr|m\.|monsieur|madame|mademoiselle|veuve|vve)\.? +[^\W\d_]{2,}", re.IGNORECASE
)
TWO_WORDS = re.compile(r"[^\W\d_][^\W\d_'’\-]+(?: [^\W\d_'’\-]{2,})+")


def is_opaque(column: Column) -> bool:
    """Whether the column holds identifiers that mean nothing outside their register."""
    return column.is_key or column.header.startswith(("ID_", "NO_"))


def is_free(column: Column) -> bool:
    """Whether the contract leaves open what the column's text may be."""
    return column.kind == "string" and not column.allowed and not column.pattern


def suspect(cell: str, *, opaque: bool) -> str:
    """A condition on the SQL expression ``cell``, true for whatever ``named_by`` or ``common`` may name. Ordered by cost: it is asked of every
    cell of a million rows, so that words are only looked for where there is a space, and a code that means nothing only as a whole."""
    numbers = f"regexp_full_match({cell}, '{_NUMBER}')" if opaque else f"regexp_matches({cell}, '{_DIGITS}')"
    words = f"contains({cell}, ' ') and regexp_matches({cell}, '{_WORDS.replace(chr(39), chr(39) * 2)}')"
    return f"(contains({cell}, '@') or strlen({cell}) > {LONGEST_CODE} or ({words}) or {numbers})"


def named_by(text: str, *, opaque: bool) -> Kind | None:
    """What in one cell names a person directly, whatever else the cell holds; None for nothing."""
    text = text[:MOST_READ]
    if "@" in text and EMAIL.search(text):
        return "email"
    if any(_is_nir(found, opaque=opaque) for found in NIR.finditer(text.upper())):
        return "nir"
    if not opaque and any(_is_iban(found[0]) for found in IBAN.finditer(text.upper())):
        return "iban"
    if WRITTEN_TELEPHONE.search(text) or (not opaque and BARE_TELEPHONE.search(text)):
        return "telephone"
    return "name" if CIVIL.search(text) else None


def common(cells: Mapping[str, int], rows: int, *, opaque: bool, names_people: bool) -> Kind | None:
    """What a whole column is full of though no single cell proves it: ``cells`` are the suspect texts, with how many of the ``rows`` hold each."""

    def share(is_one: Callable[[str], object]) -> float:
        return sum(n for cell, n in cells.items() if is_one(cell)) / max(rows, 1)

    if opaque and share(_is_whole_nir) > COMMON_SHARE:
        return "nir"
    if opaque and share(_is_iban) > COMMON_SHARE:
        return "iban"
    if opaque and share(BARE_TELEPHONE.fullmatch) > COMMON_SHARE:
        return "telephone"
    if opaque and names_people and share(TWO_WORDS.fullmatch) > COMMON_SHARE / 10:
        return "name"
    sentences = [c for c in cells if len(c.split()) >= 4]
    if any(len(c) > MOST_READ for c in cells):
        return "free text"
    if names_people and (len(sentences) > MOST_SENTENCES or any(len(c) > LONGEST_CODE for c in cells)):
        return "free text"
    varied = sum(1 for c in cells if TWO_WORDS.fullmatch(c))
    return "name" if names_people and varied > 50 and varied > COMMON_SHARE * rows else None


def _is_whole_nir(cell: str) -> bool:
    found = NIR.fullmatch(cell)
    return found is not None and _is_nir(found, opaque=False)


def names_people(contract: Contract) -> bool:
    """Whether the source is about persons: elsewhere words may be the names of places."""
    return any(c.header == "CLE_IDENTITE" for c in contract.columns)


def _is_nir(found: re.Match[str], *, opaque: bool) -> bool:
    """Thirteen characters of the right form; with its two check digits where they are written. By chance one number in 97 has them,
    so that in a column of opaque numbers the form alone proves nothing."""
    digits = re.sub(r"[ .\-/]", "", found[0])[:13]
    number = int(digits.replace("2A", "19").replace("2B", "18"))
    if found[1]:
        return not opaque and 97 - number % 97 == int(found[1])
    return not opaque


def _is_iban(text: str) -> bool:
    """ISO 13616: the rearranged number leaves 1 on division by 97."""
    plain = text.upper().replace(" ", "")
    if not plain.isalnum() or len(plain) != IBAN_LENGTHS.get(plain[:2]):
        return False
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1
