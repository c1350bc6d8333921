"""``lanterne audit verify``: whether a run is what it was when it was published, down to the last byte of every file.

What is found by the run's folder alone: any line of ``audit.jsonl`` that was edited, moved, put in, doubled or cut out, anywhere; a manifest or a file that is not
what the chain says, a file that is missing or was added. Whoever rewrites one chain, its manifest and its files to agree with each other is found by the
installation's chain beside the runs (``pipelines.ledger``), which holds every head, and whose own heads later runs hold. Whoever rewrites all of these too is found
by what they do not have: the warehouse's key, which seals the installation's chain (checked where ``city.toml`` is named); the secret key of the signature
(``public_key``); a head that was printed or written down elsewhere (``head``). Without any of the three a whole forged folder of runs looks like a true one, in
principle and here.

What a purge took lawfully is no tampering: the installation's chain says of which run which files left, by which certificate.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data_contracts.errors import ConfigurationError, IntegrityError
from pipelines import audit, audit_sign, chain, ledger, manifest
from pipelines.chain import Head, Line
from pipelines.minisign import PublicKey
from pipelines.minisign import verify as verify_signature
from pipelines.settings import City

MANIFEST = "manifest.json"
HINT = chain.KEEP_AS_IT_IS


@dataclass(frozen=True, kw_only=True)
class Verified:
    """A run that holds. ``signed_by``: the key whose signature was checked, None where none was; ``is_anchored``: whether the installation's chain lay beside it and
    names its head; ``removed``: files that a purge took, with its certificate."""

    name: str
    head: Head
    lines: int
    files: int
    signed_by: str | None
    is_signed: bool
    is_anchored: bool
    removed: Mapping[str, str]

    def as_json(self) -> dict[str, object]:
        """As printed."""
        return {**self.__dict__, "head": self.head.as_json()}


def verify(
    folder: Path, *, runs: Path, public_key: PublicKey | None = None, head: str | None = None
) -> Verified:
    """Checks a published run or a frozen model; ``runs``: where the installation's chain is, if it is there. Raises IntegrityError for the first thing that does
    not hold, ConfigurationError for a folder that is no run."""
    lines, made = _chain(folder), _manifest(folder)
    found, name = chain.head(lines), str(made.get("run_id", made.get("model")))
    place = folder.resolve()
    if place.parent == runs.resolve() and place.name != name:
        raise _refused(f"this is the run {name} under another name", folder)
    _check_ends(folder, lines, made, found)
    if head is not None and head.strip().lower() != found.hash:
        raise _refused(
            "the chain ends on another head than the one given: it was rewritten, or this is another run",
            folder / audit.LOG,
        )
    signed_by = _signature(folder, name, found, public_key)
    entered = ledger.lines(runs)
    _check_anchor(folder, lines[0], name, found, entered, runs)
    removed = _check_files(folder, name, made, entered, runs)
    return Verified(
        name=name,
        head=found,
        lines=len(lines),
        files=len(_files(made)),
        signed_by=signed_by,
        is_signed=(folder / audit.SIGNATURE).is_file(),
        is_anchored=bool(entered),
        removed=removed,
    )


def at_home(
    config: Path, city: City, folder: Path, *, public_key: PublicKey | None = None, head: str | None = None
) -> Verified:
    """As ``verify``, in the installation of ``config``: its chain must be there, sealed with its key, and the run signed where the city demands it."""
    ledger.entries(city.paths)
    key = public_key or audit_sign.demanded(config, city)
    found = verify(folder, runs=city.paths.runs, public_key=key, head=head)
    if not found.is_anchored:
        raise _refused("the installation's chain is not there", city.paths.runs / ledger.LOG)
    return found


def newest(runs: Path) -> Path | None:
    """Of the runs that the installation's chain names. Raises IntegrityError when one of them is gone, or is not the one that was entered last under its name."""
    heads = {
        str(one.get("about")): _fact(one, "head") for one in ledger.lines(runs) if one.get("act") == "publish"
    }
    for name, told in heads.items():
        made = _manifest(runs / name)
        if made.get("audit") != told:
            raise _refused(
                "the installation's chain holds another head for this run: it was replaced, or rewritten",
                runs / name / MANIFEST,
            )
    return runs / next(reversed(heads)) if heads else None


def _chain(folder: Path) -> tuple[Line, ...]:
    log = folder / audit.LOG
    if not log.is_file():
        if (folder / MANIFEST).is_file():
            raise _refused(
                "the run has no chain: it was taken away, or the run was made by a release that kept none",
                log,
            )
        raise ConfigurationError(
            "this is no published run",
            where=str(folder),
            hint="name a folder of runs, or an id with --config.",
        )
    lines = chain.read(log)
    steps = [line.get("step") for line in lines]
    if not lines or steps[0] != "begin" or steps[-1] not in audit.CLOSING:
        raise chain.broken(
            "the chain does not reach from the beginning of a run to its end", log, max(1, len(lines))
        )
    return lines


def _manifest(folder: Path) -> dict[str, object]:
    file = folder / MANIFEST
    try:
        content = file.read_bytes()
        made = json.loads(content)
        is_ours = isinstance(made, dict) and manifest.as_bytes(made) == content
    except (OSError, ValueError, RecursionError) as error:
        raise _refused("the manifest is missing or cannot be read", file) from error
    if not is_ours:
        raise _refused("the manifest was altered", file)
    return dict(made)


