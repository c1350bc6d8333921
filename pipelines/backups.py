"""``lanterne backup`` and ``lanterne restore``: an encrypted copy that is checked against its own description before it counts."""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import closing, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from pydantic import TypeAdapter, ValidationError

from data_contracts.errors import ConfigurationError, IntegrityError
from pipelines import copies, desk_backup, encrypted, manifest, migrations
from pipelines.copies import Content
from pipelines.encrypted import Damaged, Key
from pipelines.settings import Paths
from pipelines.store import made
from pipelines.warehouse_key import existing_key


@dataclass(frozen=True, kw_only=True)
class Backup:
    """What stands in the JSON beside a backup."""

    schema: int
    code: str
    made_at: str
    tables: dict[str, Content]

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(content.rows for content in self.tables.values())


_FORM = TypeAdapter(Backup)


def description(file: Path) -> Path:
    """The JSON beside a backup."""
    return file.with_name(file.name + ".json")


def backup(paths: Paths, file: Path, desk: Path | None = None) -> Backup:
    """Writes ``file``, a consistent copy encrypted with the same key, and ``file``.json; all are there in the end, or no ``file``. ``desk``: the review desk's
    SQLite file, which goes into ``file``.desk.

    Raises ConfigurationError when there is nothing to back up, a writer is at work or ``file`` exists.
    """
    copies.check_there(paths.database)
    _check_free(file)
    key = existing_key(paths)
    partial = file.with_name(f".{file.name}.partial")
    copies.discard(partial)
    try:
        with encrypted.guarded(
            encrypted.opened(paths.database, key, read_only=True), paths.database
        ) as connection:
            made_now = _copied(connection, paths, partial, key)
        described = _FORM.dump_json(made_now, indent=2) + b"\n"
        desk_backup.file_of(file).unlink(missing_ok=True)  # of a backup of this name that is gone
        if desk is not None:
            desk_backup.write(desk_backup.copied(desk), file, key, described)
        description(file).write_bytes(described)
        copies.put_in_place(partial, file)
    finally:
        copies.discard(partial)
    return made_now


def _copied(connection: duckdb.DuckDBPyConnection, paths: Paths, partial: Path, key: Key) -> Backup:
    migrations.check_readable(connection, paths.database)
    encrypted.attach(connection, partial, key, "fresh")
    connection.execute("copy from database warehouse to fresh")
    tables = copies.contents(connection, "warehouse", key)
    if copies.contents(connection, "fresh", key) != tables:
        raise IntegrityError(
            "the copy does not hold what the warehouse holds; no backup was made",
            where=str(paths.database),
            hint="check the disk, then run this again.",
        )
    copies.settle(connection, "fresh")
    return Backup(
        schema=migrations.version(connection, "warehouse"),
        code=manifest.code_version(),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        tables=tables,
    )


def restore(
    paths: Paths, file: Path, *, replace: bool, desk: Path | None = None, made_with: Key | None = None
) -> Backup:
    """Puts a backup in the place of the warehouse, whole, after key, schema, counts and digests were found right; ``desk``: and of the review desk's SQLite file.
    ``made_with``: the key of then, where the installation's was changed since; what is restored is under the key of now.

    Raises IntegrityError for a backup that is not what its description says, or another key's; ConfigurationError when a
    warehouse or desk is there and ``replace`` was not asked for, or somebody uses it. Whatever is raised, nothing was changed, but that a desk at which somebody
    does not pause is not put back when the warehouse is.
    """
    made(paths.database.parent, "paths.database")
    if paths.database.exists() and not replace:
        raise ConfigurationError(
            "a warehouse is there already; nothing was changed",
            where=str(paths.database),
            hint="give --replace to put the backup in its place, after a backup of what is there.",
        )
    if desk is not None and desk.exists() and not replace:
        raise ConfigurationError(
            "a review desk is there already; nothing was changed",
            where=str(desk),
            hint="give --replace to put the backup in its place: what people did since is lost.",
        )
    key = existing_key(paths)
    opens = made_with or key
    described = _described(file)
    _check(file, described, opens)
    content = desk_backup.read(file, opens, description(file).read_bytes()) if desk else None
    if desk is not None and content is not None and opens.secret != key.secret:
        content = desk_backup.under(content, opens, key, desk.parent)
    _take_place(file, paths.database, opens, key)
    if desk is not None and content is not None:
        desk_backup.put_back(content, desk)
    return described


