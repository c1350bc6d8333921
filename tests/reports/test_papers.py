"""The papers of the law: every heading there, every sentence from a fact, and the contrary fact turns it round."""

import json
import re
import zlib
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from data_contracts import contract
from data_contracts.errors import ConfigurationError
from features.catalogue import FACTORS
from features.cells import Key, Sum
from features.factor import Language
from pipelines import cli
from reports import paper as press
from reports import words
from reports.papers import (
    certificates,
    files,
    impact,
    looks,
    notice,
    read,
    register,
    saying,
    sheet,
    technical_file,
)
from reports.papers.facts import Facts, Weights
from reports.papers.parts import Paper, Says, Table, gaps
from reports.papers.risks import RISKS
from tests.features.attacker import told_apart
from tests.reports import model_card_sample
from tests.reports import papers_sample as sample
from tests.reports.test_page import opened
from tests.reports.whole_page import SIZES, faults, overflowing

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES: tuple[Language, ...] = ("fr", "en")
ANNEX_IV = [
    *(f"1({letter})" for letter in "abcdefgh"),
    *(f"2({letter})" for letter in "abcdefgh"),
    *"3456789",
]  # fmt: skip
NAMES = list(sample.MADE)


def shown(paper: Paper, f: Facts) -> str:
    """The words of a page, with plain spaces."""
    return plain(sheet.page(paper, f.stamp))


def plain(page: bytes) -> str:
    body = page.decode().partition("</style>")[2]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " "))


def typed(text: str) -> str:
    """A contract's words as a paper sets them, with plain spaces."""
    return sheet.typeset(text).replace("\u00a0", " ")


def said(name: str, f: Facts) -> str:
    return shown(sample.MADE[name](f), f)


@pytest.mark.parametrize("name", NAMES)
def test_each_language_is_whole_and_the_same_each_time(name: str) -> None:
    """No sentence of the catalogue stands on the paper of the other language; contracts speak French on both."""
    french = {m: t.replace("\u00a0", " ") for m, t in words._french().items() if len(m) > 14 and "{" not in m}
    pages = {}
    for language in LANGUAGES:
        f = sample.facts(language)
        paper = sample.MADE[name](f)
        page = sheet.page(paper, f.stamp)
        assert page == sheet.page(paper, f.stamp)
        assert f'<html lang="{language}">' in page.decode() and faults(page.decode()) == []
        assert "<b>port" not in page.decode() and "Ville &amp; &lt;b&gt;port" in page.decode()
        pages[language] = plain(page)
    there = [m for m, t in french.items() if m != t and m in pages["en"]]
    assert len(there) > 5
    assert not [m for m in there if m in pages["fr"]]
    spoken = " ".join(typed(contract.load(name).purpose) for name in contract.SOURCES)
    assert not [m for m in there if french[m] in pages["en"] and french[m] not in spoken]


STATUTES = re.compile(r"code électoral|[Cc]ode des relations|CASF|CRPA|CADA|CNIL(?!, PIA)")
"""Of France. The method of the CNIL for impact assessments is one for any country."""


def beside_contracts(name: str, f: Facts) -> str:
    """What a paper says itself: contracts speak French, and of the law of France, on each."""
    text = said(name, f)
    for s in f.sources:
        promise = s.contract
        for told in (
            s.basis,
            promise.purpose,
            promise.retention.why,
            *(c.description for c in promise.columns),
        ):
            text = text.replace(typed(told), "")
    return text


@pytest.mark.parametrize("name", NAMES)
def test_a_paper_cites_the_law_of_france_in_france_alone(name: str) -> None:
    citing = ("public_notice", "information_notice", "letter_mention", "impact_assessment")
    assert bool(STATUTES.search(beside_contracts(name, sample.facts()))) == (name in citing)
    for language in LANGUAGES:
        assert not STATUTES.findall(beside_contracts(name, sample.facts(language, country="ES")))


@pytest.mark.parametrize("name", NAMES)
def test_the_regulation_has_the_name_of_the_language(name: str) -> None:
    assert "GDPR" not in said(name, sample.facts())
    assert "RGPD" not in beside_contracts(name, sample.facts("en"))


def test_outside_france_people_are_sent_to_the_authority_of_their_country() -> None:
    there = sample.facts("en", country="ES")
    notice, letter = said("public_notice", there), said("letter_mention", there)
    assert "GDPR, art. 5(1)(a)" in notice and "where they are from (GDPR, art. 15(1)(h))." in notice
    assert "Write to the data protection authority of the country." in notice
    assert "electoral roll of the commune." in letter and "Complaint: the data protection authority" in letter
    assert "GDPR, art. 14(3) " in letter


