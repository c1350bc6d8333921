"""Soundex 2, the French phonetic code of Frédéric Brouard (« L'art des Soundex », sqlpro.developpez.com/cours/soundex).

Names that sound alike get the same code of up to four letters: GAUTHIER = GAUTIER = KTR. A code is only ever used with an
initial and a full birth date, so that its coarseness costs little.
"""

from __future__ import annotations

import re

GROUPS = (
    ("GUI", "KI"),
    ("GUE", "KE"),
    ("GA", "KA"),
    ("GO", "KO"),
    ("GU", "K"),
    ("CA", "KA"),
    ("CO", "KO"),
    ("CU", "KU"),
    ("Q", "K"),
    ("CC", "K"),
    ("CK", "K"),
)
PREFIXES = (("MAC", "MCC"), ("ASA", "AZA"), ("KN", "NN"), ("PF", "FF"), ("SCH", "SSS"), ("PH", "FF"))
VOWELS = str.maketrans("EIOU", "AAAA")
LENGTH = 4


def soundex2(name: str) -> str:
    """The code of ``name``, which holds capital letters A-Z only; empty for an empty name."""
    word = _without_silent(_prefixed(_vowels_alike(_grouped(name))))
    rest = re.sub("[ATDS]$", "", word[1:]).replace("A", "")
    return re.sub(r"(.)\1+", r"\1", word[:1] + rest)[:LENGTH]


def _grouped(word: str) -> str:
    for group, sound in GROUPS:
        word = word.replace(group, sound)
    return word


def _vowels_alike(word: str) -> str:
    return word[:1] + word[1:].translate(VOWELS)


def _prefixed(word: str) -> str:
    for prefix, sound in PREFIXES:
        if word.startswith(prefix):
            return sound + word[len(prefix) :]
    return word


def _without_silent(word: str) -> str:
    """H is heard only in CH and SH, Y only after a vowel; the first letter always stays."""
    return re.sub("(?<=[^A])Y", "", re.sub("(?<=[^CS])H", "", word))
