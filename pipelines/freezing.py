"""A trained model, kept whole: its text, its duel, its card. It ranks once somebody has approved it."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from pipelines import audit, manifest, model_card, reference, settings
from pipelines.publish import closed, run_inputs
from pipelines.store import made, read_store

DECIDING = ("calibration.json", "duel.json", reference.FILE)
"""Files of a model's folder that an approval signs besides the text. The last is what later runs are held against; a model frozen before it was kept lacks it."""


def freeze_step(config: Path, folder: Path, as_of: date, capacity: int) -> Path:
    """Moves the champion's text, its probabilities, the duel and the card to ``models/<model>``, with the profile of the town that it was trained on; gives that folder.

    The same model again leaves the folder that is there as it is: somebody may have approved it."""
    city = settings.load(config)
    inputs = run_inputs(config, folder, as_of, capacity)
    model_card.write(city, folder, as_of, capacity, manifest.run_id(as_of, inputs))
    text = model_card.text_of(folder)
    kept = {path.name: path.read_bytes() for path in (text, folder / "model" / "calibration.json", folder / "duel.json")}  # fmt: skip
    digest = manifest.sha256(b"".join(kept[name] for name in sorted(kept)))[:8]
    final = made(city.paths.models, "paths.models") / f"{as_of.isoformat()}-{text.stem}-{digest}"
    if final.exists():
        return final
    partial = final.with_name(f".{final.name}.partial")
    manifest.clear_half_made(final.parent)
    partial.mkdir()
    for name, content in kept.items():
        (partial / name).write_bytes(content)
    shutil.copyfile(folder / "model" / "card.html", partial / "card.html")
    with read_store(city.paths) as connection:
        reference.write(
            partial,
            reference.taken(connection, city, reference.town(city, folder, as_of, capacity), as_of, capacity),
        )
    shutil.copyfile(folder / audit.LOG, partial / audit.LOG)
    made_of: dict[str, object] = {
        "model": final.name,
        **inputs,
        "commit": manifest.code_version(),
        "gates": settings.gates(city),
        "fictitious": city.fictitious,
        "versions": manifest.versions(),
    }
    return closed(config, city, partial, made_of, final, act="freeze", kind="model")
