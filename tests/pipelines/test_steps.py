"""The steps of a cycle on drawn visits and alerts: which past a household is learnt from, who rests, who has an alert."""

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from models.boosting import Boosting
from models.campaigns import Past, fitted
from models.candidate import NotFitted
from models.draw import draw
from pipelines import (
    cli,
    commands_cycle,
    cycle,
    judging,
    manifest,
    ranker,
    ranking,
    reporting,
    screens,
    settings,
    training,
    who_ranks,
)
from pipelines.run import one_at_a_time
from pipelines.settings import Paths
from pipelines.store import open_store
from tests.features.drawn import AS_OF, Row, elector, fill, lease, service
from tests.models.town import FACTORS
from tests.models.town import labels as drawn_labels
from tests.pipelines.little_city import CITY

SIGNED = 'basis = "fictitious"\nsigned_by = "test"\nsigned_on = 2026-01-01\n'
GATES = "".join(
    f'\n[sources.{source}]\ngate = "open"\n{SIGNED}'
    for source in ("usages_services", "visites", "signalements", "registre_vulnerables")
)


def town(folder: Path, **sources: list[Row]) -> tuple[Path, Path]:
    """(configuration, folder of the run) of a warehouse that holds these rows."""
    config = folder / "city.toml"
    config.write_text(CITY + GATES, encoding="utf-8")
    with open_store(Paths(database=folder / "lanterne.duckdb")) as connection:
        fill(connection, **sources)
    run = manifest.partial_folder(folder / "runs", "test")
    return config, run


def visit(number: int, who: str, listed: date | None, visited: date, **more: object) -> Row:
    base: Row = {
        "id_visite": f"v{number}",
        "cle_identite": f"key-{who}",
        "date_liste": listed,
        "date_visite": visited,
        "issue": "VU",
        **dict.fromkeys(("reseau_famille", "reseau_amis", "reseau_voisins", "reseau_collegues"), 0),
        "reseau_associations": 0,
    }
    return base | more


def rolls(*names: str) -> list[Row]:
    """Everybody on every quarter's roll of 2026."""
    days = (date(2025, 10, 1), date(2026, 2, 1), date(2026, 5, 1), date(2026, 8, 1), date(2026, 11, 1))
    return [elector(name, date_liste=day) for day in days for name in names]


def labelled(folder: Path, *visits: Row, **more: list[Row]) -> pd.DataFrame:
    names = sorted({str(v["cle_identite"]).removeprefix("key-") for v in visits})
    config, run = town(folder, liste_electorale=rolls(*names), visites=list(visits), **more)
    training.labels_step(config, run, AS_OF)
    labels = pd.read_parquet(run / "working" / "labels.parquet")
    matrix = pd.read_parquet(run / "working" / "training.parquet")
    assert labels["household_id"].tolist() == matrix["household_id"].tolist()
    return labels.join(matrix.drop(columns=["household_id", "as_of", "quartier"])).set_index("id_visite")


def test_a_visit_is_learnt_from_the_last_origin_that_is_not_after_its_list(tmp_path: Path) -> None:
    late = date(2026, 8, 20)
    found = labelled(
        tmp_path,
        visit(1, "a", date(2026, 6, 30), late),
        visit(2, "b", date(2026, 8, 2), late),
        visit(3, "c", date(2026, 5, 2), late),
        visit(4, "d", None, late),
    )
    origins = {v: pd.Timestamp(day).date() for v, day in found["as_of"].items()}
    before, on = date(2026, 5, 2), date(2026, 8, 2)
    assert origins == {"v1": before, "v2": on, "v3": before, "v4": on}


def test_what_became_known_after_the_origin_is_not_learnt_from(tmp_path: Path) -> None:
    """The lease appears in the snapshot of 1 September: after the origin of 2 August, before the day of the run."""
    known = lease("l", "a", date_arrete=date(2026, 9, 1), tranche_ressources="M20")
    found = labelled(tmp_path, visit(1, "a", date(2026, 8, 2), date(2026, 8, 20)), parc_social=[known])
    assert found["low_income"].isna().tolist() == [True]


def test_a_visit_that_decides_nothing_is_no_label(tmp_path: Path) -> None:
    late = date(2026, 8, 20)
    found = labelled(
        tmp_path,
        visit(1, "a", date(2026, 8, 2), late),
        visit(2, "b", date(2026, 8, 2), late, reseau_amis=None),
        visit(3, "c", date(2026, 8, 2), late, issue="ABSENT"),
        visit(4, "d", date(2026, 8, 2), late, issue="DEMENAGE"),
    )
    assert found["state"].to_dict() == {"v1": "isolated", "v2": "undecided", "v3": "absent"}
    assert found["isolated"].notna().tolist() == found["weight"].notna().tolist() == [True, False, False]
    assert bool(found.loc["v1", "isolated"])


