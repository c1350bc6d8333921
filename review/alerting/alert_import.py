"""Alerts from a file of the application or of an association: the extract ``signalements``, as a delivery would hold it. Every row is taken, known already
or refused with its line and the reason; looking changes nothing."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import cast

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select
from sqlalchemy.orm import Session

from data_contracts import contract, conversions, dialects, expectations
from data_contracts.errors import ContractError
from data_contracts.expectations import Verdict
from data_contracts.readers import Format
from review import trail
from review.alerting import alerts
from review.alerting.alert_states import ALERT
from review.me import Me
from review.refusals import Incomplete
from review.sealing import Seal
from review.tables.alerts import Alert

LARGEST = 500_000
"""Bytes of one file, some 3,000 alerts."""
NAME = "signalements"
FORMS: Mapping[str, Format] = {".csv": "csv", ".xlsx": "xlsx"}
OFFLINE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
IDENTIFIER, PSEUDONYM = re.compile(r"[0-9A-Za-z_.:/-]{1,64}"), re.compile(r"[0-9A-Za-z_-]{1,64}")
NOT_OPAQUE, MISSHAPEN, TWICE = "pas un pseudonyme", "nombre de champs", "clé en double"
PROBLEMS: Mapping[str, str] = {
    "valeur absente": "nothing stands there",
    "illisible": "cannot be read",
    "valeur hors liste": "is none of the values of the contract",
    "forme inattendue": "has not the form of the contract",
    "hors bornes": "is out of bounds",
    "ordre des dates": "lies ahead of today",
    TWICE: "stands in the file twice",
    NOT_OPAQUE: "is no pseudonym",
    MISSHAPEN: "has too many or too few fields",
}
"""Reason of the contract's promises, or of the desk → words."""
_ONE_AT_A_TIME = Lock()
"""The checker keeps its context in one place of the process."""
Values = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong with one row, without its value. ``column``: its header, empty for the row as a whole; ``reason``: of ``PROBLEMS``."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Read:
    """One file. ``rows``: canonical values of those that keep the contract, by their lines; ``problems``: one or more a refused row."""

    digest: str
    count: int
    rows: Mapping[int, Values]
    problems: tuple[Problem, ...]

    @property
    def refused(self) -> int:
        """Rows that are not taken."""
        return self.count - len(self.rows)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What importing does, or did: ``taken`` + ``known`` + ``refused`` = rows of the file. ``known``: their identifier is there already."""

    taken: int
    known: int
    refused: int


def read(content: bytes, form: Format, today: date) -> Read:
    """Raises Incomplete for a file that is no such extract at all."""
    promise = contract.load(NAME)
    try:
        found = dialects.sniff(promise, NAME, form, lambda: io.BytesIO(content))
        batches = list(dialects.batches(promise, found, NAME, lambda: io.BytesIO(content)))
    except ContractError as error:
        raise Incomplete(
            "This file cannot be read",
            "It is not the extract of alerts: CSV or XLSX with the columns of the contract, without a name.",
            "Have it made by `lanterne pseudonymise signalements`; nothing of it was kept.",
        ) from error
    texts = pa.concat_tables([batch.table for batch in batches]) if batches else _no_rows()
    misshapen = [line for batch in batches for line, _ in batch.misshapen]
    typed, unreadable = _typed(texts, today)
    problems = [
        *(Problem(line=line, column="", reason=MISSHAPEN) for line in misshapen),
        *unreadable,
        *_broken(typed),
        *_not_opaque(typed),
    ]
    bad = {problem.line for problem in problems}
    rows = cast("list[dict[str, object]]", typed.astype(object).where(typed.notna(), None).to_dict("records"))
    return Read(
        digest=hashlib.sha256(content).hexdigest(),
        count=texts.num_rows + len(misshapen),
        rows={line: row for row in rows if (line := cast(int, row["line"])) not in bad},
        problems=tuple(sorted(set(problems), key=lambda one: (one.line, one.column, one.reason))),
    )


def _no_rows() -> pa.Table:
    names = [c.name for c in contract.load(NAME).columns]
    return pa.table({"line": pa.array([], pa.int64()), **{n: pa.array([], pa.string()) for n in names}})


def _typed(texts: pa.Table, today: date) -> tuple[pd.DataFrame, list[Problem]]:
    """Canonical values with ``row``, ``line``, ``file_id``, ``known_on``, ``delivered_on``, as the ingest of a delivery of today makes them, and what could not be converted."""
    columns = contract.load(NAME).columns
    for column in columns:
        at = texts.column_names.index(column.name)
        texts = texts.set_column(at, column.name, pc.utf8_trim(texts[column.name], conversions.BLANKS))
    present = ", ".join(f"{conversions.present(c)} as {c.name}" for c in columns)
    typed = ", ".join(f"{conversions.converted(c)} as {c.name}" for c in columns)
    with duckdb.connect(config=dict(OFFLINE)) as scratch:
        scratch.register("arriving", texts)
        scratch.execute(
            f"create table texts as select row_number() over (order by line) as row, line, $1::date as delivered_on, {present} from arriving",
            [today],
        )
        scratch.execute(f"create table typed as select row, line, delivered_on, {typed} from texts")
        lost = [
            Problem(line=line, column=c.header, reason="illisible")
            for c in columns
            for (line,) in scratch.execute(
                f"select t.line from texts t join typed y using (row) where t.{c.name} is not null and y.{c.name} is null"
            ).fetchall()
        ]
        table = scratch.execute(
            "select *, '' as file_id, coalesce(date_signalement, delivered_on) as known_on from typed order by row"
        ).to_arrow_table()
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    whole = {c.name: "Int64" for c in columns if c.kind in ("integer", "year")}
    return frame.astype(whole), lost


def _broken(typed: pd.DataFrame) -> list[Problem]:
    """The contract's promises, held by the checker that holds them for deliveries."""
    promise = contract.load(NAME)
    with _ONE_AT_A_TIME:
        verdicts = expectations.check(promise, typed)
    names = [c.name for c in promise.columns]
    firsts = set(typed.loc[typed.duplicated(names, keep=False) & ~typed.duplicated(names), "row"])
    lines = dict(zip(typed["row"], typed["line"], strict=True))
    return [
        Problem(line=int(lines[row]), column=_column(verdict), reason=verdict.reason)
        for verdict in verdicts
        for row in verdict.broken_by
        if not (verdict.reason == TWICE and row in firsts and _is_only_copied(typed, row))
    ]


