"""How the factors of one household add up, as positions on a drawing that the page colours itself: nothing is drawn by a script or a style of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.factor import Language

MOST_STEPS = 9
SMALLEST = 0.02
"""Log-odds below which a step is counted with the others."""
WIDTH, LEFT = 100.0, 0.0


@dataclass(frozen=True, kw_only=True)
class Step:
    """One row: from ``start`` over ``width`` on a scale of 0 to 100; ``kind``: ``for``, ``against`` or ``sum``; ``points``: the log-odds."""

    label: str
    detail: str
    start: float
    width: float
    kind: str
    points: float


@dataclass(frozen=True, kw_only=True)
class Fall:
    """The rows, the strongest first, then the others together, then the sum; ``zero``: where the scale's zero lies."""

    steps: tuple[Step, ...]
    zero: float


def fall(
    steps: Sequence[Mapping[str, object]], base: float, language: Language, *, rest: str, total: str
) -> Fall:
    """``steps``: as ``Listing.steps``; ``rest`` and ``total``: the words for the last rows. It starts at 0: where everybody starts (``base``) says nothing of
    this household."""
    named = [_named(step, language) for step in steps]
    strong = sorted((one for one in named if abs(one[2]) >= SMALLEST), key=lambda one: (-abs(one[2]), one[0]))
    shown, others = strong[:MOST_STEPS], strong[MOST_STEPS:]
    left = sum(points for _, _, points in others)
    rows = [*shown, *([(rest, "", left)] if abs(left) >= SMALLEST else [])]
    ends = [0.0]
    for _, _, points in rows:
        ends.append(ends[-1] + points)
    low, high = min(ends), max(ends)
    scale = WIDTH / ((high - low) or 1.0)
    drawn = [
        _step(label, detail, begin, points, low, scale)
        for (label, detail, points), begin in zip(rows, ends, strict=False)
    ]
    whole = Step(
        label=total,
        detail="",
        start=(min(0.0, ends[-1]) - low) * scale,
        width=abs(ends[-1]) * scale,
        kind="sum",
        points=ends[-1],
    )
    return Fall(steps=(*drawn, whole), zero=-low * scale)


def _named(step: Mapping[str, object], language: Language) -> tuple[str, str, float]:
    labels, sources = step["label"], step["source"]
    assert isinstance(labels, dict) and isinstance(sources, dict)
    return str(labels[language]), str(sources[language]), float(str(step["contribution"]))


def _step(label: str, detail: str, begin: float, points: float, low: float, scale: float) -> Step:
    return Step(
        label=label,
        detail=detail,
        start=(min(begin, begin + points) - low) * scale,
        width=abs(points) * scale,
        kind="for" if points > 0 else "against",
        points=points,
    )
