"""What Prefect's page shows of a run: counts of files, the duel, where the papers lie. Never a household, a reason or a key: those stay in the run's folder and at the desk."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from prefect.artifacts import (
    create_image_artifact,
    create_link_artifact,
    create_markdown_artifact,
    create_table_artifact,
)

from pipelines import model_card, settings
from pipelines.filing import IngestReport
from pipelines.screens import REPORTS
from pipelines.screens_ingest import STATUS
from reports import duel_chart
from reports.model_card_said import Speech, details, headline
from reports.parity_chart import BLACK_AND_WHITE
from reports.svg import alone
from reports.words import number, percent, words


def of_ingest(report: IngestReport, city: settings.City) -> None:
    """A line a file that was not there before; of all the others how many they are."""
    say, language = words(city.language), city.language
    fresh = [file for file in report.files if file.status != "unchanged"]
    rows = [
        {
            say("File"): file.name,
            say("status"): say(STATUS[file.status]),
            say("read"): number(file.rows_read, language),
            say("accepted"): number(file.rows_accepted, language),
            say("quarantined"): number(file.rows_quarantined, language),
        }
        for file in fresh
    ]
    known = len(report.files) - len(fresh)
    create_table_artifact(
        rows, key="ingest", description=f"{say('unchanged')}{say(':')} {number(known, language)}"
    )


def of_cycle(run: Path, city: settings.City) -> None:
    """The duel, the papers of the run, and the desk where people decide about its list."""
    say = words(city.language)
    of_duel(run, city)
    there = "\n".join(f"- `{run / name}`" for name in REPORTS)
    create_markdown_artifact(f"## {say('Where to look')}\n\n{there}\n", key="papers", description=run.name)
    create_link_artifact(
        city.desk.public_url, link_text=say("The review desk"), key="desk", description=run.name
    )


def of_duel(folder: Path, city: settings.City) -> None:
    """Every candidate's figures, and the same drawn; under them who won and by how much, as the model card says it."""
    judged = json.loads((folder / "duel.json").read_text(encoding="utf-8"))
    made = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    card = model_card.card(
        city,
        folder,
        as_of=date.fromisoformat(made["as_of"]),
        capacity=made["capacity"],
        run_id=folder.name,
        used=(),
        left=(),
    )
    speech = Speech(language=city.language)
    ranks = "listed_by" in judged  # a model that was only trained ranks nothing yet
    won = f"{speech.say('Champion')}{speech.say(':')} {speech.name(card.champion)}."
    told = " ".join((headline(card) if ranks else won, *details(card)))
    rows = [_row(speech.name(name), figures, city) for name, figures in judged["candidates"].items()]
    create_table_artifact(rows, key="duel", description=told)
    if drawing := duel_chart.drawn(card):
        picture = b64encode(alone(drawing, BLACK_AND_WHITE).encode()).decode()
        create_image_artifact(f"data:image/svg+xml;base64,{picture}", key="duel-chart", description=told)


def _row(name: str, figures: Mapping[str, Mapping[str, float]], city: settings.City) -> dict[str, str]:
    say, language = words(city.language), city.language
    precision = figures["precision"]
    return {
        say("Candidate"): name,
        say("Precision at capacity"): percent(precision["value"], language),
        say(
            "95% interval"
        ): f"{percent(precision['low'], language)} – {percent(precision['high'], language)}",
        say("Lift"): number(figures["lift"]["value"], language, 2),
        say("AUC"): number(figures["auc"]["value"], language, 2),
    }


def of_report(folder: Path, city: settings.City) -> None:
    """Where the evaluation lies."""
    say = words(city.language)
    there = "\n".join(f"- `{path}`" for path in sorted(folder.rglob("*.pdf")))
    create_markdown_artifact(
        f"## {say('Where to look')}\n\n- `{folder / 'evaluation.html'}`\n{there}\n",
        key="evaluation",
        description=folder.name,
    )
