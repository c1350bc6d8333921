"""One spelling of letters: capitals without accents, ligatures spelt out, every apostrophe and dash the same."""

from __future__ import annotations

import re
import unicodedata

LIGATURES = str.maketrans(
    {"Œ": "OE", "Æ": "AE", "ẞ": "SS", "Ø": "O", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "TH", "Ħ": "H"}
)
APOSTROPHES = str.maketrans(dict.fromkeys("‘’‚‛`´ʹʻʼʽˈ′‵ꞌ＇\x91\x92", "'"))
"""Typographical, accents used in their place, primes, and what cp1252 leaves in a file read as latin-1."""
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−\u00ad\x96\x97", "-"))


def plain(text: str) -> str:
    """``Cœur-d’Élan`` → COEUR-D'ELAN. Letters that are not Latin stay what they are."""
    if text.isascii():
        return text.upper().replace("`", "'")
    told_apart = text.translate(APOSTROPHES).translate(DASHES)
    spelt = unicodedata.normalize("NFKD", told_apart.upper().translate(LIGATURES))
    return "".join(letter for letter in spelt if not unicodedata.combining(letter)).upper()


def words_of(text: str) -> list[str]:
    """Runs of A-Z and digits, in order."""
    return re.findall(r"[A-Z0-9]+", plain(text))
