"""Is the person still there? Signs → facts → evidence → a chance, and what is said: present, deceased, moved, in an establishment, unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from features import presence_calibration, presence_facts, presence_model, presence_signs
from features.presence_calibration import Reliability
from features.presence_evidence import EVIDENCE, HARD, SILENCE, SOFT
from features.presence_model import THERE_SHARE, Floats, Threshold

PRESENCES = ("present", "deceased", "moved", "establishment", "unknown")
ADULT_AGE = 18
SILENT = len(SOFT)
"""The place of silence among the reasons of ``unknown``."""


@dataclass(frozen=True, kw_only=True)
class Presence:
    """How presence was judged: the threshold, the visits that were learnt from, the weights by name, and whether chances held in the past."""

    threshold: Threshold
    visits: int
    weights: dict[str, float]
    reliability: Reliability | None


def build(connection: duckdb.DuckDBPyConnection, there_share: float = THERE_SHARE) -> Presence:
    """Reads the ``known_`` views, ``people`` and ``residences``; makes the temp table ``residents``: one row a person with a place, with
    ``presence``, ``presence_reason``, ``presence_known_on`` (null when present) and ``there_probability``."""
    residents, visits = evidence(connection)
    learnt = presence_model.design(visits)
    belief = presence_model.fit(learnt, visits)
    x = presence_model.design(residents)
    chances = presence_model.probability(x, belief)
    cut = presence_model.threshold(_of_households(residents, chances), there_share)
    _say(connection, residents, x, belief.weights, chances, cut.at)
    return Presence(
        threshold=cut,
        visits=len(visits),
        weights=dict(zip(presence_model.NAMES, belief.weights.tolist(), strict=True)),
        reliability=presence_calibration.out_of_time(learnt, visits),
    )


def evidence(connection: duckdb.DuckDBPyConnection) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(residents as of the day, past visits as of theirs): one row a question, ordered, with a column for each kind of evidence."""
    for statement in (*presence_signs.TABLES, *presence_facts.TABLES):
        connection.execute(statement)
    connection.execute(_EVIDENCE)
    rows = connection.execute("from evidence_held order by asked_on, question").df()
    is_now = rows["occasion"] == "now"
    return rows[is_now].reset_index(drop=True), rows[~is_now].reset_index(drop=True)


_HOLDS = ", ".join(f"coalesce({e.holds}, false) as {e.name}" for e in EVIDENCE)
_EVIDENCE = (
    "create or replace temp table evidence_held as select question, occasion, person_id, id_logement, sexe, age, asked_on, issue, bras, proba_tirage,"
    f" placed_on, alive_on, is_on_roll, returned_on, {_HOLDS} from facts"
)


def _of_households(residents: pd.DataFrame, chances: Floats) -> Floats:
    """The chance of the surest adult of each dwelling (of each person where the flat is not known) against whom nothing hard speaks."""
    is_free = ~residents[[e.name for e in HARD]].to_numpy(bool).any(axis=1)
    is_adult = (residents["age"].isna() | (residents["age"] >= ADULT_AGE)).to_numpy(bool)
    home = residents["id_logement"].fillna(residents["person_id"])
    kept = is_free & is_adult
    return pd.Series(chances[kept]).groupby(home[kept].to_numpy(), sort=True).max().to_numpy(np.float64)


def _say(connection: duckdb.DuckDBPyConnection, residents: pd.DataFrame, x: Floats, weights: Floats, chances: Floats, at: float) -> None:
    first = len(presence_model.NAMES) - len(EVIDENCE) + len(HARD)
    soft = slice(first, first + len(SOFT))
    against = np.minimum(x[:, soft] * weights[soft], 0)
    heaviest = np.where(against.min(axis=1, initial=0) < 0, against.argmin(axis=1), SILENT) if len(residents) else np.empty(0, int)
    judged = pd.DataFrame(
        {
            "person_id": residents["person_id"],
            "there_probability": chances,
            "is_likely": chances >= at,
            "doubt": heaviest.astype(np.int64),
        }
    )
    connection.register("judged", judged)
    try:
        connection.execute(RESIDENTS)
    finally:
        connection.unregister("judged")


def _first_hard(column: str) -> str:
    """SQL: what the first hard evidence that holds says, null where none does."""
    values = {"says": lambda e: f"'{e.says}'", "text": lambda e: "'" + e.text.replace("'", "''") + "'", "known": lambda e: e.known}[column]
    return "case " + " ".join(f"when h.{e.name} then {values(e)}" for e in HARD) + " end"


def _doubt(column: str) -> str:
    texts = [e.text.replace("'", "''") for e in SOFT] + [SILENCE.replace("'", "''")]
    days = [e.known for e in SOFT] + ["snapshot_on"]
    said = [f"'{text}'" for text in texts] if column == "text" else days
    return "case doubt " + " ".join(f"when {i} then {value}" for i, value in enumerate(said)) + " end"


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
