"""What departments' own exports hold, with names: the columns from which keys are made, those that are dropped, those that pass.

Declared here: one row a field. A column is known by its own name, or by the names that real software gives it. The electoral roll's are those
of the arrêté of 12 November 2013 (art. 2: ``NomdeNaissance``, ``NomDusage``, ``LibelleVoie`` …) and of the exports of the répertoire électoral
unique (« nom de naissance », « libellé de voie », « complément 1 » …).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from data_contracts.contract import Column, Contract, load
from data_contracts.errors import ConfigurationError

Aliases = Mapping[str, str]
"""Field → other names, folded (see ``dialects.folded``), separated by spaces."""

PERSON: Aliases = {
    "NOM_NAISSANCE": "NOM_DE_NAISSANCE NOMDENAISSANCE NOM_DE_FAMILLE NOM_FAMILLE NOM_PATRONYMIQUE PATRONYME NOM_JEUNE_FILLE NOM_DE_JEUNE_FILLE NOM_JF",
    "NOM_USAGE": "NOM_D_USAGE NOMDUSAGE NOM_USUEL NOM_MARITAL NOM_D_EPOUSE NOM_EPOUSE NOM_EPOUX NOM_MARIAGE",
    "NOM": "NOMS NOM_TITULAIRE NOM_USAGER NOM_PERSONNE",
    "PRENOMS": "PRENOM PRENOM_S PRENOM_1 PRENOM1 PREMIER_PRENOM PRENOM_TITULAIRE PRENOM_USAGER",
    "NOM_PRENOM": "NOMPRENOM",
    "DATE_NAISSANCE": "DATE_DE_NAISSANCE DATEDENAISSANCE DATENAISSANCE DATE_NAISS DATENAISS DDN NE_LE NEE_LE NE_E_LE",
    "ANNEE_NAISSANCE": "ANNEE_DE_NAISSANCE NAISSANCE_ANNEE",
    "SEXE": "GENRE",
    "CIVILITE": "TITRE",
}
PLACE: Aliases = {
    "ADRESSE": "ADRESSE_1 ADRESSE1 LIGNE_ADRESSE ADRESSE_POSTALE ADRESSE_LIGNE_1 ADRESSE_DOMICILE DOMICILE",
    "NUMERO_VOIE": "NUMEROVOIE NUMERO_DE_VOIE NUM_VOIE NO_VOIE N_VOIE NUMERO NUMERO_RUE NUM_RUE",
    "REPETITION": "INDICE_REPETITION INDICE_DE_REPETITION REP BTQ BIS_TER SUFFIXE",
    "TYPE_VOIE": "TYPEVOIE TYPE_DE_VOIE NATURE_VOIE",
    "LIBELLE_VOIE": "LIBELLEVOIE LIBELLE_DE_VOIE LIBELLE_DE_LA_VOIE NOM_VOIE NOM_DE_VOIE VOIE RUE LIB_VOIE",
    "LIEU_DIT": "LIEUDIT",
    "COMPLEMENT_1": "COMPLEMENT COMPLEMENT1 COMPLEMENT_ADRESSE COMPLEMENT_D_ADRESSE COMPLEMENTDELOCALISATION1 COMPLEMENT_DE_LOCALISATION_1 ADRESSE_2 ADRESSE2",
    "COMPLEMENT_2": "COMPLEMENT2 COMPLEMENTDELOCALISATION2 COMPLEMENT_DE_LOCALISATION_2 ADRESSE_3 ADRESSE3",
    "BATIMENT": "BAT IMMEUBLE",
    "ESCALIER": "ESC",
    "ETAGE": "",
    "APPARTEMENT": "APPT APT NUMERO_APPARTEMENT NUM_APPARTEMENT NO_APPARTEMENT N_APPARTEMENT PORTE NUM_LOGEMENT NO_LOGEMENT NUMERO_LOGEMENT",
    "NB_LOGEMENTS_ADRESSE": "NB_LOGEMENTS NOMBRE_LOGEMENTS NOMBRE_DE_LOGEMENTS",
}
LINKED: Aliases = {
    "NOM_NAISSANCE_LIEE": "NOM_DE_NAISSANCE_LIEE NOM_LIEE NOM_CONJOINT NOM_DE_NAISSANCE_CONJOINT NOM_PARENT",
    "NOM_USAGE_LIEE": "NOM_D_USAGE_LIEE NOM_USAGE_CONJOINT",
    "PRENOMS_LIEE": "PRENOM_LIEE PRENOMS_CONJOINT PRENOM_CONJOINT",
    "DATE_NAISSANCE_LIEE": "DATE_DE_NAISSANCE_LIEE DATE_NAISSANCE_CONJOINT",
}
DROPPED = (
    "CODE_POSTAL", "CODEPOSTAL", "CP", "COMMUNE", "VILLE", "LOCALITE", "VILLELOCALITE", "PAYS", "CODE_COMMUNE",
    "CODECOMMUNE", "NOMCOMMUNE", "NOM_COMMUNE", "CODE_DEPARTEMENT", "CODEDEPARTEMENT", "INFOLISTE", "DEPARTEMENT",
    "CODE_DU_L_UGLE", "CODE_DE_L_UGLE", "LIBELLE_DE_L_UGLE", "CODE_UGLE", "LIBELLE_UGLE", "NOMCOMNAISSANCE",
    "DEPTNAISSANCE", "PAYSNAISSANCE", "PAYSNAISS", "LIEU_NAISSANCE", "LIEU_DE_NAISSANCE", "LIEUNAISS", "COMMNAISS", "COMMUNE_NAISSANCE",
    "COMMUNE_DE_NAISSANCE", "CODE_COMMUNE_DE_NAISSANCE", "LIBELLE_COMMUNE_DE_NAISSANCE", "CODE_DEPARTEMENT_DE_NAISSANCE",
    "DEPARTEMENT_NAISSANCE", "PAYS_NAISSANCE", "PAYS_DE_NAISSANCE", "CODE_PAYS_DE_NAISSANCE", "NATIONALITE",
    "LIBELLE_NATIONALITE", "IDENTIFIANT_NATIONALITE", "CODE_NATIONALITE", "NOMBUREAUDEVOTE", "LIBELLE_DU_BUREAU_DE_VOTE",
    "CODECANTON", "CODE_CANTON", "LIBELLE_CANTON_DU_BUREAU_DE_VOTE", "CODECIRCONSCRIPTION",
    "CODE_CIRCONSCRIPTION_LEGISLATIVE_DU_BUREAU_DE_VOTE", "LIBELLE_CIRCONSCRIPTION_METROPOLITAINE_DU_BUREAU_DE_VOTE", "NIR",
    "NUMERO_SECURITE_SOCIALE", "NUMERO_DE_SECURITE_SOCIALE", "NUM_SECU", "EMAIL", "E_MAIL", "COURRIEL", "MEL", "MAIL",
    "ADRESSE_ELECTRONIQUE", "ADRESSE_MAIL", "TELEPHONE", "TEL", "TELEPHONE_1", "TELEPHONE_2", "TEL_FIXE", "TEL_PORTABLE",
    "TELEPHONE_FIXE", "TELEPHONE_PORTABLE", "MOBILE", "PORTABLE", "IBAN", "RIB", "BIC", "LIEUDECES", "ACTEDECES",
    "PRENOM_2", "PRENOM2", "PRENOM_3", "PRENOM3", "AUTRES_PRENOMS", "LONGITUDE", "LON", "LATITUDE", "LAT",
)  # fmt: skip
"""Identifiers, birthplaces and coordinates that exports hold: written in no extract, and but for ``BESIDE`` read by nobody."""
BESIDE: Aliases = {
    "CODE_POSTAL": "CODEPOSTAL CP",
    "COMMUNE": "VILLE LOCALITE VILLELOCALITE NOMCOMMUNE NOM_COMMUNE",
    "LONGITUDE": "LON",
    "LATITUDE": "LAT",
}
"""Of the dropped those that tell where a door is: the key holder's table shows them beside the address. Coordinates are WGS84, in degrees."""


