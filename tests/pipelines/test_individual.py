"""``lanterne explain-person``: whose page it is, of which run, what it says of others, what it refuses. And what ``export-person`` says of lists."""

import json
import re
import shutil
import stat
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from data_contracts.errors import ConfigurationError
from pipelines import cli, individual
from reports.crpa import Individual, page
from tests.pipelines.kept_run import BASE, DAY, Town, explanations, listed, publish, town
from tests.pipelines.little_city import key
from tests.reports.test_crpa import figures, seen

WRITTEN, BEFORE = date(2026, 11, 20), date(2026, 11, 2)
MAIN = f"{DAY}-0123456789"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """With a run of 3 November; and, of the day before, one by a rule, one whose persons have other names by now, and one of an earlier release."""
    made = town(tmp_path_factory.mktemp("town"))
    long = explanations(made)
    publish(made, long)
    unlearnt = listed(made, long).assign(draws=None, times_listed=None)
    publish(
        made,
        long.assign(same_sign_share=float("nan")),
        day=BEFORE,
        name="rule_80_plus",
        lines=unlearnt,
        suffix="rule",
    )
    is_named = long["person_id"].notna()
    publish(
        made, long.assign(person_id=long["person_id"].where(~is_named, "P0")), day=BEFORE, suffix="renamed"
    )
    earlier = long.drop(columns=["person_id", "is_weighed", "same_sign_share", "low", "high"])
    lines = listed(made, long).drop(columns=["draws", "times_listed"])
    (publish(made, earlier, day=BEFORE, lines=lines, suffix="earlier") / "members.parquet").unlink()
    return made


@pytest.fixture(scope="module")
def ones(city: Town) -> dict[int, Individual]:
    """What the page of that run says to each of the three."""
    return {i: built(city, i) for i in (7, 11, 61)}


def built(city: Town, number: int, run: str | None = None, as_of: date | None = None) -> Individual:
    return individual.individual(city.config, key(number), run=run, as_of=as_of, written_on=WRITTEN)


