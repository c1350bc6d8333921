"""``lanterne correspondence``: whom an extract names by key is found again under that name, and nobody is shown on the way."""

from __future__ import annotations

import getpass
import json
import stat
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.errors import ConfigurationError
from features.objections import PERSON_SOURCES
from pipelines.correspondence import Export, Table, Taken, gathered
from pipelines.keys import write_key
from pipelines.pseudonymise import pseudonymise
from review.names import correspondence
from review.names.correspondence import Correspondence, Person
from synthetic_city.raw import render_raw
from tests.city.test_raw import delivered
from tests.pipelines.calling import Said, called

KEY = bytes(range(32))
PASSPHRASE = "quatre mots au hasard"
DAY = date(2026, 11, 1)
ROLL = (
    "DATE_LISTE;ID_ELECTEUR;NOM_NAISSANCE;NOM_USAGE;PRENOMS;SEXE;DATE_NAISSANCE;NUMERO_VOIE;REPETITION;LIBELLE_VOIE;LIEU_DIT;"
    "BATIMENT;ETAGE;APPARTEMENT;CODE_POSTAL;COMMUNE;LONGITUDE;LATITUDE;OPPOSITION"
)


@pytest.fixture(autouse=True, scope="module")
def _cheap() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(correspondence, "COST", (16, 8, 1))
        yield


def written(folder: Path, name: str, *lines: str) -> Path:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / name


def table(source: str, *raws: Path, **more: str) -> Table:
    return gathered([Export(source=source, raw=raw) for raw in raws], KEY, day=DAY, **more)  # type: ignore[arg-type]


def extract(folder: Path, source: str, raw: Path, town: str = "") -> pd.DataFrame:
    pseudonymise(source, raw, folder / f"{source}.csv", KEY, day=DAY, town=town)
    return pd.read_csv(folder / f"{source}.csv", sep=";", dtype=str, keep_default_na=False)


def place(person: Person) -> tuple[str, str | None, str]:
    return person.key, person.dwelling, person.address_id


def test_what_a_visitor_reads(tmp_path: Path) -> None:
    """A picture: the surname in use before that of birth; the way to the door; a hamlet; a decimal comma; no coordinates where one is nowhere."""
    raw = written(
        tmp_path, "roll.csv", ROLL,
        "01/11/2026;E1;DURAND;MARTIN;Jeanne  Marie;F;03/02/1950;12;bis;Rue  Verte;;B;3;12;47000;AGEN;0,6214;44.2033;N",
        "01/11/2026;E2;ROUX;;PAUL;M;00/00/1953;7;;RUE NOIRE;Bordeneuve;;RDC;Porte gauche;47000;AGEN;200;44.2;N",
        "01/11/2026;E3;NOIR;;Zoé;;01/01/1990;;;;Bordeneuve;;0;;;;0.6;;",
        "01/11/2026;E4;;;;;;9;;Rue Bleue;;;;;;;;;",
    )  # fmt: skip
    made = table("liste_electorale", raw)
    shown = {
        (p.name, p.address, p.complement, p.postcode_town, p.longitude, p.latitude, p.dwelling is None)
        for p in made.rows
    }
    assert shown == {
        ("Mme Jeanne Marie MARTIN", "12 bis Rue Verte", "Bât. B, Étage 3, Appt 12", "47000 AGEN", 0.6214, 44.2033, False),
        ("M. Paul ROUX", "7 RUE NOIRE", "Bordeneuve, RDC, Porte gauche", "47000 AGEN", None, None, False),
        ("Zoé NOIR", "Bordeneuve", "Rez-de-chaussée", "", None, None, True),
    }  # fmt: skip
    assert made.taken == (
        Taken(source="liste_electorale", rows_read=4, rows_set_aside=0, rows_withheld=0, without_key=0, persons=3),
    )  # fmt: skip


NAMES = st.tuples(
    st.sampled_from(["Durand", "de La Tour", "Roux  EP. Noir", "ROUX"]),
    st.sampled_from(["", "", "Martin", " Cœur "]),
    st.sampled_from(["Jeanne Marie", "JEAN-PIERRE", "J.", "Zoé"]),
    st.sampled_from(["F", "M", ""]),
    st.sampled_from(["03/02/1950", "00/00/1950", ""]),
)
STREETS = st.tuples(
    st.sampled_from(["12", "012", "7", ""]),
    st.sampled_from(["", "bis"]),
    st.sampled_from(["Rue Verte", "R. VERTE", "avenue  du Gal de Gaulle", ""]),
    st.sampled_from(["", "", "Bordeneuve"]),
)
FLATS = st.tuples(
    st.sampled_from(["", "B"]), st.sampled_from(["", "3"]), st.sampled_from(["", "", "12", "3G"])
)
DAYS = st.sampled_from(["01/11/2026", "2026-10-01", "05/11/26"])
ISO = {"01/11/2026": "2026-11-01", "2026-10-01": "2026-10-01", "05/11/26": "2026-11-05"}
LINES = st.lists(st.tuples(DAYS, NAMES, STREETS, FLATS, st.sampled_from(["N", "", "O"])), max_size=12)


