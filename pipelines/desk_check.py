"""What ``lanterne check`` looks at of the review desk. It changes nothing there, and makes no desk where there is none."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from data_contracts.errors import ConfigurationError
from features.factor import Language
from pipelines import desk_database, settings
from pipelines.commands_review import database_url
from pipelines.purging import purge_desk
from pipelines.settings_desk import Desk
from reports.words import said, words

NOT_YET = "none yet; `lanterne review` makes one"
PURGE = "run `lanterne purge --config …`."
SOUND = "{cases} cases, a trail of {lines} lines that holds, nothing kept past its term"


def look(city: settings.City, config: Path, on: date) -> str:
    """Its settings, its database, its trail, what it keeps on that day. Raises ConfigurationError for files that the settings name and are not there, a database
    that does not answer or is of another release, and rows past their term; IntegrityError for a trail that does not hold."""
    _check_files(city.desk, config.resolve().parent, city.language)
    if not desk_database.is_there(url := database_url(city, config)):
        return said(city.language, NOT_YET)
    from sqlalchemy import func, select

    from review import trail
    from review.database import check_release
    from review.tables.cases import Case

    check_release(url)
    with desk_database.where_there_is_one(config, city) as kept:
        assert kept is not None  # it was there a moment ago
        with kept.database.reading() as session:
            lines = trail.verified(session, kept.seal)
            cases = session.scalar(select(func.count()).select_from(Case))
        past = sum(gone.rows for gone in purge_desk(kept, city, on, is_rehearsal=True) or ())
    if past:
        raise ConfigurationError(
            said(city.language, "rows of the desk past their retention: {rows}", rows=past),
            where="[desk] database",
            hint=words(city.language)(PURGE),
        )
    return said(city.language, SOUND, cases=cases, lines=lines)


def _check_files(desk: Desk, beside: Path, language: Language) -> None:
    for name, file in (("correspondence", desk.correspondence), ("match_key_file", desk.match_key_file)):
        if file is not None and not (beside / file).is_file():
            raise ConfigurationError(
                said(language, "the file that the settings name is not there: {file}", file=str(file)),
                where=f"[desk] {name}",
                hint=words(language)("put it there, or take the line out."),
            )
