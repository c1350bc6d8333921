"""The log on standard error, where ``city.toml`` asks for one: of our own loggers and of Prefect's, a line an event. Whoever writes one puts no person into it.

Line as JSON: ``time`` (UTC), ``level``, ``logger``, ``event``, ``city``, and where they are known ``run`` (its folder's name, before it is published that of its kind and day),
``step``, ``counts`` (rows by name), ``seconds``, ``peak_memory_mb``, ``where``, ``hint``, ``exit_code``, ``error`` (the kind of an exception, never what it said).
"""

from __future__ import annotations

import json
import logging
import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pipelines.settings_log import Log

OURS, PREFECT = "lanterne", "prefect"
FIELDS = ("run", "step", "counts", "seconds", "peak_memory_mb", "where", "hint", "exit_code")
"""What a record may carry beside its event (``extra``)."""


class Lines(logging.Handler):
    """Writes to what is standard error at that moment. Of other libraries it passes nothing on: they quote the values over which they stumble."""

    def __init__(self, city: str, chosen: Log) -> None:
        super().__init__(chosen.level)
        self.is_json = chosen.format == "json"
        self.setFormatter(Objects(city) if self.is_json else Sentences(city))
        self.addFilter(lambda record: record.name.partition(".")[0] in (OURS, PREFECT))

    def emit(self, record: logging.LogRecord) -> None:
        """One line, at once; none where nobody reads any more: the work that it tells of goes on."""
        with suppress(BrokenPipeError):
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()


class Objects(logging.Formatter):
    """A JSON object, in ASCII: no locale can break it."""

    def __init__(self, city: str) -> None:
        super().__init__()
        self.city = city

    def format(self, record: logging.LogRecord) -> str:
        """See the module."""
        return json.dumps(told(record, self.city), default=str)


class Sentences(Objects):
    """What people read: time, level, logger, event, then the rest as name=value."""

    def format(self, record: logging.LogRecord) -> str:
        """On one line, whatever the event holds."""
        one = told(record, self.city)
        head = " ".join(str(one.pop(name)) for name in ("time", "level", "logger", "event"))
        return " ".join(" · ".join([head, *(f"{name}={value}" for name, value in one.items())]).splitlines())


def told(record: logging.LogRecord, city: str) -> dict[str, object]:
    """What a line says, in order."""
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    line: dict[str, object] = {
        "time": at,
        "level": record.levelname,
        "logger": record.name,
        "event": record.getMessage(),
        "city": city,
    }
    line |= {name: record.__dict__[name] for name in FIELDS if name in record.__dict__}
    kind = record.exc_info and record.exc_info[0]
    return line | ({"error": kind.__name__} if kind else {})


def begin(city: str, chosen: Log | None) -> None:
    """From here on, for this process and those that it starts; without a choice there is no log. Prefect keeps a handler of the root logger that it finds when it is imported."""
    ours, root = logging.getLogger(OURS), logging.getLogger()
    for logger in (ours, root):
        for old in [handler for handler in logger.handlers if isinstance(handler, Lines)]:
            logger.removeHandler(old)
    if chosen is None:
        return
    lines = Lines(city, chosen)
    ours.addHandler(lines)
    ours.setLevel(min(logging.INFO, lines.level))  # the progress line reads what is INFO, too
    ours.propagate = False
    root.addHandler(lines)
    os.environ["PREFECT_LOGGING_LEVEL"] = chosen.level
    logging.getLogger(PREFECT).setLevel(chosen.level)


def is_json() -> bool:
    """Whether standard error holds objects only."""
    return any(isinstance(one, Lines) and one.is_json for one in logging.getLogger(OURS).handlers)


def run_of(folder: Path) -> str:
    """The name under which a log tells of a run's folder, half-made or published."""
    return folder.name.removeprefix(".").removesuffix(".partial")
