"""When what runs by itself, and who hears of a failure: the part ``[schedule]`` of ``city.toml``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, Field

from pipelines.settings_desk import Strict


def _cron(text: str) -> str:
    """Raises ValueError for what is no cron expression of five fields; empty: never."""
    if text:
        try:
            CronSim(text, datetime(2026, 1, 1, tzinfo=UTC))
        except CronSimError as error:
            raise ValueError(f"no cron expression of five fields ({error})") from error
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("no time zone of this name; such as Europe/Paris") from error
    return name


Cron = Annotated[str, AfterValidator(_cron)]


class Mail(Strict):
    """Who gets a letter when a scheduled run fails, and through which server (SMTP)."""

    to: tuple[str, ...] = Field(min_length=1, description="Addresses.", examples=[["analyst@city.example"]])
    sender: str = Field(description="Address from which it comes.", examples=["lanterne@city.example"])
    host: str = Field("127.0.0.1", description="Mail server.")
    port: int = Field(25, ge=1, le=65535, description="Its port.")
    security: Literal["none", "starttls", "tls"] = Field(
        "none",
        description="How the way there is encrypted; `none` only on this machine or inside the city's network.",
    )
    user: str = Field(
        "",
        description="Account at the mail server; its password is in `LANTERNE_SMTP_PASSWORD`. Empty: none is asked for.",
    )


class Schedule(Strict):
    """What `lanterne schedule` runs by itself. Times are cron expressions in the city's own time; empty: never."""

    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        "Europe/Paris", description="The city's time zone; a run belongs to the day on which it is due there."
    )
    ingest: Cron = Field("30 3 * * *", description="Ingest of what was delivered, every night.")
    cycle: Cron = Field("0 5 * * 1", description="A new list, every week.")
    train: Cron = Field(
        "0 22 1 1,4,7,10 *",
        description="A new duel and a frozen champion, every quarter; somebody has to approve it.",
    )
    reports: Cron = Field(
        "0 7 1 * *",
        description="The evaluation of the year so far, every month; in January of the year before.",
    )
    december: Cron = Field("0 7 8 12 *", description="The same once more before the committee of December.")
    purge: Cron = Field("30 2 * * *", description="What is past its retention goes, every day.")
    look_minutes: float = Field(
        5,
        ge=0,
        le=1440,
        description="How often the folder of deliveries is looked at: what arrived and lies still is ingested. 0: never.",
    )
    patience_minutes: float = Field(
        60,
        ge=0,
        le=1440,
        description="How long a scheduled ingest, cycle or training waits for another run, begun by hand, before it fails.",
    )
    port: int = Field(
        4200, ge=1024, le=65535, description="Port of Prefect's page, on this machine alone (127.0.0.1)."
    )
    mail: Mail | None = Field(None, description="Without this table nobody gets a letter.")
