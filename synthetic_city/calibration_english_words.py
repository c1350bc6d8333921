"""What the figures of the calibration are called on an English page: those of people bear English names in the code, those of ties and registers French ones."""

from __future__ import annotations

NAMES_EN = {
    "population 18 24": "Population 18-24", "births a year": "Births a year", "one person share": "Households of one person",
    "one person men share": "Households of one man", "one person women share": "Households of one woman",
    "couple with child share": "Households: couples with a child", "couple without child share": "Households: couples without a child",
    "single parent share": "Households: single parents", "other households share": "Households: others without a family",
    "hlm share": "Dwellings of social landlords", "owner share": "Owners", "tenant share": "Tenants", "flat share": "Flats",
    "active 15 plus": "In work or looking for it, 15 and over", "unemployed share of active": "Unemployed among them",
    "students 18 24 share": "Students among those aged 18 to 24", "out of school 15 plus": "Out of school, 15 and over",
    "poverty share": "Poverty rate", "married share of couples": "Couples: married", "pacs share of couples": "Couples: civil union (PACS)",
    "free union share of couples": "Couples: neither", "same sex share of couples": "Couples of one sex",
    "partners age gap": "Couples: years by which the man is older", "man older share": "Couples: the man is older",
    "woman older share": "Couples: the woman is older", "brides age": "Mean age of women at their marriage",
    "grooms age": "Mean age of men at their marriage",
    "Isolés, 15 ans et plus (aucun des cinq réseaux)": "Isolated, 15 and over (none of five networks)",
    "Isolés, 15 ans et plus, attendu à Agen": "Isolated, 15 and over, as expected in Agen",
    "Au plus un réseau, 15 ans et plus": "One network at most, 15 and over",
    "Isolés, moins de 25 ans": "Isolated, under 25", "Isolés, 25-39 ans": "Isolated, 25 to 39", "Isolés, 40-59 ans": "Isolated, 40 to 59",
    "Isolés, bas revenus": "Isolated, low income", "Isolés, hauts revenus": "Isolated, high income", "Isolés, chômeurs": "Isolated, unemployed",
    "Isolés, personnes au foyer et autres inactifs": "Isolated, at home and others out of work",
    "Isolés, locataires du parc social": "Isolated, tenants of social landlords", "Isolés, parc privé": "Isolated, private housing",
    "Un seul réseau : les voisins": "One network alone: neighbours", "Un seul réseau : les amis": "One network alone: friends",
    "Un seul réseau : la famille": "One network alone: family",
    "Se sentent seuls, 15 ans et plus (UCLA-3 ≥ 6)": "Feel lonely, 15 and over (UCLA-3 ≥ 6)",
    "Se sentent seuls, 15 ans et plus, attendu à Agen": "Feel lonely, 15 and over, as expected in Agen",
    "Se sentent seuls, 25-39 ans": "Feel lonely, 25 to 39", "Se sentent seuls, 60-69 ans": "Feel lonely, 60 to 69",
    "Se sentent seuls, chômeurs": "Feel lonely, unemployed", "Se sentent seuls, en emploi": "Feel lonely, in work",
    "Au plus un contact par mois avec la famille et avec l'entourage": "A contact a month at most with family and with others",
    "… avec la famille seulement": "… with family only", "… avec l'entourage seulement": "… with others only",
    "Seuls sans être isolés de leur famille ni de leurs amis": "Lonely though not cut off from family and friends",
    "LSNS-6 inférieur à 12, 60 ans et plus": "LSNS-6 below 12, 60 and over",
    "18-25 ans inscrits sur la liste d'une autre commune": "Aged 18 to 25 on the roll of another town",
    "baux en cours dans le parc social": "Leases of social landlords", "actes de décès d'habitants, par an": "Death certificates of residents, a year",
    "habitants inscrits dans une bibliothèque": "Residents on the books of a library",
    "adultes français inscrits à Agen": "French adults on the roll of Agen",
    "inscrits qui n'habitent plus en ville": "On the roll, no longer in town",
    "inscrits sans numéro d'appartement, immeubles de plusieurs logements": "On the roll without a flat number, buildings of several dwellings",
    "« Mort sociale », 60 ans et plus": "“Social death”, 60 and over", "« Mort sociale », 80 ans et plus": "“Social death”, 80 and over",
    "« Mort sociale », 60 ans et plus pauvres": "“Social death”, 60 and over, poor",
}  # fmt: skip

REASONS_EN = {
    "erreur de sondage de la source à 95 % : 1,96 × √(p (1 − p) / n), où n est donné avec la source":
        "sampling error of the source at 95%: 1.96 × √(p (1 − p) / n), where n is given with the source",
    "trois villes : Soleure 11 %, Londres 15 %, Hambourg 20 %": "three cities: Solothurn 11%, London 15%, Hamburg 20%",
}  # fmt: skip
"""Why a tolerance is wider, where the code says it in French."""


def english(name: str) -> str:
    """The figure's name; one that is not in the table is an English one and begins with a capital."""
    return NAMES_EN.get(name, name[:1].upper() + name[1:])
