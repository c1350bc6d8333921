"""A contract as one city's departments write it: their own headers and words beside the contract's. What is promised stays the same.

Words hold in the files that use the header for which they are declared: under ``SEXO`` an ``M`` may be a woman, while what the review desk
hands over under ``SEXE`` stays in the contract's words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from data_contracts.contract import Column, Contract
from data_contracts.headers import folded

Headers = Mapping[str, Sequence[str]]
"""A column's header → the names that the city's files give it, in whatever source has the column."""
Words = Mapping[str, Mapping[str, str]]
"""A header, the contract's or the city's → a word of the files that use it → the contract's word."""


def as_written(contract: Contract, headers: Headers, words: Words) -> Contract:
    """The same promises, read under the city's headers too, and in its words."""
    return replace(contract, columns=tuple(_as_written(c, headers, words) for c in contract.columns))


def _as_written(column: Column, headers: Headers, words: Words) -> Column:
    aliases = (*column.aliases, *headers.get(column.header, ()))
    mine = {folded(h) for h in (column.header, *aliases)}
    told = tuple(
        (folded(header), theirs.upper(), ours)
        for header, pairs in words.items()
        if folded(header) in mine
        for theirs, ours in pairs.items()
    )
    return replace(column, aliases=aliases, words=told)
