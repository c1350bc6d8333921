"""Match keys and place pseudonyms of the person whom an alert at the desk is about: made as ``lanterne pseudonymise`` makes them of a department's export."""

from __future__ import annotations

import numpy as np

from data_contracts.pseudonymising import pseudonymised
from data_contracts.pseudonyms import KEYS
from data_contracts.raw_rows import RawRows
from review.alerting.alert_identity import Pseudonyms, Told


def pseudonyms(key: bytes) -> Pseudonyms:
    """``key``: the campaign's. Whether a building has several dwellings is not known from one row: ID_LOGEMENT is empty where no flat is told."""
    return lambda told: _of(told, key)


def _of(told: Told, key: bytes) -> dict[str, str]:
    """The name is the one in use, as neighbours know it; in the keys it may also be the one of birth."""
    fields = {
        "NOM": told.surname,
        "PRENOMS": told.given_names,
        "DATE_NAISSANCE": told.born_on.isoformat() if told.born_on else "",
        "ADRESSE": told.address,
        "COMPLEMENT_1": told.complement,
    }
    columns = {name: np.array([text], dtype=object) for name, text in fields.items()}
    rows = RawRows(columns=columns, size=1, there=frozenset(fields))
    row = pseudonymised("signalements", rows, key, {}, None).extract.iloc[0]
    return {header: str(row[header]) for header in (*KEYS, "ID_ADRESSE", "ID_LOGEMENT")}
