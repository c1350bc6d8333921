"""What fails outside the desk is told in the reader's language and without a path; the log has the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from data_contracts.errors import ConfigurationError
from review.desk import Desk
from tests.review.desk_sample import case_of, seat

PATH = "/srv/lanterne/runs/2026-11-02-run/explanations.parquet"


def failing(desk: Desk, error: Exception) -> Desk:
    """A desk that cannot make the page of a person."""

    def account(key: str, run_id: str) -> bytes:
        raise error

    return replace(desk, services=replace(desk.services, account=account))


@pytest.mark.parametrize(
    ("made", "status", "said"),
    [
        (lambda: FileNotFoundError(2, "No such file or directory", PATH), 400, "Cette page ne peut plus être produite"),
        (
            lambda: ConfigurationError("the run is not kept", where=PATH, hint="give another run"),
            503,
            "Prévenez la personne qui fait tourner le pupitre",
        ),
    ],
)  # fmt: skip
def test_a_person_s_page_that_cannot_be_made(
    desk: Desk, caplog: pytest.LogCaptureFixture, made: Callable[[], Exception], status: int, said: str
) -> None:
    broken = failing(desk, made())
    answer = seat(broken, "expert").get(f"/cases/{case_of(desk, 1).id}/account/1")
    assert (answer.status_code, said in answer.text) == (status, True)
    for text in (PATH, "run is not kept", "give another run", "No such file"):
        assert text not in answer.text
    assert PATH in caplog.text and "a page broke" not in caplog.text
