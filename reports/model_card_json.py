"""From the text of ``duel.json`` to a model card: each value is looked at before it is believed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from data_contracts.errors import ConfigurationError
from reports.model_card_facts import (
    About,
    Calibrated,
    Campaign,
    Contest,
    Figure,
    Learnt,
    Lonely,
    ModelCard,
    Pair,
    Row,
)

FIGURES = (
    "precision",
    "lift",
    "recall",
    "false_omission",
    "visits_per_found",
    "average_precision",
    "auc",
)
Content = Mapping[str, object]


def from_json(text: str, about: About) -> ModelCard:
    """The card of a run. ``text``: its ``duel.json``. What an older run did not write is None or empty; ConfigurationError where something that is
    there is not what it should be."""
    try:
        judged = _table(json.loads(text))
        return _card(judged, about)
    except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(
            f"not the duel of a run: {type(error).__name__} {error}",
            where="duel.json",
            hint="run the cycle again; the file is written by it and not meant to be edited.",
        ) from error


def _card(judged: Content, about: About) -> ModelCard:
    beats = judged["beats_rules"]
    if beats is not None and not isinstance(beats, bool):
        raise TypeError("beats_rules")
    listed_by = _table(judged.get("listed_by"))
    waits = listed_by.get("waits")
    if listed_by.get("is_rule") and beats:
        beats = False
    candidates, suspicious = _table(judged["candidates"]), judged.get("suspicious")
    return ModelCard(
        about=about,
        champion=_text(listed_by.get("name", judged["champion"])),
        beats_rules=beats,
        waits=None if waits is None else _text(waits),
        best_rule=_text(judged["best_rule"]),
        k_rule=_text(judged.get("k_rule", "")),
        labels=int(_number(judged["test_labels"])),
        positives=int(_number(judged["test_positives"])),
        effective=_maybe(judged.get("test_effective")),
        rows=tuple(_row(name, _table(content)) for name, content in candidates.items()),
        contests=tuple(_contest(_table(content)) for content in _several(judged.get("contests"))),
        not_judged={name: _text(why) for name, why in _table(judged.get("not_judged")).items()},
        suspicious={name: _number(area) for name, area in _table(suspicious).items()} if suspicious else {},
        kept={name: _number(share) for name, share in _table(judged.get("share_kept")).items()},
        lonely=_lonely(_table(judged["lonely"]), listed_by.get("name", judged["champion"]))
        if judged.get("lonely")
        else None,
        learnt=_learnt(_table(judged["labels"])) if judged.get("labels") else None,
        calibrated=_calibrated(_table(judged["calibration"])) if judged.get("calibration") else None,
    )


def _row(name: str, content: Content) -> Row:
    found = _table(content.get("found_with_more_visits"))
    return Row(
        name=name,
        figures=_figures(content),
        weighted=_figures(_table(content.get("weighted"))),
        difference=figure(content.get("difference_to_best_rule")),
        by_lot=_pair(content.get("precision_by_lot"), "worst", "best"),
        bounds=_pair(content.get("precision_bounds"), "low", "high"),
        calibration=_pair(content.get("calibration"), "slope", "intercept"),
        found={int(more): f for more, told in found.items() if (f := figure(told)) is not None},
        campaigns=tuple(_campaign(_table(fold)) for fold in _several(content.get("folds"))),
    )


def _figures(content: Content) -> dict[str, Figure]:
    return {name: f for name in FIGURES if (f := figure(content.get(name))) is not None}


def figure(told: object) -> Figure | None:
    """A figure with its interval; None where it does not exist."""
    content = _table(told)
    value = _maybe(content.get("value"))
    return (
        None
        if value is None
        else Figure(value=value, low=_maybe(content.get("low")), high=_maybe(content.get("high")))
    )


def _pair(told: object, one: str, other: str) -> Pair | None:
    content = _table(told)
    first, second = _maybe(content.get(one)), _maybe(content.get(other))
    return None if first is None or second is None else (first, second)


def _campaign(fold: Content) -> Campaign:
    return Campaign(
        origin=date.fromisoformat(_text(fold["origin"])),
        labels=int(_number(fold["labels"])),
        positives=int(_number(fold["positives"])),
        k=int(_number(fold["k"])),
        precision=_maybe(fold.get("precision")),
    )


def _contest(content: Content) -> Contest:
    behind = content.get("behind")
    return Contest(
        challenger=_text(content["challenger"]),
        reigning=_text(content["reigning"]),
        difference=figure(content.get("precision_difference")),
        weighted=figure(content.get("precision_difference_weighted")),
        worse_off=tuple(_text(group) for group in _several(content.get("worse_off"))),
        behind=None if behind is None else _text(behind),
        is_won=content["won"] is True,
        takes_over=content.get("takes_over", content["won"]) is True,
        does_harm=content.get("does_harm") is True,
    )


def _learnt(content: Content) -> Learnt:
    ledger = _table(content.get("ledger"))
    return Learnt(
        labels=int(_number(content["labels"])),
        effective=_number(content["effective"]),
        clipped=int(_number(content["clipped"])),
        clipped_at=_maybe(content.get("clipped_at")),
        ledger={state: n if isinstance(n, str) else int(_number(n)) for state, n in ledger.items()},
    )


def _lonely(content: Content, who: object) -> Lonely:
    of_who = _table(_table(content.get("candidates")).get(str(who)))
    return Lonely(
        labels=int(_number(content["test_labels"])),
        positives=int(_number(content["test_positives"])),
        precision=figure(of_who.get("precision")),
    )


def _calibrated(content: Content) -> Calibrated:
    return Calibrated(
        holds=content["holds"] is True,
        why=_text(content["why"]),
        random_visits=int(_number(content["random_visits"])),
        predicted=_maybe(content.get("predicted")),
        found=_maybe(content.get("found")),
        slope=_pair(content, "slope_low", "slope_high"),
    )


def _table(told: object) -> Content:
    if told is None:
        return {}
    if not isinstance(told, dict):
        raise TypeError("a table is missing")
    return told


def _several(told: object) -> tuple[object, ...]:
    if told is None:
        return ()
    if not isinstance(told, list):
        raise TypeError("a list is missing")
    return tuple(told)


def _text(told: object) -> str:
    if not isinstance(told, str):
        raise TypeError("a text is missing")
    return told


def _number(told: object) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise TypeError("a number is missing")
    return float(told)


def _maybe(told: object) -> float | None:
    return None if told is None else _number(told)
