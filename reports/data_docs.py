"""How Great Expectations' Data Docs look here: its site builder calls these renderers and this view for each suite and each result.

The renderers say what is on a page (Great Expectations' own document, sections and tables, cells in plain text); the view
says how, with Lanterne's templates in place of its own, which load styles, scripts and pictures from elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from great_expectations.core import ExpectationSuite, ExpectationSuiteValidationResult
from great_expectations.render.components import (
    RenderedDocumentContent,
    RenderedSectionContent,
    RenderedTableContent,
)
from great_expectations.render.renderer.renderer import Renderer
from great_expectations.render.view.view import DefaultJinjaPageView

from data_contracts import contract
from data_contracts.contract import Column, Contract
from data_contracts.conversions import refusal
from data_contracts.validation import setting
from features.factor import Language
from reports.contracts import Masthead, common, with_headers
from reports.html import environment
from reports.words import Words, day, number, percent, words

Rows = list[list[str]]
SEVERAL = ""
"""The section of promises about several columns or the whole file."""


class LanternePage(DefaultJinjaPageView):
    """A page of Data Docs in Lanterne's dress."""

    _template = "data_docs.html.j2"

    def __init__(
        self,
        custom_styles_directory: str | None = None,
        custom_views_directory: str | None = None,
        *,
        city: str,
        language: Language,
        is_fictitious: bool,
    ) -> None:
        super().__init__(custom_styles_directory, custom_views_directory)
        self.env = environment()
        masthead = Masthead(city=city, language=language, is_fictitious=is_fictitious)
        self.env.globals.update(common(masthead))


class _Page(Renderer):
    def __init__(self, *, language: Language) -> None:
        super().__init__()
        self.language = language
        self.say: Words = words(language)

    def _document(self, promised: Contract, facts: Rows, sections: Sequence[Any]) -> RenderedDocumentContent:
        overview = RenderedSectionContent(
            section_name="facts", content_blocks=[RenderedTableContent(table=facts)]
        )
        return RenderedDocumentContent(
            sections=[overview, *sections],
            renderer_type=type(self).__name__,
            page_title=promised.title,
            expectation_suite_name=promised.source,
        )


class ResultPage(_Page):
    """What the rows of a source kept: one section per column, one line per promise with the rows that break it."""

    def render(self, result: ExpectationSuiteValidationResult) -> RenderedDocumentContent:
        """``result`` as ``pipelines.data_docs`` rebuilds it: counts only."""
        promised = contract.load(result.suite_name)
        meta: Mapping[str, Any] = {**result.meta}  # GX types its own keys only
        by_column: dict[str, Rows] = {}
        results: Sequence[Any] = result.results
        for one in results:
            column = _group(promised, one.expectation_config.kwargs)
            by_column.setdefault(column, []).append(self._line(one, promised))
        return self._document(
            promised,
            self._facts(promised, result.statistics, meta),
            [
                *(_section(promised, column, lines) for column, lines in by_column.items()),
                RenderedSectionContent(
                    section_name="files",
                    content_blocks=[RenderedTableContent(table=[self._file(f) for f in meta["files"]])],
                ),
            ],
        )

    def _file(self, file: Mapping[str, Any]) -> list[str]:
        counts = (file["rows_read"], file["rows_accepted"], file["rows_quarantined"])
        return [
            file["name"],
            day(date.fromisoformat(file["delivered_on"]), self.language),
            *(number(n, self.language) for n in counts),
            file["file_id"],
            "" if file["is_current"] else "replaced",
        ]

    def _line(self, one: Any, promised: Contract) -> list[str]:
        checked, broken = one.result["element_count"], one.result["unexpected_count"]
        share = percent(broken / checked, self.language, 1) if checked else ""
        if 0 < broken < checked / 2000:
            share = "< " + percent(0.001, self.language, 1)
        about = one.expectation_config.meta
        unit = f"{self.say('Files')}{self.say(':')} " if about["is_about_files"] else ""
        return [
            _state(one.success, broken, about["severity"]),
            with_headers(str(one.expectation_config.description), promised),
            unit + number(checked, self.language),
            unit + number(broken, self.language) if broken else "",
            share if broken and not unit else "",
            str(one.expectation_config.type),
        ]

    def _facts(self, promised: Contract, counts: Mapping[str, Any], meta: Mapping[str, Any]) -> Rows:
        say, language = self.say, self.language
        held = f"{counts['successful_expectations']} {say('of')} {counts['evaluated_expectations']}"
        return [
            [
                say("Rows checked"),
                number(meta["rows"], language),
                say("new rows of every file that was taken in"),
            ],
            [
                say("Promises kept by every row"),
                held,
                say("a row that breaks one is set aside with the reason"),
            ],
            [
                say("Lines set aside"),
                number(meta["rows_quarantined"], language),
                say("over all files of this source"),
            ],
            [say("Answerable"), promised.owner, f"{say('contract')} {promised.version}"],
        ]


