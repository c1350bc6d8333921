"""The city by neighbourhood: what may be shown, the shapes, the sentences, and the page in a real Chromium."""

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from data_contracts.errors import ConfigurationError
from features.factor import Language
from features.frame import HIDDEN
from pipelines.map_file import shapes as read
from reports.map_shapes import Shape, sheet
from reports.maps import MEASURES, Report, content, ordered
from reports.maps_page import details, headline, letters, page, panel
from reports.maps_shown import CITY, COLUMNS, Counts, Group, shown_counts, tables
from reports.model_card_said import Speech
from tests.features.attacker import told_apart
from tests.reports import map_sample
from tests.reports.test_page import opened
from tests.reports.whole_page import SIZES, faults, overflowing

ENGLISH = Speech(language="en")
SQUARE = ((0.60, 44.20), (0.61, 44.20), (0.61, 44.21), (0.60, 44.21), (0.60, 44.20))


def drawn_counts(micro: list[tuple[int, int, int, int, int, int, int]], priority: str) -> Counts:
    """Of each neighbourhood: listed, others of the frame, found, others and not met of the random arm, found and not met elsewhere."""
    numbers: dict[tuple[str, str], int] = {}
    for place, (listed, unlisted, found, others, unmet, more_found, more_unmet) in enumerate(micro):
        mine = dict.fromkeys(("listed_found", "listed_others", "listed_unmet", "else_others"), 0)
        mine |= {"random_found": found, "random_others": others, "random_unmet": unmet, "else_found": more_found, "else_unmet": more_unmet}  # fmt: skip
        mine |= {"found": found + more_found, "others": others, "unmet": unmet + more_unmet}
        mine |= {"answered": mine["found"] + others, "listed": listed, "unlisted": unlisted}
        mine |= {"visited": mine["answered"] + mine["unmet"], "households": listed + unlisted}
        numbers |= {(column, f"{place:02d}"): n for column, n in mine.items()}
    places = [f"{place:02d}" for place in range(len(micro))]
    qpv = dict(zip(places, priority * len(places), strict=False))
    elsewhere: dict[tuple[str, Group], tuple[float, float]] = {}
    for q in places:
        kinds = {kind: numbers[kind, q] for kind in ("random_found", "random_others", "random_unmet")}
        if min(kinds.values()) > 10:  # as the estimates would tell them
            elsewhere |= {(kind, ("in", q)): (n, n) for kind, n in kinds.items()}
    every = sum(numbers["households", q] for q in places)
    return Counts(numbers=numbers, priority=qpv, elsewhere=elsewhere | {("households", CITY): (every, every)})


FEW = st.sampled_from([0, 1, 4, 10, 11, 12, 30])
MICRO = st.tuples(FEW, st.sampled_from([0, 5, 40, 300]), FEW, FEW, FEW, FEW, FEW)


@settings(max_examples=8, deadline=None)
@given(st.lists(MICRO, min_size=1, max_size=3), st.sampled_from(["y", "yn", "yyn"]))
def test_no_small_count_is_told_apart_by_the_table_its_totals_and_the_estimates(
    micro: list[tuple[int, int, int, int, int, int, int]], priority: str
) -> None:
    """Also those that follow from two columns (not listed, not met, met and not isolated), and what is left when the visits of the estimates are taken off."""
    counts = drawn_counts(micro, priority)
    numbers, sums, _ = tables(counts)
    shown = shown_counts(counts)
    told = {(column, *group): n for (column, group), n in shown.items()}
    elsewhere = {(column, *group): ends for (column, group), ends in counts.elsewhere.items()}
    assert all(n in (numbers[key], HIDDEN) for key, n in told.items())
    assert not any(isinstance(n, int) and 0 < n < 11 for n in told.values())
    apart = told_apart(numbers, told, sums, elsewhere)
    nothing = {key: n if n == 0 else HIDDEN for key, n in told.items()}
    assert told_apart(numbers, nothing, sums, elsewhere, apart) == apart, "unless all that can be is hidden"


@settings(max_examples=30, deadline=None)
@given(st.lists(MICRO, min_size=1, max_size=6), st.sampled_from(["y", "yn"]))
def test_the_neighbourhoods_and_their_groups_add_up_to_the_city(
    micro: list[tuple[int, int, int, int, int, int, int]], priority: str
) -> None:
    numbers, sums, _ = tables(drawn_counts(micro, priority))
    for one in sums:
        assert numbers[one.total] == sum(numbers[key] for key in one.parts), one.total
    for column in COLUMNS:
        places = [n for (name, kind, _), n in numbers.items() if (name, kind) == (column, "in")]
        assert numbers[column, "all", ""] == sum(places)


