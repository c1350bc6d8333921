"""A run made again when much has happened: a line ranked it, or trees that somebody signed; files were corrected, a purge took rows, somebody objected, the desk handed over."""

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from pipelines.commands_review import desk_of
from review.me import Me
from review.pages.lists import take_newest
from review.tables.cases import Case
from review.trail import Act
from review.visits import outcomes
from review.visits.outcome_values import Found
from review.visits.outcomes import Change
from tests.pipelines import learning_town as town
from tests.pipelines.calling import Said, called, each
from tests.pipelines.little_city import key

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("cycle")]
CORRECTED, CLEARED, LATE = "2026-10-02/visites.csv", "2026-07-02/visites.csv", "2026-10-09/visites.csv"
DRIFTS = 7
"""A purge of most visits is no small change: the list stands."""


@dataclass(frozen=True, kw_only=True)
class Story:
    """``first``, ``second``: folders of the two runs; ``kept``: folder where files are as they were delivered."""

    config: Path
    first: Path
    second: Path
    kept: Path


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Objection → run by a line → corrected visits → trees trained and signed → purge, a late file, a visit at the desk → run by the trees → the approval is withdrawn."""
    folder = tmp_path_factory.mktemp("story")
    config, kept = town.write(folder), folder / "kept"
    for quarter in range(2):
        town.deliver(folder, quarter, town.for_a_line)
    done(called("ingest", "--config", config))
    done(called("oppose", "--config", config, "--key", key(town.OBJECTS)))
    town.deliver(folder, 2, town.for_a_line)
    cycle = ["cycle", "--config", config, "--json", "--as-of"]
    (first,) = each([*cycle, "2026-10-02"])
    shutil.copytree(folder / "deliveries", kept)
    for quarter in range(3):
        town.deliver(folder, quarter, town.for_trees)
    (trained,) = each(["train", "--config", config, "--as-of", "2026-10-02", "--json"])
    model = json.loads(done(trained))["model"]
    signs = ["approve", model, "--config", config, "--by", "A", "--role", "B", "--yes"]
    done(called(*signs))
    happens(config)
    (second,) = each([*cycle, "2026-11-02"])
    done(called(*signs, "--withdraw"))
    runs = [Path(json.loads(done(one, DRIFTS))["run"]) for one in (first, second)]
    return Story(config=config, first=runs[0], second=runs[1], kept=kept)


@pytest.fixture(scope="module")
def again(story: Story, tmp_path_factory: pytest.TempPathFactory) -> list[Said]:
    """What is said of the first run without its files, with them, and of the second on another machine: without warehouse and desk, under another path."""
    other = tmp_path_factory.mktemp("machine") / "other"
    left = shutil.ignore_patterns("lanterne.duckdb*", "desk.sqlite*", "kept", ".prefect")
    shutil.copytree(story.config.parent, other, ignore=left)
    reproduce = ["audit", "reproduce", "--json"]
    return each(
        [*reproduce, story.first.name, "--config", story.config],
        [*reproduce, story.first.name, "--config", story.config, "--deliveries", story.kept],
        [*reproduce, story.second.name, "--config", other / "city.toml"],
    )


def done(said: Said, *also: int) -> str:
    assert said.returncode in (0, *also), said.stderr
    return said.stdout


def happens(config: Path) -> None:
    """Visits are kept for ninety days, and a purge finds one file past that and one in part; then a visit comes late that is past it, too, and the desk has met
    somebody."""
    deliveries = config.parent / "deliveries"
    decided = '\n[retention]\nvisites = "P90D"\n\n[desk]\nsecond_look_share = 0.25\n'
    config.write_text(config.read_text(encoding="utf-8") + decided, encoding="utf-8")
    done(called("purge", "--config", config, "--as-of", "2026-10-08", "--delivery-files"))
    (deliveries / LATE).parent.mkdir()
    told = town.visit(200, date(2026, 6, 2), date(2026, 6, 15)) + town.visit(
        201, date(2026, 7, 2), date(2026, 9, 20)
    )
    (deliveries / LATE).write_text(";".join(town.HEADERS) + "\n" + told, encoding="utf-8")
    meets_somebody(config)


def meets_somebody(config: Path) -> None:
    """Who is first on the newest list is isolated."""
    desk, now = desk_of(config), datetime(2026, 10, 21, 9, tzinfo=UTC)
    me = Me(user_id="u", login="expert", name="", role="expert", profession="COORDINATION", language="fr", quartiers=None, session_id="", csrf="")  # fmt: skip
    found = Found(
        outcome="VU",
        visited_on=date(2026, 10, 20),
        visitor_role="VOLONTAIRE",
        person=1,
        networks=(0, 0, 0, 0, 0),
    )
    try:
        take_newest(desk, Act(who="system", role="", action="take in list", kind="list"))
        with desk.database.writing() as session:
            case = session.scalars(select(Case).order_by(Case.household_id)).first()
            assert case is not None
            case.state = "to_visit"
            change = Change(services=desk.services, me=me, now=now, today=now.date())
            outcomes.enter(session, change, case, found)
    finally:
        desk.database.close()


def read(run: Path, name: str) -> Any:
    return json.loads((run / name).read_text(encoding="utf-8"))


def test_what_happened_is_in_the_runs(story: Story) -> None:
    """Without this the tests below could pass because nothing had happened."""
    first, second = (read(run, "duel.json")["listed_by"] for run in (story.first, story.second))
    assert (first["name"], first["why"]) == ("logistic", "champion")
    assert (second["name"], second["why"]) == ("lightgbm", "approved")
    then, now = (read(run, "manifest.json")["deliveries"] for run in (story.first, story.second))
    assert then[CORRECTED] != now[CORRECTED] and CLEARED in then and CLEARED not in now
    of_desk = now.keys() - then.keys() - {LATE}
    assert [Path(name).name for name in of_desk] == ["visites.csv"]
    stored = read(story.second, "ingest.json")["store"]
    assert {one["name"]: (one["rows_accepted"], one["rows_purged"]) for one in stored["purged"]} == {
        CLEARED: (110, 110),
        "2026-10-02/visites.csv": (70, 14),
    }
    assert stored["objections"] == read(story.first, "ingest.json")["store"]["objections"]


def test_a_run_without_its_files_is_refused_with_what_became_of_each(again: list[Said]) -> None:
    refused = again[0]
    said = " ".join(refused.stderr.split())
    assert refused.returncode == 2 and "Hint: name the folder where they are kept with --deliveries" in said
    assert f"{CLEARED} (deleted by purge-2026-10-08-001)" in said and f"{CORRECTED} (corrected since)" in said


@pytest.mark.parametrize(
    ("which", "holds"),
    [
        (1, {"model/logistic.json", "duel.json", "explanations.parquet", "list.xlsx", "fairness.json"}),
        (
            2,
            {
                "model/lightgbm.json",
                "model/approval.json",
                "reference.json",
                "public_notice.html",
                "list.csv",
            },
        ),
    ],
)
def test_a_run_comes_out_byte_for_byte(again: list[Said], which: int, holds: set[str]) -> None:
    """The first, from its files; the second, with the approval that was withdrawn since."""
    told = json.loads(again[which].stdout)
    assert (told["different"], told["missing"], told["added"], told["changed"]) == ([], [], [], {})
    assert again[which].returncode == 0 and holds <= {*told["equal"]}
