"""What the extracts cannot say about a household. Said on every line, because a list that hides its blind spots misleads."""

from __future__ import annotations

from features.factor import Language

NO_BREAK = "\u00a0"
_TEXTS = {
    "flat": (
        "appartement inconnu : on ne sait pas qui vit avec qui",
        "flat unknown: who lives with whom cannot be said",
    ),
    "occupants": (
        "aucun bail : mineurs, étrangers et personnes non inscrites ne se voient pas",
        "no lease: minors, foreigners and unregistered people do not show",
    ),
    "contradiction": (
        "le bail et les autres fichiers ne disent pas le même nombre de personnes",
        "the lease and the other extracts do not give the same number of people",
    ),
    "income": ("ressources et emploi inconnus", "resources and work unknown"),
    "age": ("âge inconnu", "age unknown"),
    "services": ("usage des services non communiqué", "service use not handed over"),
    "contacts": (
        "si ces personnes voient quelqu’un : aucun fichier ne le dit",
        "whether these people see anyone: no extract says it",
    ),
}


def not_known(
    *,
    strength: str,
    has_flat: bool,
    has_lease: bool,
    has_age: bool,
    services_open: bool,
    language: Language,
) -> tuple[str, ...]:
    """Statements for one household, the most important first."""
    holds = _of_the_door(strength, has_flat, has_lease) | {
        "income": not has_lease,
        "age": not has_age,
        "services": not services_open,
        "contacts": True,
    }
    return _said(holds, language)


def about_the_door(*, strength: str, has_flat: bool, has_lease: bool, language: Language) -> tuple[str, ...]:
    """Only what visitors need: who lives behind the door."""
    return _said(_of_the_door(strength, has_flat, has_lease), language)


def _of_the_door(strength: str, has_flat: bool, has_lease: bool) -> dict[str, bool]:
    return {
        "flat": not has_flat,
        "contradiction": has_flat and has_lease and strength == "cannot be known",
        "occupants": has_flat and not has_lease,
    }


def translated(text: str, language: Language) -> str:
    """One of these statements, in whichever language it was written, in another; any other text as it is. Lists of earlier versions have plain spaces before the colon."""
    plain = text.replace(NO_BREAK, " ")
    both = next(
        (pair for pair in _TEXTS.values() if plain in (pair[0].replace(NO_BREAK, " "), pair[1])), (text, text)
    )
    return both[0 if language == "fr" else 1]


def _said(holds: dict[str, bool], language: Language) -> tuple[str, ...]:
    return tuple(_TEXTS[name][0 if language == "fr" else 1] for name, it_does in holds.items() if it_does)
