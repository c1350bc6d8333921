"""The proof on a survey: what a mapping may say, who is chosen, and what the bar compares."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data_contracts.errors import ConfigurationError
from features.catalogue import FACTORS
from models.boosting import Boosting
from models.candidate import Bools, Candidate, Floats
from models.champion import champion
from models.logistic import Logistic
from models.points import Points
from models.survey import CHAMPION, Split, bar, run
from models.survey_mapping import SurveyMapping, parsed, respondents, used
from models.weights import shared
from pipelines import bench, screens_survey

MAPPING = """
[survey]
id = "id"
weight = "w"
missing = [99]
where = "country = 10"
[targets]
lonely = "feels <= 2"
never = "feels > 9"
[factors]
lives_alone_known = "adults = 1"
oldest_age = "age"
low_income = "income <= 3"
"""


def mapping(text: str = MAPPING) -> SurveyMapping:
    return parsed(text, FACTORS, "drawn.toml")


def survey(n: int, seed: int = 0) -> pd.DataFrame:
    """People alone and poor are lonely more often; a few answers are missing (99)."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "id": range(n),
            "w": rng.choice([0.5, 1.0, 2.0], n),
            "country": 10,
            "adults": rng.choice([1, 2, 99], n, p=[0.3, 0.65, 0.05]),
            "age": rng.integers(18, 90, n),
            "income": rng.integers(1, 10, n),
        }
    )
    marks = -2.6 + 1.2 * (table["adults"] == 1) + 1.0 * (table["income"] <= 3)
    table["feels"] = np.where(rng.random(n) < 1 / (1 + np.exp(-marks)), 1, 4)
    return table


@pytest.mark.parametrize(
    ("before", "after", "says", "hint"),
    [
        ("low_income", "low_incom", "no factor is called low_incom", "low_income"),
        ("[targets]", "[target]", "'targets'", "docs/survey.md"),
        ('id = "id"', "", "'id'", "docs/survey.md"),
        (MAPPING[MAPPING.index("[factors]") :], "[factors]", "has no factors", "docs/survey.md"),
        ("weight =", "wieght =", "no key of \\[survey\\] is called wieght", "weight"),
        ("[factors]", "[more]\nx = 1\n[factors]", "no table is called more", "docs/survey.md"),
        ('"age"', '"age', "no readable TOML", "quotes"),
        ("missing = [99]", 'missing = ["none"]', "not of the right form", "docs/survey.md"),
        ('oldest_age = "age"', 'oldest_age = "agee"', "cannot be computed", "codebook"),
    ],
)
def test_a_wrong_mapping_is_refused_with_a_hint(before: str, after: str, says: str, hint: str) -> None:
    with pytest.raises(ConfigurationError, match=says) as refused:
        respondents(survey(10), mapping(MAPPING.replace(before, after)), "drawn.toml")
    assert hint in refused.value.hint and refused.value.where == "drawn.toml"


def test_missing_codes_are_no_trace_and_who_has_no_weight_stands_for_nobody() -> None:
    rows = pd.DataFrame(
        [
            ("b", 1.0, 10, 99, 99, 2, 1),
            ("a", 2.0, 10, 1, 80, 99, 5),
            ("c", 0.0, 10, 1, 30, 1, 1),
            ("d", 1.0, 11, 1, 30, 1, 1),
        ],
        columns=["id", "w", "country", "adults", "age", "income", "feels"],
    )
    table = respondents(rows, mapping(), "drawn.toml")
    assert table["household_id"].tolist() == ["a", "b"]
    shown = table[["lives_alone_known", "oldest_age", "low_income", "target_lonely"]]
    expected = [[1.0, 80.0, np.nan, 0.0], [np.nan, np.nan, 1.0, 1.0]]
    np.testing.assert_array_equal(shown.to_numpy(dtype=float), expected)


