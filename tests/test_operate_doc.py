"""docs/operate.md and deploy/: what an administrator is told to type works, in the order in which it is told; the services and the image are closed as far as they say."""

import configparser
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from data_contracts.errors import LanterneError
from features.factor import Language
from pipelines import exit_codes
from pipelines.city_file import EXAMPLE, city_file
from tests.pipelines.little_city import write

ROOT = Path(__file__).resolve().parents[1]
DOC = (ROOT / "docs/operate.md").read_text(encoding="utf-8")
FENCE = re.compile(
    r"(?:<!-- not run: (?P<reason>[^\n]+) -->\n)?```(?P<kind>\w*)\n(?P<text>.*?)```", re.DOTALL
)
BLOCKS = [found for found in FENCE.finditer(DOC) if found["kind"] == "sh"]
RUN = [found["text"] for found in BLOCKS if found["reason"] is None]
SERVICES = sorted((ROOT / "deploy").glob("*.service"))


def test_every_block_is_run_or_says_why_not() -> None:
    assert len(BLOCKS) == DOC.count("```") / 2, "a block of another kind"
    assert len(RUN) >= 8 and all(len(found["reason"] or "a reason") > 5 for found in BLOCKS)


def test_every_command_of_a_block_is_one_of_ours() -> None:
    from pipelines.cli import MODULES

    named = {
        name for found in BLOCKS for name in re.findall(r"^lanterne ([a-z-]+)", found["text"], re.MULTILINE)
    }
    assert {"rekey", "backup", "restore", "upgrade", "purge", "check", "ingest"} <= named <= MODULES.keys()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """The account's folder, a little city's deliveries, and ``lanterne`` on the path, which a process with everything imported answers."""
    write(tmp_path / "made")
    for name in ("bin", "home"):
        (tmp_path / name).mkdir()
    script = tmp_path / "bin" / "lanterne"
    place = Path(tempfile.mkdtemp(prefix="lanterne-", dir="/tmp")) / "socket"  # a socket's path is short
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -S {ROOT}/tests/forking.py {place} "$@"\n')
    script.chmod(0o755)
    server = subprocess.Popen([sys.executable, "-m", "tests.forking", place], cwd=ROOT)
    try:
        while not place.exists():
            assert server.poll() is None
            time.sleep(0.1)
        yield tmp_path / "home"
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(place.parent)


@pytest.mark.slow
@pytest.mark.xdist_group("operate")
def test_what_is_told_works_in_this_order(home: Path) -> None:
    given = {name: value for name, value in os.environ.items() if not name.startswith("LANTERNE_")}
    path = f"{home.parent / 'bin'}:{os.environ['PATH']}"
    environment = given | {"PATH": path}
    for number, block in enumerate(RUN):
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=home, env=environment, capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, (number, block, done.stdout, done.stderr)
        if number == 0:
            assert done.stdout.endswith('\nkey_file = "keys/lanterne.key"\n')
            shutil.copytree(home.parent / "made" / "deliveries", home / "deliveries", dirs_exist_ok=True)
    assert {"lanterne.key"} < {file.name for file in (home / "keys").iterdir()}
    assert [*(home / "runs" / "certificates").glob("purge-*.json")] and not (home / "rehearsal").exists()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_city_begins_with_a_file_that_the_sed_of_the_doc_fits(language: Language) -> None:
    assert RUN[0].startswith("lanterne init ")
    assert re.search(r'^#key_file = "[^"]*"', city_file(language, EXAMPLE), re.MULTILINE)


def test_the_table_of_exit_codes_has_every_code_of_ours_and_no_other() -> None:
    def codes(kind: type[LanterneError]) -> Iterator[int]:
        yield kind.exit_code
        for one in kind.__subclasses__():
            yield from codes(one)

    told = [one.code for one in exit_codes.ENDED]
    assert told == sorted(set(told)) and set(told) == {0, 5, 130, *codes(LanterneError)}


