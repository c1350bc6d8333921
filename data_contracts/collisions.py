"""Rows that share an identity key and yet differ: counted without keeping a name, 40 bytes a row."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from data_contracts.pseudonymising import Pseudonymised

Hashes = npt.NDArray[np.int64]
WHAT = ("sex", "names", "addresses", "spellings")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was counted of each batch: hashes that hold for this process alone, row for row; 0 = empty."""

    keys: list[Hashes] = field(default_factory=list)
    others: dict[str, list[Hashes]] = field(default_factory=lambda: {what: [] for what in WHAT})

    def add(self, batch: Pseudonymised) -> None:
        """Rows with an identity key."""
        extract = batch.extract
        if "CLE_IDENTITE" not in extract:
            return
        empty = np.full(len(extract), "", dtype=object)
        sex = extract["SEXE"].to_numpy(dtype=object) if "SEXE" in extract else empty
        keys = _hashes(extract["CLE_IDENTITE"].to_numpy(dtype=object))
        rows = keys != 0
        self.keys.append(keys[rows])
        for what, values in zip(WHAT, (sex, batch.names, batch.address, batch.written), strict=True):
            self.others[what].append(_hashes(values)[rows])

    def counted(self) -> dict[str, int]:
        """``keys``: distinct identity keys; ``shared``: those of more than one row; then those whose rows differ: in ``sex``, in the
        ``names`` that the key leaves out (other given names, surname in use), in ``addresses``, in ``spellings`` of the identity."""
        keys = np.concatenate([np.zeros(0, dtype=np.int64), *self.keys])
        distinct, counts = np.unique(keys, return_counts=True)
        found = {"keys": len(distinct), "shared": int((counts > 1).sum())}
        return found | {
            what: _differing(keys, np.concatenate([keys[:0], *self.others[what]])) for what in WHAT
        }


def _hashes(texts: npt.NDArray[np.object_]) -> Hashes:
    return np.array([hash(text) if text else 0 for text in texts], dtype=np.int64)


def _differing(keys: Hashes, values: Hashes) -> int:
    """Keys with more than one distinct value that is not empty."""
    keys, values = keys[values != 0], values[values != 0]
    order = np.lexsort((values, keys))
    keys, values = keys[order], values[order]
    another = (keys[1:] == keys[:-1]) & (values[1:] != values[:-1])
    return len(np.unique(keys[1:][another]))
