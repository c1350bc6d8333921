"""Is the person still there? Signs → facts → evidence → a chance, and what is said: present, deceased, moved, in an establishment, unknown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from features import presence_calibration, presence_facts, presence_model, presence_signs
from features.engine import Engine
from features.presence_calibration import Reliability
from features.presence_evidence import EVIDENCE, HARD, SILENCE, SOFT
from features.presence_model import EVEN, THERE_SHARE, Floats, Threshold

__all__ = ["PRESENCES", "THERE_SHARE", "Presence", "build"]
PRESENCES = ("present", "deceased", "moved", "establishment", "unknown")
ADULT_AGE = 18
FEWEST_TOLD = 100
"""Assumed: of fewer visits a mean says something about one of them."""
STAYS = 0.5
"""Assumed: of those who leave half leave the other adult behind. Death and a nursing home take one alone, most moves take both."""
DOUBTS = ((SILENCE, "snapshot_on"), *((e.text, e.known) for e in SOFT))
"""Reasons of ``unknown`` with their days; the first where nothing weighs against."""
REASONS = (*(e.text for e in HARD), *(text for text, _ in DOUBTS))
"""Every ``presence_reason`` but the empty one of whoever is present, in English; reports translate."""


@dataclass(frozen=True, kw_only=True)
class Presence:
    """How presence was judged: the threshold, the visits that were learnt from, the weights by name, and whether chances held in the past."""

    threshold: Threshold
    visits: int
    weights: dict[str, float]
    reliability: Reliability | None

    def as_json(self) -> dict[str, object]:
        """As written to ``frame.json``: no share of so few visits that one could be recognised, so no bins."""
        told = self.reliability if self.visits >= FEWEST_TOLD else None
        share = self.threshold.expected_share
        return {
            "threshold": round(self.threshold.at, 4),
            "expected_share": round(share, 4) if self.threshold.households else None,
            "brier": round(told.brier, 4) if told else None,
            "brier_declared": round(told.brier_declared, 4) if told else None,
        }


def build(connection: Engine, there_share: float = THERE_SHARE, at_least: int = 0) -> Presence:
    """Reads the ``known_`` views, ``people`` and ``residences``; makes the temp table ``residents``: one row a person with a place, with
    ``presence``, ``presence_reason``, ``presence_known_on`` (null when present) and ``there_probability``."""
    residents, visits = evidence(connection)
    learnt = presence_model.design(visits)
    belief = presence_model.fit(learnt, visits)
    x = presence_model.design(residents)
    chances = presence_model.probability(x, belief)
    home = pd.Series(pd.factorize(home_of(residents))[0], index=residents.index)
    sure_of = homes(home, residents, chances)
    cut = presence_model.threshold(sure_of.to_numpy(np.float64), there_share, at_least)
    judged = pd.DataFrame({"person_id": residents["person_id"], "there_probability": chances})
    said = likely(home, chances, sure_of, cut.at)
    _say(connection, judged.assign(is_likely=said, doubt=_heaviest(x, belief.weights)))
    return Presence(
        threshold=cut,
        visits=len(visits),
        weights=dict(zip(presence_model.NAMES, belief.weights.tolist(), strict=True)),
        reliability=presence_calibration.out_of_time(learnt, visits),
    )


def evidence(connection: Engine) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(residents as of the day, past visits as of theirs): one row a question, ordered, with a column for each kind of evidence."""
    for statement in (*presence_signs.TABLES, *presence_facts.TABLES):
        connection.execute(statement)
    connection.execute(_EVIDENCE)
    for passing in (*presence_signs.PASSING, *presence_facts.PASSING):
        connection.execute(f"drop table {passing}")
    rows = connection.execute("from evidence_held order by asked_on, question").df()
    is_now = rows["occasion"] == "now"
    return rows[is_now].reset_index(drop=True), rows[~is_now].reset_index(drop=True)


_HOLDS = ", ".join(f"coalesce({e.holds}, false) as {e.name}" for e in EVIDENCE)
_EVIDENCE = (
    "create or replace temp table evidence_held as select question, occasion, person_id, id_logement, sexe, age, asked_on, issue, bras, proba_tirage,"
    f" placed_on, alive_on, is_on_roll, returned_on, {_HOLDS} from facts"
)


