"""``lanterne bench NAME``: figures beside their bars. Data are read here; candidates and metrics are those of the cycle."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from data_contracts.errors import ConfigurationError
from features.catalogue import FACTORS
from models import survey as surveys
from models import survey_mapping
from pipelines import console, screens_survey
from pipelines.store import made

app = typer.Typer(name="bench", add_completion=False, no_args_is_help=True, help="Figures beside their bars.")
LEAK = 0.85


@app.callback()
def bench() -> None:
    """Figures beside their bars; exit 0 when they hold."""


@app.command()
def survey(
    data: Path,
    mapping: Annotated[Path, typer.Option("--mapping", help="TOML: survey columns → factors and targets.")],
    seeds: Annotated[int, typer.Option("--seeds", min=2, help="Random splits.")] = surveys.SPLITS,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Ranks real survey respondents; a champion is chosen by the labels alone and set against the best single candidate (exit 1 when it
    lies more than 0.005 AUC below). An AUC above 0.85 is a leak until shown otherwise (exit 6)."""
    found = validated(data, mapping, seeds)
    if as_json:
        console.print_json(screens_survey.as_json(found))
    else:
        screens_survey.survey(found)
    raise typer.Exit(exit_code(found))


def validated(data: Path, mapping: Path, splits: int) -> surveys.Validation:
    """Reads both files and runs the proof."""
    chosen = survey_mapping.parsed(_text(mapping), FACTORS, str(mapping))
    table = survey_mapping.respondents(_frame(data), chosen, str(mapping))
    return surveys.run(table, chosen, FACTORS, seed=1, splits=splits)


def exit_code(found: surveys.Validation) -> int:
    """6 where something ranks too well to be true; 1 where a bar does not hold, or nothing could be shown; else 0."""
    if any(cell.auc.value > LEAK for cell in found.cells):
        return 6
    return 0 if found.bars and all(bar.holds for bar in found.bars) else 1


WORK = Path("bench")
Seeds = Annotated[
    int,
    typer.Option(
        "--seeds",
        min=1,
        max=9,
        help="Synthetic towns, of seeds 1, 2, …; all but the first also with twice the errors.",
    ),
]
Towns = Annotated[int, typer.Option("--seeds", min=1, max=9, help="Synthetic towns, of seeds 1, 2, ….")]
Folder = Annotated[Path, typer.Option("--work", help="Where the towns are made and kept.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


@app.command()
def linkage(seeds: Seeds = 3, work: Folder = WORK, as_json: AsJson = False) -> None:
    """Records into persons, against the truth of synthetic towns: pairwise F1, precision, gaps, and an oracle."""
    _against_truth("linkage", seeds, work, as_json)


@app.command()
def households(seeds: Seeds = 3, work: Folder = WORK, as_json: AsJson = False) -> None:
    """What is said of households, against the truth of synthetic towns."""
    _against_truth("households", seeds, work, as_json)


@app.command()
def presence(seeds: Seeds = 3, work: Folder = WORK, as_json: AsJson = False) -> None:
    """Who is still there, against the truth of synthetic towns and an oracle."""
    _against_truth("presence", seeds, work, as_json)


@app.command()
def oracle(seeds: Towns = 3, work: Folder = WORK, as_json: AsJson = False) -> None:
    """Whether the list is as good as the registers allow: its precision and lift on whole synthetic towns, against an oracle that sees the truth."""
    _against_truth("oracle", seeds, work, as_json)


@app.command()
def coverage(
    seeds: Annotated[
        int,
        typer.Option(
            "--seeds",
            min=1,
            max=10_000,
            help="Simulated campaigns of each sort; single figures are judged from 1,000.",
        ),
    ] = 100,
    as_json: AsJson = False,
) -> None:
    """Whether 95 % intervals hold the truth: prevalence, share found and false omission over simulated campaigns."""
    asked = ["--campaigns", str(seeds), *(["--json"] if as_json else [])]
    raise typer.Exit(_beside("coverage", asked, is_shown=True))


@app.command()
def fairness(
    seeds: Annotated[int, typer.Option("--seeds", min=1, max=10_000, help="Simulated fair cities.")] = 100,
    work: Folder = WORK,
    towns: Annotated[
        int,
        typer.Option(
            "--towns", min=0, max=9, help="Whole synthetic towns: fair, and with each planted bias."
        ),
    ] = 1,
    as_json: AsJson = False,
) -> None:
    """Whether the fairness report finds a planted bias in whole towns, and accuses a fair city at most once in twenty."""
    made(work, "--work")
    asked = [str(work), "--cities", str(seeds), "--towns", str(towns), *(["--json"] if as_json else [])]
    raise typer.Exit(_beside("fairness", asked, is_shown=True))


@app.command()
def desk(
    cases: Annotated[int, typer.Option("--cases", min=100, help="Cases at the desk.")] = 5000,
    users: Annotated[int, typer.Option("--users", min=1, max=100, help="People who work at once.")] = 20,
    as_json: AsJson = False,
) -> None:
    """How long the review desk's pages take while people work at it: at most 100 ms for 95 of 100 pages of every kind (exit 1 when not)."""
    asked = ["--cases", str(cases), "--users", str(users), *(["--json"] if as_json else [])]
    raise typer.Exit(_beside("desk", asked, is_shown=True))


def _against_truth(part: str, seeds: int, work: Path, as_json: bool) -> None:
    """Figures on towns that are made and kept in ``work``. Exit 1 when a bar does not hold."""
    made(work, "--work")
    out = work / f"{part}.json"
    out.unlink(missing_ok=True)
    asked = [str(work), "--seeds", *map(str, range(1, seeds + 1)), "--out", str(out)]
    if part == "oracle":
        code = _beside("oracle", asked, is_shown=not as_json)
    else:
        code = _beside("who_lives_where", [*asked, "--parts", part], is_shown=not as_json)
    if as_json and code in (0, 1) and out.exists():
        console.print_json(json.loads(out.read_text(encoding="utf-8")))
    raise typer.Exit(code)


def _beside(module: str, asked: list[str], *, is_shown: bool) -> int:
    """The evaluation reads the truth, so it is no part of the product: it runs beside it. What is not to be shown goes to standard error."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *asked]
    return subprocess.run(command, stdout=None if is_shown else sys.stderr, check=False).returncode


def _text(path: Path) -> str:
    if not path.is_file():
        raise ConfigurationError(
            "there is no such mapping",
            where=str(path),
            hint="benchmarks/survey_france.toml is one to start from.",
        )
    return path.read_text(encoding="utf-8")


def _frame(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise ConfigurationError(
            "there is no such survey file",
            where=str(path),
            hint="give the path of a CSV (or .csv.gz) or Parquet file.",
        )
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, sep=_separator(path), encoding="utf-8-sig", low_memory=False)
    except (pd.errors.ParserError, UnicodeDecodeError, OSError, ValueError) as error:
        raise ConfigurationError(
            "the survey file cannot be read", where=str(path), hint="it must be CSV in UTF-8 or Parquet."
        ) from error


def _separator(path: Path) -> str:
    """The commonest of the usual ones in the first line."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig") as file:
        first = file.readline()
    return max(",;\t|", key=first.count)