def test_a_survey_that_made_the_priors_is_ranked_without_itself() -> None:
    inside = used(
        FACTORS, mapping(MAPPING.replace('id = "id"', 'id = "id"\nin_priors = "eu_ls_2022_france"'))
    )
    outside = used(FACTORS, mapping())
    assert [f.name for f in inside] == [f.name for f in outside]
    assert all("without eu_ls_2022_france" in f.prior.source for f in inside)
    assert any(a.prior.log_odds != b.prior.log_odds for a, b in zip(inside, outside, strict=True))
    with pytest.raises(ConfigurationError, match="moon"):
        used(FACTORS, mapping(MAPPING.replace('id = "id"', 'id = "id"\nin_priors = "moon"')))


def test_unequal_weights_tell_less_than_their_number() -> None:
    """Weights 1, 1, 2: (4)² / 6 = 2.67 respondents; the largest stays twice the others."""
    found = shared(np.array([1.0, 1.0, 2.0]))
    np.testing.assert_allclose(found, [2 / 3, 2 / 3, 4 / 3])
    assert shared(np.full(5, 0.3)).tolist() == pytest.approx([1.0] * 5)
    assert len(shared(np.zeros(0))) == 0


@dataclass(frozen=True)
class Marking:
    """Marks by one column of the matrix, or by nothing."""

    name: str
    column: str | None = None
    sign: float = 1.0

    def fit(self, matrix: pd.DataFrame, outcome: Bools, weight: Floats) -> "Marked":
        return Marked(self.column, self.sign)


@dataclass(frozen=True)
class Marked:
    column: str | None
    sign: float
    base: float = 0.0

    def contributions(self, matrix: pd.DataFrame) -> pd.DataFrame:
        marks = matrix[self.column] * self.sign if self.column else 0.0
        return pd.DataFrame({"x": marks}, index=matrix.index)

    def as_text(self) -> str:
        return ""


def asked(outcome: Bools, *candidates: Candidate) -> str:
    """``truth`` is the outcome itself, ``noise`` a coin."""
    n = len(outcome)
    coin = np.random.default_rng(1).random(n)
    return champion(
        candidates, pd.DataFrame({"truth": outcome.astype(float), "noise": coin}), outcome, np.ones(n), seed=1
    )


FIFTH = np.arange(200) % 5 == 0


def test_the_usual_one_stands_unless_another_is_better_by_more_than_chance() -> None:
    usual, other = Marking("average", "noise"), Marking("points")
    assert asked(FIFTH, usual, Marking("lightgbm", "truth"), other) == "lightgbm"
    assert asked(FIFTH, Marking("average", "truth"), Marking("lightgbm", "truth"), other) == "average"
    assert asked(FIFTH, usual, Marking("logistic", "noise", 1.01), other) == "average"
    assert asked(FIFTH, Marking("logistic", "noise", -1.0), Marking("oracle", "truth")) == "logistic"


def test_without_labels_the_points_and_with_too_few_the_usual_one() -> None:
    better = (Marking("logistic"), Marking("points", "truth"))
    assert asked(np.zeros(0, dtype=bool), *better) == "points"
    assert asked(np.arange(200) < 9, *better) == "logistic"
    assert asked(np.arange(200) < 10, *better) == "points"


def splits(*aucs: tuple[float, float | None, float]) -> list[Split]:
    """(points, lightgbm or not fitted, champion) of each split."""
    rows = []
    for points, trees, best in aucs:
        named = {"points": points, "lightgbm": trees, "average": 0.9, CHAMPION: best}
        rows.append(
            Split(
                figures={n: (a, 0.0) for n, a in named.items() if a is not None}, chosen="points", absent=()
            )
        )
    return rows


