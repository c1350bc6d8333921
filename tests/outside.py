"""The tests' own door: what this process asks of the network, beyond this machine, is refused and remembered. A hook of the interpreter would see it too, and slow down everything else."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

import pytest

asked: list[str] = []
"""What was refused: whoever asked may have swallowed the refusal."""


class OutsideError(OSError):
    """A test asked somebody outside."""


def is_outside(address: object) -> bool:
    """Of a socket's address: loopback, names of it, and Unix sockets are inside."""
    if not isinstance(address, tuple) or not address:
        return False
    host = address[0].decode() if isinstance(address[0], bytes) else str(address[0] or "localhost")
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host != "localhost" and not host.endswith(".localhost")
    return not (found.is_loopback or found.is_unspecified)


def close(patch: pytest.MonkeyPatch) -> None:
    """Until the patch is undone."""
    for name in ("connect", "connect_ex", "sendto"):
        patch.setattr(socket.socket, name, _guarded_method(name), raising=False)
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, *given: Any, **named: Any) -> Any:
        _refuse("getaddrinfo", (host,))
        return real(host, *given, **named)

    patch.setattr(socket, "getaddrinfo", getaddrinfo)


def _guarded_method(name: str) -> Callable[..., Any]:
    real = getattr(socket.socket, name)

    def guarded(self: socket.socket, *given: Any) -> Any:
        _refuse(name, given[-1])  # the address comes last
        return real(self, *given)

    return guarded


def _refuse(name: str, address: object) -> None:
    if is_outside(address):
        asked.append(f"{name} {address}")
        raise OutsideError(f"{name} {address}: tests ask nobody outside")
