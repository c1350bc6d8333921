"""What is true, apart from what is delivered: for benchmarks and calibration only, never an input of a list."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from synthetic_city.campaigns_outcomes import CLOSED
from synthetic_city.history import History, Ties
from synthetic_city.registers import Registers
from synthetic_city.registers_ledger import Index, Texts, days, seconds
from synthetic_city.registers_places import Places

PRESENCES = ("present", "establishment", "deceased", "moved")
"""As the frame says it: who lives in an EHPAD or hospital is in an establishment; a résidence autonomie or a foyer is a home."""


def truth_frames(history: History, ties: Ties, registers: Registers) -> Iterator[tuple[str, pd.DataFrame]]:
    """(name, frame): ``monthly``, ``records``, ``people``, ``buildings``, ``dwellings``."""
    yield "monthly", monthly(history, ties, registers)
    yield "records", records(registers)
    yield "people", _people(registers)
    yield "buildings", _buildings(history, registers.places)
    yield "dwellings", _dwellings(history, registers.places)


def monthly(history: History, ties: Ties, registers: Registers) -> pd.DataFrame:
    """One row a person and month, from the person's first month in town on (ghosts of the roll: from the first month).

    ``month`` (date, first of month), ``person``, ``household``, ``dwelling`` (-1 when no longer in town), ``id_logement``, ``id_adresse`` (categories;
    empty when gone), ``presence`` (present | establishment | deceased | moved), ``age``, ``lives_alone``, ``isolated``, ``lonely`` (False for children and for who is gone).
    """
    places = registers.places
    here = _here(history, ties, places)
    gone = _gone(history, registers)
    frame = (
        pd.concat([here, gone], ignore_index=True)
        .sort_values(["month", "person"], kind="stable")
        .reset_index(drop=True)
    )
    dwelling = frame["dwelling"].to_numpy()
    frame["id_logement"] = _named(dwelling, places.id_logement)
    frame["id_adresse"] = _named(places.building[dwelling], places.id_adresse)
    frame["presence"] = _named(frame["presence"].to_numpy(), np.array(PRESENCES, dtype=object))
    frame["month"] = seconds(history.months[frame["month"].to_numpy()])
    return frame


def records(registers: Registers) -> pd.DataFrame:
    """One row a record that may be delivered: ``source``, ``record_id``, ``person``. Sources whose rows name no person are left out."""
    parts = [
        pd.DataFrame(
            {
                "source": ledger.source,
                "record_id": ledger.rows[ledger.record].to_numpy(dtype=object),
                "person": ledger.person,
            }
        )
        for ledger in registers.ledgers.values()
        if ledger.source != "oppositions"
    ]
    frame = pd.concat(parts, ignore_index=True)
    return frame[frame["record_id"] != ""].drop_duplicates().reset_index(drop=True)


def _here(history: History, ties: Ties, places: Places) -> pd.DataFrame:
    panel, answers = history.panel, ties.answers
    closed = np.isin(places.establishment[places.building[panel["dwelling"].to_numpy()]], CLOSED)
    return pd.DataFrame(
        {
            "month": panel["month"],
            "person": panel["person"],
            "household": panel["household"],
            "dwelling": panel["dwelling"],
            "presence": closed.astype(np.int8),
            "age": panel["age"],
            "lives_alone": panel["lives_alone"],
            "isolated": answers["isolated"].to_numpy(),
            "lonely": answers["lonely"].to_numpy(),
        },
        copy=False,
    )


def _gone(history: History, registers: Registers) -> pd.DataFrame:
    """Who was in town in an earlier month (or is a ghost) and is in this month neither resident nor unknown."""
    people = registers.everyone.people
    known = np.zeros(len(people), dtype=bool)
    known[registers.everyone.ghosts.person] = True
    edges = np.searchsorted(history.panel["month"].to_numpy(), np.arange(len(history.months) + 1))
    parts = [_gone_in(month, history, known, edges, people) for month in range(len(history.months))]
    return pd.concat(parts, ignore_index=True)


def _gone_in(
    month: int, history: History, known: np.typing.NDArray[np.bool_], edges: Index, people: pd.DataFrame
) -> pd.DataFrame:
    resident = np.zeros(len(people), dtype=bool)
    resident[history.panel["person"].to_numpy()[edges[month] : edges[month + 1]]] = True
    away = np.flatnonzero(known & ~resident)
    known |= resident
    dead = days(people["died_on"])[away] <= history.months[month]
    born = days(people["born_on"])[away]
    nobody = np.full(len(away), -1, dtype=np.int32)
    return pd.DataFrame(
        {
            "month": np.full(len(away), month, dtype=np.int16),
            "person": away.astype(np.int32),
            "household": nobody,
            "dwelling": nobody,
            "presence": np.where(dead, 2, 3).astype(np.int8),
            "age": ((history.months[month] - born).astype(np.int64) // 365.2425).astype(np.int16),
            "lives_alone": False,
            "isolated": False,
            "lonely": False,
        }
    )


def _named(codes: Index, names: Texts) -> pd.Series:
    """Texts as categories: a few bytes a row."""
    number, distinct = pd.factorize(names)
    arrow = pa.DictionaryArray.from_arrays(
        pa.array(number[codes], pa.int32()), pa.array(distinct, pa.string())
    )
    found: pd.Series = arrow.to_pandas()
    return found


def _people(registers: Registers) -> pd.DataFrame:
    """One row a person whom a register may name; ``kind``: resident | ghost | outsider."""
    found = registers.everyone
    kind = np.full(len(found.people), "outsider", dtype=object)
    kind[: found.residents] = "resident"
    kind[found.ghosts.person] = "ghost"
    columns = {name: found.people[name].to_numpy() for name in ("sex", "born_on", "died_on", "is_foreign")}
    return pd.DataFrame({"person": np.arange(len(found.people)), "kind": kind, **columns})


def _buildings(history: History, places: Places) -> pd.DataFrame:
    frame = history.buildings.reset_index(drop=True)
    return frame.assign(building=np.arange(len(frame)), id_adresse=places.id_adresse[: len(frame)])


def _dwellings(history: History, places: Places) -> pd.DataFrame:
    frame = history.dwellings.reset_index(drop=True)
    return frame.assign(dwelling=np.arange(len(frame)), id_logement=places.id_logement[: len(frame)])
