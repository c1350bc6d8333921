"""How a city's departments name columns and write values: the parts ``[headers]`` and ``[values]`` of ``city.toml``."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from data_contracts import contract, forbidden_columns
from data_contracts.city_words import Headers, Words, as_written
from data_contracts.contract import Column
from data_contracts.conversions import NO, YES
from data_contracts.errors import ConfigurationError
from data_contracts.headers import folded


def check_headers(headers: Headers, path: Path) -> None:
    """Raises ConfigurationError for a column that no contract has, for a name that no extract may hold, and for one that would mean two columns."""
    known = {c.header: c for s in contract.SOURCES for c in contract.load(s).columns}
    for header, names in headers.items():
        where = f"{path}, [headers], {header}"
        if header not in known:
            raise _unknown(header, list(known), where)
        for name in names:
            _check_name(name, where)
    for source in contract.SOURCES:
        _check_distinct(source, headers, f"{path}, [headers]")


def check_values(headers: Headers, values: Words, path: Path) -> None:
    """Raises ConfigurationError for a header that no file may have, a word that its column does not know, and a contract's word that would mean something else."""
    for header, words in values.items():
        where = f"{path}, [values.{header}]"
        columns = list(_columns(header, headers))
        if not columns:
            names = {n for s in contract.SOURCES for c in contract.load(s).columns for n in (c.header, *headers.get(c.header, ()))}  # fmt: skip
            raise _unknown(header, sorted(names), where)
        for theirs, ours in words.items():
            _check_word(header, columns, theirs, ours, where)
        _check_letters(columns, {*words.values()}, where)


def _columns(header: str, headers: Headers) -> Iterator[Column]:
    """Of every source, as the city writes it."""
    for source in contract.SOURCES:
        for column in as_written(contract.load(source), headers, {}).columns:
            if folded(header) in {folded(h) for h in (column.header, *column.aliases)}:
                yield column


def _unknown(header: str, known: list[str], where: str) -> ConfigurationError:
    close = get_close_matches(header, known, n=1)
    hint = f"did you mean `{close[0]}`?" if close else "docs/data_dictionary.md lists every column."
    return ConfigurationError(f"no source has a column `{header}`", where=where, hint=hint)


def _check_name(name: str, where: str) -> None:
    kind = forbidden_columns.kind_of(name)
    if kind or not folded(name):
        raise ConfigurationError(
            f"`{name}` would hand over {kind}, which no extract may hold" if kind else "an empty name",
            where=where,
            hint="have the department leave it out; a column is named for what the contract says it holds.",
        )


def _check_distinct(source: str, headers: Headers, where: str) -> None:
    owner: dict[str, str] = {}
    for column in contract.load(source).columns:
        for name in (column.header, *column.aliases, *headers.get(column.header, ())):
            other = owner.setdefault(folded(name), column.header)
            if other != column.header:
                raise ConfigurationError(
                    f"in {source} `{name}` would be both {other} and {column.header}",
                    where=where,
                    hint="give it to one of them; the contract's own names stay what they are.",
                )


def _check_word(header: str, columns: list[Column], theirs: str, ours: str, where: str) -> None:
    where = f"{where}, {theirs}"
    spelt = [c for c in columns if c.kind in ("string", "boolean")]
    if not spelt:
        raise ConfigurationError(
            f"{columns[0].header} holds no words",
            where=where,
            hint="dates and numbers are read as they are written; docs/data_dictionary.md says how.",
        )
    known = {word for c in spelt for word in _allowed(c)}
    if known and ours not in known:
        raise ConfigurationError(
            f"{columns[0].header} cannot be `{ours}`",
            where=where,
            hint=f"its words are: {', '.join(sorted(known))}.",
        )
    if _is_own(header) and theirs.upper() in known and not _same(theirs.upper(), ours):
        raise ConfigurationError(
            f"under the contract's own name {header} `{theirs}` already means something else",
            where=where,
            hint="the review desk writes such files too: have the department call its column otherwise, and declare that name in [headers].",
        )


def _is_own(header: str) -> bool:
    return bool(list(_columns(header, {})))


def _allowed(column: Column) -> tuple[str, ...]:
    return (*YES, *NO) if column.kind == "boolean" else column.allowed


def _same(theirs: str, ours: str) -> bool:
    return theirs == ours or {theirs, ours} <= {*YES} or {theirs, ours} <= {*NO}


def _check_letters(columns: list[Column], told: set[str], where: str) -> None:
    """A letter means a man here and a woman there: a table that gives one of a contract's letters gives them all."""
    letters = {word for c in columns for word in c.allowed if len(word) == 1}
    silent = sorted(letters - told)
    if silent:
        raise ConfigurationError(
            f"no word is given for `{silent[0]}`",
            where=where,
            hint=f'give one for each of {", ".join(sorted(letters))}; `{silent[0]} = "{silent[0]}"` where the files write it so.',
        )