@pytest.mark.parametrize("name", NAMES)
def test_each_bears_the_run_its_days_its_code_and_that_it_is_fictitious(name: str) -> None:
    text = said(name, sample.facts())
    for stamp in ("2026-11-02-0123456789", "2 novembre 2026", "abcdef012345", "9f" * 32, "27 novembre 2026"):
        assert stamp in text
    assert "Données fictives" in text
    real = said(name, sample.facts(is_fictitious=False, head=None, written_on=None))
    assert "fictives : cette pièce" not in real and "Tête de la chaîne" not in real and "Écrit le" not in real
    assert "city.toml a changé" in said(name, sample.facts(are_settings_newer=True)) and "a changé" not in real  # fmt: skip


def test_the_technical_file_has_every_heading_of_annex_iv_filled_or_marked() -> None:
    f = sample.facts()
    paper = technical_file.paper(f, sample.installed())
    assert [h.point for h in technical_file.ANNEX_IV] == ANNEX_IV
    assert [section.title.partition(" – ")[0] for section in paper.sections] == ANNEX_IV
    assert all(section.blocks for section in paper.sections)
    assert "déclaration UE de conformité" in " ".join(gap.what for gap in gaps(paper))


def test_every_open_source_is_named_with_origin_basis_and_term_and_no_other() -> None:
    f = sample.facts()
    text, listed = said("information_notice", f), said("register_entry", f)
    for name in contract.SOURCES:
        one = f.source(name)
        title = one.title[0].upper() + one.title[1:]
        is_there = [
            title in text,
            f" {typed(one.contract.owner)} " in text and typed(one.basis) in text,
            f"{files.period(f, one.period)} {typed(one.contract.retention.why)}"[:60] in text,
            typed(one.contract.retention.why)[:40] in listed,
        ]
        assert all(is_there) if name not in sample.CLOSED else not is_there[0] and not is_there[3], name
    assert "Note <DPO> n° 7 – signé par Mme Exemple le 1er mars 2026" in text


def test_what_is_closed_or_was_not_delivered_vanishes_from_the_data_and_is_told_as_not_used() -> None:
    f = sample.facts()
    assert "Non utilisés : état civil, parc social." in said("public_notice", f)
    silent = tuple(replace(s, delivered_on=None) if s.name == "usages_services" else s for s in f.sources)
    without = replace(f, sources=silent)
    assert "Non utilisés : état civil, parc social, services municipaux." in said("public_notice", without)
    mention = said("letter_mention", f)
    assert "services municipaux" in mention and "parc social" not in mention
    assert "services municipaux" not in said("letter_mention", without)
    assert "arrêté : rien n’est conservé" in said("impact_assessment", f)
    assert "non fourni" in said("impact_assessment", without)
    opened_wide = replace(f, sources=tuple(replace(s, gate="open") for s in f.sources))
    assert "parc social" in said("letter_mention", opened_wide)
    assert "Non utilisés" not in said("public_notice", opened_wide)


def test_the_electoral_roll_is_named_as_origin_only_where_it_is_used() -> None:
    f = sample.facts()
    origin = "Origine de l’adresse : liste électorale de la commune"
    assert origin in said("letter_mention", f)
    closed = tuple(replace(s, gate="closed") if s.name == "liste_electorale" else s for s in f.sources)
    for name in ("letter_mention", "information_notice"):
        assert "code électoral, art. L37)" not in said(name, replace(f, sources=closed)).replace("– code", "")


def test_a_gate_lets_through_what_the_contract_says_and_no_more() -> None:
    f = sample.facts()
    roll = f.source("liste_electorale")
    names = {c.name for c in register.let_through(roll)}
    assert names == set(roll.contract.frame_columns) and "no_bureau_vote" not in names
    assert register.let_through(f.source("parc_social")) == ()
    assert "ressources et l’emploi" not in said("register_entry", f)
    opened_wide = replace(f, sources=tuple(replace(s, gate="open") for s in f.sources))
    assert "ressources et l’emploi" in said("register_entry", opened_wide)


