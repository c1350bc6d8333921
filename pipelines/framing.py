"""``lanterne frame``: who lives where as of a day, the way from the roll to the doors, and the visiting list, in a folder that appears whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from data_contracts.errors import ConfigurationError, GateClosed
from features import attrition, frame, visiting
from features.attrition import OLDER, Attrition
from features.frame import Frame
from features.unknown import about_the_door
from pipelines import settings
from pipelines.attrition_page import ROLL, USUAL_AGE, place_of
from pipelines.manifest import write_json
from pipelines.store import made, read_store
from pipelines.turns import one_at_a_time
from reports import attrition as attrition_report
from reports import visiting_list, visiting_pdf, visiting_xlsx
from reports.attrition import Place
from reports.visiting_list import Door, Gone, ToCheck, VisitingList

FRAME_FILES = ("frame.json", "attrition.html")
LIST_FILES = (
    "visiting-list.csv",
    "visiting-list-to-check.csv",
    "visiting-list-removed.csv",
    "visiting-list.xlsx",
    "visiting-list.pdf",
)


@dataclass(frozen=True, kw_only=True)
class Framed:
    """What the command made. ``visits`` is None when no list was asked for."""

    folder: Path
    frame: Frame
    attrition: Attrition
    visits: VisitingList | None


def make(
    config: Path, as_of: date, *, minimum_age: int | None, out: Path | None, visits_per_week: int | None
) -> Framed:
    """Builds the frame and writes its reports, with the visiting list when ``minimum_age`` is given. Raises GateClosed without the roll."""
    city = settings.load(config)
    check_roll(city)
    made(city.paths.runs, "paths.runs") if out is None else None
    final = out or city.paths.runs / f"frame-{as_of.isoformat()}"
    with read_store(city.paths) as connection:
        built = frame.build(connection, as_of, settings.gates(city), city.there_share)
        counted = attrition.count(connection, minimum_age or USUAL_AGE)
        place = place_of(connection, city, as_of)
        visits = None
        if minimum_age is not None:
            per_week = visits_per_week or city.visits_per_week
            visits = _visits(connection, city, place, counted, per_week)
    with _whole_folder(final, city.paths.runs) as folder:
        write_json(folder / "frame.json", as_json(built, counted))
        (folder / "attrition.html").write_bytes(attrition_report.page(counted, place))
        if visits is not None:
            _write(visits, folder)
    return Framed(folder=final, frame=built, attrition=counted, visits=visits)


def as_json(built: Frame, counted: Attrition) -> dict[str, object]:
    """``frame.json`` of this command: that of a cycle, with the attrition."""
    return built.as_json() | {"attrition": attrition_report.as_json(counted)}


def check_roll(city: settings.City) -> None:
    """Raises GateClosed where the law lets nobody read the roll."""
    if settings.gates(city)[ROLL] == "closed":
        raise GateClosed(
            f"{ROLL} is closed: without the roll there is neither attrition nor visiting list",
            where=f"city.toml, [sources.{ROLL}]",
            hint="its default gate is `frame`, which lets age, address and presence through; take the table out, or sign a basis.",
        )


def _visits(
    connection: duckdb.DuckDBPyConnection,
    city: settings.City,
    place: Place,
    counted: Attrition,
    per_week: int,
) -> VisitingList:
    age = [counted.minimum_age]
    doors = [_door(row, city) for row in connection.execute(visiting.DOORS, age).fetchall()]
    unsure = connection.execute(visiting.TO_CHECK, age).fetchall()
    gone = connection.execute(visiting.REMOVED, age).fetchall()
    return VisitingList(
        city=city.name,
        as_of=place.as_of,
        language=city.language,
        is_fictitious=city.fictitious,
        minimum_age=counted.minimum_age,
        visits_per_week=per_week,
        origins=place.origins,
        names=dict(place.names),
        weeks=visiting_list.weeks(doors, per_week),
        to_check=tuple(
            ToCheck(
                household_id=h,
                id_logement=d,
                id_adresse=a,
                quartier=q,
                age_band=visiting_list.age_band(age),
                chance=c,
                reason=r,
                known_on=k,
            )
            for h, d, a, q, age, c, r, k in unsure
        ),
        removed=tuple(
            Gone(quartier=q, id_adresse=a, id_logement=d, outcome=o, reason=r, known_on=k)
            for q, a, d, o, r, k in gone
        ),
        counts=attrition_report.removed(counted, OLDER),
    )


def _door(row: tuple[object, ...], city: settings.City) -> Door:
    household_id, id_logement, id_adresse, quartier, members, oldest_age, lives_alone, strength, has_lease, visited_on, issue = row  # fmt: skip
    assert isinstance(members, int) and isinstance(oldest_age, int)
    return Door(
        household_id=str(household_id),
        id_logement=None if id_logement is None else str(id_logement),
        id_adresse=str(id_adresse),
        quartier=str(quartier),
        members=members,
        age_band=visiting_list.age_band(oldest_age),
        lives_alone=None if lives_alone is None else bool(lives_alone),
        strength=str(strength),
        not_known=about_the_door(
            strength=str(strength),
            has_flat=id_logement is not None,
            has_lease=bool(has_lease),
            language=city.language,
        ),
        visited_on=visited_on if isinstance(visited_on, date) else None,
        visit="" if issue is None else visiting_list.OUTCOMES[str(issue)],
    )


def _write(visits: VisitingList, folder: Path) -> None:
    contents = (
        visiting_list.to_csv(visits),
        visiting_list.to_check_to_csv(visits),
        visiting_list.removed_to_csv(visits),
        visiting_xlsx.to_xlsx(visits),
        visiting_pdf.to_pdf(visits),
    )
    for name, content in zip(LIST_FILES, contents, strict=True):
        (folder / name).write_bytes(content)


@contextmanager
def _whole_folder(final: Path, runs: Path) -> Iterator[Path]:
    """A folder beside ``final`` that takes its place when it is complete, and is gone when it is not."""
    _check_ours(final)
    made(final.parent, "--out")
    partial = final.with_name(f".{final.name}.partial")
    with one_at_a_time(runs) if final.parent == runs else _alone():
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            yield partial
            shutil.rmtree(final, ignore_errors=True)
            partial.rename(final)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def _alone() -> Iterator[None]:
    yield


def _check_ours(final: Path) -> None:
    """An earlier result is replaced; anything else is not ours to remove."""
    if not final.exists():
        return
    if not final.is_dir() or {p.name for p in final.iterdir()} - {*FRAME_FILES, *LIST_FILES}:
        raise ConfigurationError(
            "this place holds something else, which would be replaced",
            where=str(final),
            hint="name a new folder with --out.",
        )
