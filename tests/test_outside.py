"""No test asks anybody outside; and what shows it does show it."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests import outside
from tests.offline import alone
from tests.outside import OutsideError, is_outside

ASKS = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'?', ('192.0.2.1', 53))"
AT_HOME = "import socket; socket.create_connection(socket.create_server(('127.0.0.1', 0)).getsockname())"


@pytest.mark.parametrize(
    ("address", "outside"),
    [
        (("127.0.0.1", 80), False),
        (("127.8.9.1", 80), False),
        (("::1", 80, 0, 0), False),
        (("localhost", 80), False),
        (("", 80), False),
        ((None, 80), False),
        ("/run/postgresql/.s", False),
        (("192.0.2.1", 80), True),
        (("fe80::1%eth0", 80, 0, 2), True),
        (("example.org", 80), True),
        ((b"example.org", 80), True),
        (("127.example.org", 80), True),
    ],
)
def test_what_is_outside(address: object, outside: bool) -> None:
    assert is_outside(address) is outside


def test_a_test_that_asks_outside_fails() -> None:
    with pytest.raises(OutsideError), socket.socket() as one:
        one.connect(("192.0.2.1", 80))
    with pytest.raises(OutsideError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"?", ("192.0.2.1", 53))
    with pytest.raises(OutsideError):
        socket.getaddrinfo("example.org", 80)
    assert len(outside.asked) == 3, "and would fail though it swallowed the refusal"
    outside.asked.clear()


def test_the_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    assert outside.asked == []


def test_a_network_of_its_own_counts_what_is_asked_of_outside(tmp_path: Path) -> None:
    """Where this machine gives one; that which shows it for Python alone is held in ``test_cycle``."""
    record = tmp_path / "attempts.txt"
    network = alone.prefix(record)
    for code, is_recorded in ((AT_HOME, False), (ASKS, bool(network))):
        subprocess.run([*network, sys.executable, "-S", "-c", code], capture_output=True, check=False)
        assert record.exists() is is_recorded
