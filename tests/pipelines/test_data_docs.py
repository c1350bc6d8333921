"""The folder ``contracts/`` of a run: nothing of any row in it, the same bytes again, in one language, and readable offline."""

import re
from dataclasses import replace
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from data_contracts import contract
from data_contracts.conversions import refusal
from data_contracts.errors import IntegrityError
from data_contracts.expectations import check
from data_contracts.validation import Kept, Validation, validation
from features import objections
from features.factor import Language
from pipelines import data_docs
from reports import contracts
from reports.contracts import Masthead, with_headers
from reports.data_docs import SuitePage
from reports.quarantine import BrokenRule, FileKept, Inexact, RefusedLine
from tests.contracts import planted

CITY = "Ville & <b>port</b>"
HEADERS = {c.header for s in contract.SOURCES for c in contract.load(s).columns}


@cache
def taken_in() -> tuple[tuple[Validation, ...], tuple[FileKept, ...]]:
    """Each source but the last delivered one file in which every promise that a value can break is broken."""
    checks, files = [], []
    for number, source in enumerate(contract.SOURCES[:-1]):
        promised = contract.load(source)
        verdicts = check(promised, planted.batch(promised))
        checks.append(validation(promised, 3, verdicts))
        rules = tuple(
            BrokenRule(
                rule=v.rule,
                reason=v.reason,
                lines=21 if i == 0 else len(v.broken_by),
                first=tuple(RefusedLine(line=row + 2, raw_length=90) for row in v.broken_by),
            )
            for i, v in enumerate(verdicts)
            if v.broken_by
        )
        kept = FileKept(
            file_id=f"{number:016x}",
            name=f"2026-11-02/{source}.csv",
            source=source,
            delivered_on=date(2026, 11, 2),
            is_current=number != 1,
            rows_read=1234,
            rows_accepted=1231 if number else 1234,
            rows_quarantined=3 if number else 0,
            rules=rules if number else (),
            inexact=(Inexact(what=f"{promised.columns[0].name} : zéros de tête rétablis", cells=2),),
            added=4 if number == 2 else None,
            removed=1 if number == 2 else None,
        )
        files.append(kept)
    return tuple(checks), tuple(files)


def written(folder: Path, language: Language = "fr") -> Path:
    folder.mkdir()
    checks, files = taken_in()
    return data_docs.write(checks, files, Masthead(city=CITY, language=language, is_fictitious=True), folder)


@pytest.fixture(scope="module")
def french(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("docs") / "run")


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("docs") / "run", "en")


class Texts(HTMLParser):
    """The text nodes that a person sees, and every address."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.hidden, self.seen, self.addresses, self.anchors = 0, list[str](), list[str](), set[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in ("style", "script")
        self.addresses += [v or "" for k, v in attrs if k in ("href", "src")]
        self.anchors |= {v or "" for k, v in attrs if k == "id"}
        self.seen += [v or "" for k, v in attrs if k in ("aria-label", "title", "alt")]

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self.hidden and data.strip():
            self.seen.append(" ".join(data.split()))


def read(page: Path) -> Texts:
    return Texts(page.read_text(encoding="utf-8"))


def test_there_is_a_page_for_all_two_for_each_source_and_nothing_else(french: Path) -> None:
    sources = contract.SOURCES[:-1]
    expected = {"index.html", "quarantaine.html"}
    expected |= {f"{s}.html" for s in sources} | {f"{s}-contrat.html" for s in sources}
    assert {p.name for p in french.iterdir()} == expected
    assert [p.name for p in french.parent.iterdir()] == ["contracts"]
    assert sum(p.stat().st_size for p in french.iterdir()) < 600_000


def test_no_value_of_a_row_is_in_any_byte(french: Path) -> None:
    for page in french.iterdir():
        text = page.read_text(encoding="utf-8")
        assert [trace for trace in planted.TRACES if trace in text] == [], page.name


def test_the_same_checks_give_the_same_bytes(french: Path, tmp_path: Path) -> None:
    again = written(tmp_path / "run")
    assert {p.name: p.read_bytes() for p in again.iterdir()} == {
        p.name: p.read_bytes() for p in french.iterdir()
    }


def from_the_contracts() -> set[str]:
    """What stays in the contract's language on every page."""
    found = {CITY, f"– {CITY}", "Lanterne", *HEADERS}
    for source in contract.SOURCES:
        c = contract.load(source)
        found |= {c.title, c.owner, c.version, c.grain, c.legal_basis, f"2026-11-02/{source}.csv"}
        found |= {d for column in c.columns for d in (column.description, ", ".join(column.allowed))}
        found |= {with_headers(p.rule, c) for p in data_docs.promised(c)}
        found |= {with_headers(refusal(column), c) for column in c.columns}
        found |= {", ".join(name.upper() for name in c.known_on)}
    return found


