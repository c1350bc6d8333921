"""Every cell that a spreadsheet would take for a formula, in every column of text."""

import io
from dataclasses import replace

import pandas as pd
import pytest

from reports import risk_list
from tests.reports.sample import line, sample


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
@pytest.mark.parametrize("column", ["household_id", "id_logement", "id_adresse", "quartier", "not_known"])
def test_no_text_of_the_csv_starts_like_a_formula(start: str, column: str) -> None:
    text = f"{start}1+1"
    hostile = line(1, **{column: (text,) if column == "not_known" else text})
    written = risk_list.to_csv(replace(sample(), lines=(hostile,))).decode()
    assert f"'{text}" in written and f",{text}" not in written and f'"{text}' not in written


def test_a_negative_score_stays_a_number() -> None:
    written = risk_list.to_csv(replace(sample(), lines=(line(1, score=-1.25),)))
    assert pd.read_csv(io.BytesIO(written))["score"].tolist() == [-1.25]
