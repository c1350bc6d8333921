"""``lanterne city``: writes a synthetic town, its deliveries, its configuration and, apart from them, its truth."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import pandas as pd

from data_contracts.errors import ConfigurationError
from pipelines.city_file import EXAMPLE, city_file
from pipelines.keys import make_key, write_key
from synthetic_city import calibration, calibration_registers
from synthetic_city.city import City, build, check_errors, deliveries, raw_exports, truth
from synthetic_city.figure import Figure
from synthetic_city.place import AGEN, Place

SMALLEST, LARGEST = 2_000, 1_000_000
MARKER = ".lanterne-city"
Progress = Callable[[str], None]

CITY_TOML = """\
# Written by `lanterne city`. The data beside this file are fictitious: they describe nobody.
name = "Agen (ville synthétique)"
insee_code = "47001"
language = "fr"
purpose = "social isolation outreach"
fictitious = true
capacity = {capacity}
exploration_share = 0.1
cool_off_days = 180
seed = {seed}

[paths]
deliveries = "deliveries"
database = "lanterne.duckdb"
runs = "runs"
key_file = "lanterne.key"

[residents.under_25]
share = 0.125
ages = [18, 24]
source = "INSEE, RP 2018"

# In a real city these gates stay at their defaults until somebody signs. Here nobody can be harmed, so they are open.
"""

OPENED = ("liste_electorale", "parc_social", "usages_services")
GATE_TOML = """\
[sources.{source}]
gate = "open"
basis = "données fictives"
signed_by = "lanterne city"
signed_on = 2026-01-01

"""


def write_city(
    out: Path,
    *,
    persons: int,
    months: int,
    seed: int,
    replace: bool,
    with_raw: bool = False,
    errors: float = 1.0,
    place: Place = AGEN,
    progress: Progress,
) -> tuple[Figure, ...]:
    """Writes the whole town beside ``out`` and moves it there when it is complete; returns its calibration.

    ``with_raw``: and what departments hold for the latest delivery, with names, in ``raw/``, with the key that gives the deliveries' keys.
    ``errors``: the registers make that many times the declared identity mistakes. ``place``: where the town lies.
    """
    _check_raw(place, with_raw=with_raw)
    _check_size(persons, months)
    check_errors(errors)
    _check_free(out, replace=replace)
    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    town = build_town(persons, months, seed, progress, with_raw=with_raw, errors=errors, place=place)
    figures = _fill(partial, town, seed, persons, progress)
    if with_raw:
        _write_bytes(partial / "raw", raw_exports(town), progress, "raw exports")
        write_key(partial / "raw" / "key", town.registers.places.secret)
    if out.exists():
        shutil.rmtree(out)
    partial.rename(out)
    return figures


def build_town(
    persons: int,
    months: int,
    seed: int,
    progress: Progress,
    *,
    with_raw: bool = False,
    errors: float = 1.0,
    place: Place = AGEN,
) -> City:
    """Lives, ties and names, in memory."""
    progress(f"{persons:,} people live through {months} months")
    return build(persons, months, seed, with_raw=with_raw, errors=errors, place=place)


def _fill(folder: Path, town: City, seed: int, persons: int, progress: Progress) -> tuple[Figure, ...]:
    (folder / MARKER).touch()
    _write_bytes(folder / "deliveries", deliveries(town), progress)
    progress("truth, kept apart")
    _write_frames(folder / "truth", truth(town))
    progress("calibration against published figures")
    figures = calibration.collect(town.history, town.ties, extra=calibration_registers.figures(town))
    (folder / "calibration.json").write_bytes(calibration.as_json(figures))
    (folder / "calibration.html").write_bytes(calibration.as_html(figures, town.place))
    (folder / "city.toml").write_text(city_toml(seed, persons, town.place), encoding="utf-8")
    make_key(
        folder / "lanterne.key"
    )  # the one file that the seed does not decide: a key that can be computed is none
    return figures


def city_toml(seed: int, persons: int, place: Place = AGEN) -> str:
    """The configuration of the town: 60 visits a list for a town of Agen's size, fewer for a smaller one. Elsewhere it is all that there is to change."""
    capacity = max(10, min(60, round(60 * persons / 33_012)))
    if place is not AGEN:
        return city_file(place.language, _elsewhere(place) | {"capacity": capacity, "seed": seed})
    return CITY_TOML.format(capacity=capacity, seed=seed) + "".join(
        GATE_TOML.format(source=s) for s in OPENED
    )


def _elsewhere(place: Place) -> dict[str, object]:
    signed = {"basis": "fictitious data", "signed_by": "lanterne city", "signed_on": date(2026, 1, 1)}
    return {
        **EXAMPLE,
        "name": place.name,
        "country": place.country,
        "insee_code": place.code,
        "language": place.language,
        "fictitious": True,
        "paths": {"key_file": "lanterne.key"},
        "schedule": {"time_zone": place.time_zone},
        "headers": {header: [theirs] for header, theirs in place.headers.items()},
        "values": {
            place.headers.get(header, header): {theirs: ours for ours, theirs in told.items()}
            for header, told in place.words.items()
        },
        "sources": {s: {"gate": "open", **signed} for s in OPENED if s not in place.missing},
    }


def _check_raw(place: Place, *, with_raw: bool) -> None:
    if with_raw and place is not AGEN:
        raise ConfigurationError(
            "raw exports are written as French departments write them",
            where="--with-raw",
            hint="leave it out, or build Agen.",
        )


def _write_bytes(
    folder: Path, files: Iterable[tuple[str, bytes]], progress: Progress, what: str = "delivery"
) -> None:
    for name, content in files:
        path = folder / name
        if not path.parent.exists():
            path.parent.mkdir(parents=True)
            progress(f"{what} {path.parent.name}")
        path.write_bytes(content)


def _write_frames(folder: Path, frames: Iterable[tuple[str, pd.DataFrame]]) -> None:
    folder.mkdir()
    for name, frame in frames:
        frame.to_parquet(folder / f"{name}.parquet", index=False)


def _check_size(persons: int, months: int) -> None:
    if not SMALLEST <= persons <= LARGEST:
        raise ConfigurationError(
            f"a town of {persons} people cannot be built",
            where="--persons",
            hint=f"give a number from {SMALLEST:,} to {LARGEST:,}.",
        )
    if not 1 <= months <= 120:
        raise ConfigurationError(
            f"{months} months cannot be built", where="--months", hint="give a number from 1 to 120."
        )


def _check_free(out: Path, *, replace: bool) -> None:
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not replace:
        raise ConfigurationError(
            "the folder is not empty", where=str(out), hint="give another folder, or remove this one first."
        )
    if not (out / MARKER).exists():
        raise ConfigurationError(
            "the folder holds something else than a synthetic town; it is left alone",
            where=str(out),
            hint="give another folder with --out.",
        )
