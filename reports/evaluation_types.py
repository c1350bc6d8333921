"""What a yearly evaluation is made of, whoever shows it: parts with sentences, tables and charts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Cell:
    """``text`` with a smaller ``more`` below it."""

    text: str
    more: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """``rows``: the first cell of each is its heading. ``caption``: what it counts."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """``svg``, what it shows and how it is read."""

    title: str
    svg: str
    caption: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """``key`` names it in an address; sentences come before the tables and charts, ``notes`` after them."""

    key: str
    title: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    notes: tuple[str, ...] = ()
