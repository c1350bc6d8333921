"""Headers that may never be handed over, as real exports write them, and headers that may."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.contract import EMITTED, SOURCES, load
from data_contracts.forbidden_columns import kind_of

FORBIDDEN = {
    "name": ["NOM", "Noms", "Prénom", "PRENOMS", "prenom_2", "PRENOM1", "NOM_MARITAL", "NomdeNaissance", "NomDusage", "nom d'usage", "Nom de jeune fille", "NOMNAISSANCE", "NOM_PRENOM",
             "NOM-EPOUX", "Civilité", "PATRONYME", "NOM_LOCATAIRE_2", "nom du titulaire"],
    "birthplace": ["LIEU_NAISSANCE", "Lieu de naissance", "NomComNaissance", "DeptNaissance", "PaysNaissance", "code commune de naissance", "libellé commune de naissance",
                   "Pays de naissance", "VILLE_NAISS", "LIEUNAISSANCE", "NAISSANCE_LIEU", "code du département de naissance", "Née à"],
    "full birth date": ["DATE_NAISSANCE", "DateDeNaissance", "date de naissance", "DT_NAISS", "date naiss.", "DATENAISSANCE", "DDN", "Né le", "JOUR_NAISSANCE"],
    "nationality": ["Nationalité", "NATIONALITES", "identifiant nationalité", "CODE_NAT", "Titre de séjour"],
    "religion": ["Religion", "CONFESSION", "PRATIQUE_RELIGIEUSE"],
    "health": ["ETAT_SANTE", "Diagnostic", "DIAGNOSTICS", "Pathologie principale", "HANDICAP", "TAUX_INCAPACITE", "GIR", "Médecin traitant", "ALD"],
    "arrears": ["MT_IMPAYES", "Impayé", "IMPAYES_LOYER", "ARRIERES", "Dette locative", "RETARD_DE_LOYER", "solde du locataire", "CONTENTIEUX"],
    "police": ["POLICE", "Casier judiciaire", "MAIN_COURANTE", "Plaintes", "condamnations"],
    "free text": ["COMMENTAIRE", "Commentaires", "OBSERVATION", "observations agent", "Remarques", "NOTES", "TEXTE_LIBRE", "Compte rendu"],
    "contact": ["TELEPHONE", "Téléphone", "TEL_FIXE", "tel1", "PORTABLE", "Courriel", "E-mail", "EMAIL", "ADRESSE_MAIL", "Adresse électronique"],
    "national identifier": ["NIR", "N° sécu", "numéro de sécurité sociale", "INE", "numéro national d'électeur", "identifiant national d'électeur", "NO_ALLOCATAIRE"],
    "bank": ["IBAN", "RIB_LOCATAIRE"],
    "opinions and origins": ["OPINION_POLITIQUE", "Syndicat", "ETHNIE"],
    "address in clear": ["libellé de voie", "NumeroVoie", "numéro de voie", "CODE_POSTAL", "Adresse postale", "ComplementDeLocalisation1"],
}  # fmt: skip
"""Among them every direct identifier of the arrêté of 12 November 2013 and of an export of the répertoire électoral unique."""

INNOCENT = ["CLE_NOM_ADRESSE", "CLE_NOM_ADRESSE_LIEE", "ANNEE_NAISSANCE", "NAISSANCE_ANNEE", "DATE_ALERTE_AGENT", "NB_MINEURS", "BESOIN_MOBILITE", "CLE_IDENTITE",
            "NOM_QUARTIER", "Nom de la commune", "DENOMINATION", "PHENOMENE", "CAPITAL", "TYPE_EVENEMENT", "NOMBRE_OCCUPANTS", "DATE_ACTE", "QUALITE_ADRESSE", "STATUT",
            "NOMADE", "SUITE", ""]  # fmt: skip


@pytest.mark.parametrize(("kind", "header"), [(k, h) for k, headers in FORBIDDEN.items() for h in headers])
def test_a_header_that_names_what_may_not_come_is_known(kind: str, header: str) -> None:
    assert kind_of(header) == kind


@given(
    st.sampled_from([(k, h.replace("_", " ").split()) for k, headers in FORBIDDEN.items() for h in headers]),
    st.sampled_from([" ", "_", "-", ".", "  "]),
    st.sampled_from([str.upper, str.lower, str.title]),
    st.sampled_from(["", "_1", " 12", "_"]),
)
def test_case_separators_and_numbers_do_not_hide_it(
    written: tuple[str, list[str]], between: str, case: object, end: str
) -> None:
    kind, words = written
    humps = any(w[1:] != w[1:].lower() and w != w.upper() for w in words)
    header = between.join(words if humps else [case(w) for w in words]) + end  # type: ignore[operator]
    assert kind_of(header) == kind


@pytest.mark.parametrize("header", INNOCENT)
def test_an_innocent_header_is_let_through(header: str) -> None:
    assert kind_of(header) is None


@pytest.mark.parametrize("source", [*SOURCES, *EMITTED])
def test_no_promised_column_and_no_alias_is_forbidden(source: str) -> None:
    promise = load(source)
    headers = [h for c in promise.columns for h in (c.header, *c.aliases)]
    by_words_alone = {h for h in headers if kind_of(h)}
    assert by_words_alone == ({"NOM"} if source == "quartiers" else set())
    assert not [h for h in headers if promise.forbidden(h)]


def test_the_same_word_is_a_neighbourhood_s_name_in_one_source_and_a_person_s_in_another() -> None:
    assert load("quartiers").forbidden("Nom") is None
    assert load("liste_electorale").forbidden("Nom") == "name"
    assert load("liste_electorale").forbidden("COULEUR") is None
