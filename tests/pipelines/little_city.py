"""A hand-made city of forty electors and ten leases, as files: enough to run every step in seconds."""

from pathlib import Path

from pipelines import settings
from pipelines.keys import make_key
from pipelines.store import open_store

CITY = """
name = "Petite ville"
insee_code = "47001"
purpose = "social isolation outreach"
fictitious = true
capacity = 10
exploration_share = 0.2
there_share = 0.5

[sources.liste_electorale]
gate = "open"
basis = "fictitious"
signed_by = "test"
signed_on = 2026-01-01

[sources.parc_social]
gate = "open"
basis = "fictitious"
signed_by = "test"
signed_on = 2026-01-01
"""
ROLL = (
    "TYPE_LISTE;DATE_LISTE;ID_ELECTEUR;SEXE;ANNEE_NAISSANCE;CLE_IDENTITE;CLE_USAGE;CLE_PHONETIQUE;CLE_NOM_ADRESSE;ID_ADRESSE;ID_LOGEMENT;QUARTIER;"
    "QUALITE_ADRESSE;NB_LOGEMENTS_ADRESSE;NO_BUREAU_VOTE;DATE_INSCRIPTION;MOTIF_INSCRIPTION;DATE_RETOUR_NPAI;OPPOSITION\n"
)
LEASES = (
    "DATE_ARRETE\tID_BAIL\tID_ADRESSE\tID_LOGEMENT\tQUARTIER\tQPV\tNB_PIECES\tSURFACE_HAB\tETAGE\tASCENSEUR\tDATE_ENTREE\tDATE_SORTIE\tSEXE\tANNEE_NAISSANCE\t"
    "CLE_IDENTITE\tCLE_USAGE\tCLE_PHONETIQUE\tCLE_NOM_ADRESSE\tNB_OCCUPANTS\tNB_MINEURS\tTYPE_MENAGE\tTRANCHE_RESSOURCES\tACTIVITE_TITULAIRE\t"
    "DATE_VISITE_COURTOISIE\tALERTE_AGENT\tDATE_ALERTE_AGENT\n"
)


def key(i: int) -> str:
    return f"{i:032x}"


def elector(i: int) -> str:
    flat = "" if i % 5 == 0 else key(5000 + i)
    quality = "SANS_COMPLEMENT" if i % 5 == 0 else "COMPLETE"
    sex = "MF"[i % 2]
    return f"PRINCIPALE;01/11/2026;E{i};{sex};{1930 + i};{key(i)};;;{key(900 + i)};{key(3000 + i // 4)};{flat};0{1 + i % 3};{quality};4;1;01/03/2010;X;;N\n"


def lease(i: int) -> str:
    return (
        f"2026-11-01\tB{i}\t{key(3000 + i // 4)}\t{key(5000 + i)}\t0{1 + i % 3}\tN\t2\t41,5\t1\tN\t2015-05-01\t\t{'MF'[i % 2]}\t{1930 + i}\t"
        f"{key(i)}\t\t\t{key(900 + i)}\t1\t0\tSEUL\tM20\tRETRAITE\t\tN\t\n"
    )


def write(folder: Path) -> Path:
    """Gives the path of ``city.toml``."""
    delivery = folder / "deliveries" / "2026-11-02"
    delivery.mkdir(parents=True)
    (delivery / "liste_electorale.csv").write_text(ROLL + "".join(map(elector, range(40))), encoding="cp1252")
    (delivery / "parc_social.csv").write_text(
        LEASES + "".join(lease(i) for i in range(1, 11)), encoding="utf-8"
    )
    (delivery / "quartiers.csv").write_text(
        "QUARTIER;NOM;QPV;POPULATION\n1;Centre;X;1200\n2;Gare;;800\n3;Île;;90\n", encoding="utf-8-sig"
    )
    make_key(folder / "lanterne.key")
    (folder / "city.toml").write_text(CITY, encoding="utf-8")
    return folder / "city.toml"


def without_data(folder: Path) -> Path:
    """The same city with an empty warehouse; gives the path of ``city.toml``."""
    folder.mkdir(exist_ok=True)
    (folder / "city.toml").write_text(CITY, encoding="utf-8")
    with open_store(settings.load(folder / "city.toml").paths):
        pass
    return folder / "city.toml"