def test_three_alerts_found_isolated_are_not_what_is_left_when_the_random_visits_are_taken_off() -> None:
    """15 found, of whom the estimates tell 12 of random visits: the other three would follow."""
    counts = drawn_counts([(0, 300, 12, 20, 15, 3, 0), (0, 300, 30, 40, 30, 20, 0), (0, 300, 30, 40, 30, 20, 0)], "y")  # fmt: skip
    assert shown_counts(counts)["found", ("in", "00")] == HIDDEN
    assert shown_counts(replace(counts, elsewhere={}))["found", ("in", "00")] == 15


def test_a_square_is_as_wide_as_it_is_on_the_ground_and_words_stand_in_its_middle() -> None:
    """A hundredth of a degree of longitude at 44.2° is 0.717 of one of latitude."""
    found = sheet([Shape(code="01", rings=(SQUARE,))])
    (square,) = found.shapes
    assert (found.width - 8) / (found.height - 8) == pytest.approx(0.717, abs=0.002)
    assert abs(square.x - found.width / 2) < 15 and abs(square.y - found.height / 2) < 20
    assert square.room == pytest.approx((found.width - 8) / 2, rel=0.05) and letters(square, "120") == 17


def test_words_stand_on_land_and_not_in_a_hole() -> None:
    hole = tuple((0.605 + (x - 0.605) * 0.8, 44.205 + (y - 44.205) * 0.8) for x, y in SQUARE)
    (ring,) = sheet([Shape(code="01", rings=(SQUARE, hole))]).shapes
    middle = sheet([Shape(code="01", rings=(SQUARE,))]).shapes[0]
    assert np.hypot(ring.x - middle.x, ring.y - middle.y) > 0.7 * middle.room and ring.path.count("M") == 2


def geojson(**more: object) -> bytes:
    feature = {"type": "Feature", "properties": {"QUARTIER": "01"}, "geometry": {"type": "Polygon", "coordinates": [list(SQUARE)]}} | more  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


def test_shapes_are_read_by_code_whole_or_in_pieces_with_or_without_height_or_leading_nought() -> None:
    high = [[x, y, 47.0] for x, y in SQUARE]
    pieces = {"type": "MultiPolygon", "coordinates": [[high], [list(SQUARE)]]}
    for content_, rings in ((geojson(properties={"QUARTIER": 1}), 1), (geojson(geometry=pieces), 2)):
        (shape,) = read(content_, "QUARTIER", frozenset({"01"}), "q.geojson")
        assert shape.code == "01" and shape.rings == (SQUARE,) * rings
    assert len(read(map_sample.geojson(23), "QUARTIER", frozenset(map_sample.codes(23)), "q")) == 23


