"""A run that was killed goes on where it was: the steps that had ended are kept where nothing that they were made from has changed.

What is kept is told by the chain of the half-made folder (``pipelines.audit``) and by nothing else: its first line names code, libraries, contracts, settings, approvals and
the heads of both chains, its ``ingest`` line the state of the warehouse, every line the SHA-256 of each file that the step wrote. A single difference, and the run
begins anew. Whoever reads the chain sees where it was taken up: a line ``resume`` with the steps that were kept.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from data_contracts.errors import IntegrityError
from pipelines import audit, chain
from pipelines.chain import Line

OF_THE_LINE = ("number", "previous", "at")
INGEST = "ingest"


def is_done(folder: Path, step: str) -> bool:
    """Whether the step had ended before the run was taken up: it has a line in the folder's chain."""
    return any(line["step"] == step for line in chain.read(folder / audit.LOG))


def taken_up(folder: Path, begin: Line, ingest: Callable[[Path], None]) -> bool:
    """Prepares the half-made ``folder`` for going on; False, and nothing is kept of it, where there is nothing to go on from.

    ``begin``: what the first line of the run would be made of now. ``ingest`` writes ``ingest.json`` into a folder that it is given: with nothing new, of the same
    warehouse, the steps after it stand.
    """
    kept = _standing(folder, begin)
    if not kept or not _is_same_store(folder, kept, ingest):
        shutil.rmtree(folder, ignore_errors=True)
        return False
    _clear_beside(folder, audit.known(kept))
    (folder / "working").mkdir(exist_ok=True)
    whole = b"".join(map(chain.written, kept))
    shorter = folder / f".{audit.LOG}"
    shorter.write_bytes(whole)
    shorter.replace(folder / audit.LOG)
    ended = [str(line["step"]) for line in kept if "wrote" in line]
    chain.append(folder / audit.LOG, {"step": "resume", "kept": ended})
    return True


def _standing(folder: Path, begin: Line) -> tuple[Line, ...]:
    """The first lines of the chain, as many as the files still are what they say; none where the run was begun on something else."""
    lines = _whole_lines(folder / audit.LOG)
    if not lines or _plain(lines[0]) != json.loads(chain.written({"step": "begin", **begin})):
        return ()
    ended = [n for n, line in enumerate(lines, start=1) if "wrote" in line]
    on_disk = audit.digests(folder)
    return next((lines[:n] for n in reversed(ended) if audit.known(lines[:n]).items() <= on_disk.items()), ())


def _whole_lines(log: Path) -> tuple[Line, ...]:
    """None where the chain does not hold: a kill in the middle of a line leaves one that does not."""
    try:
        return chain.read(log)
    except IntegrityError:
        return ()


def _plain(line: Line) -> dict[str, object]:
    return {name: value for name, value in line.items() if name not in OF_THE_LINE}


def _is_same_store(folder: Path, kept: Sequence[Line], ingest: Callable[[Path], None]) -> bool:
    """Takes in what is new: whether that was nothing, and the warehouse is the one from which the run was made."""
    then = next((line["reads"] for line in kept if line["step"] == INGEST), None)
    with TemporaryDirectory(dir=folder.parent, prefix=".", suffix=".partial") as scratch:
        ingest(Path(scratch))
        now = json.loads((Path(scratch) / "ingest.json").read_text(encoding="utf-8"))["store"]
    return isinstance(then, Mapping) and dict(then) == now


def _clear_beside(folder: Path, known: Mapping[str, str]) -> None:
    """What a step that did not end left: its files, and folders in which nothing is left then."""
    for name in audit.digests(folder).keys() - known.keys():
        (folder / name).unlink()
    for inner in sorted((p for p in folder.rglob("*") if p.is_dir()), reverse=True):
        if not any(inner.iterdir()):
            inner.rmdir()
