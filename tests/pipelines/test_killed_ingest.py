"""kill -9 at any moment: the next run ends as an undisturbed one would, in every table, row and value.

The encrypted file's own bytes differ from run to run, since every page is written with a random nonce; compared is what it says.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from pipelines import checks, filing, retention, settings
from pipelines.store import read_store
from tests.pipelines.little_city import ROLL, elector, key, lease, write

OBJECTOR = 7


def town(folder: Path) -> Path:
    """Two deliveries: forty electors, ten leases, lines to be set aside, dates with short years, old alerts, somebody who objects. Gives ``city.toml``."""
    config = write(folder)
    december = folder / "deliveries" / "2026-12-02"
    december.mkdir()
    roll = ROLL + "".join(elector(i).replace("01/11/2026", "01/12/2026") for i in range(39))
    roll += elector(39).replace("01/11/2026", "01/12/2026").replace("01/03/2010", "le printemps")
    (december / "liste_electorale.csv").write_text(roll, encoding="cp1252")
    alerts = "".join(f"S{i};0{1 + i % 9}/06/{20 + i % 6};VOISIN;1\n" for i in range(30))
    (december / "signalements.csv").write_text(
        "ID_SIGNALEMENT;DATE_SIGNALEMENT;CANAL;URGENCE\n" + alerts, encoding="utf-8"
    )
    register = "CLE_IDENTITE;CLE_USAGE;CLE_PHONETIQUE;CLE_NOM_ADRESSE;ID_LOGEMENT;DATE_OPPOSITION\n"
    (december / "oppositions.csv").write_text(register + f"{key(3)};;;;;01/12/2026\n", encoding="utf-8")
    return config


def corrected(folder: Path) -> None:
    """One lease less in the first delivery."""
    path = folder / "deliveries" / "2026-11-02" / "parc_social.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(lease(10), ""), encoding="utf-8")


class Killer:
    """The process of ``killing``, one for all tests here: to start it takes longer than an ingest."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.pipelines.killing"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def commands(
        self, command: Sequence[str], jobs: Sequence[tuple[float | None, Path]]
    ) -> list[tuple[str, float]]:
        """Runs ``command`` once a job, ``{config}`` being the job's; what became of each, and its seconds."""
        return [self._command([p.replace("{config}", str(c)) for p in command], d) for d, c in jobs]

    def _command(self, arguments: list[str], delay: float | None) -> tuple[str, float]:
        assert self.process.stdin is not None and self.process.stdout is not None
        print(json.dumps([arguments, delay]), file=self.process.stdin, flush=True)
        said, _, seconds = self.process.stdout.readline().rpartition(" ")
        return said, float(seconds)

    def end(self) -> int:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(timeout=60)


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    one = Killer()
    yield one
    assert one.end() == 0


def content(config: Path) -> dict[str, str]:
    """Every table as text, rows in order; without the moment of the schema's own note."""
    said = {}
    with read_store(settings.load(config).paths) as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where not internal and not temporary order by 1"
        ).fetchall()
        for (name,) in names:
            left_out = " exclude (upgraded_at)" if name == "meta.schema" else ""
            rows = connection.execute(f"select *{left_out} from {name} order by all").fetchall()
            said[name] = "\n".join(map(repr, rows))
    return said


def beside(config: Path) -> set[str]:
    return {path.name for path in config.parent.iterdir()}


def moments(seed: int, count: int, longest: float) -> list[float]:
    """Spread over the whole time and a little beyond, each at random within its stretch."""
    rng = random.Random(seed)
    return [longest * 1.05 * (i + rng.random()) / count for i in range(count)]


INGEST = ("ingest", "--config", "{config}")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, killer: Killer) -> tuple[Path, float]:
    """(``city.toml`` of a town that was ingested in peace, seconds that it took)."""
    config = town(tmp_path_factory.mktemp("undisturbed"))
    (first,) = killer.commands(INGEST, [(None, config)])
    assert first[0] == "ended 0"
    return config, first[1]


def held(tmp_path: Path, killer: Killer, reference: Path, seconds: float, count: int) -> int:
    """Kills ``count`` first ingests at their moments, runs each again, compares; gives how many were killed."""
    configs = [town(tmp_path / str(i)) for i in range(count)]
    killed = killer.commands(INGEST, list(zip(moments(1, count, seconds), configs, strict=True)))
    again = killer.commands(INGEST, [(None, config) for config in configs])
    expected, files = content(reference), beside(reference)
    for config, before, (said, _) in zip(configs, killed, again, strict=True):
        assert said == "ended 0", before
        assert content(config) == expected, before
        assert beside(config) == files, before
        assert [f for f in checks.check(config) if f.is_at_stake] == [], before
    return sum(said == "killed" for said, _ in killed)


