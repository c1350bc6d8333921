"""What somebody signs: the files of a frozen model and the figures that they were shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from data_contracts.errors import ConfigurationError, IntegrityError
from models.candidate import RULES
from models.frozen import thaw
from pipelines import approvals, settings
from pipelines.approvals import Action, Approval
from pipelines.encrypted import Key
from pipelines.factors import factors_of
from pipelines.freezing import DECIDING
from pipelines.manifest import sha256

Figures = dict[str, object]
AT_CAPACITY = ("precision", "lift", "recall", "false_omission", "auc")


def folder_of(city: settings.City, model: str) -> Path:
    """The folder of a frozen model. Raises ConfigurationError for a name that is none."""
    folder = city.paths.models / Path(model).name
    if (folder / "manifest.json").is_file():
        return folder
    known = sorted(p.parent.name for p in city.paths.models.glob("[!.]*/manifest.json"))
    hint = f"models are: {', '.join(known[-5:])}." if known else "`lanterne train` makes one."
    raise ConfigurationError("there is no such model", where=str(folder), hint=hint)


def figures(folder: Path) -> Figures:
    """What a model is approved on: ``champion``, its day and capacity, ``why``, ``beats_rules`` (null where labels were too few to judge), what it was tested on, its figures at capacity, plain and weighted, the gain over the best rule, and
    what its probabilities are worth. Figures are empty where too few visits have come back to compare anything."""
    judged = json.loads((folder / "duel.json").read_text(encoding="utf-8"))
    made = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    champion = judged["candidates"].get(judged["champion"], {})
    return {
        "champion": judged["champion"],
        "as_of": made["as_of"],
        "capacity": made["capacity"],
        "why": judged["why"],
        "beats_rules": judged["beats_rules"],
        "best_rule": judged["best_rule"],
        "test_labels": judged["test_labels"],
        "test_positives": judged["test_positives"],
        "labels": judged["labels"]["labels"],
        "at_capacity": {name: champion[name] for name in AT_CAPACITY if name in champion},
        "weighted": {n: v for n, v in champion.get("weighted", {}).items() if n in AT_CAPACITY},
        "gain_over_best_rule": champion.get("difference_to_best_rule"),
        "suspicious": judged["suspicious"],
        "probability": judged["calibration"]["why"],
    }


def is_rule(told: Mapping[str, object]) -> bool:
    """Whether the champion is a rule, which nobody needs to approve."""
    return told["champion"] in RULES


def approvable(city: settings.City, folder: Path) -> Figures:
    """The figures of a model that can be signed.

    Raises ConfigurationError for a rule and for a text that this release and these gates cannot rank with, IntegrityError when a file is not as it was frozen."""
    frozen = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    for name, digest in frozen.items():
        if not (folder / name).is_file() or sha256((folder / name).read_bytes()) != digest:
            raise IntegrityError(
                "a file of the model is not as it was frozen",
                where=str(folder / name),
                hint="train again; a frozen model is never edited.",
            )
    told = figures(folder)
    if is_rule(told):
        raise ConfigurationError(
            f"{told['champion']} is a rule: it ranks without an approval",
            where=str(folder),
            hint="only a model, or the order among a rule’s equals, needs one.",
        )
    thaw((folder / f"{told['champion']}.json").read_text(encoding="utf-8"), factors_of(city))
    return told


def signed_line(
    city: settings.City, folder: Path, key: Key, *, action: Action, who: str, role: str, on: date
) -> Approval:
    """The next line of the log, signed. Raises ConfigurationError when there is nothing to withdraw."""
    earlier = approvals.lines(city.paths.models, key)
    last = next((line.action for line in reversed(earlier) if line.model == folder.name), None)
    if action == "withdraw" and last != "approve":
        raise ConfigurationError(
            "this model is not approved", where=folder.name, hint="there is nothing to withdraw."
        )
    told = figures(folder)
    names = (f"{told['champion']}.json", *(name for name in DECIDING if (folder / name).is_file()))
    line = Approval(
        action=action,
        model=folder.name,
        who=who,
        role=role,
        on=on,
        files={name: sha256((folder / name).read_bytes()) for name in names},
        figures=told,
        previous=earlier[-1].signature if earlier else "",
    )
    return approvals.signed(line, key)