def test_no_description_is_cut_inside_a_parenthesis() -> None:
    f = sample.facts()
    told = {s.name: register._own(s.contract.columns) for s in f.sources}
    assert [name for name, words in told.items() if words.count("(") != words.count(")")] == []
    home = "Commune du domicile (code INSEE ; hors de France, le code de la commune dans la statistique de son pays)"
    assert home in told["etat_civil"] and "'" not in "".join(told.values())


def test_whatever_has_to_be_signed_and_is_not_is_marked() -> None:
    f = sample.facts()
    marked = {gap.whom for gap in gaps(register.paper(f, sample.installed()))}
    assert "city.toml, [sources.registre_vulnerables]" in marked  # open by default, signed by nobody
    assert "city.toml, [sources.usages_services]" not in marked
    assert "city.toml, [authority] address" in marked and "city.toml, [authority] name" not in marked


def test_no_exploration_no_measured_recall() -> None:
    f = sample.facts()
    text = said("public_notice", f)
    assert "Sur 100 ménages qu’une liste pouvait nommer, environ 12 sont isolés (entre 8 et 17" in text
    assert "trouvent les listes n’est pas établie : entre 10 et 60 sur 100" in text and "10 % de la capacité" in text  # fmt: skip
    for measured in (None, replace(sample.MEASURED, lists=0)):
        without = said("public_notice", replace(f, measured=measured, exploration_share=0.0))
        assert "on ne sait pas combien de ménages isolés les listes oublient" in without
        assert "Aucun ménage n’est tiré au sort" in without and "environ 12 sont isolés" not in without
    known = {**sample.MEASURED.figures, "found_share": sample.figure("found_share", 0.4, 0.3, 0.5)}
    told = said("public_notice", replace(f, measured=replace(sample.MEASURED, figures=known)))
    assert "Sur 100 ménages isolés, les listes en trouvent environ 40 (entre 30 et 50)" in told
    nothing = {**sample.MEASURED.figures, "found_share": sample.figure("found_share", None, 0.0, 1.0)}
    told = said("public_notice", replace(f, measured=replace(sample.MEASURED, figures=nothing)))
    assert "La part des ménages isolés que trouvent les listes n’a pas été mesurée." in told


def test_approved_by_somebody_by_nobody_or_a_rule_that_needs_nobody() -> None:
    f = sample.facts()
    assert "Approuvé par M. Exemple, adjoint au maire, le 3 novembre 2026." in said("public_notice", f)
    draft = replace(f, card=model_card_sample.card(model_card_sample.won()))
    assert "Personne n’a encore signé ce modèle" in said("public_notice", draft)
    change = "Le modèle ne change que si une personne en approuve un nouveau {} {}"
    how = "lanterne approve", "pas dans ce calcul"
    assert change.format(*how) in said("impact_assessment", draft)
    rule = replace(f, card=model_card_sample.card(model_card_sample.stays()), needs_approval=False)
    text = said("public_notice", rule)
    assert "C’est une règle : elle classe sans approbation." in text and "Approuvé par" not in text
    assert "Sur les visites passées, aucun modèle n’a été meilleur à coup sûr" in text


def test_quality_is_told_with_intervals_or_not_at_all() -> None:
    text = said("public_notice", sample.facts())
    assert "40,0 % 35,0 % à 45,0 %" in text and "400 visites avec réponse, en 4 campagnes" in text
    few = replace(sample.facts(), card=model_card_sample.card(model_card_sample.few()))
    assert "Qualité mesurée" not in said("public_notice", few)
    assert "trop peu de visites" in said("public_notice", few).lower()


def test_equality_is_what_the_run_measured() -> None:
    f = sample.facts()
    text = said("public_notice", f)
    assert "Sur 4 comparaisons, 1 est hors de la bande." in text
    assert "figurent sur une page que la Ville remet sur demande" in text and "moins visitées" not in text
    assert "Elles sont moins visitées femmes : 0,6 Demander aux équipes." in said("technical_file", f)
    fair = said("technical_file", replace(f, equality=replace(sample.EQUALITY, findings=())))
    assert "moins visitées" not in fair and "Sur 4 comparaisons" in fair
    unmeasured = said("public_notice", replace(f, equality=None))
    assert "n’a pas été mesurée dans ce calcul" in unmeasured and "comparaisons" not in unmeasured
    risk = "Les groupes sont comparés à une bande, avec le verdict « preuves insuffisantes » là où c’est le cas fairness.html"
    assert f"{risk} dans le logiciel" in said("impact_assessment", f)
    assert f"{risk} pas dans ce calcul" in said("impact_assessment", replace(f, equality=None))


