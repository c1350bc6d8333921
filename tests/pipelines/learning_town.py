"""A hand-made city whose visits teach what no rule says: a line does, or, when they are corrected, only trees."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from data_contracts import contract
from pipelines.keys import make_key
from tests.pipelines.little_city import ROLL, key

LEARNING = """
name = "Petite ville"
insee_code = "47001"
purpose = "social isolation outreach"
fictitious = true
suspicion_acknowledged = "planted by a test"
capacity = 24
exploration_share = 0.2
there_share = 0.5
""" + "".join(
    f'\n[sources.{source}]\ngate = "open"\nbasis = "fictitious"\nsigned_by = "test"\nsigned_on = 2026-01-01\n'
    for source in ("liste_electorale", "visites")
)
ROLLS = (date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1))
"""Days of the roll's snapshots, each delivered the day after with the visits of the quarter before."""
VISITED = (range(110), range(110, 180))
"""Quarter by quarter."""
HEADERS = [column.header for column in contract.load("visites").columns]
EVERYBODY = range(240)
OBJECTS, BESIDE = 230, 231
"""Who objects; and who lived with them until the last quarter."""


def age(i: int) -> int:
    """In 2026, spread evenly from 20 to 94."""
    return 20 + (i * 37) % 75


Isolated = Callable[[int], bool]
"""Whether somebody of this age is, but for one in ten."""


def for_a_line(years: int) -> bool:
    """More of the young than of the old."""
    return years < 38 or 58 <= years < 76


def for_trees(years: int) -> bool:
    """Here and there."""
    return 30 <= years < 48 or 66 <= years < 84


def elector(i: int, on: date, home: int | None = None) -> str:
    """Alone at a flat of their own; ``home``: whose flat it is otherwise."""
    flat = i if home is None else home
    return (
        f"PRINCIPALE;{on:%d/%m/%Y};E{i};{'MF'[i % 2]};{2026 - age(i)};{key(i)};;;{key(9000 + i)};{key(30000 + flat)};{key(50000 + flat)};"
        f"0{1 + i % 3};COMPLETE;1;1;01/03/2010;X;;N\n"
    )


def roll(on: date) -> str:
    beside = OBJECTS if on < ROLLS[-1] else None
    return ROLL + "".join(elector(i, on, beside if i == BESIDE else None) for i in EVERYBODY)


def visit(i: int, listed: date, visited: date, isolated: Isolated = for_trees) -> str:
    alive = "0" if isolated(age(i)) and i % 10 != 3 else "1"
    said = {
        "ID_VISITE": f"V{i}", "CLE_IDENTITE": key(i), "DATE_LISTE": f"{listed:%d/%m/%Y}", "DATE_VISITE": f"{visited:%d/%m/%Y}", "BRAS": "MODELE", "ISSUE": "VU",
        **dict.fromkeys((h for h in HEADERS if h.startswith("RESEAU_")), "0"), "RESEAU_FAMILLE": alive,
    }  # fmt: skip
    return ";".join(said.get(header, "") for header in HEADERS) + "\n"


def visits(quarter: int, isolated: Isolated) -> str:
    """Of the quarter that began with a roll: each household of its part of town."""
    listed = ROLLS[quarter].replace(day=2)
    told = (
        visit(i, listed, listed + timedelta(days=1 + n // 2), isolated)
        for n, i in enumerate(VISITED[quarter])
    )
    return ";".join(HEADERS) + "\n" + "".join(told)


def deliver(folder: Path, quarter: int, isolated: Isolated) -> None:
    """Roll, and the visits of the quarter before; over what was delivered on that day."""
    on = ROLLS[quarter]
    delivery = folder / "deliveries" / on.replace(day=2).isoformat()
    delivery.mkdir(parents=True, exist_ok=True)
    (delivery / "liste_electorale.csv").write_text(roll(on), encoding="utf-8")
    if quarter:
        (delivery / "visites.csv").write_text(visits(quarter - 1, isolated), encoding="utf-8")


def write(folder: Path) -> Path:
    """Nothing delivered yet; gives the path of ``city.toml``."""
    folder.mkdir(parents=True, exist_ok=True)
    make_key(folder / "lanterne.key")
    (folder / "city.toml").write_text(LEARNING, encoding="utf-8")
    return folder / "city.toml"
