"""Loaded first by every Python process of the offline test: refuses and records any socket that leaves this machine."""

import os
import socket
import sys
from pathlib import Path

_LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")


def _is_outside(address: object) -> bool:
    return isinstance(address, tuple) and not str(address[0]).startswith(_LOOPBACK)


def _refuse(address: object) -> None:
    with Path(os.environ["OFFLINE_RECORD"]).open("a") as record:
        record.write(f"{sys.argv[:2]} {address}\n")
    raise OSError("outbound sockets are blocked by this test")


class _Blocked(socket.socket):
    def connect(self, address, /):  # type: ignore[no-untyped-def]
        return _refuse(address) if _is_outside(address) else super().connect(address)

    def connect_ex(self, address, /):  # type: ignore[no-untyped-def]
        return _refuse(address) if _is_outside(address) else super().connect_ex(address)

    def sendto(self, *args):  # type: ignore[no-untyped-def]
        return _refuse(args[-1]) if _is_outside(args[-1]) else super().sendto(*args)


_getaddrinfo = socket.getaddrinfo


def _blocked_getaddrinfo(host, *args, **kwargs):  # type: ignore[no-untyped-def]
    if host is not None and not str(host).startswith(_LOOPBACK):
        _refuse((host,))
    return _getaddrinfo(host, *args, **kwargs)


if "OFFLINE_RECORD" in os.environ:
    socket.socket = _Blocked  # type: ignore[misc]
    socket.getaddrinfo = _blocked_getaddrinfo
