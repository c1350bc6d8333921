"""Who ranks this list: the champion of the duel, the model that the city approved, or, while nobody has approved one, the best rule."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from data_contracts.errors import ConfigurationError
from models import calibration
from models.candidate import ORDERED, RULES, Scorer
from models.frozen import thaw
from pipelines import approvals, judging, settings, who_ranks
from pipelines.approvals import Approval
from pipelines.factors import factors_of
from pipelines.manifest import timed, write_json
from pipelines.who_ranks import Ranker, in_force, read


def ranker_step(config: Path, folder: Path, as_of: date) -> str:
    """Puts the text of who ranks in the place of the champion's where that is somebody else, with its approval, and adds ``listed_by`` to ``duel.json``; gives its name.

    Raises IntegrityError when what was approved is not what lies there."""
    city = settings.load(config)
    with timed(folder, "ranker") as rows:
        judged = json.loads((folder / "duel.json").read_text(encoding="utf-8"))
        champion, rule = str(judged["champion"]), str(judged["best_rule"])
        won = {contest["challenger"] for contest in judged["contests"] if contest["won"]}
        rows.reads["approvals"] = len(who_ranks.signed_lines(city))
        ranker, approval = chosen(city, champion, rule, as_of, is_shown=ORDERED in won)
        if approval is not None:
            _approved(city, folder / "model", champion, ranker, approval)
        elif ranker.name != champion:
            _rule(city, folder, champion, ranker)
        mapped = json.loads((folder / "model" / "calibration.json").read_text(encoding="utf-8"))
        write_json(folder / "duel.json", judged | {"calibration": mapped, "listed_by": ranker.as_json()})
    return ranker.name


def chosen(
    city: settings.City, champion: str, rule: str, as_of: date, *, is_shown: bool = True
) -> tuple[Ranker, Approval | None]:
    """Who ranks when ``champion`` won the duel and ``rule`` is the best rule. A rule that wins ranks whatever was approved: who does not beat it steps aside;
    and so for the rule in order, but that its weights need an approval. ``is_shown``: visits have shown that order to be better than a lot."""
    if champion in RULES:
        return Ranker(name=champion, why="champion"), None
    approval = in_force(city, as_of)
    if approval is not None and (champion != ORDERED or is_shown or approvals.name_of(approval) == ORDERED):
        name = approvals.name_of(approval)
        if _fits(city, approval):
            waits = champion if champion != name else None
            is_proven = name != ORDERED or is_shown
            return Ranker(name=name, why="approved", model=approval.model, waits=waits, is_proven=is_proven), approval  # fmt: skip
        return Ranker(name=rule, why="approved no longer fits", waits=champion), None
    if city.fictitious:
        return Ranker(name=champion, why="champion", is_proven=champion != ORDERED or is_shown), None
    return Ranker(name=rule, why="not approved", waits=champion), None


def _fits(city: settings.City, approval: Approval) -> bool:
    """Whether the approved text speaks of the factors that may weigh today."""
    text = approvals.checked(city.paths.models, approval)[f"{approvals.name_of(approval)}.json"]
    try:
        thaw(text.decode("utf-8"), factors_of(city))
    except ConfigurationError:
        return False
    return True


def _approved(city: settings.City, model: Path, champion: str, ranker: Ranker, approval: Approval) -> None:
    (model / f"{champion}.json").unlink()
    contents = approvals.checked(city.paths.models, approval)
    for name in (f"{ranker.name}.json", "calibration.json"):
        (model / name).write_bytes(contents[name])
    write_json(model / "approval.json", approval.as_json())


def _rule(city: settings.City, folder: Path, champion: str, ranker: Ranker) -> None:
    model, past = folder / "model", judging.past_of(folder)
    (model / f"{champion}.json").unlink()
    judging.write_text(model, ranker.name, judging.fitted_on_all(judging.named(ranker.name, city), past))
    write_json(model / "calibration.json", calibration.of_a_rule().as_json())


def scorer_of(city: settings.City, folder: Path) -> Scorer:
    """Who ranks in a run, read from the frozen text."""
    text = (folder / "model" / f"{read(folder).name}.json").read_text(encoding="utf-8")
    return thaw(text, factors_of(city))