def _is_only_copied(typed: pd.DataFrame, row: int) -> bool:
    """Of rows that are the same throughout one is taken; where rows of one identifier differ, none."""
    names = [c.name for c in contract.load(NAME).columns]
    key = typed.loc[typed["row"] == row, "id_signalement"].iloc[0]
    return len(typed.loc[typed["id_signalement"] == key, names].drop_duplicates()) == 1


def _column(verdict: Verdict) -> str:
    about = verdict.promise.expectation.configuration.kwargs
    name = about.get("column") or ("id_signalement" if verdict.reason == TWICE else "date_signalement")
    return str(name).upper()


def _not_opaque(typed: pd.DataFrame) -> list[Problem]:
    """What the contract leaves open: an identifier or a place could hold a name or an address in clear."""
    forms = {"id_signalement": IDENTIFIER, "id_adresse": PSEUDONYM, "id_logement": PSEUDONYM}
    return [
        Problem(line=int(line), column=name.upper(), reason=NOT_OPAQUE)
        for name, form in forms.items()
        for line, value in zip(typed["line"], typed[name], strict=True)
        if isinstance(value, str) and not form.fullmatch(value)
    ]


def told(session: Session, done: Read) -> Told:
    """What importing would do."""
    known = _known(session, done)
    return Told(taken=len(done.rows) - len(known), known=len(known), refused=done.refused)


def _known(session: Session, done: Read) -> set[int]:
    """Lines of alerts that the desk has, from an earlier file or because it handed them over itself."""
    ids = {str(row["id_signalement"]): line for line, row in done.rows.items()}
    there: set[str | None] = set()
    for some in _portions(list(ids)):
        there |= set(session.scalars(select(Alert.foreign_id).where(Alert.foreign_id.in_(some))))
        there |= set(session.scalars(select(Alert.id).where(Alert.id.in_(some))))
    return {line for name, line in ids.items() if name in there}


def _portions(names: Sequence[str], size: int = 500) -> list[Sequence[str]]:
    """A database takes so many values in one question."""
    return [names[at : at + size] for at in range(0, len(names), size)]


def take(session: Session, seal: Seal, me: Me, done: Read, now: datetime) -> Told:
    """Takes every row that is new, all in this transaction."""
    known, counts = _known(session, done), told(session, done)
    session.add_all(_alert(row) for line, row in done.rows.items() if line not in known)
    session.flush()
    trail.add(session, seal, now, me.did("import alerts", "file", done.digest[:64], **counts.__dict__))
    return counts


def _alert(row: Values) -> Alert:
    day = cast(datetime, row["date_signalement"]).date()
    alert = Alert(
        foreign_id=row["id_signalement"],
        reported_on=day,
        since=day,
        channel=row["canal"],
        urgency=row["urgence"],
        quartier=row["quartier"] or "",
        signs=[],
        sexe=row["sexe"],
        annee_naissance=row["annee_naissance"],
        state=ALERT.initial,
    )
    alerts.bear(alert, {name.upper(): str(value) for name, value in row.items() if value})
    return alert