@pytest.mark.slow
@given(lines=LINES)
@settings(deadline=None, max_examples=40)
def test_every_row_of_an_extract_that_has_a_key_is_found_again(lines: list[tuple[str, ...]]) -> None:
    """With the name and address that the newest raw row of that key and place wrote, spaces apart. Whoever objected is not there by that row."""
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        rows = [
            ";".join((day, f"E{i}", *name, *street, *flat, "47000", "AGEN", "0.62", "44.2", objected))
            for i, (day, name, street, flat, objected) in enumerate(lines)
        ]
        raw = written(folder, "raw.csv", ROLL, *rows)
        made = table("liste_electorale", raw)
        expected: dict[tuple[str, str], tuple[str, tuple[object, ...]]] = {}
        for (day, name, street, _, objected), row in zip(
            lines, extract(folder, "liste_electorale", raw).to_dict("records"), strict=True
        ):
            key = row["CLE_IDENTITE"] or row["CLE_NOM_ADRESSE"]
            home = (key, row["ID_LOGEMENT"] or row["ID_ADRESSE"])
            if key and objected != "O" and (home not in expected or ISO[day] >= expected[home][0]):
                surname = " ".join((name[1].strip() or name[0]).split())
                line = f"{street[0]} {street[1]} {street[2]}" if street[2] else f"{street[0]} {street[3]}"
                said = " ".join(line.split()) if street[2] or street[3] else ""
                expected[home] = (ISO[day], (surname, " ".join(name[2].split()), said))
    found = Correspondence(correspondence.sealed(made.rows, PASSPHRASE), PASSPHRASE)
    assert len(made.rows) == len(expected)
    for (key, home), (_, told) in expected.items():
        (person,) = (p for p in found.of_person([key]) if (p.dwelling or p.address_id) == home)
        assert (person.surname, person.given_name, person.address) == told


@pytest.mark.slow
@pytest.mark.parametrize("source", PERSON_SOURCES)
def test_whom_a_towns_register_names_is_found_again(tmp_path: Path, source: str) -> None:
    """Every department's own way of writing: all keys and places of the extract, linked persons too, and no other."""
    raw = tmp_path / "raw.csv"
    raw.write_bytes(render_raw(source, delivered()[source]))
    rows = extract(tmp_path, source, raw)
    if "ACCORD_CONTACT" in rows:
        rows = rows[rows["ACCORD_CONTACT"] == "O"]
    if "OPPOSITION" in rows:
        rows = rows[~rows["OPPOSITION"].isin(["O", "X"])]
    expected = set()
    for end in ("", "_LIEE") if "CLE_IDENTITE_LIEE" in rows else ("",):
        for row in rows.to_dict("records"):
            if key := row[f"CLE_IDENTITE{end}"] or row[f"CLE_NOM_ADRESSE{end}"]:
                expected.add((key, row["ID_LOGEMENT"] or None, row["ID_ADRESSE"]))
    made = table(source, raw)
    assert {place(person) for person in made.rows} == expected and expected
    assert all(person.surname for person in made.rows)
    assert all(bool(person.address) == bool(person.address_id) for person in made.rows)


def test_an_act_names_two_people_and_only_with_consent(tmp_path: Path) -> None:
    head = "ID_EVENEMENT;TYPE_EVENEMENT;DATE_EVENEMENT;DATE_ACTE;NOM_NAISSANCE;PRENOMS;DATE_NAISSANCE;SEXE;ADRESSE;COMMUNE_DOMICILE;LIEN;NOM_LIEE;PRENOMS_LIEE;SEXE_LIEE;ACCORD_CONTACT"
    acts = [
        f"A{i};DECES;01/10/2026;02/10/2026;ROUX;Paul;01/01/1950;M;{number} rue Noire;{town};CONJOINT;Durand;Jeanne;F;{accord}"
        for i, (number, town, accord) in enumerate(
            [(9, "47001", "O"), (8, "47001", "N"), (7, "47001", "NR"), (6, "47001", ""), (5, "33063", "O")]
        )
    ]
    made = table("etat_civil", written(tmp_path, "acts.csv", head, *acts), town="47001")
    assert sorted((p.name, p.address) for p in made.rows) == [
        ("M. Paul ROUX", ""),
        ("M. Paul ROUX", "9 rue Noire"),
        ("Mme Jeanne DURAND", "9 rue Noire"),
    ]
    (taken,) = made.taken
    assert (taken.rows_withheld, taken.without_key, taken.persons) == (3, 1, 3), (
        "a widow without birth date or address has no key"
    )


