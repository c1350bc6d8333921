"""How long ``lanterne pseudonymise`` takes over a roll of a million electors: ``python -m benchmarks.pseudonymise [ROWS]``. Bar: 60 s for 1,000,000.

Two exports are made, with fictitious names: one that says how many dwellings an address has, and one as the répertoire électoral unique
writes it, which does not and is therefore read twice.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.keys import make_key, read_key
from pipelines.pseudonymise import pseudonymise
from synthetic_city.names import surname_list

ROWS, BAR_SECONDS = 1_000_000, 60.0
PER_BUILDING = 6
FIRST = np.array(
    ["Jean Pierre", "MARIE-THÉRÈSE", "Zoé Anne", "Paul", "Émile, Jean", "Louise", "M'Barka", "J.-P."],
    dtype=object,
)


def main(rows: int) -> None:
    """Prints seconds and peak memory of both, the bar beside them."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        make_key(home / "key")
        key = read_key(home / "key")
        for name, export in (
            ("with NB_LOGEMENTS", _export(rows)),
            ("as the REU writes it", _export(rows).drop(columns="nb logements")),
        ):
            raw = home / "roll.csv"
            export.to_csv(raw, sep=";", index=False, encoding="utf-8")
            started, worked = time.perf_counter(), time.process_time()
            report = pseudonymise(
                "liste_electorale", raw, home / "liste_electorale.csv", key, day=date(2026, 11, 1)
            )
            seconds, worked = time.perf_counter() - started, time.process_time() - worked
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
            bar = BAR_SECONDS * rows / ROWS
            print(
                f"{name}: {report.rows_written:,} rows, {raw.stat().st_size / 1e6:.0f} MB, {seconds:.1f} s (bar {bar:.0f} s; {worked:.1f} s of processor), peak {peak:.2f} GB"
            )


def _export(rows: int) -> pd.DataFrame:
    chance = np.random.default_rng(1)
    surnames = np.append(surname_list(), "").astype(object)
    birth = chance.integers(0, len(surnames) - 1, rows)
    usage = np.where(
        chance.random(rows) < 0.3, chance.integers(0, len(surnames) - 1, rows), len(surnames) - 1
    )
    born = (np.datetime64("1930-01-01") + chance.integers(0, 28_000, rows).astype("timedelta64[D]")).astype(
        "datetime64[s]"
    )
    building = chance.integers(0, max(rows // PER_BUILDING, 1), rows)
    return pd.DataFrame(
        {
            "libellé du type de liste": "Liste principale",
            "nom de naissance": surnames[birth],
            "nom d'usage": surnames[usage],
            "prénoms": FIRST[chance.integers(0, len(FIRST), rows)],
            "sexe": np.where(chance.random(rows) < 0.5, "M", "F"),
            "date de naissance": pd.Series(born).dt.strftime("%d/%m/%Y"),
            "libellé commune de naissance": "AGEN",
            "numéro de voie": building % 90 + 1,
            "libellé de voie": [f"Rue du Modèle {n // 90}" for n in building],
            "complément 1": [f"appt {n}" if n % 3 else "" for n in chance.integers(1, 9, rows)],
            "code postal": "47000",
            "commune": "AGEN",
            "code du bureau de vote": "0001",
            "numéro d'ordre dans le bureau de vote": np.arange(rows),
            "nb logements": chance.integers(1, 9, rows),
        }
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