# --- the services ---

CLOSED = {
    "User": "lanterne",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ReadWritePaths": "/var/lib/lanterne",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes",
    "ProtectControlGroups": "yes",
    "RestrictSUIDSGID": "yes",
    "RestrictNamespaces": "yes",
    "SystemCallFilter": "@system-service",
    "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6",
    "IPAddressDeny": "any",
    "IPAddressAllow": "localhost",
    "UMask": "0077",
}


@pytest.mark.parametrize("file", SERVICES, ids=lambda file: file.stem)
def test_a_service_is_closed(file: Path) -> None:
    read = configparser.ConfigParser(
        interpolation=None, strict=True, delimiters=("=",), comment_prefixes=("#",)
    )
    read.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's names have capitals
    read.read(file, encoding="utf-8")
    service = dict(read["Service"])
    assert CLOSED.items() <= service.items()
    assert service["ExecStart"].startswith("/opt/lanterne/.venv/bin/lanterne ")
    assert "PASSWORD=" not in file.read_text() and "Environment" not in service, (
        "a secret is in a file of root's"
    )
    words = service["ExecStart"].split()
    assert words[1] in ("schedule", "review") and words[2:4] == ["--config", "/var/lib/lanterne/city.toml"]


@pytest.mark.parametrize("file", SERVICES, ids=lambda file: file.stem)
def test_systemd_reads_it(file: Path, tmp_path: Path) -> None:
    """Programs and accounts of a city's server are not on this machine: another program takes their place; whatever else systemd says is a fault."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("no systemd here; its names are held by the test above")
    here = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", file.read_text(encoding="utf-8"))
    here = here.replace("User=lanterne", "User=root").replace("Group=lanterne", "Group=root")
    here = re.sub(r"(?m)^(WorkingDirectory|Documentation)=.*\n", "", here)
    (tmp_path / file.name).write_text(here, encoding="utf-8")
    done = subprocess.run(
        [program, "verify", "--man=no", tmp_path / file.name], capture_output=True, text=True, check=False
    )
    said = [line for line in done.stderr.splitlines() if file.name in line or "nknown" in line]
    assert done.returncode == 0 and not said, done.stderr


# --- the image ---


def test_the_image_runs_as_nobody_in_particular_from_the_lock_file() -> None:
    text = (ROOT / "deploy/Containerfile").read_text(encoding="utf-8")
    words = [
        line.split(maxsplit=1) for line in text.replace("\\\n", " ").splitlines() if line and line[0] != "#"
    ]
    told = dict(words)
    assert told["FROM"] == "docker.io/library/python:3.11-slim" and told["USER"] == "lanterne"
    order = [word for word, _ in words]
    assert order.index("USER") < order.index("ENTRYPOINT") and order.index("USER") > max(
        n for n, w in enumerate(order) if w == "RUN"
    )
    assert "--require-hashes -r requirements.lock" in text and "healthy.py" in told["HEALTHCHECK"]
    copied = [rest.split()[:-1] for word, rest in words if word == "COPY"]
    assert all((ROOT / name).exists() for names in copied for name in names)
    packages = re.search(
        r"packages = \[(.*)\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("wheel]")[1]
    )
    assert packages and set(re.findall(r'"(\w+)"', packages[1])) <= {
        name for names in copied for name in names
    }
    assert not re.search(r"KEY|PASSWORD|SECRET", text), "an image holds no secret"


def test_whether_something_answers_is_asked(tmp_path: Path) -> None:
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    import deploy.healthy as healthy

    class Says(BaseHTTPRequestHandler):
        status = 401

        def do_GET(self) -> None:
            self.send_response(self.status)
            self.end_headers()

        def log_message(self, format: str, *given: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Says) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        assert healthy.answers(server.server_port)
        Says.status = 503
        assert not healthy.answers(server.server_port)
        server.shutdown()
    assert not healthy.answers(server.server_port)
