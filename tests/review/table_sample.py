"""A key holder's table over the households of ``desk_sample``, and the way to a grant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import select

from review.desk import Desk
from review.names import correspondence
from review.names.correspondence import Person, sealed
from review.tables.identities import IdentityRequest
from tests.review.desk_sample import Seat, case_of

PASSPHRASE = "quatre mots au hasard"


@pytest.fixture(autouse=True, scope="module")
def cheap_table() -> Iterator[None]:
    """Opening it costs nothing; the file says by itself what it costs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(correspondence, "COST", (16, 8, 1))
        yield


def person(number: int, n: int = 1, **more: object) -> Person:
    """Member ``n`` of the household with this number, at its dwelling."""
    plain: dict[str, object] = {
        "key": f"{number:016x}{n:016x}", "dwelling": f"L{number:015x}", "address_id": f"A{number:015x}", "title": "Mme", "given_name": f"Jeanne{n}",
        "surname": f"Nomdefamille{number}", "address": f"{number} rue Plantée", "complement": f"Étage {number}", "postcode_town": "47000 AGEN",
        "longitude": None, "latitude": None,
    }  # fmt: skip
    return Person(**(plain | more))  # type: ignore[arg-type]


def table(rows: Sequence[Person] | None = None) -> bytes:
    """Sealed; of every household of the usual list without other rows."""
    usual = [person(number, n) for number in range(1, 9) for n in (1, 2)]
    return sealed(usual if rows is None else rows, PASSPHRASE)


def open_table(one: Seat, content: bytes | None = None, passphrase: str = PASSPHRASE):  # type: ignore[no-untyped-def]
    """In their session."""
    return one.client.post(
        "/identities/table",
        data={"csrf": one.token, "passphrase": passphrase},
        files={"file": ("x.table", table() if content is None else content)},
    )


def asked(desk: Desk, asker: Seat, number: int, motive: str = "visit") -> IdentityRequest:
    """A request about the household with this number."""
    case = case_of(desk, number)
    answer = asker.post(f"/cases/{case.id}/identity", motive=motive)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{case.id}?said=asked")
    with desk.database.reading() as session:
        found = session.scalars(
            select(IdentityRequest).where(
                IdentityRequest.case_id == case.id, IdentityRequest.state == "asked"
            )
        )
        return found.one()


def state_of(desk: Desk, request: IdentityRequest) -> str:
    """As it is now."""
    with desk.database.reading() as session:
        found = session.get(IdentityRequest, request.id)
        assert found is not None
        return found.state


def grant(one: Seat, request: IdentityRequest):  # type: ignore[no-untyped-def]
    """The second key."""
    return one.post(f"/identities/{request.id}/grant", version=request.version)


def show(one: Seat, request: IdentityRequest):  # type: ignore[no-untyped-def]
    """The one look."""
    return one.post(f"/identities/{request.id}/open")
