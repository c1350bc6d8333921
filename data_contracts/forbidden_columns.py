"""Columns that may never be handed over, known by the words of their headers. A header that is merely unknown is another matter.

A row forbids a header that has all its words, in any order. ``*`` at the end of a word stands for any ending; plurals, accents, case,
separators, articles and numbers do not matter; words that are written together (``NOMNAISSANCE``) are found when a row has two or more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from data_contracts.headers import folded, spelt_words

ForbiddenKind = Literal[
    "birthplace",
    "full birth date",
    "nationality",
    "religion",
    "health",
    "arrears",
    "police",
    "free text",
    "contact",
    "national identifier",
    "bank",
    "opinions and origins",
    "address in clear",
    "name",
]

WORDS: Mapping[ForbiddenKind, str] = {
    "birthplace": "LIEU NAISSANCE, COMMUNE NAISSANCE, VILLE NAISSANCE, LOCALITE NAISSANCE, PAYS NAISSANCE, DEPARTEMENT NAISSANCE, ARRONDISSEMENT NAISSANCE,"
    " CP NAISSANCE, CODE NAISSANCE, NE A, NEE A, LUGAR NACIMIENTO, PLACE BIRTH, BIRTHPLACE",
    "full birth date": "DATE NAISSANCE, JOUR NAISSANCE, MOIS NAISSANCE, DDN, NE LE, NEE LE, FECHA NACIMIENTO, DATE BIRTH, DOB",
    "nationality": "NATIONALIT*, TITRE SEJOUR, CARTE SEJOUR, ETRANGER, APATRIDE, REFUGIE",
    "religion": "RELIGI*, CONFESSION, CULTE, CROYANCE",
    "health": "SANTE, DIAGNOS*, PATHOLOG*, MALADIE, MALADE, HANDICAP, HANDICAPE, INVALIDIT*, INCAPACITE, ALD, AFFECTION, MEDIC*, MEDECIN, ALLERGIE,"
    " HOSPITALISATION, ADDICTION, ALCOOL*, DEPRESSION, PSYCHIATR*, PSYCHOLOG*, GIR, AGGIR, MDPH, DEMENCE, ALZHEIMER, CAUSE DECES, CURATELLE, TUTELLE",
    "arrears": "IMPAYE*, ARRIERE*, DETTE, SURENDETTEMENT, RETARD LOYER, SOLDE LOYER, SOLDE LOCATAIRE, SOLDE LOCATIF, CONTENTIEUX, EXPULSION, COMMANDEMENT PAYER, RELANCE,"
    " RECOUVREMENT, SAISIE SALAIRE",
    "police": "POLICE, GENDARMERIE, CASIER, JUDICIAIRE, CONDAMNATION, DELIT, INFRACTION, PLAINTE, MAIN COURANTE, GARDE VUE, VIOLENCE, INCIVILITE, AMENDE",
    "free text": "COMMENTAIRE, OBSERVATION, REMARQUE, ANNOTATION, NOTE, TEXTE, MEMO, COMPTE RENDU, APPRECIATION, DESCRIPTION, DESCRIPTIF, PRECISION",
    "contact": "TELEPHON*, TELEFON*, TEL, PORTABLE, MOBILE, GSM, FAX, COURRIEL, CORREO, PHONE, MAIL, EMAIL, MEL, ADRESSE ELECTRONIQUE, TELFIXE, TELPORTABLE, CONTACT URGENCE",
    "national identifier": "NIR, NIRPP, NIA, NSS, SECU, SECURITE SOCIALE, NUMSECU, INE, NNE, NUMERO NATIONAL, IDENTIFIANT NATIONAL, CARTE IDENTITE, CNI, PASSEPORT, ALLOCATAIRE,"
    " NUMERO FISCAL, SPI, CARTE VITALE, DNI, NIE, NIF, PASAPORTE, PASSPORT, NINO",
    "bank": "IBAN, RIB, BIC, COMPTE BANCAIRE",
    "opinions and origins": "OPINION, POLITIQUE, SYNDICAT, SYNDICAL, ORIENTATION SEXUELLE, ETHNIE, ETHNIQUE, RACE, ORIGINE GEOGRAPHIQUE",
    "address in clear": "NUMERO VOIE, LIBELLE VOIE, NOM VOIE, TYPE VOIE, NOM RUE, NUMERO RUE, ADRESSE COMPLETE, ADRESSE POSTALE, COMPLEMENT ADRESSE, COMPLEMENT LOCALISATION,"
    " CODE POSTAL",
    "name": "NOM, PRENOM*, PATRONYM*, SURNOM, CIVILITE, NOM NAISSANCE, NOMDE NAISSANCE, NOM USAGE, NOM MARITAL, NOM FAMILLE, NOM EPOUX, NOM EPOUSE, NOM CONJOINT, NOM PRENOM,"
    " NOM JEUNE FILLE, JEUNE FILLE, NOM TITULAIRE, NOM LOCATAIRE, NOM ELECTEUR, RAISON SOCIALE,"
    " APELLIDO*, NOMBRE PILA, SURNAME, FORENAME, FIRST NAME, LAST NAME, FULL NAME, GIVEN NAME, FAMILY NAME",
}
"""Spanish and English words are there for what a city elsewhere might declare as a column of its own: a header that no contract knows is refused all the same. The first kind that fits is told: ``NOM_COMMUNE_NAISSANCE`` is a birthplace."""

NOT_A_NAME_OF_SOMEBODY = "CLE NOM, NOM QUARTIER, NOM COMMUNE, NOM VILLE, NOM BUREAU, NOM CANTON, NOM ETABLISSEMENT, NOM SERVICE, NOM FICHIER, NOM RESIDENCE"
"""Headers with NOM in them that name no person: a match key, a place, an office."""

SMALL_WORDS = frozenset(["DE", "DU", "DES", "D", "LA", "LES", "L", "EN", "ET", "AU", "AUX"])
"""``A`` and ``LE`` are not among them: ``NE_A``, ``NEE_LE`` need them."""

ABBREVIATIONS = {
    **dict.fromkeys(("NAISS", "NAIS"), "NAISSANCE"),
    **dict.fromkeys(("DT", "DAT"), "DATE"),
    **dict.fromkeys(("COM", "COMM"), "COMMUNE"),
    **dict.fromkeys(("DEP", "DEPT", "DPT"), "DEPARTEMENT"),
    **dict.fromkeys(("NUM", "NO", "N", "NR"), "NUMERO"),
    **dict.fromkeys(("LIB", "LIBEL"), "LIBELLE"),
    **dict.fromkeys(("COMPL", "CPLT"), "COMPLEMENT"),
    **dict.fromkeys(("PREN", "PRN"), "PRENOM"),
    **dict.fromkeys(("OBS", "OBSERV"), "OBSERVATION"),
    **dict.fromkeys(("COMMENT", "COMMENTS"), "COMMENTAIRE"),
    **dict.fromkeys(("NAT", "NATIO"), "NATIONALITE"),
    "LOCAL": "LOCALISATION",
}
_NUMBER = re.compile(r"\d+$")


def kind_of(header: str) -> ForbiddenKind | None:
    """The kind of thing that a column of this name would hand over; None when its words forbid nothing.

    It knows no contract: ``NOM`` alone is a name, though ``quartiers`` has a column so called (see ``Contract.forbidden``).
    """
    words, together = frozenset(_words(header)), folded(header).replace("_", "")
    return next((k for k, rows in WORDS.items() if _hit(k, rows, words, together)), None)


def _hit(kind: ForbiddenKind, rows: str, words: frozenset[str], together: str) -> bool:
    if kind == "name" and any(_has(words, row) for row in _rows(NOT_A_NAME_OF_SOMEBODY)):
        return False
    return any(_has(words, row) or (len(row) > 1 and _glued(row, together)) for row in _rows(rows))


def _words(header: str) -> Iterator[str]:
    for word in spelt_words(header):
        bare = _NUMBER.sub("", word)
        if bare and bare not in SMALL_WORDS:
            yield ABBREVIATIONS.get(bare, bare)


def _rows(rows: str) -> list[list[str]]:
    return [row.split() for row in rows.split(", ")]


def _has(words: frozenset[str], row: list[str]) -> bool:
    return all(any(_is(word, wanted) for word in words) for wanted in row)


def _is(word: str, wanted: str) -> bool:
    if wanted.endswith("*"):
        return word.startswith(wanted[:-1])
    return word in (wanted, f"{wanted}S", f"{wanted}X")


def _glued(row: list[str], together: str) -> bool:
    """Only long ones: ``NEA`` or ``NELE`` would be found inside innocent words."""
    plain = "".join(word.removesuffix("*") for word in row)
    return len(plain) >= 8 and plain in together