def _check_free(file: Path) -> None:
    if file.exists():
        raise ConfigurationError(
            "this file exists already; a backup never overwrites another",
            where=str(file),
            hint="give another name, such as one with the date.",
        )
    if not file.parent.is_dir():
        raise ConfigurationError("there is no such folder", where=str(file.parent), hint="make it first.")


def _described(file: Path) -> Backup:
    try:
        return _FORM.validate_json(description(file).read_bytes())
    except (OSError, ValidationError) as error:
        raise IntegrityError(
            "the description beside the backup is missing or cannot be read; nothing was changed",
            where=str(description(file)),
            hint="copy it with the backup from where both were kept, or take another backup.",
        ) from error


def _check(file: Path, described: Backup, key: Key) -> None:
    if not file.is_file():
        raise ConfigurationError(
            "there is no such backup", where=str(file), hint="give the path of a backup."
        )
    try:
        with encrypted.guarded(encrypted.opened(file, key, read_only=True), file) as connection:
            migrations.check_not_newer(migrations.version(connection, "warehouse"), file)
            found = copies.contents(connection, "warehouse", key)
            is_same_schema = migrations.version(connection, "warehouse") == described.schema
    except Damaged as error:
        raise _spoilt(file, "it cannot be read") from error
    if not is_same_schema:
        raise _spoilt(file, "its schema is not the described one")
    for name in sorted({*found, *described.tables}):
        if found.get(name) != described.tables.get(name):
            raise _spoilt(file, f"{name} does not hold the described rows")


def _spoilt(file: Path, why: str) -> IntegrityError:
    return IntegrityError(
        f"the backup is not what its description says: {why}; nothing was changed",
        where=str(file),
        hint="take another backup, with the description made beside it.",
    )


def _copy_bytes(file: Path, fresh: Path) -> None:
    shutil.copyfile(file, fresh)
    with fresh.open("rb+") as copy:
        os.fsync(copy.fileno())
    if _sha256(fresh) != _sha256(file):
        raise _spoilt(file, "its copy on this disk differs from it")


def _copy_under(file: Path, fresh: Path, opens: Key, key: Key) -> None:
    with encrypted.guarded(encrypted.opened(file, opens, read_only=True), file) as connection:
        encrypted.attach(connection, fresh, key, "fresh")
        connection.execute("copy from database warehouse to fresh")
        if copies.contents(connection, "fresh", key) != copies.contents(connection, "warehouse", key):
            raise _spoilt(file, "its copy on this disk differs from it")
        copies.settle(connection, "fresh")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _take_place(file: Path, database: Path, opens: Key, key: Key) -> None:
    """The old file is held while it is replaced, so that nobody writes to it meanwhile; its log, which would not fit, goes first."""
    fresh = copies.fresh_of(database)
    holder = _held(database, key) if database.exists() else None
    try:
        with closing(holder) if holder else nullcontext():
            copies.discard(fresh)
            if opens.secret == key.secret:
                _copy_bytes(file, fresh)
            else:
                _copy_under(file, fresh, opens, key)
            copies.wal(database).unlink(missing_ok=True)
            copies.put_in_place(fresh, database)
    finally:
        copies.discard(fresh)


def _held(database: Path, key: Key) -> duckdb.DuckDBPyConnection | None:
    """None when what is there cannot be opened: it is damaged or another key's, which is why it is replaced."""
    try:
        connection = encrypted.opened(database, key, read_only=False)
    except IntegrityError:
        return None
    try:
        connection.execute("checkpoint warehouse")
    except duckdb.Error as error:
        connection.close()
        if encrypted.is_damage(error):
            return None
        raise
    return connection