@dataclass(frozen=True, kw_only=True)
class RawExport:
    """What one department hands to ``lanterne pseudonymise``.

    ``passes``: other names of the contract's columns that go through as they are. ``numbers``: for the column that names the record, fields
    that are the department's own number of it; their values are replaced by a keyed name made of ``named_by`` (the first of them that are there).
    """

    has_person: bool = True
    has_place: bool = True
    has_linked: bool = False
    passes: Aliases
    record: str = ""
    numbers: Aliases
    named_by: tuple[str, ...] = ()
    day: str = ""


RAW_EXPORTS: Mapping[str, RawExport] = {
    "liste_electorale": RawExport(
        passes={
            "TYPE_LISTE": "TYPELISTE LIBELLE_DU_TYPE_DE_LISTE LIBELLE_TYPE_DE_LISTE",
            "DATE_LISTE": "DATECREATIONLISTE DATE_DE_LA_LISTE",
            "NO_BUREAU_VOTE": "NOBUREAUDEVOTE CODE_DU_BUREAU_DE_VOTE BUREAU_DE_VOTE",
            "DATE_INSCRIPTION": "DATE_D_INSCRIPTION",
            "MOTIF_INSCRIPTION": "MOTIF_D_INSCRIPTION",
        },
        record="ID_ELECTEUR",
        numbers={
            "NUMERO_ELECTEUR": "NOELECTEURGENERAL NUMERO_D_ELECTEUR NUMERO_NATIONAL_D_ELECTEUR NUMERO_NATIONAL_ELECTEUR NNE NUMERO_D_ORDRE_DANS_LE_BUREAU_DE_VOTE"
        },
        named_by=("NUMERO_ELECTEUR", "NO_BUREAU_VOTE", "NOM_NAISSANCE", "PRENOMS", "DATE_NAISSANCE"),
        day="DATE_LISTE",
    ),
    "etat_civil": RawExport(
        has_linked=True,
        passes={"DATE_ACTE": "DATE_DE_L_ACTE", "TYPE_EVENEMENT": "TYPE_ACTE", "COMMUNE_DOMICILE": "CODE_INSEE_DOMICILE"},
        record="ID_EVENEMENT",
        numbers={"NUMERO_ACTE": "NO_ACTE NUM_ACTE N_ACTE NUMERO_DE_L_ACTE"},
        named_by=("NUMERO_ACTE", "TYPE_EVENEMENT", "DATE_ACTE", "NOM_NAISSANCE", "PRENOMS"),
    ),
    "parc_social": RawExport(
        passes={}, record="ID_BAIL", numbers={"NUMERO_BAIL": "NO_BAIL NUM_BAIL NUMERO_CONTRAT REFERENCE_BAIL"}, named_by=("NUMERO_BAIL",), day="DATE_ARRETE"
    ),
    "usages_services": RawExport(
        passes={}, record="ID_USAGER", numbers={"NUMERO_USAGER": "NO_USAGER NUM_USAGER CODE_FAMILLE NUMERO_CARTE"}, named_by=("NUMERO_USAGER",), day="DATE_ARRETE"
    ),
    "registre_vulnerables": RawExport(
        passes={}, record="ID_INSCRIT", numbers={"NUMERO_INSCRIT": "NO_INSCRIT NUM_INSCRIT NUMERO_DOSSIER"}, named_by=("NUMERO_INSCRIT",), day="DATE_ARRETE"
    ),
    "signalements": RawExport(
        passes={}, record="ID_SIGNALEMENT", numbers={"NUMERO_SIGNALEMENT": "NO_SIGNALEMENT NUM_SIGNALEMENT"}, named_by=("NUMERO_SIGNALEMENT",)
    ),
    "visites": RawExport(passes={}, record="ID_VISITE", numbers={"NUMERO_VISITE": "NO_VISITE NUM_VISITE"}, named_by=("NUMERO_VISITE",)),
    "deces_publics": RawExport(has_place=False, passes={"DATE_DECES": "DATEDECES"}, numbers={}, day="DATE_FICHIER"),
    "oppositions": RawExport(passes={}, numbers={}),
    "etablissements": RawExport(has_person=False, passes={}, numbers={}),
}  # fmt: skip
"""One row a source; ``quartiers`` holds neither persons nor addresses."""
SCOPE = "PORTEE"
"""Of an objection: PERSONNE or LOGEMENT, whom it protects; empty = both."""