def test_the_bar_compares_split_by_split_with_whom_took_part() -> None:
    """Over all splits the points have 0.60 and the champion 0.63; where the trees took part they have 0.70 and it 0.66."""
    one = bar(
        "t", 200, splits((0.60, 0.70, 0.66), (0.60, 0.70, 0.66), (0.60, None, 0.60), (0.60, None, 0.60))
    )
    assert (one.single, one.splits, one.holds) == ("lightgbm", 2, False)
    assert one.margin == pytest.approx(-0.04)
    rare = bar("t", 200, splits((0.60, 0.99, 0.60), (0.60, None, 0.60), (0.60, None, 0.60)))
    assert (rare.single, rare.holds) == ("points", True), "in fewer than half of the splits"
    assert (
        bar("t", 200, splits((0.6, 0.655, 0.65))).holds
        and not bar("t", 200, splits((0.6, 0.6551, 0.65))).holds
    )


def test_the_choice_never_looks_at_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answers of everybody who is not among the labels are turned round: other figures, the same champion."""
    monkeypatch.setattr("models.survey.LABELS", (200,))
    table = respondents(survey(600), mapping(), "drawn.toml")
    order = np.random.default_rng((1, 0, 200)).permutation(600)[200:]
    turned = table.copy()
    turned.loc[order, "target_lonely"] = 1 - turned.loc[order, "target_lonely"]
    found = [run(t, mapping(), FACTORS, seed=1, splits=1).cells for t in (table, turned)]
    chosen = [[c.candidate for c in cells if c.chosen] for cells in found]
    assert chosen[0] == chosen[1] and len(chosen[0]) >= 1
    areas = [next(c.auc.value for c in cells if c.candidate == CHAMPION) for cells in found]
    assert areas[0] == pytest.approx(1 - areas[1], abs=0.05) != pytest.approx(0.5, abs=0.05)


@pytest.mark.slow
def test_what_cannot_be_shown_is_said() -> None:
    table = respondents(survey(400), mapping(), "drawn.toml")
    found = run(table, mapping(), FACTORS, seed=1, splits=2)
    said = {(o.target, o.labels, o.what) for o in found.left_out}
    assert ("never", None, "the target") in said
    assert {("lonely", 500, "this number of labels"), ("lonely", 1500, "this number of labels")} <= said
    assert ("lonely", 0, "lightgbm") in said and ("lonely", 200, "neighbourhood") in said
    at_none = {c.candidate: c for c in found.cells if c.labels == 0}
    assert at_none[CHAMPION].auc == at_none["points"].auc == at_none["logistic"].auc
    assert at_none["points"].chosen == 2 and {b.labels for b in found.bars} == {0, 200}


@pytest.mark.slow
def test_the_command_reads_any_usual_separator_and_says_whether_the_bars_hold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "m.toml").write_text(MAPPING)
    survey(360).to_csv(tmp_path / "s.csv.gz", sep=";", index=False)
    found = bench.validated(tmp_path / "s.csv.gz", tmp_path / "m.toml", 2)
    assert bench.exit_code(found) == (0 if all(b.holds for b in found.bars) else 1)
    screens_survey.survey(found)
    shown = capsys.readouterr().out
    assert "lonely, 200 labels" in shown and "Left out: the target, never" in shown
    assert json.loads(json.dumps(screens_survey.as_json(found)))["bars"][0]["target"] == "lonely"


@pytest.mark.slow
def test_a_leak_exits_with_six_and_nothing_to_show_with_one(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(MAPPING.replace('"adults = 1"', '"feels <= 2"'))
    survey(300).to_csv(tmp_path / "s.csv", index=False)
    assert bench.exit_code(bench.validated(tmp_path / "s.csv", tmp_path / "m.toml", 2)) == 6
    survey(300).assign(feels=5).to_csv(tmp_path / "s.csv", index=False)
    assert bench.exit_code(bench.validated(tmp_path / "s.csv", tmp_path / "m.toml", 2)) == 1


def test_the_candidates_of_the_survey_are_those_of_the_product() -> None:
    from models.survey import candidates

    factors = used(FACTORS, mapping())
    found = candidates(factors, seed=1)
    assert Points(factors=factors) in found and Logistic(factors=factors) in found
    assert Boosting(factors=factors, seed=1) in found
    assert [c.name for c in candidates(factors[:1], 1)][:2] == ["random", "neighbourhood"]
