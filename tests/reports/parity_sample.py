"""A parity report drawn by hand: every measure, with groups that differ upward, downward, not at all, and too few to show."""

from datetime import date

from features.parity import Group, Measured, foretold, judged, share_of
from features.parity_counts import MEASURES, Cell, Cells, Measure
from reports.contracts import Masthead
from reports.parity import Report

SEXES = {"F": (400, 2000), "M": (200, 2000), "unknown": (3, 40)}
AGES = {"18-39": (150, 1000), "40-59": (150, 1000), "60-74": (60, 1000), "80+": (240, 1000)}
QUARTIERS = {"01": (400, 1000), "02": (60, 1000), "03": (136, 970), "04": (4, 970)}
NAMES = {"01": "Centre", "02": "Gare", "03": "Berges & <Prés>"}


def cells(drawn: dict[str, tuple[int, int]]) -> Cells:
    return {group: Cell(count=count, of=of) for group, (count, of) in drawn.items()}


def groups(measure: Measure) -> tuple[Group, ...]:
    by_place = judged("quartier", cells(QUARTIERS), {})
    found = (*judged("sex", cells(SEXES), {}), *judged("age", cells(AGES), {}), *by_place)
    return tuple(map(foretold, found)) if measure.is_foretold else found


def sample(language: str = "fr") -> Report:
    city = share_of(Cell(count=600, of=4000))
    every = [Measured(measure=m.name, unit=m.unit, city=city, groups=groups(m)) for m in MEASURES]
    nobody = share_of(Cell(count=0, of=4000))
    none = judged("sex", cells({"F": (0, 2000), "M": (0, 2000)}), {})
    of_presence = next(i for i, m in enumerate(MEASURES) if m.name == "presence_unknown")
    every[of_presence] = Measured(measure="presence_unknown", unit="persons", city=nobody, groups=tuple(none))
    return Report(
        masthead=Masthead(city="Ville", language=language, is_fictitious=True),  # type: ignore[arg-type]
        as_of=date(2026, 11, 2),
        measured=tuple(every),
        names=NAMES,
    )
