"""A command on a network of its own that holds nothing but the loopback, as Linux gives it to any process (network_namespaces(7)): whatever library asks, in whatever language, finds no way out.

``python alone.py RECORD COMMAND…`` inside such a namespace: raises the loopback, runs the command, and writes to RECORD how often the kernel found no way for what somebody
wanted to send. ``prefix`` is what goes before a command; nothing where this machine gives no namespace.
"""

from __future__ import annotations

import fcntl
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

GET_FLAGS, SET_FLAGS, UP = 0x8913, 0x8914, 0x1
"""netdevice(7)"""


def prefix(record: Path) -> list[str]:
    """What goes before a command, so that it is alone."""
    apart = namespace("--net")
    return [*apart, sys.executable, __file__, str(record)] if apart else []


def namespace(kind: str, proof: Sequence[str] = ("true",)) -> list[str]:
    """Of root, or of somebody whom the kernel lets be root of a namespace: an option of unshare(1); nothing where this machine gives none in which ``proof`` can be run."""
    tool = shutil.which("unshare")
    for options in ((kind,), ("--map-root-user", kind)) if tool else ():
        found = [str(tool), *options]
        if subprocess.run([*found, *proof], capture_output=True, check=False).returncode == 0:
            return found
    return []


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack("16xh14x", fcntl.ioctl(any_socket, GET_FLAGS, asked))
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", b"lo", flags | UP))


def _found_no_way() -> int:
    """The kernel's count in this namespace, IPv4 and IPv6."""
    names, values = (
        line.split()
        for line in Path("/proc/self/net/snmp").read_text(encoding="ascii").splitlines()
        if line.startswith("Ip:")
    )
    six = Path("/proc/self/net/snmp6")
    lines = six.read_text(encoding="ascii").splitlines() if six.exists() else []
    return int(values[names.index("OutNoRoutes")]) + sum(
        int(line.split()[1]) for line in lines if line.startswith("Ip6OutNoRoutes")
    )


def main() -> None:
    """See the module."""
    _raise_loopback()
    code = subprocess.call(sys.argv[2:])
    if asked := _found_no_way():
        with Path(sys.argv[1]).open("a", encoding="utf-8") as record:
            record.write(f"{asked} times no way out for {sys.argv[2:5]}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
