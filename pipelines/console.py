"""What the terminal shows: progress and logs on standard error, results on standard output."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from data_contracts.errors import LanterneError
from features.factor import Language
from pipelines import logs
from reports.words import said

log = logging.getLogger("lanterne")
out = Console()
err = Console(stderr=True)
_speaks: list[Language] = ["fr"]


def speak(language: Language) -> None:
    """The language of notices that come from deep inside, where no city is at hand: that of the city that was loaded last."""
    _speaks[0] = language


def notice(*msgids: str, **values: object) -> None:
    """Something that happened and that the operator must know: lines on standard error, apart from every result."""
    text = _said(msgids, values)
    if logs.is_json():
        log.warning(text)
    else:
        err.print(text, highlight=False, markup=False, soft_wrap=True)


def tell(*msgids: str, **values: object) -> None:
    """A result in sentences, one line each."""
    out.print(_said(msgids, values), highlight=False, markup=False, soft_wrap=True)


def _said(msgids: tuple[str, ...], values: dict[str, object]) -> str:
    return "\n".join(said(_speaks[0], msgid, **values) for msgid in msgids)


@contextmanager
def progress(title: str, *, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """A line that moves on a terminal; one line per message elsewhere. The yielded function takes the next message."""
    with _steps_shown(title, quiet=quiet) as show:
        yield show


class _Steps(logging.Handler):
    """Hands the names of the steps that begin, which run inside Prefect's tasks, to the progress line; what they counted is for the log."""

    def __init__(self, show: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self._show = show

    def emit(self, record: logging.LogRecord) -> None:
        if not hasattr(record, "counts"):
            self._show(record.getMessage())


@contextmanager
def _steps_shown(title: str, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    steps = logging.getLogger("lanterne")
    steps.setLevel(min(steps.level or logging.INFO, logging.INFO))
    steps.propagate = False  # Prefect would print each line a second time
    with _line(title, quiet=quiet or logs.is_json()) as show:
        handler = _Steps(show)
        steps.addHandler(handler)
        try:
            yield show
        finally:
            steps.removeHandler(handler)


@contextmanager
def _line(title: str, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    if quiet:
        yield lambda message: None
    elif err.is_terminal:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.fields[title]} · {task.description}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=err, transient=True) as bar:
            task = bar.add_task("…", title=title, total=None)
            yield lambda message: bar.update(task, description=message)
    else:
        yield lambda message: err.print(f"{title} · {message}", highlight=False, markup=False)


def print_json(content: object) -> None:
    """One JSON object on standard output."""
    sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n")


def refuse(error: LanterneError) -> int:
    """Says what, where and the hint, and gives the exit code."""
    if logs.is_json():
        about = {"where": error.where, "hint": error.hint, "exit_code": error.exit_code}
        log.error("%s", error.what, extra=about)
    else:
        err.print(f"[bold]lanterne:[/bold] {_escaped(error.text())}", highlight=False)
    return error.exit_code


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")
