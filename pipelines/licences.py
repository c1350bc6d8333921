"""Under which licence each package is that Lanterne brings: as its metadata say it in SPDX's terms, else as somebody read it in its licence file (``licences.toml``)."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import metadata
from importlib.resources import files
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from pydantic import BaseModel, ConfigDict

from data_contracts.errors import ConfigurationError

ALLOWED = frozenset(
    (
        "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Artistic-1.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "LGPL-2.1-or-later",
        "LGPL-3.0-only", "MIT", "MIT-0", "MIT-CMU", "MPL-1.1", "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib",
    )
)  # fmt: skip
"""Licences that a city may run, copy and pass on beside software under the EUPL, without a duty that reaches the city's own."""
_PART = re.compile(r"\(|\)|AND|OR|(?:(?!AND\b|OR\b)[\w.+-]+(?: WITH [\w.+-]+)?)")


class Vendored(BaseModel):
    """Somebody else's file in this repository."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    version: str
    licence: str
    file: str


@cache
def read_by_hand() -> dict[str, str]:
    """Package → SPDX expression."""
    read: dict[str, str] = _told()["read"]
    return read


def vendored() -> tuple[Vendored, ...]:
    """Files of others."""
    return tuple(Vendored.model_validate(one) for one in _told()["vendored"])


def licence_of(package: str) -> str:
    """As an SPDX expression. Raises ConfigurationError where nobody says it."""
    found = read_by_hand().get(package) or _by_its_metadata(package)
    if found is None:
        raise ConfigurationError(
            "the licence of a package is not known",
            where=package,
            hint="read its licence file, and enter what it is in pipelines/licences.toml.",
        )
    return str(canonicalize_license_expression(found))


def is_allowed(expression: str) -> bool:
    """Of alternatives one is enough; of what holds together everything has to be allowed."""
    parts = _PART.findall(expression)
    value, rest = _alternatives(parts)
    assert not rest  # packaging has seen that it is an expression
    return value


def _alternatives(parts: list[str]) -> tuple[bool, list[str]]:
    value, rest = _together(parts)
    while rest[:1] == ["OR"]:
        other, rest = _together(rest[1:])
        value = value or other
    return value, rest


def _together(parts: list[str]) -> tuple[bool, list[str]]:
    value, rest = _one(parts)
    while rest[:1] == ["AND"]:
        other, rest = _one(rest[1:])
        value = value and other
    return value, rest


def _one(parts: list[str]) -> tuple[bool, list[str]]:
    if parts[0] != "(":
        return parts[0] in ALLOWED, parts[1:]
    value, rest = _alternatives(parts[1:])
    return value, rest[1:]


def _by_its_metadata(package: str) -> str | None:
    try:
        told = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        return None
    for name in ("License-Expression", "License"):
        try:
            return str(canonicalize_license_expression("".join(told.get_all(name) or ())))
        except InvalidLicenseExpression:
            continue
    return None


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads(files("pipelines").joinpath("licences.toml").read_text(encoding="utf-8"))
