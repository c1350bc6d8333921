"""``lanterne pseudonymise``: drawn exports with names, what comes out, what is counted, what is refused, and that nobody is shown."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import logging
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from data_contracts.addresses import Address
from data_contracts.errors import ConfigurationError, ContractError, IntegrityError, LanterneError
from data_contracts.keyed import keyed_hash
from data_contracts.locales import Locale
from pipelines import console
from pipelines.cli import app
from pipelines.ingest import ingest
from pipelines.pseudonymise import Report, pseudonymise
from pipelines.settings import Paths
from pipelines.store import open_store

KEY = bytes(range(32))
DAY = date(2026, 11, 1)
REU = (
    "code du l'ugle;libellé du type de liste;nom de naissance;nom d'usage;prénoms;sexe;date de naissance;libellé commune de naissance;"
    "numéro de voie;libellé de voie;complément 1;complément 2;lieu-dit;code postal;commune;code du bureau de vote;numéro d'ordre dans le bureau de vote"
)
ROLL = [
    REU,
    "47001;Liste principale;DURAND;MARTIN;Jeanne Marie;F;03/02/1950;AGEN;12;Rue Verte;Bâtiment B;Appartement 3;;47000;AGEN;0001;1",
    "47001;Liste principale;ROUX;;Paul;M;00/00/1953;ORAN;12;RUE VERTE;;;;47000;AGEN;0001;2",
    "47001;Liste principale;NOIR;;Zoé;F;01/01/1990;;;;;;Bordeneuve;47000;AGEN;0001;3",
    "47001;Liste principale;BLANC;;Anne;F;01/01/1980;;9;Rue Noire;;;;47000;AGEN;0001;4",
    "47001;Liste principale;BLANC;;Léa;F;01/01/2000;;9;rue noire;;;;47000;AGEN;0001;5",
]
NAMES = (
    "DURAND",
    "MARTIN",
    "ROUX",
    "NOIR",
    "BLANC",
    "JEANNE",
    "PAUL",
    "ZOÉ",
    "VERTE",
    "BORDENEUVE",
    "ORAN",
    "1950-02-03",
    "03/02/1950",
)


def written(folder: Path, lines: list[str], name: str = "raw.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def roll(folder: Path, lines: list[str] = ROLL, **more: str) -> tuple[pd.DataFrame, Report]:
    report = pseudonymise(
        "liste_electorale", written(folder, lines, **more), folder / "liste_electorale.csv", KEY, day=DAY
    )
    return read(folder / "liste_electorale.csv"), report


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)


def expected(purpose: str, *parts: str) -> str:
    return hmac.new(KEY, "|".join((purpose, *parts)).encode(), hashlib.sha256).hexdigest()


def test_a_roll_as_the_national_directory_writes_it(tmp_path: Path) -> None:
    extract, report = roll(tmp_path)
    assert extract["CLE_IDENTITE"][0] == expected("nom", "DURAND", "JEANNE", "1950-02-03")[:32]
    assert extract["CLE_USAGE"].tolist() == [
        expected("nom", "MARTIN", "JEANNE", "1950-02-03")[:32],
        "",
        "",
        "",
        "",
    ]
    assert extract["ID_ADRESSE"][0] == expected("batiment", "12 RUE VERTE")[:16] == extract["ID_ADRESSE"][1]
    assert extract["ID_LOGEMENT"][0] == expected("logement", "12 RUE VERTE", "BATB3")[:16]
    assert extract["ANNEE_NAISSANCE"].tolist() == ["1950", "1953", "1990", "1980", "2000"]
    assert extract["CLE_IDENTITE"][1] == "" != extract["CLE_NOM_ADRESSE"][1]
    assert set(extract["DATE_LISTE"]) == {"2026-11-01"} and len(set(extract["ID_ELECTEUR"])) == 5
    assert set(extract["NO_BUREAU_VOTE"]) == {"0001"} and set(extract["QUARTIER"]) == {""}
    assert (report.rows_read, report.rows_written, report.rows_set_aside, report.year_only) == (5, 5, 0, 1)
    assert report.empty == {
        "CLE_IDENTITE": 1,
        "CLE_USAGE": 4,
        "CLE_PHONETIQUE": 1,
        "CLE_NOM_ADRESSE": 0,
        "ID_ADRESSE": 0,
        "ID_LOGEMENT": 2,
    }
    assert (
        report.recognised["NOM_DE_NAISSANCE"] == "NOM_NAISSANCE"
        and "LIBELLE_COMMUNE_DE_NAISSANCE" in report.dropped
    )


def test_which_dwellings_are_known_without_a_count_of_them(tmp_path: Path) -> None:
    """One flat named at 12 rue Verte: the other row there has none. A hamlet may be several houses. Two surnames at 9 rue Noire: one house."""
    extract, _ = roll(tmp_path)
    home = extract["ID_LOGEMENT"]
    assert home[0] != "" and home[1] == home[2] == ""
    assert home[3] == home[4] == expected("logement", "9 RUE NOIRE", "UNIQUE")[:16]
    assert extract["QUALITE_ADRESSE"].tolist() == [
        "COMPLETE",
        "SANS_COMPLEMENT",
        "LIEU_DIT",
        "COMPLETE",
        "COMPLETE",
    ]


@pytest.mark.parametrize(("surnames", "is_house"), [(4, True), (5, False)])
def test_a_house_of_many_surnames_is_taken_for_several_dwellings(
    tmp_path: Path, surnames: int, is_house: bool
) -> None:
    lines = [
        f"47001;LP;NOM{chr(65 + i)};;Paul;M;01/01/1950;;9;Rue Noire;;;;47000;AGEN;1;{i}"
        for i in range(surnames)
    ]
    extract, _ = roll(tmp_path, [REU, *lines, *lines])
    assert (extract["ID_LOGEMENT"] != "").all() == is_house and (
        extract["ID_LOGEMENT"] == ""
    ).all() != is_house


def test_a_locale_reads_names_and_places_its_own_way(tmp_path: Path) -> None:
    """Every given name, the street as written, no flat; surnames and dates stay as they are."""
    other = Locale(given=str.upper, address=lambda text: Address(street=text, flat=""), flat=lambda text: "")
    raw, out = written(tmp_path, ROLL), tmp_path / "liste_electorale.csv"
    pseudonymise("liste_electorale", raw, out, KEY, day=DAY, locale=other)
    first = read(out).iloc[0]
    assert first["CLE_IDENTITE"] == expected("nom", "DURAND", "JEANNE MARIE", "1950-02-03")[:32]
    assert first["ID_ADRESSE"] == expected("batiment", "12 Rue Verte")[:16] and first["ID_LOGEMENT"] == ""


def test_the_count_of_dwellings_decides_where_the_export_has_it(tmp_path: Path) -> None:
    """1 → one; 2 → several; nothing, or no number → several."""
    head = "DATE_LISTE;ID_ELECTEUR;NOM;PRENOMS;DATE_NAISSANCE;ADRESSE;NB_LOGEMENTS_ADRESSE"
    lines = [
        f"01/11/2026;E{i};ROUX;Paul;01/01/1950;9 rue Noire;{count}"
        for i, count in enumerate(("1", "2", "", "NC", "1.0", "1 200"))
    ]
    extract, _ = roll(tmp_path, [head, *lines])
    assert (extract["ID_LOGEMENT"] != "").tolist() == [True, False, False, False, True, False]
    assert extract["ID_ELECTEUR"].tolist() == [f"E{i}" for i in range(6)]


def test_the_columns_of_the_decree_of_2013(tmp_path: Path) -> None:
    head = (
        "TypeListe;InfoListe;DateCreationListe;CodeDepartement;CodeCommune;NomCommune;NoElecteurGeneral;Sexe;NomdeNaissance;NomDusage;Prenoms;"
        "DateDeNaissance;NomComNaissance;DeptNaissance;PaysNaissance;Nationalite;NomBureauDeVote;NoBureauDeVote;CodeCanton;CodeCirconscription;"
        "ComplementDeLocalisation1;ComplementDeLocalisation2;NumeroVoie;TypeVoie;LibelleVoie;LieuDit;CodePostal;VilleLocalite;Pays"
    )
    row = "LG;LE;01/11/2026;47;001;AGEN;77;F;DURAND;MARTIN;Jeanne;03/02/1950;ORAN;99;ALGERIE;;Mairie;0001;01;01;appt 3;Bât B;12;RUE;VERTE;;47000;AGEN;FRANCE"
    extract, report = roll(tmp_path, [head, row])
    assert extract["CLE_IDENTITE"][0] == expected("nom", "DURAND", "JEANNE", "1950-02-03")[:32]
    assert extract["ID_LOGEMENT"][0] == expected("logement", "12 RUE VERTE", "BATB3")[:16]
    assert extract["DATE_LISTE"][0] == "01/11/2026" and extract["ID_ELECTEUR"][0] == "77"
    assert (
        len(report.recognised) + len([c for c in report.dropped if c not in report.recognised])
        == head.count(";") + 1
    )


def test_nobody_is_in_what_is_written(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    roll(tmp_path, [*ROLL, "DURAND;Jeanne"])
    for path in tmp_path.iterdir():
        if path.name != "raw.csv":
            text = path.read_text(encoding="utf-8").upper()
            assert not [name for name in NAMES if name in text], path.name
    assert not [name for name in NAMES if name in caplog.text.upper()]


def test_misshapen_lines_are_set_aside_by_number_and_length(tmp_path: Path) -> None:
    extract, report = roll(tmp_path, [*ROLL[:3], "DURAND;Jeanne", *ROLL[3:], "x" * 7])
    assert len(extract) == report.rows_written == 5
    assert (report.rows_read, report.rows_set_aside) == (7, 2)
    assert report.set_aside == ((4, 13), (8, 7))
    stored = json.loads((tmp_path / "liste_electorale.report.json").read_text(encoding="utf-8"))
    assert stored["set_aside"] == [[4, 13], [8, 7]]


def test_collisions_are_counted_by_what_differs(tmp_path: Path) -> None:
    """One key of four rows: another sex, other given names, another address, another spelling. One of two rows that agree."""
    head = "DATE_LISTE;ID_ELECTEUR;NOM_NAISSANCE;PRENOMS;SEXE;DATE_NAISSANCE;ADRESSE"
    people = [
        "ROUX;Paul;M;01/01/1950;9 rue Noire",
        "ROUX;Paul;F;01/01/1950;9 rue Noire",
        "ROUX;Paul Marie;M;01/01/1950;9 rue Noire",
        "Roux;Paul;M;1950-01-01;8 rue Noire",
        "NOIR;Zoé;F;01/01/1990;8 rue Noire",
        "NOIR;Zoé;;01/01/1990;8 rue Noire",
        "BLANC;Anne;F;01/01/1980;8 rue Noire",
    ]
    lines = [head, *(f"01/11/2026;E{i};{person}" for i, person in enumerate(people))]
    _, report = roll(tmp_path, lines)
    assert report.collisions == {"keys": 3, "shared": 2, "sex": 1, "names": 1, "addresses": 1, "spellings": 1}


@pytest.mark.parametrize(
    ("head", "row", "birth", "usage"),
    [
        ("NOM", "ROUX", "", "ROUX"),
        ("NOM;NOM_USAGE", "ROUX;NOIR", "ROUX", "NOIR"),
        ("NOM;NOM_JEUNE_FILLE", "NOIR;ROUX", "ROUX", "NOIR"),
        ("NOM", "ROUX EP. NOIR", "ROUX", "NOIR"),
        ("NOM_NAISSANCE", "ROUX VVE NOIR", "ROUX", "NOIR"),
    ],
)
def test_a_column_that_is_only_called_name(
    tmp_path: Path, head: str, row: str, birth: str, usage: str
) -> None:
    lines = [f"DATE_LISTE;ID_ELECTEUR;PRENOM;DDN;{head}", f"01/11/2026;E1;Paul;01/01/1950;{row}"]
    extract, _ = roll(tmp_path, lines)
    for name, surname in (("CLE_IDENTITE", birth), ("CLE_USAGE", usage)):
        assert extract[name][0] == (expected("nom", surname, "PAUL", "1950-01-01")[:32] if surname else "")


def test_an_act_names_two_people(tmp_path: Path) -> None:
    head = "NUMERO_ACTE;TYPE_EVENEMENT;DATE_EVENEMENT;DATE_ACTE;NOM_NAISSANCE;PRENOMS;DATE_NAISSANCE;SEXE;ADRESSE;COMMUNE_DOMICILE;LIEN;NOM_LIEE;PRENOMS_LIEE;DATE_NAISSANCE_LIEE;SEXE_LIEE"
    rows = [
        "12;DECES;01/10/2026;02/10/2026;ROUX;Paul;01/01/1950;M;9 rue Noire;47001;CONJOINT;Durand;Jeanne;;F",
        "13;DECES;01/10/2026;02/10/2026;NOIR;Paul;01/01/1950;M;9 rue Noire;33063;CONJOINT;Durand;Jeanne;03/02/1950;F",
    ]
    raw = written(tmp_path, [head, *rows])
    pseudonymise("etat_civil", raw, tmp_path / "etat_civil.csv", KEY, town="47001")
    found = read(tmp_path / "etat_civil.csv")
    assert found["CLE_IDENTITE_LIEE"].tolist() == ["", expected("nom", "DURAND", "JEANNE", "1950-02-03")[:32]]
    assert (
        found["CLE_NOM_ADRESSE_LIEE"][0]
        == expected("adresse", "DURAND", "JEANNE", found["ID_ADRESSE"][0])[:32]
    )
    assert found["ID_ADRESSE"][1] == found["CLE_NOM_ADRESSE_LIEE"][1] == "", "rue Noire of another town"
    assert found["SEXE_LIEE"].tolist() == ["F", "F"] and not {"12", "13"} & set(found["ID_EVENEMENT"])


def test_the_public_file_of_deaths(tmp_path: Path) -> None:
    raw = written(tmp_path, ["nomprenom;sexe;datenaiss;lieunaiss;commnaiss;paysnaiss;datedeces;lieudeces;actedeces", "DURAND*JEANNE MARIE/;2;19500203;47001;AGEN;;20261005;47001;123"])  # fmt: skip
    pseudonymise("deces_publics", raw, tmp_path / "deces_publics.csv", KEY, day=DAY)
    found = read(tmp_path / "deces_publics.csv")
    assert found.iloc[0].tolist() == [
        expected("nom", "DURAND", "JEANNE", "1950-02-03")[:32],
        "1950",
        "2026-10-05",
        "2026-11-01",
    ]


def test_an_objection_protects_a_person_a_dwelling_or_both(tmp_path: Path) -> None:
    rows = [
        f"ROUX;Paul;01/01/1950;9 rue Noire;1;{scope};01/10/2026" for scope in ("PERSONNE", "LOGEMENT", "")
    ]
    raw = written(
        tmp_path, ["NOM_NAISSANCE;PRENOMS;DATE_NAISSANCE;ADRESSE;NB_LOGEMENTS;PORTEE;DATE_OPPOSITION", *rows]
    )
    pseudonymise("oppositions", raw, tmp_path / "oppositions.csv", KEY)
    found = read(tmp_path / "oppositions.csv") != ""
    assert found["CLE_IDENTITE"].tolist() == found["CLE_NOM_ADRESSE"].tolist() == [True, False, True]
    assert found["ID_LOGEMENT"].tolist() == [False, True, True]


def test_establishments_have_an_address_and_no_person(tmp_path: Path) -> None:
    raw = written(tmp_path, ["NOM;TYPE;NB_PLACES;ADRESSE", "Les Lilas;EHPAD;80;9 rue Noire"])
    pseudonymise("etablissements", raw, tmp_path / "etablissements.csv", KEY)
    assert read(tmp_path / "etablissements.csv").iloc[0].tolist() == [
        expected("batiment", "9 RUE NOIRE")[:16],
        "EHPAD",
        "80",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_every_dialect_gives_the_same_extract(tmp_path: Path, encoding: str, separator: str) -> None:
    plain, _ = roll(tmp_path)
    other, _ = roll(tmp_path, [line.replace(";", separator) for line in ROLL], encoding=encoding)
    pd.testing.assert_frame_equal(plain, other)


@pytest.mark.parametrize("kind", ["csv.gz", "parquet", "xlsx"])
def test_every_kind_of_file_gives_the_same_extract(tmp_path: Path, kind: str) -> None:
    plain, _ = roll(tmp_path)
    table, raw = (
        pd.DataFrame([line.split(";") for line in ROLL[1:]], columns=ROLL[0].split(";")),
        tmp_path / f"raw.{kind}",
    )
    if kind == "csv.gz":
        raw.write_bytes(gzip.compress("\n".join(ROLL).encode()))
    elif kind == "parquet":
        table.to_parquet(raw)
    else:
        book = xlsxwriter.Workbook(raw)
        sheet = book.add_worksheet()
        for i, line in enumerate(ROLL):
            sheet.write_row(i, 0, line.split(";"))
        book.close()
    pseudonymise("liste_electorale", raw, tmp_path / "again.csv", KEY, day=DAY)
    pd.testing.assert_frame_equal(plain, read(tmp_path / "again.csv"))


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet"])
def test_an_extract_is_ingested_whatever_its_kind(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "deliveries" / "2026-11-02"
    folder.mkdir(parents=True)
    out = tmp_path / f"liste_electorale.{kind}"
    pseudonymise("liste_electorale", written(tmp_path, ROLL), out, KEY, day=DAY)
    first = out.read_bytes()
    pseudonymise("liste_electorale", written(tmp_path, ROLL), out, KEY, day=DAY)
    assert out.read_bytes() == first
    out.rename(folder / out.name)
    with open_store(Paths(database=tmp_path / "a.duckdb")) as connection:
        (file,) = ingest(connection, folder.parent).files
        assert (file.rows_read, file.rows_accepted) == (5, 5)
        (kept,) = connection.execute("select count(cle_identite) from raw.liste_electorale").fetchall()
    assert kept == (4,)


@pytest.mark.parametrize(
    ("lines", "what", "code"),
    [
        ([ROLL[0].replace("sexe", "religion"), *ROLL[1:]], "RELIGION", 3),
        ([ROLL[0].replace("nom d'usage", "nom_naissance"), *ROLL[1:]], "same column twice", 3),
        ([ROLL[0].replace("prénoms", "mobile"), *ROLL[1:]], "no first name", 3),
        ([*ROLL[:2], '"never closed;' + ROLL[2]], "cannot be told apart", 3),
        ([""], "no surname", 3),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    tmp_path: Path, lines: list[str], what: str, code: int
) -> None:
    (tmp_path / "liste_electorale.csv").write_text("the last good one")
    with pytest.raises(LanterneError, match=what) as refused:
        roll(tmp_path, lines)
    assert refused.value.exit_code == code
    assert not [name for name in NAMES if name in str(refused.value).upper()]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["liste_electorale.csv", "raw.csv"]
    assert (tmp_path / "liste_electorale.csv").read_text() == "the last good one"


def test_a_snapshot_needs_its_day(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"DATE_LISTE.*\n.*\n.*--date"):
        pseudonymise("liste_electorale", written(tmp_path, ROLL), tmp_path / "out.csv", KEY)


def test_wrong_use_is_refused(tmp_path: Path) -> None:
    raw = written(tmp_path, ROLL)
    for source, path, out in (
        ("quartiers", raw, tmp_path / "out.csv"),
        ("liste_electorale", tmp_path / "absent.csv", tmp_path / "out.csv"),
        ("liste_electorale", raw, tmp_path / "out.xlsx"),
        ("liste_electorale", raw, raw),
        ("liste_electorale", raw, tmp_path / "absent" / "out.csv"),
    ):
        with pytest.raises(ConfigurationError, match="Hint"):
            pseudonymise(source, path, out, KEY, day=DAY)
    assert raw.read_text(encoding="utf-8").startswith("code du")


def test_the_key_is_shown_nowhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Made, used, refused for its rights and for its content: its digits are in no output, log, error or file."""
    caplog.set_level(logging.DEBUG)
    run, key = CliRunner(), tmp_path / "key"
    outputs = [run.invoke(app, ["keygen", str(key)])]
    raw, out = written(tmp_path, ROLL), tmp_path / "liste_electorale.csv"
    arguments = [
        "pseudonymise",
        "liste_electorale",
        str(raw),
        str(out),
        "--key-file",
        str(key),
        "--date",
        "2026-11-01",
    ]
    outputs += [
        run.invoke(app, arguments),
        run.invoke(app, [*arguments, "--json"]),
        run.invoke(app, ["keygen", str(key)]),
    ]
    digits = key.read_text().strip()
    key.chmod(0o644)
    outputs.append(run.invoke(app, arguments))
    key.chmod(0o600)
    key.write_text(digits + "0\n")
    outputs.append(run.invoke(app, arguments))
    assert [r.exit_code for r in outputs[:3]] == [0, 0, 0]
    assert [type(r.exception) for r in outputs[3:]] == [ConfigurationError, IntegrityError, IntegrityError]
    shown = "".join(
        [
            *(r.output + repr(r.exception) for r in outputs),
            caplog.text,
            out.read_text(),
            (tmp_path / "liste_electorale.report.json").read_text(),
        ]
    )
    assert digits not in shown and bytes.fromhex(digits).hex().upper() not in shown
    assert not [name for name in NAMES if name in shown.upper()]


