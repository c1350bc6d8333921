"""The papers that the law asks for, filled from a run: HTML and PDF; and the public notice that every cycle writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from pipelines import papers_facts, settings
from pipelines.manifest import timed
from reports.papers import (
    certificates,
    fundamental_rights,
    impact,
    information,
    model_card_paper,
    notice,
    register,
    sheet,
    technical_file,
)
from reports.papers.facts import Facts
from reports.papers.parts import Paper

NOTICE = "public_notice.html"


def notice_step(config: Path, folder: Path, as_of: date, capacity: int) -> None:
    """``public_notice.html`` of a run that is being made, after its figures and before its manifest; same run, same bytes."""
    with timed(folder, "notice"):
        told = papers_facts.facts_of_cycle(config, folder, as_of, capacity)
        (folder / NOTICE).write_bytes(sheet.page(notice.paper(told), told.stamp))


def papers(config: Path, run: Path, written_on: date) -> Mapping[str, bytes]:
    """File name → content, an HTML page and a PDF each. ``run``: folder of a published run. Same run, installation and day, same bytes.

    Raises ConfigurationError for files of the run that are not what a run writes, and what ``lanterne check`` raises for settings that cannot be read.
    """
    told = papers_facts.facts(config, run, written_on)
    made: dict[str, bytes] = {}
    for paper in filled(told, config):
        made[f"{paper.name}.html"] = sheet.page(paper, told.stamp)
        made[f"{paper.name}.pdf"] = sheet.pdf(paper, told.stamp)
    return made


def filled(told: Facts, config: Path) -> Iterator[Paper]:
    """Every paper, in the order in which a council reads them."""
    installed = papers_facts.installed(config)
    yield notice.paper(told)
    yield model_card_paper.paper(told)
    yield register.paper(told, installed)
    yield impact.paper(told, installed)
    yield fundamental_rights.paper(told, installed)
    yield technical_file.paper(told, installed)
    yield information.notice(told)
    yield information.letter(told)
    yield certificates.paper(told, papers_facts.certificates(settings.load(config)))


def write_all(config: Path, run: Path, out: Path, written_on: date) -> tuple[Path, ...]:
    """Writes them into ``out`` (made when absent); gives the files. As ``papers``."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in papers(config, run, written_on).items():
        (out / name).write_bytes(content)
        written.append(out / name)
    return tuple(written)