def homes(home: pd.Series, residents: pd.DataFrame, chances: Floats) -> pd.Series:
    """By ``home`` (as ``home_of`` tells them apart): the chance that one of the adults is there against whom nothing hard speaks."""
    is_free = ~residents[[e.name for e in HARD]].to_numpy(bool).any(axis=1)
    is_adult = (residents["age"].isna() | (residents["age"] >= ADULT_AGE)).to_numpy(bool)
    kept = is_free & is_adult
    return somebody(home[kept], chances[kept])


def somebody(home: pd.Series, chances: Floats) -> pd.Series:
    """By ``home``: the chance that the surest of these people is there or, where not, that the next has stayed (``STAYS``)."""
    place, names = pd.factorize(home, sort=True)
    order = np.lexsort((-chances, place))
    falling, place = chances[order], place[order]
    first = np.flatnonzero(np.diff(place, prepend=-1))
    after = np.minimum(first + 1, len(place) - 1)
    is_second = (after > first) & (place[after] == place[first]) & (falling[after] >= EVEN)
    chance = 1 - (1 - falling[first]) * (1 - STAYS * np.where(is_second, falling[after], 0.0))
    return pd.Series(chance, index=pd.Index(names, name="home"), name="chance")


def home_of(residents: pd.DataFrame) -> pd.Series:
    """The dwelling, or the person alone where the flat is not known."""
    return residents["id_logement"].fillna(residents["person_id"])


def likely(home: pd.Series, chances: Floats, sure_of: pd.Series, at: float) -> npt.NDArray[np.bool_]:
    """Whoever is more likely there than not, in a household that is sure enough: who lives with somebody sure is not left out of the household.

    ``sure_of``: as of ``homes``. Minors without a known adult need the threshold themselves.
    """
    own = pd.Series(chances, index=home.index)
    of_home = home.map(sure_of).fillna(own).to_numpy(np.float64)
    return np.asarray((chances >= EVEN) & (of_home >= at))


def _heaviest(x: Floats, weights: Floats) -> npt.NDArray[np.int64]:
    """The place among ``DOUBTS`` of what weighs most against each person."""
    first = len(presence_model.NAMES) - len(EVIDENCE) + len(HARD)
    heaviest, doubt = np.zeros(len(x)), np.zeros(len(x), dtype=np.int64)
    for place, column in enumerate(range(first, first + len(SOFT)), start=1):
        against = x[:, column] * weights[column]
        heavier = against < heaviest
        heaviest[heavier], doubt[heavier] = against[heavier], place
    return doubt


def _say(connection: Engine, judged: pd.DataFrame) -> None:
    connection.register("judged", judged)
    try:
        connection.execute(RESIDENTS)
    finally:
        connection.unregister("judged")


def _first_hard(column: str) -> str:
    """SQL: what the first hard evidence that holds says, null where none does."""
    said = [{"says": _quoted(e.says), "text": _quoted(e.text), "known": e.known}[column] for e in HARD]
    return "case " + " ".join(f"when h.{e.name} then {it}" for e, it in zip(HARD, said, strict=True)) + " end"


def _doubt(column: str) -> str:
    """SQL: what the doubt says that weighs most."""
    said = [_quoted(text) if column == "text" else known for text, known in DOUBTS]
    return "case doubt " + " ".join(f"when {i} then {it}" for i, it in enumerate(said)) + " end"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


RESIDENTS = f"""
create or replace temp table residents as
with judgement as (
  select f.person_id, j.there_probability, j.is_likely, {_first_hard("says")} as hard_says, {_first_hard("text")} as hard_text,
    {_first_hard("known")} as hard_known_on, {_doubt("text")} as doubt_text, {_doubt("known")} as doubt_known_on
  from facts f join evidence_held h using (question) join judged j on j.person_id = f.person_id where f.occasion = 'now'
)
select r.*,
  case when hard_says is not null then hard_says when is_likely then 'present' else 'unknown' end as presence,
  case when hard_says is not null then hard_text when is_likely then '' else doubt_text end as presence_reason,
  case when hard_says is not null then hard_known_on when not is_likely then doubt_known_on end as presence_known_on,
  there_probability
from residences r join judgement using (person_id)
"""
"""Hard evidence decides; without it the chance does. A doubt is told by the evidence that weighs most against, or by silence."""