def test_of_several_exports_the_newest_row_counts_and_of_one_day_the_last(tmp_path: Path) -> None:
    head = "DATE_ARRETE;ID_INSCRIT;NOM;NOM_JEUNE_FILLE;PRENOM;DDN;ADRESSE;NB_LOGEMENTS"
    raws = [
        written(tmp_path, f"{i}.csv", head, f"{day};R1;{name};DURAND;Jeanne;03/02/1950;{street};1")
        for i, (day, name, street) in enumerate(
            [("01/10/2026", "Ancienne", "9 rue Noire"), ("01/11/2026", "Roux", "9, R. NOIRE"), ("01/11/2026", "Martin", "9 r noire"), ("2026-09-01", "Veille", "9 rue Noire"), ("#", "Sans", "9 rue Noire")]
        )
    ]  # fmt: skip
    (person,) = table("registre_vulnerables", *raws).rows
    assert (person.surname, person.address) == ("Martin", "9 r noire")
    moved = written(
        tmp_path, "moved.csv", head, "02/11/2026;R1;Martin;DURAND;Jeanne;03/02/1950;1 rue Bleue;1"
    )
    both = table("registre_vulnerables", *raws, moved).rows
    assert {p.address for p in both} == {"9 r noire", "1 rue Bleue"} and len({p.key for p in both}) == 1


def test_coordinates_and_towns_are_in_no_extract(tmp_path: Path) -> None:
    head = "DATE_ARRETE;ID_INSCRIT;NOM;PRENOM;DDN;ADRESSE;CP;Ville;lon;lat"
    raw = written(
        tmp_path,
        "raw.csv",
        head,
        "01/11/2026;R1;Roux;Paul;01/01/1950;9 rue Noire;47000;Agen;0.62145;44.20331",
    )
    extract(tmp_path, "registre_vulnerables", raw)
    handed_over = (tmp_path / "registre_vulnerables.csv").read_text()
    report = (tmp_path / "registre_vulnerables.report.json").read_text()
    assert not [text for text in ("0.62145", "44.20331", "47000", "Agen") if text in handed_over + report]
    assert {"LON", "LAT", "CP", "VILLE"} <= set(json.loads(report)["dropped"])
    (person,) = table("registre_vulnerables", raw).rows
    assert (person.longitude, person.latitude, person.postcode_town) == (0.62145, 44.20331, "47000 Agen")


@pytest.fixture
def ready(tmp_path: Path) -> list[object]:
    """The command's words for one elector, with a passphrase file."""
    raw = written(tmp_path, "roll.csv", ROLL, "01/11/2026;E1;DURAND;;Jeanne;F;03/02/1950;12;;Rue Verte;;;;;47000;AGEN;0.62;44.20;N", "cut")  # fmt: skip
    write_key(tmp_path / "key", KEY)
    (tmp_path / "secret").write_text(PASSPHRASE + "\n", encoding="utf-8")
    (tmp_path / "secret").chmod(0o600)
    return [
        "correspondence", tmp_path / "table", "--from", f"liste_electorale={raw}", "--key-file", tmp_path / "key",
        "--passphrase-file", tmp_path / "secret",
    ]  # fmt: skip


def nobody_is_in(said: Said) -> bool:
    return not [
        w for w in ("durand", "jeanne", "verte", PASSPHRASE) if w in (said.stdout + said.stderr).lower()
    ]


def test_the_command_seals_the_table_for_its_owner_and_prints_counts_only(
    ready: list[object], tmp_path: Path
) -> None:
    said = called(*ready, "--json")
    assert json.loads(said.stdout) == {
        "rows": 1, "persons": 1, "dwellings": 1, "located": 1,
        "exports": [{"source": "liste_electorale", "rows_read": 2, "rows_set_aside": 1, "rows_withheld": 0, "without_key": 0, "persons": 1}],
    }  # fmt: skip
    content = (tmp_path / "table").read_bytes()
    assert stat.S_IMODE((tmp_path / "table").stat().st_mode) == 0o600
    key = extract(tmp_path, "liste_electorale", tmp_path / "roll.csv")["CLE_IDENTITE"][0]
    assert [p.name for p in Correspondence(content, PASSPHRASE).of_person([key])] == ["Mme Jeanne DURAND"]
    assert nobody_is_in(said) and b"DURAND" not in content and key.encode() not in content


