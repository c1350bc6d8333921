"""The delivered files that a trace cites: what they are, how the contract judged them, and whether their bytes still lie where they were delivered."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import duckdb

from data_contracts.validation import Validation
from reports.trace_facts import File, OnDisk, Rule


def files(
    connection: duckdb.DuckDBPyConnection,
    file_ids: Collection[str],
    deliveries: Path,
    of_run: Collection[str],
    contracts: Mapping[str, str],
) -> tuple[File, ...]:
    """One row a file, oldest delivery first. ``of_run``: files that the run was made from; ``contracts``: digests in force then."""
    judged = _judged(connection, file_ids)
    found = []
    for row in connection.execute(_FILES, [sorted(file_ids)]).fetchall():
        file_id, name, source, delivered_on, sha256, is_current, superseded_by, *counts, rejects = row
        read, accepted, quarantined, purged = counts
        checks = judged.get(file_id, [])
        check = checks[0][0] if checks else None
        found.append(
            File(
                file_id=file_id,
                name=name,
                source=source,
                delivered_on=delivered_on,
                sha256=sha256,
                is_current=is_current,
                superseded_by=superseded_by,
                rows_read=read,
                rows_accepted=accepted,
                rows_quarantined=quarantined,
                rows_purged=purged,
                rejects=json.loads(rejects),
                contract_version=check.contract_version if check else None,
                contract=contracts[f"{source}.odcs.yaml"],
                checker=check.checker if check else None,
                judged_with=max((n for _, n in checks), default=0),
                rules=_rules(checks),
                on_disk=_on_disk(deliveries / name, sha256),
                is_of_run=file_id in of_run,
            )
        )
    return tuple(found)


_FILES = """
select f.file_id, f.name, f.source, f.delivered_on, f.sha256, f.is_current, s.name, f.rows_read, f.rows_accepted, f.rows_quarantined, f.rows_purged, f.rejects
from meta.files f left join meta.files s on s.supersedes = f.file_id where f.file_id in (select unnest($1))
order by f.delivered_on, f.name, f.file_id
"""


def _judged(
    connection: duckdb.DuckDBPyConnection, file_ids: Collection[str]
) -> dict[str, list[tuple[Validation, int]]]:
    """By file its checks, of its rows and of the file as a whole, each with how many files were judged together."""
    found: dict[str, list[tuple[Validation, int]]] = defaultdict(list)
    for ids, text in connection.execute("select file_ids, validated from meta.validations order by all").fetchall():  # fmt: skip
        together = str(ids).split(",")
        for file_id in {*together} & {*file_ids}:
            found[file_id].append((Validation.from_json(text), len(together)))
    return found


def _rules(checks: Sequence[tuple[Validation, int]]) -> tuple[Rule, ...]:
    """Those of rows first."""
    promises = [promise for check, _ in checks for promise in check.promises]
    return tuple(
        Rule(
            rule=one.rule,
            severity=one.severity,
            is_about_files=one.is_about_files,
            judged=one.rows,
            broken=one.rows_broken,
        )
        for one in sorted(promises, key=lambda promise: promise.is_about_files)
    )


def _on_disk(path: Path, sha256: str) -> OnDisk:
    if not path.is_file():
        return "gone"
    with path.open("rb") as stream:
        return "same" if hashlib.file_digest(stream, "sha256").hexdigest() == sha256 else "other"
