"""The tables of ``city.toml``, read off the settings themselves: which there are, and what each key means, is written there alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo


@dataclass(frozen=True, kw_only=True)
class Table:
    """``path``: of its name, empty for the top of the file. ``model``: None where the keys are the city's own (codes, sources, headers).

    ``is_many``: a table for each of the city's own names. ``field``: what declares it; None for the top.
    """

    path: tuple[str, ...]
    model: type[BaseModel] | None
    is_many: bool
    field: FieldInfo | None

    @property
    def keys(self) -> dict[str, FieldInfo]:
        """Its keys that are no tables themselves."""
        fields = self.model.model_fields if self.model else {}
        return {name: field for name, field in fields.items() if not _is_table(field)}


def tables(model: type[BaseModel]) -> Iterator[Table]:
    """The top first, each table before those inside it, in the order in which they are declared."""
    yield from _of(Table(path=(), model=model, is_many=False, field=None))


def _of(table: Table) -> Iterator[Table]:
    yield table
    for name, field in table.model.model_fields.items() if table.model else ():
        if _is_table(field):
            path, is_many = (*table.path, name), _is_of_names(field) and _inner(field) is not None
            found = Table(path=path, model=_model(field), is_many=is_many, field=field)
            yield from _of(found)


def _is_table(field: FieldInfo) -> bool:
    return _model(field) is not None or _is_of_names(field)


def _is_of_names(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is dict


def _inner(field: FieldInfo) -> type | None:
    """What each of the city's own names holds, where that is a table."""
    held = get_args(field.annotation)[1]
    return held if get_origin(held) is dict or _is_model(held) else None


def _model(field: FieldInfo) -> type[BaseModel] | None:
    held = field.annotation
    parts = get_args(held) if get_origin(held) in (Union, UnionType, dict) else (held,)
    return next((part for part in parts if _is_model(part)), None)


def _is_model(held: object) -> bool:
    return isinstance(held, type) and issubclass(held, BaseModel)