class SuitePage(_Page):
    """What the contract of a source promises: one section per column with its meaning and every promise about it."""

    def render(self, suite: ExpectationSuite | dict[str, Any]) -> RenderedDocumentContent:
        """``suite`` is named for its source."""
        if isinstance(suite, dict):
            suite = ExpectationSuite(**suite)
        promised = contract.load(suite.name)
        names = (SEVERAL, *(c.name for c in promised.columns))
        by_column: dict[str, Rows] = {name: [] for name in names}
        for column in (c for c in promised.columns if c.kind != "string"):
            by_column[column.name].append([with_headers(refusal(column), promised), "", ""])
        for one in suite.expectations:
            settings = {k: setting(promised, k, v) for k, v in one.configuration.kwargs.items()}
            line = [with_headers(str(one.description), promised), self._how(settings), one.expectation_type]
            by_column[_group(promised, settings)].append(line)
        sections = [_section(promised, column, lines) for column, lines in by_column.items()]
        return self._document(promised, self._facts(promised), sections)

    def _how(self, settings: Mapping[str, Any]) -> str:
        """The settings that a reader needs beside the promise in words."""
        listed = settings.get("value_set")
        parts = [
            ", ".join(listed) if isinstance(listed, list) else "",
            f"{self.say('of the form')} {settings['regex']}" if "regex" in settings else "",
            self._bound(settings.get("min_value"), "at least", "on or after"),
            self._bound(settings.get("max_value"), "at most", "on or before"),
        ]
        return " · ".join(part for part in parts if part)

    def _bound(self, value: object, of_number: str, of_day: str) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            return f"{self.say(of_day)} {day(date.fromisoformat(value), self.language)}"
        return f"{self.say(of_number)} {self._figure(cast(float, value))}"

    def _figure(self, value: float) -> str:
        """A year is not grouped in thousands."""
        plain = f"{value:.9f}".rstrip("0").rstrip(".")
        if abs(value) >= 10_000:
            return number(value, self.language, len(plain.partition(".")[2]))
        return plain.replace(".", ",") if self.language == "fr" else plain

    def _facts(self, promised: Contract) -> Rows:
        say = self.say
        known = ", ".join(name.upper() for name in promised.known_on)
        return [
            [say("What a row is"), promised.grain, ""],
            [say("Answerable"), promised.owner, f"{say('contract')} {promised.version}"],
            [say("Legal basis"), promised.legal_basis, say("what allows this file to be used")],
            [
                say("Known on"),
                known or say("day of delivery"),
                say("no row weighs in a ranking before that day"),
            ],
            [
                say("Lines that may be set aside"),
                percent(promised.rejection_threshold, self.language),
                say("beyond that the whole file is refused"),
            ],
        ]


def _state(is_held: bool, broken: int, severity: str) -> str:
    if not is_held:
        return "broken" if severity == "critical" else "told"
    return "tolerated" if broken else "held"


def _group(promised: Contract, settings: Mapping[str, Any]) -> str:
    """The column that a promise is about, when it is one of the contract's."""
    column = settings.get("column")
    return column if column in {c.name for c in promised.columns} else SEVERAL


def _section(promised: Contract, column: str, lines: Rows) -> RenderedSectionContent:
    """``section_name``: the column's header as in the contract; the first table says what it is, the second what is promised."""
    found = next((c for c in promised.columns if c.name == column), None)
    return RenderedSectionContent(
        section_name=found.header if found else column.upper(),
        content_blocks=[
            RenderedTableContent(table=[_meaning(found)] if found else []),
            RenderedTableContent(table=lines),
        ],
    )


def _meaning(column: Column) -> list[str]:
    return [
        column.description,
        column.kind,
        "required" if column.is_required else "",
        "protected" if column.is_protected else "",
    ]