@pytest.mark.slow
def test_every_household_and_origin_stands_in_the_ledger(tmp_path: Path) -> None:
    """An origin a quarter with a list, in February and August: of two households one was visited in each."""
    labelled(
        tmp_path,
        visit(1, "a", date(2026, 8, 2), date(2026, 8, 20)),
        visit(2, "b", date(2026, 2, 2), date(2026, 2, 9)),
    )
    ledger = pd.read_parquet(tmp_path / "runs" / ".test.partial" / "working" / "ledger.parquet")
    states = ledger.sort_values(["household_id", "as_of"]).groupby("household_id")["state"].agg(list).tolist()
    never = "never visited"
    assert sorted(states) == [["isolated", never], [never, "isolated"]]
    assert ledger["observed_probability"].between(0, 1).all() and (ledger["observed_probability"] > 0).all()


def framed(folder: Path, **sources: list[Row]) -> Path:
    config, run = town(folder, liste_electorale=[elector(w) for w in "abcd"], **sources)
    cycle.frame_step(config, run, AS_OF)
    return run / "working"


def flats(working: Path, households: pd.Series) -> list[str]:
    named = pd.read_parquet(working / "frame.parquet").set_index("household_id")["id_logement"]
    return sorted(named[h].removeprefix("flat-") for h in set(households))


def test_a_household_rests_for_the_days_of_the_cool_off_and_for_good_after_a_refusal(tmp_path: Path) -> None:
    working = framed(
        tmp_path,
        visites=[
            visit(1, "a", None, AS_OF - timedelta(days=180)),
            visit(2, "b", None, AS_OF - timedelta(days=181)),
            visit(3, "c", None, AS_OF - timedelta(days=900), issue="REFUS"),
        ],
    )
    resting = ranking._resting(working, AS_OF, 180)
    assert flats(working, pd.Series(sorted(resting))) == ["a", "c"]


def test_a_refusal_is_not_lost_to_a_key_that_nobody_knows(tmp_path: Path) -> None:
    """The first key is spelt otherwise, or only the flat was written down: no one who said no is listed again."""
    long_ago = AS_OF - timedelta(days=900)
    no_key = dict.fromkeys(("cle_identite", "cle_usage", "cle_phonetique", "cle_nom_adresse"))
    working = framed(
        tmp_path,
        visites=[
            visit(1, "a", None, long_ago, issue="REFUS", cle_identite="misspelt", cle_nom_adresse="door-a"),
            visit(2, "b", None, long_ago, issue="REFUS", **no_key, id_logement="flat-b"),
        ],
    )
    resting = ranking._resting(working, AS_OF, 180)
    assert flats(working, pd.Series(sorted(resting))) == ["a", "b"]


def alert(number: int, days: int, **more: object) -> Row:
    base: Row = {"id_signalement": f"s{number}", "date_signalement": AS_OF - timedelta(days=days)}
    return base | more


@pytest.mark.slow
def test_an_alert_is_open_for_sixty_days_and_finds_its_household_by_person_or_by_flat(tmp_path: Path) -> None:
    working = framed(
        tmp_path,
        signalements=[
            alert(1, 60, cle_identite="key-a"),
            alert(2, 61, cle_identite="key-b"),
            alert(3, 1, id_logement="flat-c"),
            alert(4, 0, cle_identite="key-d"),
        ],
    )
    alerted = pd.read_parquet(working / "alerted.parquet")
    assert flats(working, alerted["household_id"]) == ["a", "c"]


@pytest.mark.slow
def test_the_list_tells_tenants_of_social_housing_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, run = town(tmp_path, liste_electorale=[elector(w) for w in "abcd"], parc_social=[lease("l", "a")])
    cycle.frame_step(config, run, AS_OF)
    training.labels_step(config, run, AS_OF)
    judging.duel_step(config, run, AS_OF, 1)
    ranker.ranker_step(config, run, AS_OF)
    seen: list[pd.DataFrame] = []

    def watching(frame: pd.DataFrame, *given: object, **more: object) -> object:
        seen.append(frame)
        return draw(frame, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(ranking.draw, "draw", watching)
    ranking.list_step(config, run, AS_OF, 1)
    assert seen[0].set_index("id_logement")["is_social_tenant"].to_dict() == {
        "flat-a": True,
        **dict.fromkeys(("flat-b", "flat-c", "flat-d"), False),
    }
    explained = pd.read_parquet(run / "explanations.parquet").groupby("household_id")
    listed = pd.read_parquet(run / "working" / "drawn.parquet").set_index("household_id")
    summed = explained["contribution"].sum() + explained["base"].first()
    np.testing.assert_allclose(summed, listed["score"], atol=1e-9)


@pytest.mark.slow
def test_with_too_few_visits_the_list_is_by_points_and_names_what_is_closed(tmp_path: Path) -> None:
    config, run = town(tmp_path, liste_electorale=[elector(w) for w in "ab"])
    cycle.frame_step(config, run, AS_OF)
    training.labels_step(config, run, AS_OF)
    judging.duel_step(config, run, AS_OF, 1)
    ranker.ranker_step(config, run, AS_OF)
    ranking.list_step(config, run, AS_OF, 1)
    city = settings.load(config)
    closed = [s for s, gate in settings.gates(city).items() if gate == "closed"]
    built = reporting._risk_list(city, run, AS_OF, 1, "run")
    assert (built.is_by_rules, built.is_judged, built.champion) == (False, False, "points")
    assert len(built.closed_sources) == len(closed) and "parc social" not in built.closed_sources


def finished(folder: Path, who: who_ranks.Ranker) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    duel = {"champion": "points", "why": "because", "listed_by": who.as_json()}
    (folder / "duel.json").write_text(json.dumps(duel), encoding="utf-8")
    (folder / "manifest.json").write_text(
        json.dumps({"run_id": "r", "steps": [], "signals_lost": []}), encoding="utf-8"
    )
    return folder


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (who_ranks.Ranker(name="rule_80_plus", why="champion"), 5),
        (who_ranks.Ranker(name="rule_80_plus", why="not approved", waits="points"), 5),
        (who_ranks.Ranker(name="points", why="champion"), 0),
        (who_ranks.Ranker(name="logistic", why="approved", model="m"), 0),
    ],
)
def test_a_cycle_whose_list_is_by_a_rule_exits_with_5(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: who_ranks.Ranker, code: int
) -> None:
    run = finished(tmp_path / "run", who)
    monkeypatch.setattr(commands_cycle, "run_cycle", lambda *given, **more: run)
    done = CliRunner().invoke(cli.app, ["cycle", "--config", "c", "--as-of", "2026-11-02", "--json"])
    assert done.exit_code == code
    assert screens.by_rules(run) is (code == 5)