@pytest.mark.parametrize(
    ("written", "says", "hints"),
    [
        (b"{", "not a GeoJSON file of areas", "FeatureCollection"),
        (b'{"type": "Topology"}', "not a GeoJSON file of areas", "FeatureCollection"),
        (geojson(geometry={"type": "Point", "coordinates": [0.6, 44.2]}), "not a GeoJSON file of areas", "Polygon"),
        (geojson(geometry={"type": "Polygon", "coordinates": [[[506000.0, 6346000.0]] * 4]}), "not a GeoJSON file of areas", "EPSG:4326"),
        (geojson(properties={"CODE": "01"}), "shape number 1 has no code in its property `QUARTIER`", "its properties are: CODE"),
        (geojson(properties={"QUARTIER": "77"}), "no neighbourhood has these codes: 77", "are 01"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_map_of_the_neighbourhoods_says_why(written: bytes, says: str, hints: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(written, "QUARTIER", frozenset({"01"}), "q.geojson")
    assert says in str(caught.value) and hints in str(caught.value)


def test_a_neighbourhood_without_a_shape_is_named() -> None:
    with pytest.raises(ConfigurationError, match="these neighbourhoods have no shape: 02, 03"):
        read(geojson(), "QUARTIER", frozenset({"01", "02", "03"}), "q.geojson")


def text_of(report: Report) -> str:
    shown = re.sub(r"<(style|svg).*?</\1>", " ", page(report).decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", shown)).split())


def test_what_is_known_is_said_with_its_interval_and_that_nothing_is_proven() -> None:
    report = map_sample.report(15, "en")
    need = report.city.need
    assert need is not None
    text = text_of(report)
    assert f"At about {need.value:,.0f} households of the city a visit would find somebody isolated: between {need.low:,.0f} and {need.high:,.0f}." in text  # fmt: skip
    first = ordered(report.places, "need")[0]
    assert f"The most are estimated in {first.group[1]}\u00a0" in page(report).decode()
    assert "in 7 of 15, the visits there tell less than those of the whole city" in text
    assert "20 more visits in one neighbourhood would find the most in" in text
    assert (
        "the intervals of all neighbourhoods overlap: that one is better than another is not proven" in text
    )
    assert "Tiles stand in the order of the codes" in text


@pytest.mark.parametrize(("places", "named"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (15, 3)])
def test_the_most_are_never_everywhere(places: int, named: int) -> None:
    told = details(map_sample.report(places, "en"), ENGLISH)
    assert next(one for one in told if "The most are" in one).count("between") == named


def test_what_is_not_known_is_not_nought() -> None:
    report = map_sample.report(3, "en", basis="none")
    assert "is not known yet, and neither is where" in headline(report, ENGLISH)
    text = text_of(report)
    assert "What more visits would find cannot be told yet" in text and "not known yet" in text
    assert {tile.face for tile in panel(report, "need", ENGLISH).tiles} == {"unk"}


def test_the_table_says_in_which_order_it_is() -> None:
    known, unknown = map_sample.report(3, "en"), map_sample.report(3, "en", basis="none")
    assert "with the highest estimated need first" in page(known).decode()
    said = page(unknown).decode()
    assert "in the order of their codes" in said and "estimated need first" not in said


def test_a_long_code_and_a_name_stand_in_a_tile_without_a_break_inside_a_word(
    chromium: Browser, tmp_path: Path
) -> None:
    report = map_sample.report(3, "en")
    rows = [
        replace(r, group=("in", f"48999010{r.group[1]}")) if r.group[0] == "in" else r for r in report.rows
    ]
    names = {f"48999010{n}": name for n, name in (("01", "Centro"), ("02", "Mercado"), ("03", "Ensanche"))}
    (tmp_path / "map.html").write_bytes(page(replace(report, rows=tuple(rows), names=names)))
    view = opened(chromium, (tmp_path / "map.html").as_uri(), 1280)
    lines = view.evaluate("""() => [...document.querySelectorAll('#p-need .tiles .name')].map(span => {
        const text = span.firstChild, range = document.createRange(), at = text.data.indexOf(' ') + 1
        range.setStart(text, at); range.setEnd(text, text.data.length)
        return [text.data.slice(at), range.getClientRects().length]
    })""")
    assert lines == [["Centro", 1], ["Mercado", 1], ["Ensanche", 1]]


def test_classes_rise_with_the_figure_and_equal_figures_share_one() -> None:
    for measure in MEASURES:
        tiles = panel(map_sample.report(23, "en"), measure, ENGLISH).tiles
        known = sorted((float(value), tile.face) for tile in tiles if isinstance(value := tile.row.value(measure), float | int))  # fmt: skip
        faces = [face for _, face in known]
        assert faces == sorted(faces)
        assert len({(value, face) for value, face in known}) == len({value for value, _ in known})
        assert all(tile.value == "•" for tile in tiles if tile.face == "hid")


def test_no_count_below_eleven_stands_in_the_json_or_on_the_page() -> None:
    report = map_sample.report(23, "en")
    told = json.loads(json.dumps(content(report)))
    assert len(told["groups"]) == 23 + 2 + 1
    assert not [n for g in told["groups"] for c in COLUMNS if isinstance(n := g[c], int) and 0 < n < 11]
    hidden = [g for g in told["groups"] if HIDDEN in (g["visited"], g["answered"])]
    assert hidden and all(g["reach"] is None for g in hidden)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    ("places", "shaped"), [(3, True), (23, False), pytest.param(60, True, marks=pytest.mark.slow)]
)
def test_the_page_is_whole_offline_on_screen_and_paper(
    chromium: Browser, tmp_path: Path, places: int, shaped: bool, language: Language
) -> None:
    report = map_sample.report(places, language, shaped=shaped, basis="calibrated")
    written = page(report)
    assert faults(written.decode()) == []
    (tmp_path / "map.html").write_bytes(written)
    view = opened(chromium, (tmp_path / "map.html").as_uri(), script=False)
    for width, media in SIZES:
        assert overflowing(view, width, media) == [], (width, media)


def test_a_measure_is_chosen_by_keyboard_without_a_script_and_a_neighbourhood_leads_to_its_line(
    chromium: Browser, tmp_path: Path
) -> None:
    (tmp_path / "map.html").write_bytes(page(map_sample.report(23, "en", shaped=True)))
    view = opened(chromium, (tmp_path / "map.html").as_uri(), script=False)
    assert view.locator("#p-need").is_visible() and not view.locator("#p-more").is_visible()
    view.locator("#m-need").focus()
    view.keyboard.press("ArrowRight")
    assert view.locator("#p-more").is_visible() and not view.locator("#p-need").is_visible()
    view.keyboard.press("Tab")
    view.keyboard.press("Enter")
    assert view.url.endswith("#row-01")
    view.emulate_media(media="print")
    assert all(view.locator(f"#p-{measure}").is_visible() for measure in MEASURES)
