"""``audit.jsonl``, the chain of one run: what it was begun on, what every step read, counted and wrote, and the manifest that closes it.

One line a step, each with the hash of the line before (``pipelines.chain``). What ties the lines to everything else, in this order:

1. ``begin`` names the head of the installation's chain (``pipelines.ledger``) and of the run published before it in the same folder of runs;
2. every step names the SHA-256 of each file that it wrote or altered in the run's folder, working tables too, and what it took from outside;
3. where a run was killed and taken up again, ``resume`` names the steps that were kept (``pipelines.resuming``);
4. ``publish`` (of a model ``freeze``) names the digest of ``manifest.json`` as it is without its ``audit``, and the manifest that of every file that is kept;
5. the manifest is then written with ``audit``: number and hash of that last line, the *head*; it is printed, and a signature is over the whole chain;
6. the installation's chain gets the head, so that the next run begins on it.

A line says nothing of who ran it: the chain is handed to auditors. The account is in the installation's chain, as long as it may be kept.

Line: ``number``, ``previous``, ``at`` (UTC), ``step``; of a step ``seconds``, ``peak_memory_mb``, ``rows`` (counts), ``reads`` (digests of what came from
outside the folder), ``wrote`` (path → SHA-256), ``removed`` (paths). Moments, seconds and memory differ from run to run: the chain and the manifest are the two
files that nobody can make again byte for byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines import chain
from pipelines.chain import Head, Line

LOG = "audit.jsonl"
SIGNATURE = "audit.jsonl.minisig"
CLOSING = ("publish", "freeze", "report")
"""What ends the chain of a run, of a frozen model, of the report of a year."""


class Counts(dict[str, int]):
    """Row counts of a step, by name; ``reads``: digests and counts of what it took from outside the run's folder, by name."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: dict[str, object] = {}


def begin(folder: Path, content: Line) -> None:
    """The first line of a run's folder."""
    chain.append(folder / LOG, {"step": "begin", **content})


def step(folder: Path, name: str, counts: Counts, *, seconds: float, peak_memory_mb: float) -> None:
    """The line of a step that has ended, with what the folder holds now and did not hold before."""
    lines = chain.read(folder / LOG)
    before, now = known(lines), digests(folder)
    content = {
        "step": name,
        "seconds": seconds,
        "peak_memory_mb": peak_memory_mb,
        "rows": dict(counts),
        "reads": counts.reads,
        "wrote": {path: digest for path, digest in now.items() if before.get(path) != digest},
        "removed": sorted(before.keys() - now.keys()),
    }
    chain.append(folder / LOG, content)


def close(folder: Path, name: str, manifest: bytes) -> Head:
    """The last line; ``manifest``: the bytes of ``manifest.json`` as it is before it is told the head."""
    return chain.append(folder / LOG, {"step": name, "manifest": hashlib.sha256(manifest).hexdigest()})


def head(folder: Path) -> Head:
    """Where the chain of a run ends."""
    return chain.head(chain.read(folder / LOG))


def steps(folder: Path) -> list[dict[str, object]]:
    """The steps so far as a manifest tells them: ``name``, ``seconds``, ``peak_memory_mb``, ``rows``."""
    told = ("seconds", "peak_memory_mb", "rows")
    lines = chain.read(folder / LOG)
    return [{"name": line["step"], **{key: line[key] for key in told}} for line in lines if "wrote" in line]


def digests(folder: Path) -> dict[str, str]:
    """Path → SHA-256 of every file below ``folder`` but the chain itself, sorted."""
    names = (p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir())
    return {name: digest_of(folder / name) for name in sorted(names) if name not in (LOG, SIGNATURE)}


def digest_of(path: Path) -> str:
    """SHA-256 of a file, read in parts."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def known(lines: Sequence[Line]) -> dict[str, str]:
    """What the lines so far say is in the folder: path → SHA-256."""
    there: dict[str, str] = {}
    for line in lines:
        wrote, removed = line.get("wrote", {}), line.get("removed", [])
        assert isinstance(wrote, Mapping) and isinstance(removed, list)  # our own process wrote them
        there |= wrote
        for path in removed:
            there.pop(path, None)
    return there