@pytest.mark.slow
def test_what_is_compared_has_everything_in_it(undisturbed: tuple[Path, float]) -> None:
    config, _ = undisturbed
    said = content(config)
    assert {"raw.liste_electorale", "quarantine.liste_electorale", "meta.objected", "meta.validations"} <= {
        t for t in said if said[t]
    }
    assert "illisible" in said["quarantine.liste_electorale"] and "deux chiffres" in said["meta.files"]


@pytest.mark.slow
def test_fifty_kills_of_an_ingest(tmp_path: Path, killer: Killer, undisturbed: tuple[Path, float]) -> None:
    assert held(tmp_path, killer, *undisturbed, count=50) >= 20


@pytest.mark.slow
def test_kills_of_a_correction(tmp_path: Path, killer: Killer, undisturbed: tuple[Path, float]) -> None:
    """The warehouse is there already: what is killed is the step from one good state to the next."""
    base, seconds = undisturbed
    copies = []
    for i in range(11):
        folder = tmp_path / str(i)
        shutil.copytree(base.parent, folder)
        corrected(folder)
        copies.append(folder / "city.toml")
    reference, *configs = copies
    killer.commands(INGEST, [(None, reference), *zip(moments(2, 10, seconds), configs, strict=True)])
    killer.commands(INGEST, [(None, config) for config in configs])
    expected = content(reference)
    assert expected != content(base)
    assert all(content(config) == expected for config in configs)


@pytest.mark.slow
def test_kills_of_an_objection(tmp_path: Path, killer: Killer, undisturbed: tuple[Path, float]) -> None:
    base, _ = undisturbed
    configs = [shutil.copytree(base.parent, tmp_path / str(i)) / "city.toml" for i in range(9)]
    oppose = ("oppose", "--config", "{config}", "--key", key(OBJECTOR), "--on", "2026-12-03")
    ((_, seconds),) = killer.commands(oppose, [(None, configs[0])])
    killer.commands(oppose, list(zip(moments(3, 8, seconds), configs[1:], strict=True)))
    killer.commands(oppose, [(None, config) for config in configs[1:]])
    expected = content(configs[0])
    assert key(OBJECTOR) not in "".join(text for table, text in expected.items() if table != "meta.objected")
    assert all(content(config) == expected for config in configs)


@pytest.mark.slow
def test_kills_of_a_purge(tmp_path: Path, killer: Killer, undisturbed: tuple[Path, float]) -> None:
    """A certificate lies there only when everything it says is done; a purge that was cut off is done again."""
    base, _ = undisturbed
    configs = [shutil.copytree(base.parent, tmp_path / str(i)) / "city.toml" for i in range(9)]
    purge = ("purge", "--config", "{config}", "--as-of", "2026-12-03")
    ((_, seconds),) = killer.commands(purge, [(None, configs[0])])
    killer.commands(purge, list(zip(moments(4, 8, seconds), configs[1:], strict=True)))
    for config in configs[1:]:
        if list((config.parent / "runs" / "certificates").glob("*.json")):
            assert past_their_term(config) == 0
    killer.commands(purge, [(None, config) for config in configs[1:]])
    expected = content(configs[0])["raw.signalements"]
    assert expected != content(base)["raw.signalements"]
    for config in configs:
        assert content(config)["raw.signalements"] == expected and past_their_term(config) == 0
        with read_store(settings.load(config).paths) as connection:
            assert filing.miscounted(connection) == ()
        assert list((config.parent / "runs" / "certificates").glob("*.json"))


def past_their_term(config: Path) -> int:
    with read_store(settings.load(config).paths) as connection:
        return sum(t.rows for t in retention.terms(connection, {}, date(2026, 12, 3)))


@pytest.mark.slow
def test_two_at_once_and_the_second_is_told(tmp_path: Path) -> None:
    """One writes, the other is told; then everything is there once."""
    config = town(tmp_path)
    command = [sys.executable, "-m", "pipelines.cli", "ingest", "--config", str(config)]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [(process.communicate(timeout=120)[1], process.returncode) for process in both]
    codes = sorted(code for _, code in said)
    refused = [text for text, code in said if code == 2]
    assert codes in ([0, 2], [0, 0]), said  # the first may have ended before the second began
    assert all("another run is using the warehouse" in text and "Hint:" in text for text in refused), refused
    with read_store(settings.load(config).paths) as connection:
        assert connection.execute("select count(*) from meta.files").fetchone() == (6,)
        assert filing.miscounted(connection) == ()