def test_weights_are_the_strongest_of_each_direction() -> None:
    f = sample.facts()
    table, cut = saying.weights(f, most=1)
    assert isinstance(table, Table) and table.rows == (
        ("Âge du membre le plus âgé", "+0,8", table.rows[0][2], "−0,5"),
    )
    assert isinstance(cut, Says) and "seuls les 1 plus forts" in cut.text
    assert len(saying.weights(f, most=2)) == 1
    nothing, one = Weights(by_factor={}), Weights(by_factor={"oldest_age": 0.8}, has_trees=True)
    assert saying.weights(replace(f, weights=nothing), most=1) == ()
    trees = saying.weights(replace(f, weights=one), most=1)
    assert len(trees) == 2 and trees[0].rows == (("Âge du membre le plus âgé", "+0,8", "", ""),)  # type: ignore[union-attr]


def test_no_weight_is_named_with_a_gap() -> None:
    every = Weights(by_factor={factor.name: 0.5 for factor in FACTORS})
    f = replace(sample.facts(), weights=every)
    for table in (*saying.weights(f, most=len(FACTORS)), *saying.every_weight(f)):
        assert isinstance(table, Table) and not [
            cell for row in table.rows for cell in row if "…" in str(cell)
        ]


def test_every_weight_stands_once_and_no_half_of_a_table_is_empty() -> None:
    """Five that raise and one that lowers: three beside two, and one alone."""
    names = [factor.name for factor in FACTORS[:6]]
    weights = dict(zip(names, (0.9, 0.8, 0.7, 0.6, 0.5, -0.4), strict=True))
    f = replace(sample.facts(), weights=Weights(by_factor=weights))
    up, down = saying.every_weight(f)
    assert isinstance(up, Table) and isinstance(down, Table)
    assert [(row[1], row[3]) for row in up.rows] == [("+0,9", "+0,6"), ("+0,8", "+0,5"), ("+0,7", "")]
    assert [row[1:] for row in down.rows] == [("−0,4", "", "")]
    assert saying.every_weight(replace(f, weights=Weights(by_factor={}))) == ()


@pytest.mark.parametrize("name", NAMES)
def test_french_papers_are_typeset_whatever_was_typed(name: str) -> None:
    """Contracts and settings have the keyboard's apostrophe, and spaces that break."""
    f = sample.facts()
    text = unescape(
        re.sub(r"<[^>]+>", "\n", sheet.page(sample.MADE[name](f), f.stamp).decode().partition("</style>")[2])
    )
    assert re.findall(r".{9}\w'\w.{9}|.{9}\S [;:!?»].{9}|« .{9}", text) == []


def test_a_letter_says_that_a_calculation_chose_only_where_nothing_is_drawn_by_lot() -> None:
    f = sample.facts()
    assert "un tirage au sort quelques-uns" in said("letter_mention", f)
    none = said("letter_mention", replace(f, exploration_share=0.0))
    assert "établie par un calcul" in none and "tirage" not in none


def test_people_are_told_which_data_and_since_when_they_are_kept() -> None:
    f = sample.facts()
    assert "Voie par laquelle il est arrivé" in said("information_notice", f)
    for name in contract.SOURCES:
        assert files.since(f, f.source(name)).startswith("le jour ")


def test_known_people_are_told_apart_from_households_where_somebody_lives() -> None:
    f = sample.facts()
    text = f"{f.speech.count(f.counted.persons)} personnes connues des fichiers".replace("\u202f", " ")
    for name in ("register_entry", "fundamental_rights", "impact_assessment"):
        assert text in said(name, f) and "parties ou décédées comprises" in said(name, f)


def test_security_is_read_from_the_installation_not_asserted() -> None:
    f = sample.facts()
    for holds, word in ((True, "tient"), (False, "NE TIENT PAS")):
        text = shown(register.paper(f, sample.installed(encryption=holds)), f)
        assert re.search(rf"dans ses octets {word} lanterne check", text)
    nothing = replace(sample.installed(), looks={})
    assert "rien à regarder ici" in shown(register.paper(f, nothing), f)
    kept = replace(f, are_tables_kept=True)
    assert "Tables jointes de ce calcul supprimées" in said("register_entry", f)
    assert "Tables jointes de ce calcul encore gardées" in said("register_entry", kept)
    assert looks.state(f, None) == "rien à regarder ici"


