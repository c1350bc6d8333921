"""Published weaknesses of packages, held against what is installed, without asking anybody: files in OSV's format (one object, a list, a folder or a zip of them), as
https://osv.dev and PyPA's advisory database publish them, which an administrator carries here.

An advisory counts for a version when it lists it, or when a range of its holds it: from ``introduced`` on ("0": from the first), until before ``fixed``, up to ``last_affected``
with it (https://ossf.github.io/osv-schema/). A withdrawn advisory counts for nothing. What is no advisory, or an event that nobody can order, is an error, not a silence.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, model_validator

from data_contracts.errors import ConfigurationError
from pipelines import locked

PYPI = "PyPI"
HINT = "give advisories as osv.dev publishes them: an object, a list, or a folder or zip of such files."


class _Told(BaseModel):
    """Of what is published, the part that is read here."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Package(_Told):
    """See OSV."""

    ecosystem: str
    name: str


class Event(_Told):
    """One of the three is there; ``limit`` says where a range of another kind ends and does not count here."""

    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None
    limit: str | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if not any((self.introduced, self.fixed, self.last_affected, self.limit)):
            raise ValueError("an event says introduced, fixed, last_affected or limit")
        return self


class Range(_Told):
    """See OSV; those of GIT name commits, which nobody has installed."""

    type: Literal["ECOSYSTEM", "SEMVER", "GIT"]
    events: tuple[Event, ...]

    @model_validator(mode="after")
    def _begins(self) -> Self:
        if not any(event.introduced for event in self.events):
            raise ValueError("a range says where it was introduced")
        return self


class Affected(_Told):
    """See OSV."""

    package: Package | None = None
    ranges: tuple[Range, ...] = ()
    versions: tuple[str, ...] = ()


class Advisory(_Told):
    """See OSV."""

    id: str
    modified: str
    withdrawn: str | None = None
    aliases: tuple[str, ...] = ()
    summary: str = ""
    affected: tuple[Affected, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Weakness:
    """A package of this machine that an advisory speaks of. ``where``: ``installed``, or ``locked`` and not installed in that version; ``fixed``: the first version in which it is mended
    and that is newer, None where there is none yet."""

    package: str
    version: str
    where: str
    advisory: str
    aliases: tuple[str, ...]
    fixed: str | None
    summary: str


_FORM: TypeAdapter[Advisory | list[Advisory]] = TypeAdapter(Advisory | list[Advisory])


def look(file: Path) -> tuple[tuple[Weakness, ...], int]:
    """What advisories say of the packages of this machine, and how many there were. Raises ConfigurationError for a file that holds none."""
    found = tuple(read(file))
    return tuple(weaknesses(found, locked.here())), len(found)


def read(file: Path) -> Iterator[Advisory]:
    """Every advisory. Raises ConfigurationError for what is none, with the file's name, and where there is not one."""
    is_any = False
    for name, content in _contents(file):
        for advisory in _parsed(name, content):
            is_any = True
            yield advisory
    if not is_any:
        raise ConfigurationError("no advisory is in it", where=str(file), hint=HINT)


def _contents(file: Path) -> Iterator[tuple[str, bytes]]:
    try:
        if file.is_dir():
            for path in sorted(file.rglob("*.json")):
                yield str(path), path.read_bytes()
        elif zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as packed:
                for name in sorted(name for name in packed.namelist() if name.endswith(".json")):
                    yield f"{file}, {name}", packed.read(name)
        else:
            yield str(file), file.read_bytes()
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise ConfigurationError(
            "the file of advisories cannot be read", where=str(file), hint=f"{error}; {HINT}"
        ) from error


def _parsed(name: str, content: bytes) -> Sequence[Advisory]:
    try:
        told = _FORM.validate_python(json.loads(content))
    except ValidationError as error:
        first = error.errors()[-1]
        place = ".".join(
            str(part) for part in first["loc"] if not str(part).startswith(("Advisory", "list["))
        )
        raise ConfigurationError(
            f"this is no advisory: {place or 'the whole'}: {first['msg']}", where=name, hint=HINT
        ) from error
    except (ValueError, RecursionError) as error:
        raise ConfigurationError("this is no JSON", where=name, hint=HINT) from error
    return told if isinstance(told, list) else [told]


def weaknesses(advisories: Iterable[Advisory], there: Iterable[tuple[str, str, str]]) -> Iterator[Weakness]:
    """``there``: name, version and where of each package. In the order of packages, then of advisories."""
    by_name: dict[str, list[tuple[Advisory, Affected]]] = {}
    for advisory in sorted(advisories, key=lambda one: one.id):
        for affected in advisory.affected if advisory.withdrawn is None else ():
            if affected.package is not None and affected.package.ecosystem.partition(":")[0] == PYPI:
                by_name.setdefault(canonicalize_name(affected.package.name), []).append((advisory, affected))
    for name, version, where in there:
        told = [
            (advisory, one)
            for advisory, one in by_name.get(name, ())
            if _holds(advisory, one, Version(version))
        ]
        for advisory in dict.fromkeys(advisory for advisory, _ in told):
            ranges = [one for of, one in told if of is advisory]
            yield Weakness(
                package=name,
                version=version,
                where=where,
                advisory=advisory.id,
                aliases=advisory.aliases,
                fixed=_mended(advisory, ranges, Version(version)),
                summary=advisory.summary,
            )


def _holds(advisory: Advisory, affected: Affected, version: Version) -> bool:
    listed = any(_is(text, version) for text in affected.versions)
    return listed or any(_is_within(advisory, one, version) for one in affected.ranges if one.type != "GIT")


def _is(text: str, version: Version) -> bool:
    """A listed version that nobody can order is none of ours: those of this machine can be."""
    try:
        return Version(text) == version
    except InvalidVersion:
        return False


def _is_within(advisory: Advisory, one: Range, version: Version) -> bool:
    """The last event at or before the version decides, as OSV has it: ``introduced`` and ``fixed`` from their own version on, ``last_affected`` from just after."""
    marks: list[tuple[Version, bool, bool]] = []
    for event in one.events:
        if event.introduced is not None:
            marks.append((_ordered(advisory, event.introduced), False, True))
        if event.fixed is not None:
            marks.append((_ordered(advisory, event.fixed), False, False))
        if event.last_affected is not None:
            marks.append((_ordered(advisory, event.last_affected), True, False))
    past = [mark for mark in marks if (mark[0] < version if mark[1] else mark[0] <= version)]
    return max(past, key=lambda mark: (mark[0], mark[1], mark[2]))[2] if past else False


_FIRST = Version("0.dev0")


def _ordered(advisory: Advisory, text: str) -> Version:
    """Raises ConfigurationError: a range that cannot be read must not pass for one that does not hold."""
    if text == "0":
        return _FIRST
    try:
        return Version(text)
    except InvalidVersion as error:
        raise ConfigurationError(
            f"a version of an advisory cannot be ordered: {text!r}", where=advisory.id, hint=HINT
        ) from error


def _mended(advisory: Advisory, affected: Iterable[Affected], version: Version) -> str | None:
    fixed = [
        _ordered(advisory, event.fixed)
        for one in affected
        for range_ in one.ranges
        if range_.type != "GIT"
        for event in range_.events
        if event.fixed is not None
    ]
    later = [one for one in fixed if one > version]
    return str(min(later)) if later else None