def test_a_run_is_published_whole_and_an_earlier_one_of_the_same_name_is_replaced(tmp_path: Path) -> None:
    final = tmp_path / "2026-11-02-abc"
    for text in ("first", "second"):
        partial = manifest.partial_folder(tmp_path, "cycle")
        (partial / "list.csv").write_text(text, encoding="utf-8")
        (partial / f"{text}.json").touch()
        manifest.publish(partial, final)
    assert [p.name for p in tmp_path.iterdir()] == [final.name]
    assert {p.name for p in final.iterdir()} == {"list.csv", "second.json", "working"}
    assert (final / "list.csv").read_text(encoding="utf-8") == "second"


def test_an_earlier_run_stays_whole_when_the_new_one_cannot_be_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between the two renames may leave the earlier run aside, but never deletes it first."""
    final = tmp_path / "run"
    final.mkdir()
    (final / "list.csv").write_text("first", encoding="utf-8")
    partial = manifest.partial_folder(tmp_path, "cycle")
    rename = Path.rename

    def broken(self: Path, target: Path) -> Path:
        if self == partial:
            raise OSError("disk")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", broken)
    with pytest.raises(OSError, match="disk"):
        manifest.publish(partial, final)
    assert [p.read_text(encoding="utf-8") for p in tmp_path.rglob("list.csv")] == ["first"]


@pytest.mark.parametrize("name", ["as_of", "capacity", "seed", "code", "deliveries"])
def test_whatever_decides_the_result_names_the_run(name: str) -> None:
    inputs = dict.fromkeys(("as_of", "capacity", "seed", "code", "deliveries"), "1")
    assert manifest.run_id(AS_OF, inputs) == manifest.run_id(AS_OF, dict(reversed(inputs.items())))
    assert manifest.run_id(AS_OF, inputs) != manifest.run_id(AS_OF, inputs | {name: "2"})


def test_a_second_run_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    from data_contracts.errors import ConfigurationError

    with (
        one_at_a_time(tmp_path),
        pytest.raises(ConfigurationError, match="under way"),
        one_at_a_time(tmp_path),
    ):
        raise AssertionError("two runs at once")
    with one_at_a_time(tmp_path):
        pass


def test_the_champion_is_fitted_in_the_order_of_the_visits() -> None:
    """The end of the past decides when to stop, so shuffled labels must give the same model."""
    table, seen = drawn_labels(400)
    boosted = Boosting(factors=FACTORS, seed=1)
    texts = []
    for order in (np.arange(400), np.random.default_rng(1).permutation(400)):
        past = Past(
            matrix=table.iloc[order].reset_index(drop=True), labels=seen.iloc[order].reset_index(drop=True)
        )
        scorer = fitted(boosted, past, np.ones(400, dtype=bool))
        assert not isinstance(scorer, NotFitted)
        texts.append(scorer.as_text())
    assert texts[0] == texts[1]


@pytest.mark.slow
def test_a_service_that_a_visit_began_does_not_teach(tmp_path: Path) -> None:
    """The visit of March made the service of April: seen from the list of August it must not explain the visit."""
    begun = service(
        "a", "PORTAGE_REPAS", origine="VISITE", date_debut=date(2026, 4, 1), date_arrete=date(2026, 5, 1)
    )
    found = labelled(tmp_path, visit(1, "a", date(2026, 8, 2), date(2026, 8, 20)), usages_services=[begun])
    assert found["autonomy_service"].isna().tolist() == [True]
    assert found["no_trace_of_use"].tolist() == [1.0]