def test_what_shows_a_measure_is_there() -> None:
    commands = set(re.findall(r"lanterne ([a-z-]+)", " ".join(_shown_by())))
    assert commands <= set(cli.MODULES)
    for path in (p for p in _shown_by() if p.startswith(("tests/", "docs/"))):
        assert (ROOT / path).is_file(), path


def _shown_by() -> list[str]:
    return [m.shown_by for risk in RISKS for m in risk.measures] + [how for _, _, how in looks.MEASURES]


def test_every_source_does_something_and_what_is_sensitive_is_in_its_contract() -> None:
    assert set(files.SERVES) == set(contract.SOURCES)
    for name, (columns, _) in register.SENSITIVE.items():
        assert set(columns) <= {c.name for c in contract.load(name).columns}
    assert {m.look for risk in RISKS for m in risk.measures} - {""} <= {what for what, _, _ in looks.MEASURES}


def test_small_counts_stay_hidden() -> None:
    f = sample.facts()
    assert "< 11 ménages" in said("register_entry", f)
    text = said("retention_certificates", f)
    assert " 3 " not in re.sub(r"3 ans|2023|-001", "", text) and text.count("masqué") >= 2
    assert " 50 " in text and " 40 " not in text and " 93 " in text  # of 43 nobody knows the parts


@given(st.lists(st.integers(0, 60), min_size=1, max_size=7))
@settings(max_examples=60, deadline=None)
def test_no_count_of_a_certificate_is_small_or_can_be_solved(rows: list[int]) -> None:
    """Slow reference: what is hidden, given everything that is shown and that the parts make the total, follows from nothing."""
    gone = [sample.gone(str(place), n) for place, n in enumerate(rows)]
    counts = certificates.protected_rows(gone)
    assert all(n == 0 or n >= 11 for n in counts.values() if isinstance(n, int))
    of = Sum(total=("",), parts=tuple((g.what,) for g in gone))
    numbers: dict[Key, int] = {("",): sum(rows), **{(str(place),): n for place, n in enumerate(rows)}}
    assert told_apart(numbers, counts, (of,)) == []


def test_no_purge_is_said_too() -> None:
    f = sample.facts()
    assert "Aucune purge n’a encore été certifiée" in shown(certificates.paper(f, ()), f)


def test_a_certificate_counts_from_a_day_and_not_from_a_column() -> None:
    text = said("retention_certificates", sample.facts())
    assert "le jour de la livraison" in text and "delivered_on" not in text


def test_the_notice_takes_two_pages_and_every_page_bears_its_number_and_the_run() -> None:
    f = sample.facts()
    document = press.laid_out(sheet.printed(notice.paper(f), f.stamp, press.font_faces()))
    texts = [" ".join(b.text for b in p._page_box.descendants() if hasattr(b, "text")) for p in document.pages]  # fmt: skip
    assert len(texts) == 2
    for number, text in enumerate(texts, start=1):
        assert f"{number} / 2" in text and "2026-11-02-0123456789" in text and "données fictives" in text.replace("\u00a0", " ")  # fmt: skip


def test_a_pdf_is_tagged_says_its_language_and_title_and_is_the_same_twice(
    caplog: pytest.LogCaptureFixture,
) -> None:
    f = sample.facts()
    letter = sample.MADE["letter_mention"](f)
    written = sheet.pdf(letter, f.stamp)
    assert written.startswith(b"%PDF") and written == sheet.pdf(letter, f.stamp)
    streams = re.findall(rb"stream\n(.*?)\nendstream", written, re.DOTALL)
    objects = b"".join(zlib.decompress(one) for one in streams if one.startswith(b"x"))
    assert all(mark in objects for mark in (b"/Lang (fr)", b"/Marked true", b"/StructTreeRoot", b"/Title"))
    assert caplog.records == [], "a font that is not found is a warning"


def test_a_drawing_on_paper_has_colours_instead_of_variables() -> None:
    drawn = sheet.on_paper('<svg viewBox="0 0 10 5"><text fill="var(--ink)" font-family="system-ui, \'DejaVu Sans\', sans-serif"/></svg>')  # fmt: skip
    assert drawn == '<svg viewBox="-12 0 22 5"><text fill="#111111" font-family="Lanterne"/></svg>'
    assert str(sheet.told("<i> `lanterne x`")) == "&lt;i&gt; <code>lanterne x</code>"


def test_commands_are_told_as_such() -> None:
    f = sample.facts()
    assert "<code>lanterne oppose</code>" in sheet.page(impact.paper(f, sample.installed()), f.stamp).decode()