def raw_export(source: str) -> RawExport:
    """Raises ConfigurationError for a source that nobody pseudonymises."""
    if source not in RAW_EXPORTS:
        raise ConfigurationError(
            f"`{source}` is no source with persons or addresses",
            where="SOURCE",
            hint=f"sources are: {', '.join(RAW_EXPORTS)}.",
        )
    return RAW_EXPORTS[source]


def fields(source: str) -> dict[str, tuple[str, ...]]:
    """Every field that a raw export of ``source`` may hold, with its other names; first those that are read."""
    export, made = raw_export(source), _made(source)
    blocks = (
        (export.has_person, PERSON),
        (export.has_place, PLACE),
        (export.has_linked, LINKED),
        (not export.has_person, {"NOM": ""}),
        (source == "oppositions", {SCOPE: ""}),
        (bool(export.numbers), export.numbers),
    )
    known = {
        name: tuple(others.split())
        for is_there, block in blocks
        if is_there
        for name, others in block.items()
    }
    for column in load(source).columns:
        if column.header not in made and column.header not in known:
            known[column.header] = (*column.aliases, *export.passes.get(column.header, "").split())
    taken = set(known).union(*known.values())
    return known | {name: () for name in DROPPED if name not in taken}


def passing(source: str) -> tuple[Column, ...]:
    """The contract's columns that are written as they were read."""
    made = _made(source) | ({"SEXE", "ANNEE_NAISSANCE"} if raw_export(source).has_person else set())
    return tuple(c for c in load(source).columns if c.header not in made)


def reading(source: str, *, one_column_a_name: bool = False) -> Contract:
    """The raw export as a contract that ``dialects`` can read: text columns that may all be absent.

    ``one_column_a_name``: every other name is a column of its own, which tells which of them a file uses.
    """
    promise = load(source)
    plain = replace(
        promise.columns[0], kind="string", is_required=False, is_key=False, is_protected=False, may_be_absent=True,
        allowed=(), minimum=None, maximum=None, pattern=None, width=None,
    )  # fmt: skip
    known = fields(source)
    if one_column_a_name:
        names = [name for field, others in known.items() for name in (field, *others)]
        return replace(
            promise, columns=tuple(replace(plain, header=name, aliases=()) for name in dict.fromkeys(names))
        )
    return replace(
        promise, columns=tuple(replace(plain, header=f, aliases=others) for f, others in known.items())
    )


def _made(source: str) -> set[str]:
    """Columns of the contract that are made here, never read."""
    return {c.header for c in load(source).columns if c.header.startswith("CLE_")} | {
        "ID_ADRESSE",
        "ID_LOGEMENT",
    }