def test_the_command_speaks_french(ready: list[object]) -> None:
    said = called(*ready)
    assert said.returncode == 0 and nobody_is_in(said)
    for words in (
        "Table du détenteur de la clé · lignes de la table 1",
        "liste électorale",
        "Gardez la phrase de passe",
    ):
        assert words in said.stdout


def test_it_is_never_written_over_another_file(ready: list[object], tmp_path: Path) -> None:
    (tmp_path / "table").write_text("the old one")
    said = called(*ready)
    assert said.returncode == 2 and "never written over" in said.stderr
    assert (tmp_path / "table").read_text() == "the old one"


@pytest.mark.parametrize(
    ("change", "code", "what"),
    [
        ({3: "quartiers=roll.csv"}, 2, "does not say where"),
        ({3: "oppositions=roll.csv"}, 2, "does not say where"),
        ({3: "roll.csv"}, 2, "SOURCE=RAW"),
        ({3: "liste_electorale=absent.csv"}, 2, "no such export"),
        ({5: "absent"}, 6, "key file cannot be read"),
        ({7: "absent"}, 6, "passphrase file cannot be read"),
    ],
)
def test_wrong_use_is_refused_and_nothing_is_written(
    ready: list[object], tmp_path: Path, change: dict[int, str], code: int, what: str
) -> None:
    said = called(*(change.get(at, word) for at, word in enumerate(ready)))
    assert said.returncode == code and what in said.stderr and "Hint" in said.stderr
    assert not (tmp_path / "table").exists() and nobody_is_in(said)


@pytest.mark.parametrize(
    ("content", "mode", "code", "what"),
    [
        (PASSPHRASE.encode(), 0o640, 6, "others than its owner"),
        (b"x" * 15 + b"\n", 0o600, 2, "shorter than 16"),
        (b"", 0o600, 2, "shorter than 16"),
        ("été comme hiver, dehors".encode("cp1252"), 0o600, 6, "in UTF-8"),
    ],
)
def test_a_passphrase_file_is_its_owners_and_holds_one(
    ready: list[object], tmp_path: Path, content: bytes, mode: int, code: int, what: str
) -> None:
    (tmp_path / "secret").write_bytes(content)
    (tmp_path / "secret").chmod(mode)
    said = called(*ready)
    assert said.returncode == code and what in said.stderr and nobody_is_in(said)
    assert not (tmp_path / "table").exists()


def test_without_a_file_and_a_terminal_it_says_what_to_give(ready: list[object], tmp_path: Path) -> None:
    said = called(*ready[:-2])
    assert said.returncode == 2 and "--passphrase-file" in said.stderr and not (tmp_path / "table").exists()


@pytest.mark.parametrize(
    ("typed", "code", "what"),
    [
        ([PASSPHRASE, PASSPHRASE], 0, ""),
        ([PASSPHRASE, PASSPHRASE + "s"], 2, "differ"),
        (["too short"], 2, "shorter than 16"),
    ],
)
def test_on_a_terminal_the_passphrase_is_asked_twice(
    ready: list[object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    typed: list[str],
    code: int,
    what: str,
) -> None:
    asked: list[str] = []

    def hidden(question: str, stream: object) -> str:
        assert stream is sys.stderr, "standard output is for the result"
        asked.append(question)
        return typed[len(asked) - 1]

    monkeypatch.setattr(getpass, "getpass", hidden)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    said = called(*ready[:-2])
    assert (said.returncode, len(asked)) == (code, len(typed)) and what in said.stderr and nobody_is_in(said)
    assert (tmp_path / "table").exists() == (code == 0)
    assert asked[0] == "Phrase de passe, au moins 16 caractères, non affichée\u00a0: "
    if code == 0:
        Correspondence((tmp_path / "table").read_bytes(), PASSPHRASE)


def test_a_source_without_homes_is_refused_by_the_work_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="sources are"):
        table("deces_publics", written(tmp_path, "raw.csv", "nomprenom;datenaiss", "DURAND*JEANNE/;19500203"))


def test_an_export_without_rows_gives_an_empty_table(tmp_path: Path) -> None:
    assert table("liste_electorale", written(tmp_path, "raw.csv", ROLL)).rows == ()