LINE = {"coefficient": 0.5, "standard_error": 0.1}


@pytest.mark.parametrize(
    ("model", "expected", "has_trees"),
    [
        ({"candidate": "rule_80_plus", "all_of": []}, {}, False),
        ({"candidate": "points", "base": -2, "points": {"a": {"log_odds": 0.3}}}, {"a": 0.3}, False),
        (
            {
                "candidate": "rule_80_plus_by_points",
                "rule": {"candidate": "rule_80_plus", "all_of": []},
                "points": {"candidate": "points", "points": {"a": {"log_odds": 0.3}}},
            },
            {"a": 0.3},
            False,
        ),
        ({"candidate": "nested", "scorer": {"candidate": "logistic", "factors": {"a": LINE}}}, {"a": 0.5}, False),
        (
            {"candidate": "lightgbm", "logistic": {"candidate": "logistic", "factors": {"a": LINE}}, "trees": ["x"]},
            {"a": 0.5},
            True,
        ),
        (
            {
                "candidate": "average",
                "members": [
                    {"candidate": "logistic", "factors": {"a": LINE}},
                    {"candidate": "logistic", "factors": {"a": {"coefficient": 0.1}, "b": {"coefficient": 1.0}}},
                ],
            },
            {"a": 0.3, "b": 0.5},
            False,
        ),
        ({"candidate": "neighbourhood", "log_odds": {"01": 0.2}}, {}, False),
    ],
)  # fmt: skip
def test_the_weights_of_a_frozen_text(
    model: dict[str, object], expected: dict[str, float], has_trees: bool
) -> None:
    found = read.weights(json.dumps(model))
    assert {n: round(v, 6) for n, v in found.by_factor.items()} == expected and found.has_trees == has_trees


def test_a_report_on_equality_is_taken_as_it_stands_and_one_without_sentences_is_none() -> None:
    finding = {"sentence": "a", "groups": ["b"], "todo": "c", "measure": "recall"}
    found = read.equality(json.dumps({"summary": ["s"], "findings": [finding]}))
    assert found is not None and found.summary == ("s",) and found.findings[0].groups == ("b",)
    assert read.equality("{}") is None
    with pytest.raises(ConfigurationError, match="not what a run writes"):
        read.equality('{"summary": 3}')


@pytest.mark.parametrize("text", ["{}", "[]", "{", '{"groups": [], "lists": []}'])
def test_a_file_that_no_run_writes_is_refused_in_words(text: str) -> None:
    with pytest.raises(ConfigurationError, match="not what a run writes"):
        read.measured(text)
    if "groups" not in text:
        with pytest.raises(ConfigurationError, match="not what a run writes"):
            read.differences(text)


def test_the_factors_that_read_a_source_are_counted_from_the_run() -> None:
    f = sample.facts()
    used = set(f.card.about.used)
    of_services = sum(x.name in used and "usages_services" in (x.source, *x.needs) for x in FACTORS)
    table = next(b for s in impact.paper(f, sample.installed()).sections for b in s.blocks if isinstance(b, Table) and len(b.columns) == 4)  # fmt: skip
    rows = {row[0]: row[3] for row in table.rows}
    assert rows["services municipaux"] == str(of_services) and of_services > 0
    assert rows["quartiers"] == "aucun"


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_overflows_on_a_phone_on_a_laptop_and_on_paper(
    chromium: Browser, language: Language, tmp_path: Path
) -> None:
    f = sample.facts(language)
    for name, paper in ((n, made(f)) for n, made in sample.MADE.items()):
        path = tmp_path / f"{name}.html"
        path.write_bytes(sheet.page(paper, f.stamp))
        view = opened(chromium, path.as_uri())
        for width, media in SIZES:
            found = [text for text in overflowing(view, width, media) if not _is_drawn(paper, text)]
            assert found == [], (name, width)
        view.context.close()


def _is_drawn(paper: Paper, text: str) -> bool:
    """The way of the data is scrolled sideways on a phone."""
    return any(block.kind == "drawing" and text in unescape(block.svg) for s in paper.sections for block in s.blocks)  # type: ignore[union-attr]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_pdf_is_made_and_the_same_twice(name: str) -> None:
    f = sample.facts()
    paper = sample.MADE[name](f)
    assert sheet.pdf(paper, f.stamp) == sheet.pdf(sample.MADE[name](sample.facts()), f.stamp)
