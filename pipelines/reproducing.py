"""``lanterne audit reproduce``: a published run made again from the delivered files, in a warehouse and a folder of its own, and compared byte for byte.

What the run names is used and nothing else: its files by ``file_id``, its ``configuration.json``, its day and capacity, the approvals that were signed until then,
what purges had taken out by then. Objections are those of today: nobody's rows are read again who objected since. Nothing of the real warehouse, the desk or the
published runs is written; the scratch is encrypted with the city's key and gone at the end, also after a kill (the next run clears it).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from data_contracts.errors import ConfigurationError
from features import linkage
from pipelines import audit, audit_verify, laid_out, manifest, rekeying, settings, settings_kept
from pipelines.commands_review import DATABASE
from pipelines.run import quiet
from pipelines.settings import City
from pipelines.turns import one_at_a_time

OF_HISTORY = ("ingest.json", "contracts/", "drift.json", "drift.html")
"""Not promised: what was new on that day, in which order deliveries came in and were checked, and drift, which looks at the desk too. Manifest and chain tell moments and seconds."""
KEPT = "kept"


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Paths of files that are promised byte for byte: ``equal``, ``different``, ``missing`` (not made again), ``added`` (made now only); ``history``: of the others,
    path → whether it is equal all the same."""

    equal: tuple[str, ...]
    different: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]
    history: Mapping[str, bool]

    @property
    def is_same(self) -> bool:
        """Whether every promised byte came out again."""
        return not (self.different or self.missing or self.added)


@dataclass(frozen=True, kw_only=True)
class Reproduced:
    """``changed``: what decides a result and is another now (code, library, contract, objections, an earlier list …) → (then, now): where there is any, equal bytes are not promised."""

    run: str
    files: Compared
    changed: Mapping[str, tuple[str, str]]

    def as_json(self) -> dict[str, object]:
        """As printed."""
        return {"run": self.run, "is_same": self.files.is_same, **asdict(self.files), "changed": self.changed}


def reproduce(config: Path, folder: Path, elsewhere: Sequence[Path] = ()) -> Reproduced:
    """Makes a run again and compares. ``elsewhere``: folders of deliveries where files are kept that are no longer in the city's as they were. Raises ConfigurationError when it cannot be made (files that are gone, a run of an earlier release), IntegrityError when
    the run does not hold (``audit_verify``)."""
    city = settings.load(config)
    audit_verify.at_home(config, city, folder)
    made = json.loads((folder / audit_verify.MANIFEST).read_text(encoding="utf-8"))
    if "deliveries" not in made or "run_id" not in made:
        raise ConfigurationError(
            "this is a frozen model or the report of a year, no run",
            where=str(folder),
            hint="name a run of paths.runs.",
        )
    with _scratch(city) as root:
        again = laid_out.laid_out(config, city, folder, made, elsewhere, root)
        from pipelines.flows import rebuild  # Prefect reads its settings when it is imported

        rebuild(again, root / "run", date.fromisoformat(made["as_of"]), made["capacity"])
        return Reproduced(
            run=str(made["run_id"]),
            files=compared(made["files"], root / "run"),
            changed=dict(_differences("", _then(city, folder, made), _now(city, again, made, root / "run"))),
        )


@contextmanager
def _scratch(city: City) -> Iterator[Path]:
    """Among the half-made runs, for which only their owner's processes look."""
    with one_at_a_time(city.paths.runs):
        root = manifest.partial_folder(city.paths.runs, "reproduce")
        root.chmod(0o700)
        quiet(city.paths.runs)
        os.environ.pop(DATABASE, None)  # a rebuild looks at no desk, the real one least of all
        try:
            yield root
        finally:
            shutil.rmtree(root, ignore_errors=True)


def compared(files: Mapping[str, str], rebuilt: Path) -> Compared:
    """``files``: path → SHA-256 of the run's, of those too that a purge has taken since; against a folder that was made again."""
    is_whole = any(path.startswith("working/") for path in files)
    now = {
        path: digest
        for path, digest in audit.digests(rebuilt).items()
        if is_whole or not path.startswith("working/")
    }
    now[settings_kept.FILE] = files[settings_kept.FILE]  # it was laid out, not made
    promised = {path: digest for path, digest in files.items() if not path.startswith(OF_HISTORY)}
    return Compared(
        equal=tuple(path for path, digest in promised.items() if now.get(path) == digest),
        different=tuple(path for path, digest in promised.items() if path in now and now[path] != digest),
        missing=tuple(path for path in promised if path not in now),
        added=tuple(path for path in now if path not in files and not path.startswith(OF_HISTORY)),
        history={path: now.get(path) == digest for path, digest in files.items() if path not in promised},
    )


def _then(city: City, folder: Path, made: Mapping[str, object]) -> dict[str, object]:
    told = {name: made[name] for name in ("code", "contracts", "versions", "linkage_model", "shapes")}
    return {
        **told,
        "objections": rekeying.renamed(city, laid_out.reads(folder, "ingest")["objections"]),
        "earlier list": dict.fromkeys(laid_out.earlier_lists(city, made), KEPT),
    }


def _now(city: City, config: Path, made: Mapping[str, object], rebuilt: Path) -> dict[str, object]:
    return {
        "shapes": settings_kept.shapes(config, settings.load(config)),
        "code": manifest.source_hash(),
        "contracts": manifest.contract_hashes(),
        "versions": manifest.versions(),
        "linkage_model": linkage.model().cited,
        "objections": laid_out.reads(rebuilt, "ingest")["objections"],
        "earlier list": lists_now(city, laid_out.earlier_lists(city, made)),
    }


def lists_now(city: City, runs: Sequence[str]) -> dict[str, str]:
    """Run → whether its list is ``kept`` or ``gone``."""
    return {name: KEPT if (city.paths.runs / name / laid_out.LIST).is_file() else "gone" for name in runs}


def _differences(name: str, then: object, now: object) -> Iterator[tuple[str, tuple[str, str]]]:
    if isinstance(then, dict) and isinstance(now, dict):
        for key in sorted(then.keys() | now.keys()):
            yield from _differences(f"{name} {key}".strip(), then.get(key), now.get(key))
    elif then != now:
        yield name, (str(then), str(now))
