"""Headers as they are compared: whatever the case, accents and separators of a department's own export."""

from __future__ import annotations

import re
import unicodedata

_HUMP = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")


def folded(header: str) -> str:
    """A header as it is compared: upper case, no accents, every run of other characters one underscore."""
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", header.replace("\ufeff", "")) if not unicodedata.combining(c)
    )
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in plain.upper()).split()
    return "_".join(words)


def spelt_words(header: str) -> tuple[str, ...]:
    """The words of a header, folded; ``NomDusage`` and ``nom d'usage`` are both several."""
    return tuple(folded(_HUMP.sub(" ", header)).split("_"))
