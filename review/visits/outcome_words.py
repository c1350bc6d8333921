"""Codes of the contract of visits in words; msgids. The items of LSNS-6 and UCLA-3 have none: their wordings are copyrighted, and on the visitors' paper."""

from __future__ import annotations

OUTCOMES = {
    "VU": "met",
    "ABSENT": "nobody opened",
    "REFUS": "refused the visit",
    "DEMENAGE": "moved away",
    "DECEDE": "died",
    "ETABLISSEMENT": "lives in an establishment",
    "INTROUVABLE": "the door was not found",
}
"""ISSUE, in the order of the form, where the keys 1 to 7 choose them."""

NETWORKS = {
    "reseau_famille": "family",
    "reseau_amis": "friends",
    "reseau_voisins": "neighbours",
    "reseau_collegues": "colleagues",
    "reseau_associations": "clubs and associations",
}
NEEDS = {
    "besoin_mobilite": "mobility",
    "besoin_repas": "meals",
    "besoin_loisirs": "leisure",
    "besoin_visite": "courtesy visits",
    "besoin_numerique": "digital help",
    "besoin_menage": "household chores",
}
RANGES = {
    "lsns6": "An answer of the LSNS-6 is a whole number from 0 to 5.",
    "ucla3": "An answer of the UCLA-3 is a whole number from 1 to 3.",
    "networks": "A network is 1 (alive) or 0 (not).",
    "needs": "A need is 1 (yes) or 0 (no); in a spreadsheet O or N.",
}
"""What an answer may be."""
NONE_BECAUSE = {
    "FAMILLE": "family helps",
    "DEPART_RESIDENCE": "moves to a residence soon",
    "ETABLISSEMENT_PROCHE": "a place in a nursing home soon",
    "AUTRE": "another reason",
}
"""Why nothing is needed: AUCUN_BESOIN_MOTIF."""

FOLLOW_UPS = {
    "CCAS": "the welfare office takes over",
    "VISITE_BENEVOLE": "a volunteer comes again",
    "RAPPEL_6M": "call again in six months",
    "CLASSE": "nothing more",
}
"""SUITE."""

JUDGEMENTS = {0: "not isolated", 1: "fragile", 2: "isolated", 3: "severely isolated"}
"""JUGEMENT_UNITE."""

CORRECTED = {
    "TYPING": "a typing error",
    "READING": "misread on the paper",
    "LATER": "known only later",
}
"""Why somebody may write a visit again."""
REVISED = {
    "ENTERED": "entered for the first time",
    "JUDGED": "judged by the unit",
    "HOUSEHOLD": "was at another household",
    **CORRECTED,
}
"""Why a wording was written."""
