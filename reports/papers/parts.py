"""What a paper is made of: sections of sentences, lists, tables and drawings. Figures and words come from whoever fills it; nothing here knows a paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True, kw_only=True)
class Missing:
    """What only the city can say: ``what`` is to be stated, and by ``whom``."""

    what: str
    whom: str


Cell = str | Missing


@dataclass(frozen=True, kw_only=True)
class Says:
    """One paragraph. ``tone``: ``lead`` stands out, ``note`` steps back, ``warn`` is to be seen."""

    kind: ClassVar[str] = "says"
    text: str
    tone: Literal["", "lead", "note", "warn"] = ""


@dataclass(frozen=True, kw_only=True)
class Points:
    """A list."""

    kind: ClassVar[str] = "points"
    items: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Names and what is said of each."""

    kind: ClassVar[str] = "terms"
    pairs: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """``columns``: titles; the first cell of a row names it. ``widths``: percent of each column on paper, all alike when empty. ``is_paired``: the first
    cell names nothing, and needs its column's title where columns stand one under the other."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...] = ()
    is_paired: bool = False


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """An inline SVG with its own title and description. ``is_half``: two of them stand side by side."""

    kind: ClassVar[str] = "drawing"
    svg: str
    caption: str
    is_half: bool = False


@dataclass(frozen=True, kw_only=True)
class ToFill:
    """A box for what the paper cannot know."""

    kind: ClassVar[str] = "tofill"
    gap: Missing


Block = Says | Points | Terms | Table | Drawing | ToFill


@dataclass(frozen=True, kw_only=True)
class Section:
    """``law``: the article that asks for it, empty where none does; ``starts_page``: on paper it begins a page."""

    title: str
    law: str = ""
    blocks: tuple[Block, ...]
    starts_page: bool = False


@dataclass(frozen=True, kw_only=True)
class Paper:
    """``name``: of its files, without ending. ``kind``: what stands in the footer. ``law``: the article as whose answer it is written. ``is_short``: on paper it is
    set closer, so that a page or two hold it."""

    name: str
    kind: str
    title: str
    lede: str
    law: str
    sections: tuple[Section, ...]
    is_short: bool = False


def says(*texts: str) -> tuple[Says, ...]:
    """Paragraphs."""
    return tuple(Says(text=text) for text in texts)


def gaps(paper: Paper) -> tuple[Missing, ...]:
    """Everything that the city has to complete, in the order of the paper."""
    return tuple(gap for section in paper.sections for block in section.blocks for gap in _gaps(block))


def _gaps(block: Block) -> Sequence[Missing]:
    match block:
        case ToFill():
            return (block.gap,)
        case Points():
            cells: tuple[Cell, ...] = block.items
        case Terms():
            cells = tuple(said for _, said in block.pairs)
        case Table():
            cells = tuple(cell for row in block.rows for cell in row)
        case _:
            return ()
    return [cell for cell in cells if isinstance(cell, Missing)]