IN_FRENCH = "Titles and promises are in French: they are those of the contracts, which the departments sign."
"""Said once on every English page, and on no French one."""
SAME_IN_BOTH = {"Source", "Pages", "date", "Promises", "date ·"}


def test_every_text_is_in_one_language(french: Path, english: Path) -> None:
    """Whatever reads the same on the French and on the English page is the contract's, or a number."""
    words = from_the_contracts() | SAME_IN_BOTH
    for page in french.iterdir():
        one, other = read(page).seen, read(english / page.name).seen
        other.remove(IN_FRENCH)
        assert len(one) == len(other)
        same = {a for a, b in zip(one, other, strict=True) if a == b}
        left = {t for t in same - words if re.search(r"[A-Za-zÀ-ÿ]", t)}
        assert left == set(), page.name


ENGLISH = re.compile(
    r"\b(the|of|and|is|are|was|not|with|this|that|rows?|columns?|values?|expectations?|validations?|must|be|belong|null|unique|greater"
    r"|than|equal|succeeded|failed|success|overview|show|more|info|statistics|observed|status|level|unexpected|home|batch|walkthrough|data"
    r"|docs|checked|kept|lines?|files?|set|aside|promises?|between|match|expect\w*|none|true|false|nan)\b"
)
"""Words of Lanterne's own English and of Great Expectations' that are no French ones."""


def test_no_english_is_left_on_a_french_page(french: Path) -> None:
    for page in french.iterdir():
        text = " ".join(t for t in read(page).seen if t not in HEADERS).replace("Great Expectations", "")
        assert ENGLISH.findall(text) == [], page.name
        assert not re.search(r"expect_|\d{4}-\d\d-\d\dT", text)


def test_every_link_leads_somewhere_in_the_folder(french: Path) -> None:
    for page in french.iterdir():
        for address in read(page).addresses:
            name, _, anchor = address.partition("#")
            assert (french / name).is_file(), address
            assert not anchor or anchor in read(french / name).anchors, address
        assert not re.search(r"https?://|//[a-z]|@import|url\(", page.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_every_page_opens_offline_without_a_request_or_a_complaint(chromium: Browser, french: Path) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800}, offline=True)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url))
    for path in sorted(french.iterdir()):
        page.goto(path.as_uri())
        assert said == [path.as_uri()]
        said.clear()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path.name
        assert page.get_by_text("Données fictives").is_visible()
        assert page.get_by_text(CITY).first.is_visible()
    context.close()


def test_the_pages_say_the_counts(french: Path) -> None:
    roll = " ".join(read(french / "liste_electorale.html").seen)
    assert "SEXE est une valeur prévue : 3 (100,0 %)" in roll
    assert "CLE_IDENTITE a la forme prévue pas par toutes 3" in roll
    aside = " ".join(read(french / "quarantaine.html").seen)
    assert "2 (90), 3 (90), 4 (90) et 18 autres" in aside
    assert "nouvelles, 1 disparues" in aside and "remplacé par une correction" in aside
    assert "Quartiers" in " ".join(read(french / "index.html").seen)


def test_a_large_bound_is_grouped_and_a_year_is_not() -> None:
    how = {language: SuitePage(language=language)._how for language in ("fr", "en")}
    assert [say({"max_value": 10_000_000}) for say in how.values()] == [
        "au plus 10\u202f000\u202f000",
        "at most 10,000,000",
    ]
    assert [say({"min_value": 1900}) for say in how.values()] == ["au moins 1900", "at least 1900"]
    assert how["fr"]({"min_value": 1e-9}) == "au moins 0,000000001"


@pytest.mark.parametrize(
    ("reasons", "told"),
    [
        (["valeur absente"], "until they are corrected"),
        ([objections.REASON], "the law keeps them out, and nothing is to be corrected"),
        (
            ["valeur absente", objections.REASON],
            "until they are corrected, or as long as the law keeps them out",
        ),
    ],
)
def test_a_line_is_to_be_corrected_only_where_somebody_can_correct_it(reasons: list[str], told: str) -> None:
    _, (_, first, *_) = taken_in()
    rules = tuple(replace(first.rules[0], reason=reason) for reason in reasons)
    page = contracts.quarantine_page(
        [replace(first, rules=rules)], Masthead(city=CITY, language="en", is_fictitious=True)
    )
    (said,) = (text for text in Texts(page.decode()).seen if text.startswith("nobody on these lines"))
    assert said.endswith(told)