def _check_ends(folder: Path, lines: Sequence[Line], made: Mapping[str, object], head: Head) -> None:
    """The manifest is the one that the last line names, and names the last line."""
    plain = {name: value for name, value in made.items() if name != "audit"}
    if made.get("audit") != head.as_json():
        raise chain.broken(
            "the chain does not end on the head that the manifest names: lines were altered or cut at the end",
            folder / audit.LOG,
            len(lines),
        )
    if lines[-1].get("manifest") != manifest.sha256(manifest.as_bytes(plain)):
        raise _refused("the manifest is not the one that closed the chain", folder / MANIFEST)
    begun = {name: lines[0].get(name) for name in ("as_of", "capacity", "code", "configuration", "contracts")}
    if begun != {name: made.get(name) for name in begun}:
        raise _refused("the manifest speaks of another run than the one that was begun", folder / MANIFEST)


def _signature(folder: Path, name: str, head: Head, key: PublicKey | None) -> str | None:
    if key is None:
        return None
    comment = verify_signature((folder / audit.LOG).read_bytes(), folder / audit.SIGNATURE, key)
    words = comment.split()
    if words[:1] == ["lanterne"] and words[1:] != [name, "line", str(head.number), "head", head.hash]:
        raise _refused("the signature is of another run", folder / audit.SIGNATURE)
    return key.name


def _check_anchor(
    folder: Path, begin: Line, name: str, head: Head, entered: Sequence[Line], runs: Path
) -> None:
    """The installation's chain holds what the run was begun on and the head with which it was published; so do the runs beside it."""
    log = runs / ledger.LOG
    if entered:
        heads = {chain.NOTHING.number: chain.NOTHING} | {
            one.number: one for one in map(chain.head_of, entered)
        }
        for of, first in [(name, begin), *_begun(runs)]:
            known = _head(first.get("installation"))
            if heads.get(known.number) != known:
                raise _refused(
                    f"{of} was begun on another chain than the installation's: lines of one of the two were altered or cut",
                    log,
                )
        published = [one for one in entered if one.get("act") in audit.CLOSING and one.get("about") == name]
        if not published or _head(_fact(published[-1], "head")) != head:
            raise _refused(
                "the installation's chain holds another head for this run, or none: the run was replaced, or rewritten",
                log,
                "if the run's very end was cut off (the machine stopped), make it again; otherwise " + HINT,
            )
        return
    if (runs / ledger.STATE).exists():
        raise _refused("the installation's chain was taken away", log)
    for of, first in _begun(runs):
        told = first.get("before")
        if isinstance(told, dict) and told.get("run") == name and _head(told.get("head")) != head:
            raise _refused(
                f"{of}, which was made later, names another head for this run: the run was replaced, or rewritten",
                folder / audit.LOG,
            )


def _begun(runs: Path) -> Iterable[tuple[str, Line]]:
    """Name and first line of every run beside, which says where the one before ended; whether the rest of it holds is its own affair."""
    for log in sorted(runs.glob(f"[!.]*/{audit.LOG}")):
        with log.open("rb") as stream:
            text = stream.readline()
        try:
            line = json.loads(text)
        except ValueError as error:
            raise chain.broken(
                "what this run says of those before it cannot be read: its first line was altered", log, 1
            ) from error
        if isinstance(line, dict) and line.get("step") == "begin":
            yield log.parent.name, line


def _check_files(
    folder: Path, name: str, made: Mapping[str, object], entered: Sequence[Line], runs: Path
) -> dict[str, str]:
    _check_plain(folder)
    promised, now = _files(made), audit.digests(folder)
    lawful = removed_by_law(entered, name, runs)
    for path in sorted(now.keys() - promised.keys() - {MANIFEST}):
        raise _refused("this file was added after the run was published", folder / path)
    for path, digest in promised.items():
        if path not in now and path not in lawful:
            raise _refused(
                "a file of the run is missing, and no certificate of a purge names it", folder / path
            )
        if path in now and now[path] != digest:
            raise _refused("a file of the run is not what was published", folder / path)
    return {path: lawful[path] for path in promised if path not in now}


def _check_plain(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise _refused("this is no file that a run writes", path)


def removed_by_law(entered: Sequence[Line], name: str, runs: Path) -> dict[str, str]:
    """Path → certificate, of the files of a run that purges took; no certificate where it does not lie there as it was written."""
    found: dict[str, str] = {}
    for line in entered:
        of_runs, certificate = _fact(line, "runs"), str(line.get("about"))
        if line.get("act") == "purge" and isinstance(of_runs, dict):
            file = runs / "certificates" / certificate
            is_kept = file.is_file() and audit.digest_of(file) == _fact(line, "sha256")
            found |= dict.fromkeys(of_runs.get(name, ()), certificate if is_kept else "")
    return found


def _files(made: Mapping[str, object]) -> Mapping[str, str]:
    files = made.get("files")
    return files if isinstance(files, dict) else {}


def _fact(line: Line, name: str) -> object:
    facts = line.get("facts")
    return facts.get(name) if isinstance(facts, dict) else None


def _head(told: object) -> Head:
    """Of a line; one that nothing can equal where it tells none."""
    if isinstance(told, dict) and isinstance(told.get("number"), int) and isinstance(told.get("hash"), str):
        return Head(number=told["number"], hash=told["hash"])
    return Head(number=-1, hash="")


def _refused(what: str, where: Path, hint: str = HINT) -> IntegrityError:
    return IntegrityError(what, where=str(where), hint=hint)
