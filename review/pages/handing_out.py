"""The unit's decisions as a file, for whoever measures or audits them: pseudonyms and codes."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from reports.risk_list import harmless
from review import trail
from review.access.guard import guarded
from review.cases import handing_out
from review.desk import desk_of
from review.me import Me

router = APIRouter()


@router.get("/decisions.csv")
def decisions(request: Request, me: Annotated[Me, guarded("export decisions")]) -> Response:
    """All of them, as the contract of decisions promises; the export is a line of the trail."""
    desk = desk_of(request)
    text = StringIO()
    writer = csv.DictWriter(text, handing_out.COLUMNS, delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    with desk.database.writing() as session:
        rows = list(handing_out.decisions(session))
        trail.add(
            session, desk.services.seal, desk.now(), me.did("export decisions", "decisions", rows=len(rows))
        )
    writer.writerows({name: harmless(value) for name, value in row.items()} for row in rows)
    headers = {"Content-Disposition": 'attachment; filename="decisions.csv"'}
    return Response("\ufeff" + text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