def kept(rule: str, rows: int, broken: int, *, is_held: bool, **more: object) -> Kept:
    base = {"column": "quartier"}
    fields = {"settings": base, "is_about_files": False, "severity": "critical"} | more
    return Kept(
        rule=rule,
        expectation="expect_column_values_to_be_between",
        is_held=is_held,
        rows=rows,
        rows_broken=broken,
        **fields,  # type: ignore[arg-type]
    )


def one_check(version: str, rows: int, *promised: Kept) -> Validation:
    return Validation(
        source="quartiers",
        contract_version=version,
        suite="quartiers",
        checker="c",
        rows=rows,
        promises=promised,
    )


def shown(folder: Path, *promised: Kept) -> str:
    masthead = Masthead(city="V", language="fr", is_fictitious=False)
    written_to = data_docs.write([one_check("1", 5, *promised)], [], masthead, folder)
    return " ".join(read(written_to / "quartiers.html").seen)


def test_checks_of_one_source_are_added_up_by_promise() -> None:
    """The second check has a promise more: it was held against the second file only."""
    first = one_check("1", 10, kept("a", 10, 2, is_held=False))
    second = one_check("2", 5, kept("a", 5, 0, is_held=True), kept("b", 5, 0, is_held=True))
    (source,) = contracts.sources([first, second], [])
    found = [(p.rule, p.rows, p.rows_broken, p.is_held) for p in source.promises]
    assert found == [("a", 15, 2, False), ("b", 5, 0, True)]
    assert (source.rows, source.held, source.files) == (15, 1, ())


def test_a_promise_that_the_whole_file_breaks_says_so(tmp_path: Path) -> None:
    text = shown(tmp_path, kept("le volume est proche du précédent", 5, 0, is_held=False))
    assert "pas par le fichier" in text and "Données fictives" not in text


def test_a_remark_on_a_file_is_told_and_counts_files(tmp_path: Path) -> None:
    more = {"settings": {"column": "rows_ratio"}, "is_about_files": True, "severity": "warning"}
    text = shown(tmp_path, kept("le volume est proche du précédent", 3, 1, is_held=False, **more))
    assert "Plusieurs colonnes, ou le fichier entier le volume est proche du précédent" in text
    assert "signalée, rien d’écarté Fichiers : 1 Fichiers : 3" in text


@pytest.mark.parametrize(("broken", "share"), [(1, "< 0,1 %"), (50, "0,5 %"), (5, "0,1 %")])
def test_a_share_is_never_shown_as_nothing(tmp_path: Path, broken: int, share: str) -> None:
    assert f"{broken} ({share})" in shown(tmp_path, kept("a", 10_000, broken, is_held=False))


def test_a_tolerance_is_shown_as_one(tmp_path: Path) -> None:
    text = shown(tmp_path, kept("a", 100, 1, is_held=True))
    assert "dans la tolérance 1 1,0 % 100" in text and "toutes les promesses sont tenues" in text


def test_without_a_delivery_there_is_an_index_that_says_so(tmp_path: Path) -> None:
    folder = data_docs.write([], [], Masthead(city="V", language="fr", is_fictitious=False), tmp_path)
    assert {p.name for p in folder.iterdir()} == {"index.html", "quarantaine.html"}
    assert "0 sur 11" in " ".join(read(folder / "index.html").seen)


def test_a_page_that_the_site_builder_leaves_out_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reports.data_docs import ResultPage

    def broken(*given: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(ResultPage, "render", broken)
    with pytest.raises(IntegrityError, match=r"quartiers\.html"):
        data_docs.write(
            [one_check("1", 5)], [], Masthead(city="V", language="fr", is_fictitious=False), tmp_path
        )
    assert not list(tmp_path.glob(".contracts-*"))


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        (
            "date_liste, id_electeur identifient une seule ligne",
            "DATE_LISTE, ID_ELECTEUR identifient une seule ligne",
        ),
        ("sexe est une valeur prévue", "SEXE est une valeur prévue"),
        ("le fait est connu au plus tard à la livraison", "le fait est connu au plus tard à la livraison"),
        ("date_liste, inconnue", "date_liste, inconnue"),
        ("DATE_INSCRIPTION n'est pas après DATE_LISTE", "DATE_INSCRIPTION n'est pas après DATE_LISTE"),
        ("", ""),
    ],
)
def test_a_rule_names_columns_as_the_contract_does(rule: str, shown: str) -> None:
    assert with_headers(rule, contract.load("liste_electorale")) == shown
