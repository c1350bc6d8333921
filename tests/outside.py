"""The tests' own door: what a Python process asks of the network, beyond this machine, is refused. Seen at the interpreter (PEP 578), so that no library can go around it."""

import ipaddress
import sys
from functools import cache

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


def _hook(event: str, given: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        _refuse(event, given[1])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        _refuse(event, (given[0],))


def _refuse(event: str, address: object) -> None:
    if is_outside(address):
        asked.append(f"{event} {address}")
        raise OutsideError(f"{event} {address}: tests ask nobody outside")


@cache
def close() -> None:
    """From here on, for this process: such a hook cannot be taken out again."""
    sys.addaudithook(_hook)