def refusal(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What the operator reads."""
    monkeypatch.setattr("sys.argv", ["lanterne", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 2
    return " ".join(capsys.readouterr().err.split())


# --- the page ----------------------------------------------------------------------------------------------------------------------


def test_the_command_writes_a_new_page_for_its_owner_alone_and_says_where(
    city: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "page.html"
    arguments = ["explain-person", key(7).upper(), "--config", str(city.config), "--out", str(out)]
    cli.app(arguments, standalone_mode=False)
    assert capsys.readouterr().out == f"{out}\n"
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    # −2.00 + 0.52 + the told sign, 0.43 and so half a point + 0.41 + 0.27 − 0.01 = −0.31
    assert figures(out.read_bytes()) == [-2.0, 0.52, 0.5, 0.41, 0.27, -0.01, -0.31]
    told = seen(out.read_bytes())
    assert "Un signe que quelqu’un a transmis à la ville" in told and "agent" not in told.lower()
    assert key(7) not in out.read_text() and "Données fictives" in told
    with pytest.raises(ConfigurationError, match="the page cannot be written"):
        cli.app(arguments, standalone_mode=False)


def test_everything_on_it_is_of_the_run(city: Town, ones: dict[int, Individual]) -> None:
    one = ones[7]
    assert (one.household_id, one.as_of, one.written_on) == (city.homes[7], DAY, WRITTEN)
    assert (one.arm, one.capacity, one.households, one.members) == ("MODELE", 10, 40, 1)
    assert (one.champion, one.is_by_rules, one.draws, one.times_listed) == ("logistic", False, 20, 13)
    assert one.precision is not None
    assert (one.precision.value, one.precision.of_all_visited) == (0.33, 48 / 200)
    assert one.records == {"liste_electorale": 1, "parc_social": 1}
    assert one.not_known == ("appartement inconnu", "âge inconnu")
    assert one.model.startswith("logistic, 3 novembre 2026, ")
    by_name = {f.factor: f for f in one.facts}
    assert by_name["unemployed"].contribution is None and by_name["low_income"].contribution == 0.27
    assert by_name["remote_place"].value is None and by_name["remote_place"].known_on is None
    assert by_name["oldest_age"].known_on == date(2026, 11, 1)
    assert one.score == pytest.approx(BASE + 0.52 + 0.41 + 0.27 - 0.013 + 0.43)


def test_each_of_two_adults_reads_their_own_and_not_the_other_s(ones: dict[int, Individual]) -> None:
    of_11, of_61 = (seen(page(ones[i])) for i in (11, 61))
    assert "Inscrit sur la liste électorale à cette adresse" in of_11
    assert "conjoint" not in of_11 and "registre" not in of_11, (
        "neither what is known of the other nor the register that knows it, not even as a source"
    )
    assert "A perdu son conjoint il y a 5 mois" in of_61
    assert "registre des personnes vulnérables : 1 fiche" in of_61
    assert "Inscrit sur la liste électorale à cette adresse" not in of_61
    assert all("liste électorale : 2 fiche" in t for t in (of_11, of_61))


def test_households_with_one_chance_of_the_last_places_are_equal(ones: dict[int, Individual]) -> None:
    assert (ones[11].equals, ones[7].equals) == (2, 1), "0.4 twice; a sure place is no draw"


def test_a_rule_was_not_made_again(city: Town) -> None:
    one = built(city, 7, run="2026-11-02-rule")
    assert (one.champion, one.is_by_rules, one.draws, one.times_listed) == ("rule_80_plus", True, None, None)
    assert {f.same_sign_share for f in one.facts} == {None}


def test_who_was_drawn_by_lot_is_not_told_that_the_ranking_learns_nothing(city: Town) -> None:
    """The list counts draws only for those whom the ranking put there."""
    long = explanations(city)
    lines = listed(city, long).assign(
        arm="EXPLORATION", drawing_probability=0.05, draws=None, times_listed=None
    )
    publish(city, long, day=BEFORE, lines=lines, suffix="drawn")
    one = built(city, 7, run="2026-11-02-drawn")
    assert (one.arm, one.drawing_probability) == ("EXPLORATION", 0.05)
    assert "n’apprend rien" not in seen(page(one)) and "tiré au sort" in seen(page(one))


def test_contacts_and_an_unapproved_model_are_told(city: Town) -> None:
    spoken = city.config.with_name("city-en.toml")
    contacts = '\n[contacts]\nteam = "Town hall, 2 rue X"\ndata_protection_officer = "dpo@town.example"\n'
    spoken.write_text('language = "en"\n' + city.config.read_text() + contacts)
    folder = publish(city, explanations(city), day=BEFORE, name="rule_80_plus", suffix="unapproved")
    judged = json.loads((folder / "duel.json").read_text())
    judged["listed_by"]["why"] = "not approved"
    (folder / "duel.json").write_text(json.dumps(judged))
    one = individual.individual(spoken, key(7), run=str(folder), as_of=None, written_on=WRITTEN)
    html = seen(page(one))
    assert "until the city approves a model" in html and "Town hall, 2 rue X" in html
    assert "dpo@town.example" in html and "to be completed by the city" not in html


# --- which run, which household ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_newest_list_that_holds_the_household_unless_one_is_named(city: Town) -> None:
    """Elector 12 is listed on 3 November and moves; the list of 25 November holds others only."""
    long, home = explanations(city), city.homes[12]
    line = listed(city, long).iloc[[0]].assign(household_id=home, id_logement=key(5012), id_adresse=key(3003))
    mine = long[long["household_id"] == city.homes[7]].assign(household_id=home)
    publish(city, mine, day=BEFORE, lines=line, suffix="moved")
    new = publish(city, long, day=date(2026, 11, 25))
    try:
        one = built(city, 12)
        assert (one.household_id, one.as_of) == (home, BEFORE)
        with pytest.raises(ConfigurationError, match="not on the list of this run"):
            built(city, 12, run=new.name)
        with pytest.raises(ConfigurationError, match="not on any list"):
            built(city, 12, as_of=date(2026, 11, 25))  # the linkage of that day has them elsewhere
    finally:
        shutil.rmtree(new)


def test_persons_named_otherwise_today_are_taken_for_others_unless_nobody_else_was_there(city: Town) -> None:
    """The linkage may have changed: then no ``person_id`` of the run is the asker's."""
    run = "2026-11-02-renamed"
    of = {i: {f.factor for f in built(city, i, run=run).facts if f.of == "another"} for i in (7, 11)}
    assert of[7] == set()
    assert of[11] == {"recent_registration", "months_since_bereavement", "on_vulnerable_register"}


# --- what is refused -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["Martin"], "this is no match key"),
        ([key(4242)], "no record known before 2026-11-03 carries this key"),
        ([key(20)], "is not on any list that is kept: the ranking led to nothing for them"),
        ([key(7), "--run", "2020-01-01-0123456789"], "there is no published run here"),
        ([key(7), "--as-of", "hier"], "`hier` is not a day"),
    ],
)
def test_refusals_are_sentences_that_repeat_no_key(
    city: Town,
    arguments: list[str],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = refusal(["explain-person", *arguments, "--config", str(city.config)], monkeypatch, capsys)
    assert says in told and "Hint:" in told
    assert "Martin" not in told and not re.search(r"[0-9a-f]{32}", told)


def test_without_a_run_there_is_nothing_to_explain(
    city: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = city.config.with_name("city-elsewhere.toml")
    elsewhere.write_text(city.config.read_text() + '\n[paths]\nruns = "elsewhere"\n')
    (city.config.parent / "elsewhere" / "frame-2026-11-02").mkdir(parents=True)
    told = refusal(["explain-person", key(7), "--config", str(elsewhere)], monkeypatch, capsys)
    assert "no list has been made yet" in told and "export-person" in told


def test_a_run_of_an_earlier_release_is_refused(city: Town) -> None:
    with pytest.raises(ConfigurationError, match="earlier release") as refused:
        built(city, 11, run="2026-11-02-earlier")
    assert "export-person" in str(refused.value)


# --- export-person -------------------------------------------------------------------------------------------------------------------


def exported(city: Town, number: int) -> dict[str, Any]:
    """The whole answer."""
    answer = CliRunner().invoke(
        cli.app, ["export-person", key(number), "--config", str(city.config), "--as-of", "2026-11-20"]
    )
    assert answer.exit_code == 0, answer.output
    whole: dict[str, Any] = json.loads(answer.stdout)
    return whole


def by_run(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What it says of each list."""
    return {one["run"]: one for one in answer["lists"]}


@pytest.fixture(scope="module")
def whole(city: Town) -> dict[int, dict[str, Any]]:
    """To one of each of the two households."""
    return {i: exported(city, i) for i in (7, 11)}


@pytest.fixture(scope="module")
def answers(whole: dict[int, dict[str, Any]]) -> dict[int, dict[str, dict[str, Any]]]:
    """Of the lists alone."""
    return {i: by_run(answer) for i, answer in whole.items()}


def test_of_a_run_of_an_earlier_release_only_what_is_said_of_the_household_is_sure_to_be_of_no_other(
    answers: dict[int, dict[str, dict[str, Any]]],
) -> None:
    """It did not keep of whom a fact is known; where the person was alone there it can only be theirs."""
    of_two, alone = (
        {c["factor"]: c["contribution"] for c in answers[i]["2026-11-02-earlier"]["contributions"]}
        for i in (11, 7)
    )
    assert of_two == {"oldest_age": 0.52, "known_of_another_adult": 0.5}
    assert {"low_income", "told_to_the_city"} <= set(alone) and "known_of_another_adult" not in alone


def test_the_export_rounds_what_somebody_told_and_the_score_with_it(
    answers: dict[int, dict[str, dict[str, Any]]],
) -> None:
    one = answers[7][MAIN]
    assert (one["ranked_by"], one["is_rounded"]) == ("logistic", True)
    line, given = one["line"], {c["factor"]: c for c in one["contributions"]}
    assert (line["score"], line["probability"]) == ("-0.31", "")
    assert set(given) == {
        "oldest_age",
        "lives_alone_known",
        "low_income",
        "unemployed",
        "remote_place",
        "told_to_the_city",
    }
    assert given["told_to_the_city"]["contribution"] == 0.5
    assert {given["told_to_the_city"][n] for n in ("value", "known_on", "source", "detail", "person_id")} == {
        None
    }
    assert given["low_income"]["contribution"] == 0.27


def test_the_export_leaves_out_what_is_known_of_another_adult(
    answers: dict[int, dict[str, dict[str, Any]]], city: Town
) -> None:
    one = answers[11][MAIN]
    text = json.dumps(one, ensure_ascii=False)
    assert one["line"]["reasons"] == "inscrit sur la liste électorale à cette adresse depuis moins d’un an"
    assert "conjoint" not in text and "registre_vulnerables" not in text and city.persons[61] not in text
    given = {c["factor"]: c["contribution"] for c in one["contributions"]}
    # 0.19 + 0.15 of the other adult, so half a point; of what nothing is known no row: the gaps would tell
    assert given == {"oldest_age": 0.52, "recent_registration": 0.1, "known_of_another_adult": 0.5}
    assert one["line"]["score"] == "-0.88"


def test_the_whole_answer_is_the_same_whichever_sign_was_told_and_whatever_it_weighs(
    city: Town, answers: dict[int, dict[str, dict[str, Any]]]
) -> None:
    """So that no combination of its figures can give it back."""
    publish(city, explanations(city, told=0.1173, told_by="registered_by_third_party"))
    try:
        assert by_run(exported(city, 7))[MAIN] == answers[7][MAIN]
    finally:
        publish(city, explanations(city))


def test_the_export_tells_what_the_lists_keep_of_the_person_and_of_nobody_else(
    city: Town, whole: dict[int, dict[str, Any]]
) -> None:
    told = {one["run"]: one for one in whole[11]["kept_with_lists"]}
    assert {MAIN, "2026-11-02-rule"} <= set(told) and "2026-11-02-earlier" not in told
    assert told[MAIN] == {
        "run": MAIN,
        "household_id": city.homes[11],
        "person_id": city.persons[11],
        "sexe": "F",
        "annee_naissance": 1941,
        "cle_identite": key(11),
        "cle_usage": None,
        "cle_phonetique": None,
        "cle_nom_adresse": key(911),
    }
    assert {one["person_id"] for one in told.values()} == {city.persons[11]}


def test_the_export_tells_the_chance_of_being_listed_and_not_that_somebody_wrote(
    city: Town, whole: dict[int, dict[str, Any]]
) -> None:
    told = {one["run"]: one for one in whole[11]["chances"]}
    assert told[MAIN] == {
        "run": MAIN,
        "household_id": city.homes[11],
        "p_model": 0.4,
        "p_exploration": 0.1,
        "p_bereavement": 0.0,
        "why_not": "",
    }


def test_a_key_that_only_a_list_still_keeps_is_told(city: Town) -> None:
    """As that of somebody who objected since: their rows are gone, and the list stays until its term."""
    file = city.runs / "2026-11-02-rule" / "members.parquet"
    members = pd.read_parquet(file)
    former = members["cle_nom_adresse"].replace(key(961), key(4242))
    members.assign(cle_nom_adresse=former).to_parquet(file, index=False)
    try:
        answer = exported(city, 4242)
    finally:
        members.to_parquet(file, index=False)
    assert (answer["records"], answer["lists"]) == ([], [])
    assert [(one["run"], one["person_id"]) for one in answer["kept_with_lists"]] == [
        ("2026-11-02-rule", city.persons[61])
    ]
