"""Writes the card of a run's model: ``model/card.html``, from ``duel.json`` and the frozen text."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from pipelines import manifest, settings
from pipelines.factors import factors_of
from pipelines.sources import SOURCE_WORDS
from reports import model_card
from reports.model_card_facts import About, left_out
from reports.model_card_json import from_json
from reports.words import words


def write(city: settings.City, folder: Path, as_of: date, capacity: int, run_id: str) -> None:
    """Nobody has signed the model yet: the card says so."""
    told = (folder / "duel.json").read_text(encoding="utf-8")
    champion = folder / "model" / f"{json.loads(told)['champion']}.json"
    say = words(city.language)
    about = About(
        city=city.name,
        as_of=as_of,
        language=city.language,
        is_fictitious=city.fictitious,
        run_id=run_id,
        capacity=capacity,
        share_kept=None,
        used=tuple(f.name for f in factors_of(city)),
        left_out=left_out(settings.gates(city), city.features.model_dump()),
        sources={source: say(name) for source, name in SOURCE_WORDS.items()},
        approval=None,
        model_digest=manifest.sha256(champion.read_bytes()),
    )
    (folder / "model" / "card.html").write_bytes(model_card.page(from_json(told, about)))
