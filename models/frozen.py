"""A frozen model becomes a scorer again: the same scores and the same text, or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from data_contracts.errors import ConfigurationError
from features.catalogue import FACTORS
from features.factor import Factor
from models.age_uk import AgeUkScorer
from models.average import AverageScorer
from models.boosting import BoostedScorer
from models.candidate import ORDERED, Scorer
from models.logistic import LogisticScorer
from models.neighbourhood import NeighbourhoodScorer
from models.nested import NestedScorer
from models.points import PointsScorer
from models.refined import RefinedScorer
from models.rules import Condition, RuleScorer
from models.sealed import KEEP, WHERE, opened, sealed

Content = Mapping[str, object]
FIT_AGAIN = "rank with the release and the settings that the model was frozen with, or fit and sign again."


def thaw(text: str, factors: Sequence[Factor]) -> Scorer:
    """The scorer whose ``as_text`` is ``text``. ``factors``: those that may weigh in this run.

    Raises ConfigurationError when the text is damaged or edited, names a factor that the run has not, lacks one that it has, or when the
    catalogue says something else of a factor than it did when the model was frozen.
    """
    content = opened(text)
    scorer = _built(content, {f.name: f for f in factors})
    if scorer.as_text() != sealed(content):
        raise ConfigurationError(
            "the catalogue says something else of a factor than when the model was frozen",
            where=WHERE,
            hint=FIT_AGAIN,
        )
    return scorer


def _built(content: Content, by_name: Mapping[str, Factor]) -> Scorer:
    kind = str(content.get("candidate"))
    build = _rule if "all_of" in content else BUILDERS.get(kind)
    if build is None:
        raise ConfigurationError(f"no candidate is called {kind}", where=WHERE, hint=FIT_AGAIN)
    try:
        return build(content, by_name)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigurationError(
            f"the text is damaged: {kind} lacks something", where=WHERE, hint=KEEP
        ) from error


def _rule(content: Content, by_name: Mapping[str, Factor]) -> RuleScorer:
    """A rule may name factors that this run may not use: for it they are never known to be true."""
    groups = cast(Sequence[Mapping[str, Sequence[str]]], content["all_of"])
    read = tuple(tuple(_condition(said) for said in group["any_of"]) for group in groups)
    for condition in (c for group in read for c in group):
        if condition.factor not in {f.name for f in FACTORS} | set(by_name):
            raise _unknown(condition.factor)
    return RuleScorer(name=str(content["candidate"]), groups=read)


def _condition(said: str) -> Condition:
    factor, threshold = said.split(" >= ")
    return Condition(factor=factor, at_least=float(threshold))


def _points(content: Content, by_name: Mapping[str, Factor]) -> PointsScorer:
    return PointsScorer(factors=_factors(_table(content, "points"), by_name), base=_number(content, "base"))


def _refined(content: Content, by_name: Mapping[str, Factor]) -> Scorer:
    parts = (_table(content, "rule"), _table(content, "points"))
    return RefinedScorer(
        name=str(content["candidate"]), rule=_rule(parts[0], by_name), points=_points(parts[1], by_name)
    )


def _logistic(content: Content, by_name: Mapping[str, Factor]) -> Scorer:
    return _linear(content, by_name)


def _linear(content: Content, by_name: Mapping[str, Factor]) -> LogisticScorer:
    table = _table(content, "factors")
    rows = [cast(Content, row) for row in table.values()]
    return LogisticScorer(
        factors=_factors(table, by_name),
        base=_number(content, "base"),
        base_error=_number(content, "base_error"),
        coefficients=tuple(_number(row, "coefficient") for row in rows),
        errors=tuple(_number(row, "standard_error") for row in rows),
        labels=int(_number(content, "labels")),
        weight=_number(content, "weight"),
        width=_number(content, "width"),
    )


def _boosted(content: Content, by_name: Mapping[str, Factor]) -> Scorer:
    linear = _linear(_table(content, "logistic"), by_name)
    trees = "\n".join(cast(Sequence[str], content["trees"]))
    return BoostedScorer(factors=linear.factors, logistic=linear, trees=trees)


def _neighbourhood(content: Content, by_name: Mapping[str, Factor]) -> Scorer:
    places = _table(content, "log_odds")
    log_odds = tuple((place, _number(places, place)) for place in places)
    return NeighbourhoodScorer(base=_number(content, "base"), log_odds=log_odds)


def _age_uk(content: Content, by_name: Mapping[str, Factor]) -> Scorer:
    return AgeUkScorer(base=_number(content, "base"))


def _average(content: Content, by_name: Mapping[str, Factor]) -> Scorer:
    members = cast(Sequence[Content], content["members"])
    return AverageScorer(members=tuple(_built(member, by_name) for member in members))


def _nested(content: Content, by_name: Mapping[str, Factor]) -> Scorer:
    losses = _table(content, "tried")
    tried = tuple(
        (label, float("nan") if losses[label] is None else _number(losses, label)) for label in losses
    )
    scorer = _built(_table(content, "scorer"), by_name)
    return NestedScorer(chosen=str(content["chosen"]), tried=tried, scorer=scorer)


BUILDERS: Mapping[str, Callable[[Content, Mapping[str, Factor]], Scorer]] = {
    ORDERED: _refined,
    "points": _points,
    "logistic": _logistic,
    "lightgbm": _boosted,
    "neighbourhood": _neighbourhood,
    "age_uk": _age_uk,
    "average": _average,
    "nested": _nested,
}


def _factors(named: Content, by_name: Mapping[str, Factor]) -> tuple[Factor, ...]:
    """The run's factors in the order of the text: the same set, no more and no less."""
    for name in named:
        if name not in by_name:
            raise _unknown(name)
    for name in by_name:
        if name not in named:
            raise ConfigurationError(f"the model does not know {name}", where=WHERE, hint=FIT_AGAIN)
    return tuple(by_name[name] for name in named)


def _unknown(name: str) -> ConfigurationError:
    return ConfigurationError(f"the model uses {name}, which this run has not", where=WHERE, hint=FIT_AGAIN)


def _table(content: Content, key: str) -> Content:
    found = content[key]
    if not isinstance(found, dict):
        raise TypeError(key)
    return found


def _number(content: Content, key: str) -> float:
    found = content[key]
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise TypeError(key)
    return float(found)