def test_the_key_may_not_be_overwritten_by_the_extract(tmp_path: Path) -> None:
    key = tmp_path / "key.csv"
    CliRunner().invoke(app, ["keygen", str(key)])
    before = key.read_bytes()
    arguments = [
        "pseudonymise",
        "liste_electorale",
        str(written(tmp_path, ROLL)),
        str(key),
        "--key-file",
        str(key),
        "--date",
        "2026-11-01",
    ]
    refused = CliRunner().invoke(app, arguments)
    assert isinstance(refused.exception, ConfigurationError) and key.read_bytes() == before


def test_what_the_terminal_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = tmp_path / "key"
    CliRunner().invoke(app, ["keygen", str(key)])
    shown: list[str] = []
    monkeypatch.setattr(console.out, "print", lambda *objects, **_: shown.extend(str(o) for o in objects))
    arguments = [
        "pseudonymise",
        "liste_electorale",
        str(written(tmp_path, [*ROLL, "x"])),
        str(tmp_path / "l.csv"),
        "--key-file",
        str(key),
    ]
    assert CliRunner().invoke(app, [*arguments, "--date", "2026-11-01"]).exit_code == 0
    assert "[bold]Lignes[/bold] · lues 6 · écrites 5 · écartées 1" in shown


@given(secret=st.binary(min_size=16, max_size=200), message=st.binary(max_size=300))
def test_the_keyed_hash_is_hmac(secret: bytes, message: bytes) -> None:
    assert keyed_hash(secret)(message) == hmac.digest(secret, message, "sha256").hex()
