"""Objections by telephone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict

from review.access.guard import guarded
from review.alerting.alert_identity import Told
from review.desk import desk_of, go
from review.law import telephone
from review.law.telephone import Call
from review.me import Me
from review.refusals import Incomplete
from review.typed import typed_day

router = APIRouter()
Enterer = Annotated[Me, guarded("object by telephone")]


class SentCall(BaseModel):
    """The form. Nothing of it is kept but the keys that it makes."""

    model_config = ConfigDict(extra="ignore", str_max_length=80, str_strip_whitespace=True)
    code: str = ""
    key: str = ""
    surname: str = ""
    given_names: str = ""
    born_on: str = ""
    address: str = ""
    complement: str = ""

    def call(self) -> Call:
        """As it was said."""
        told = Told(
            surname=self.surname,
            given_names=self.given_names,
            address=self.address,
            complement=self.complement,
            born_on=typed_day(self.born_on),
        )
        return Call(code=self.code, key=self.key.lower(), told=told if self.surname or self.address else None)


@router.get("/objection")
def new(request: Request, me: Enterer) -> HTMLResponse:
    """An empty form."""
    return _form(request, me, SentCall(), None)


@router.post("/objection")
def enter(request: Request, me: Enterer, sent: Annotated[SentCall, Form()]) -> Response:
    """Enters it. Whether a case was there is not told: whoever calls might be somebody else."""
    desk = desk_of(request)
    try:
        with desk.database.writing() as session:
            telephone.enter(session, desk.services, me, sent.call(), desk.now())
    except Incomplete as problem:
        return _form(request, me, sent, problem)
    return go(request, "/objection", said="objected")


def _form(request: Request, me: Me, sent: SentCall, problem: Incomplete | None) -> HTMLResponse:
    desk = desk_of(request)
    return desk.page(
        request, me, "objection.html.j2", status=422 if problem else 200,
        sent=sent, problem=problem, knows_names=desk.services.pseudonyms is not None,
    )  # fmt: skip
