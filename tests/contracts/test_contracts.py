"""Every contract as another tool sees it, and as ours reads it."""

import re
from datetime import date
from importlib.resources import files

import pytest
from datacontract.data_contract import DataContract
from datacontract.model.run import ResultEnum

from data_contracts.contract import EMITTED, SOURCES, load
from data_contracts.contract_terms import Period
from data_contracts.headers import folded

ALL = [*SOURCES, *EMITTED]


def text(source: str) -> str:
    return files("data_contracts").joinpath(f"{source}.odcs.yaml").read_text(encoding="utf-8")


def lint(contract: str) -> list[tuple[ResultEnum | None, str | None]]:
    """What the linter holds against it; it reads the schema that it ships, so no network."""
    run = DataContract(data_contract_str=contract, all_errors=True).lint()
    return [(c.result, c.reason) for c in run.checks if c.result != ResultEnum.passed]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **more: object) -> None:
        raise AssertionError("the linter asked the network")

    monkeypatch.setattr("socket.socket.connect", refuse)


@pytest.mark.parametrize("source", ALL)
def test_the_contract_passes_the_linter(source: str) -> None:
    assert lint(text(source)) == []


@pytest.mark.parametrize(
    ("good", "broken", "says"),
    [
        ("kind: DataContract\n", "kind: DataContract\nowner: nobody\n", "owner"),
        ("logicalType: date", "logicalType: day", "day"),
        ("dimension: consistency", "dimension: beauty", "beauty"),
        ("- {to: quartiers.QUARTIER}", "- {to: quartiers}", "quartiers"),
        ("required: true", "required: perhaps", "perhaps"),
        ("id: parc_social\n", "", "id"),
    ],
)
def test_the_linter_refuses_a_broken_contract(good: str, broken: str, says: str) -> None:
    contract = text("parc_social")
    assert good in contract
    found = lint(contract.replace(good, broken, 1))
    assert found and any(says in str(reason) for _, reason in found)


@pytest.mark.parametrize("source", ALL)
def test_the_contract_says_all_that_an_auditor_asks(source: str) -> None:
    promise = load(source)
    assert promise.source == source
    words = (promise.grain, promise.owner, promise.purpose, promise.limitations, promise.legal_basis)
    assert all(len(w) > 3 for w in (*words, promise.retention.why))
    assert promise.gate in ("open", "frame", "consent", "closed")
    assert promise.key or source == "oppositions"  # an objection is made by any key, so by none in particular
    is_about_people = any(c.identifies == "person" for c in promise.columns)
    assert not (promise.shows_rejected_values and is_about_people)
    names = {c.name for c in promise.columns}
    assert {*promise.known_on, *promise.frame_columns} <= names
    assert promise.retention.counted_from in {"delivered_on", "known_on", *names}
    assert {p for r in promise.pair_rules for p in (r.earlier, r.later)} <= {"delivered_on", *names}
    for reference in promise.references:
        assert reference.target in {c.name for c in load(reference.source).columns}


@pytest.mark.parametrize("source", ALL)
def test_every_quantity_has_a_unit_and_every_key_says_whom_it_identifies(source: str) -> None:
    for column in load(source).columns:
        assert (column.unit is not None) == (column.kind in ("integer", "number", "year")), column.header
        names_a_person = column.name.startswith("cle_") or column.name in ("id_bail", "household_id")
        assert not names_a_person or column.identifies == "person", column.header


@pytest.mark.parametrize("source", ALL)
def test_no_header_stands_for_two_columns(source: str) -> None:
    headers = [folded(h) for c in load(source).columns for h in (c.header, *c.aliases)]
    assert sorted(headers) == sorted(set(headers))


def test_what_is_promised_of_the_roll() -> None:
    roll = load("liste_electorale")
    assert roll.retention.period == Period(years=3) and roll.retention.counted_from == "date_liste"
    assert (roll.frequency, roll.latency_days, roll.freshness_days) == (Period(months=1), 10, 45)
    assert roll.volume is not None
    assert (roll.volume.minimum, roll.volume.maximum, roll.volume.from_rows) == (0.9, 1.1, 100)
    assert {s.column: s.at_most for s in roll.shifts} == {
        "type_liste": 0.05,
        "sexe": 0.05,
        "quartier": 0.1,
        "qualite_adresse": 0.1,
    }
    assert [(r.column, r.source, r.target) for r in roll.references] == [
        ("quartier", "quartiers", "quartier")
    ]
    known = {folded(h): c.name for c in roll.columns for h in (c.header, *c.aliases)}
    legal = {"TypeListe": "type_liste", "DateCreationListe": "date_liste", "NoElecteurGeneral": "id_electeur", "Sexe": "sexe", "NoBureauDeVote": "no_bureau_vote"}  # fmt: skip
    reu = {"libellé du type de liste": "type_liste", "sexe": "sexe", "code du bureau de vote": "no_bureau_vote"}  # fmt: skip
    for header, name in (legal | reu).items():
        assert known[folded(header)] == name
    assert folded("numéro d'ordre dans le bureau de vote") not in known  # not unique in the commune


def test_what_is_kept_longest_is_the_city_s_own() -> None:
    own = {"visites", "liste", "decisions", "oppositions"}
    impersonal = {"quartiers", "etablissements"}
    years = {s: load(s).retention.period.rough_days / 365.25 for s in ALL if s not in impersonal}
    assert min(years[s] for s in own) > max(years[s] for s in years.keys() - own)


def test_no_other_name_is_loaded() -> None:
    with pytest.raises(KeyError):
        load("impayes")


@pytest.mark.parametrize(
    ("period", "day", "before", "french"),
    [
        ("P3Y", date(2026, 11, 2), date(2023, 11, 2), "3 ans"),
        ("P1Y", date(2024, 2, 29), date(2023, 2, 28), "1 an"),
        ("P1M", date(2026, 3, 31), date(2026, 2, 28), "1 mois"),
        ("P1M", date(2026, 1, 31), date(2025, 12, 31), "1 mois"),
        ("P18M", date(2026, 5, 1), date(2024, 11, 1), "18 mois"),
        ("P1Y6M1D", date(2026, 7, 1), date(2024, 12, 31), "1 an 6 mois 1 jour"),
        ("P30D", date(2026, 3, 1), date(2026, 1, 30), "30 jours"),
    ],
)
def test_periods(period: str, day: date, before: date, french: str) -> None:
    assert Period.parsed(period).before(day) == before
    assert Period.parsed(period).in_french() == french


@pytest.mark.parametrize("text", ["", "P", "3 ans", "P3", "PT3H", "P-1Y"])
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(ValueError, match="is not a period"):
        Period.parsed(text)


@pytest.mark.parametrize("code", ["47001", "2A004", "48999", "015146", "E08000025"])
def test_a_home_is_in_a_commune_of_france_or_in_a_municipality_elsewhere(code: str) -> None:
    """Beside France's: Spain and Belgium write five digits, Italy and Portugal six, Germany eight, Great Britain a letter and eight."""
    assert _is_a_municipality(code)


@pytest.mark.parametrize("code", ["4701", "AGEN", "4700A1", "0612345678", ""])
def test_what_is_no_code_of_a_municipality_is_refused(code: str) -> None:
    assert not _is_a_municipality(code)


def _is_a_municipality(code: str) -> bool:
    (column,) = (c for c in load("etat_civil").columns if c.name == "commune_domicile")
    assert column.pattern is not None
    return re.search(column.pattern, code) is not None
