"""Writes the card of a run's model: ``model/card.html``, from ``duel.json`` and the frozen text."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from pipelines import manifest, settings, who_ranks
from pipelines.factors import factors_of
from pipelines.sources import SOURCE_WORDS
from reports import model_card
from reports.model_card_facts import About, Approval, LeftOut, ModelCard, left_out
from reports.model_card_json import from_json
from reports.words import words


def write(city: settings.City, folder: Path, as_of: date, capacity: int, run_id: str) -> None:
    """Who ranks, and who signed for it."""
    used = tuple(f.name for f in factors_of(city))
    left = left_out(settings.gates(city), city.features.model_dump())
    told = card(city, folder, as_of=as_of, capacity=capacity, run_id=run_id, used=used, left=left)
    (folder / "model" / "card.html").write_bytes(model_card.page(told))


def card(
    city: settings.City,
    folder: Path,
    *,
    as_of: date,
    capacity: int,
    run_id: str,
    used: tuple[str, ...],
    left: tuple[LeftOut, ...],
) -> ModelCard:
    """The card of a run. ``used``, ``left``: the factors that may weigh in it, and those that may not."""
    text, say = text_of(folder), words(city.language)
    about = About(
        city=city.name,
        as_of=as_of,
        language=city.language,
        is_fictitious=city.fictitious,
        run_id=run_id,
        capacity=capacity,
        used=used,
        left_out=left,
        sources={source: say(name) for source, name in SOURCE_WORDS.items()},
        approval=_approval(folder, text.name),
        model_digest=manifest.sha256(text.read_bytes()),
    )
    return from_json((folder / "duel.json").read_text(encoding="utf-8"), about)


def text_of(folder: Path) -> Path:
    """The frozen text of who ranks in a run; of the champion where none was asked to rank yet. The folder of a trained model holds it beside the duel."""
    judged = json.loads((folder / "duel.json").read_text(encoding="utf-8"))
    name = judged["listed_by"]["name"] if "listed_by" in judged else judged["champion"]
    within = folder / "model"
    return (within if within.is_dir() else folder) / f"{name}.json"


def _approval(folder: Path, text: str) -> Approval | None:
    given = who_ranks.approval_of(folder)
    if given is None:
        return None
    return Approval(who=given.who, role=given.role, on=given.on, digest=given.files[text])
