"""``city.toml`` as text, every key with what it means above it: for a new city (``lanterne init``), and ``city.example.toml``.

Keys, defaults, examples and what they mean come from the settings; the French of what they mean from the catalogue.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from textwrap import wrap

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from features.factor import Language
from pipelines.settings import City
from pipelines.settings_tables import Table, tables
from reports.words import Words, words

Given = Mapping[str, object]
"""As ``tomllib`` reads a file: key → value, table → its keys."""
WIDTH = 120
EXAMPLE: Given = {"name": "Agen", "insee_code": "47001", "purpose": "social isolation outreach"}
"""What is required."""
HEAD = "What a city decides before anything runs. An unknown key is an error; docs/configuration.md has every key in one table."
EXAMPLES = "A line that begins with # and no space after it is an example: without the # it counts. Every other value is what counts without it."


def city_file(language: Language, given: Given) -> str:
    """A file that ``settings.load`` reads when ``given`` holds what is required: its values, the defaults of all others, examples where there is no default."""
    say = words(language)
    lines = [*_said(say(HEAD)), *_said(say(EXAMPLES))]
    for table in tables(City):
        lines += _table(table, _at(given, table.path), say)
    return "\n".join(lines) + "\n"


def msgids() -> set[str]:
    """Everything that is said in the file."""
    found = {HEAD, EXAMPLES}
    for table in tables(City):
        found |= {meaning(table), *(str(field.description) for field in table.keys.values())}
    return found - {""}


def _at(given: Given, path: Sequence[str]) -> Given | None:
    """None: nothing is given of that table."""
    found: object = given
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else None


def _table(table: Table, given: Given | None, say: Words) -> Iterator[str]:
    if not table.path:
        yield from _keys(table, given or {}, say, "")
        return
    yield from ("", *_said(say(meaning(table))))
    if table.is_many:
        yield from _named(table, given, say)
        return
    is_there = given is not None or (table.field is not None and table.field.default is not None)
    mark = "" if is_there else "#"
    yield f"{mark}[{'.'.join(table.path)}]"
    if table.model is None:
        yield from pairs(given or example(table.field), "" if given else "#")
    else:
        yield from _keys(table, given or {}, say, mark)


def _named(table: Table, given: Given | None, say: Words) -> Iterator[str]:
    """A table for each of the city's own names, or for that of the example; what their keys mean stands before the first."""
    for key, field in table.keys.items():
        yield from _said(f"{key}: {say(str(field.description))}")
    for name, inner in (given or example(table.field)).items():
        assert isinstance(inner, Mapping)
        mark = "" if given else "#"
        yield f"{mark}[{'.'.join((*table.path, _key(name)))}]"
        yield from pairs(inner, mark)


def _keys(table: Table, given: Given, say: Words, mark: str) -> Iterator[str]:
    for name, field in table.keys.items():
        yield from _said(say(str(field.description)))
        value = given.get(name, field.get_default(call_default_factory=True))
        if name in given or not (field.is_required() or value is None):
            yield f"{mark}{name} = {_toml(value)}"
        else:
            yield f"#{name} = {_toml(_first(field))}"


def pairs(content: Given, mark: str = "") -> Iterator[str]:
    """A line a key."""
    for key, value in content.items():
        yield f"{mark}{_key(key)} = {_toml(value)}"


def meaning(table: Table) -> str:
    """What its field says, else what its model is."""
    described = table.field.description if table.field else None
    return described or (_docstring(table.model) if table.path and table.model else "")


def _docstring(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").replace("``", "`").split())


def _first(field: FieldInfo) -> object:
    return (field.examples or [""])[0]


def example(field: FieldInfo | None) -> Given:
    """What its declaration shows, empty for nothing."""
    found = _first(field) if field else {}
    return found if isinstance(found, Mapping) else {}


def _said(text: str) -> list[str]:
    return [f"# {line}" for line in wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)]


def _key(name: str) -> str:
    is_bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum() and not name.isdigit()
    return name if is_bare else _quoted(name)


def _quoted(text: str) -> str:
    """As JSON, whose strings TOML reads too but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case date():
            return value.isoformat()
        case str() | Path():
            return _quoted(str(value))
        case Mapping():
            return "{ " + ", ".join(f"{_key(str(k))} = {_toml(v)}" for k, v in value.items()) + " }"
        case Sequence():
            return "[" + ", ".join(_toml(one) for one in value) + "]"
    raise TypeError(f"no TOML for {type(value).__name__}")
