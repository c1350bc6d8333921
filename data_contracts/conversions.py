"""Text → canonical type, as DuckDB expressions. What is converted but not exactly is counted; what cannot be is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from data_contracts.contract import SQL_TYPES, Column

BLANKS = " \t\r\n\u00a0\u202f"
"""What stands around a value and means nothing."""
NULLS = ("", "NULL", "NC", "-", "NEANT")
YES = ("O", "OUI", "1", "X", "VRAI", "TRUE", "T")
NO = ("N", "NON", "0", "FAUX", "FALSE", "F")
ISO = r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?"
FRENCH = r"\d{1,2}/\d{1,2}/\d{4}( \d{2}:\d{2}(:\d{2})?)?"
AHEAD = 10
"""A year of two digits is at most so many years after the delivery (the end of a lease or of a service); else it is of the last century. No extract holds a date of birth."""
FRENCH_SHORT = r"\d{1,2}/\d{1,2}/\d{2}"
SERIAL = r"[1-9]\d{4}(\.0+)?"
NO_YEAR = r"0000-.*|\d{1,2}/\d{1,2}/0000.*"
"""DuckDB reads a year 0, which the calendar of people and of the other libraries lacks."""
YEAR_IN_DATE = r"\d{1,2}/\d{1,2}/\d{4}|\d{4}-\d{2}-\d{2}.*"


def _is_one_of(values: tuple[str, ...], t: str) -> str:
    """As ``t in (…)``, for which DuckDB would join a table of five values or more: with forty columns that takes longer than a month's file."""
    listed = ", ".join(f"'{v}'" for v in values)
    return f"list_contains([{listed}], {t})"


def present(column: Column, words: Iterable[tuple[str, str]] = ()) -> str:
    """The text, trimmed of ``BLANKS``, in the column of that name, or null where the file says that there is nothing.

    ``words``: of the file, in upper case, each with the contract's that stands for it; whatever else is written is left for the contract to judge.
    """
    t, told = column.name, _in_contract_words(column, words)
    longest = max(map(len, NULLS))
    # accents are taken off the short texts only: it is the dearest step, asked of every cell
    return (
        f"case when length({t}) > {longest} then {told}"
        f" when {_is_one_of(NULLS, f'strip_accents(upper({t}))')} then null else {told} end"
    )


def _in_contract_words(column: Column, words: Iterable[tuple[str, str]]) -> str:
    told = " ".join(f"when {_quoted(theirs)} then {_quoted(ours)}" for theirs, ours in words)
    return f"(case upper({column.name}) {told} else {column.name} end)" if told else column.name


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def converted(column: Column) -> str:
    """An expression over the present text in the column of that name and ``delivered_on``; null when the text cannot be converted."""
    t = column.name
    match column.kind:
        case "date":
            return _date(t)
        case "year":
            return _year(t)
        case "integer":
            return f"try_cast(case when {_number(t)} = trunc({_number(t)}) then {_number(t)} end as integer)"
        case "number":
            return _number(t)
        case "boolean":
            upper = f"upper({t})"
            return f"case when {_is_one_of(YES, upper)} then true when {_is_one_of(NO, upper)} then false end"
        case "string":
            return (
                f"case when length({t}) < {column.width} then lpad({t}, {column.width}, '0') else {t} end"
                if column.width
                else t
            )


def inexact(column: Column) -> Iterator[tuple[str, str]]:
    """(name, condition over the present text) for each conversion that is not exact."""
    t = column.name
    if column.kind == "date":
        yield "année sur deux chiffres complétée", f"regexp_full_match({t}, '{FRENCH_SHORT}')"
        yield "date lue dans un numéro de série de tableur", f"regexp_full_match({t}, '{SERIAL}')"
    if column.kind == "year":
        yield "seule l'année de la date est gardée", f"regexp_full_match({t}, '{YEAR_IN_DATE}')"
    if column.width:
        yield "zéros de tête rétablis", f"length({t}) < {column.width}"


def refusal(column: Column) -> str:
    """The name of the rule that an unreadable value breaks."""
    kinds = {
        "date": "une date",
        "year": "une année",
        "integer": "un entier",
        "number": "un nombre",
        "boolean": "oui ou non",
    }
    return f"{column.name} est {kinds.get(column.kind, 'un texte')}"


def sql_type(column: Column) -> str:
    """Of the canonical column."""
    return SQL_TYPES[column.kind]


def _date(t: str) -> str:
    french = f"try_strptime(split_part({t}, ' ', 1), '%d/%m/%Y')::date"
    two_digits = f"cast(right({t}, 2) as integer)"
    century = f"case when {two_digits} <= year(delivered_on) % 100 + {AHEAD} then '20' else '19' end"
    short = f"try_strptime(left({t}, length({t}) - 2) || ({century}) || right({t}, 2), '%d/%m/%Y')::date"
    return (
        f"case when regexp_full_match({t}, '{NO_YEAR}') then null"
        f" when regexp_full_match({t}, '{ISO}') then try_cast(left({t}, 10) as date)"
        f" when regexp_full_match({t}, '{FRENCH}') then {french}"
        f" when regexp_full_match({t}, '{FRENCH_SHORT}') then {short}"
        f" when regexp_full_match({t}, '{SERIAL}') then date '1899-12-30' + try_cast(split_part({t}, '.', 1) as integer) end"
    )


def _year(t: str) -> str:
    return (
        f"case when regexp_full_match({t}, '\\d{{4}}(\\.0+)?') then cast(left({t}, 4) as integer)"
        f" when regexp_full_match({t}, '\\d{{1,2}}/\\d{{1,2}}/\\d{{4}}') then cast(right({t}, 4) as integer)"
        f" when regexp_full_match({t}, '\\d{{4}}-\\d{{2}}-\\d{{2}}.*') then cast(left({t}, 4) as integer) end"
    )


def _number(t: str) -> str:
    plain = f"replace(replace(replace(replace({t}, '\u00a0', ''), '\u202f', ''), ' ', ''), ',', '.')"
    return f"try_cast({plain} as double)"
