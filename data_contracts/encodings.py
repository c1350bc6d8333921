"""What the bytes of a text file say of its writing: the encoding, and whether a line is a row throughout."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from data_contracts.errors import ContractError
from data_contracts.readers import Opener

CHUNK_BYTES = 1 << 20
UNDEFINED_IN_CP1252 = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
NOT_PLAIN = (b'"', b"\n\n", b"\n\r")


@dataclass(frozen=True, kw_only=True)
class Writing:
    """``is_plain``: no quotation mark, no empty line, no bare carriage return, so that every one of the ``lines`` is one row."""

    encoding: str
    is_plain: bool
    lines: int


def writing_of(opener: Opener, name: str) -> Writing:
    """UTF-8 when every byte of the file says so, else cp1252, else latin-1.

    Raises ContractError for NUL bytes, which are no text at all, and for UTF-8 that ends in the midst of a character: it was cut off.
    """
    utf8, is_cp1252, is_plain, lines, start, last = _Utf8(), True, True, 0, b"", b""
    with opener() as stream:
        for block in _blocks(stream, name):
            start = start or block[:3]
            if b"\x00" in block:
                raise ContractError(
                    "the file holds bytes that are no text", where=name, hint="export it as CSV in UTF-8."
                )
            is_cp1252 = is_cp1252 and not any(byte in block for byte in UNDEFINED_IN_CP1252)
            is_plain = is_plain and _is_plain(last + block)
            utf8.take(block)
            lines += block.count(b"\n")
            last = block[-1:]
    if utf8.is_possible and utf8.is_cut() and utf8.has_accents:
        raise ContractError(
            "the file ends in the midst of a character", where=name, hint="it was cut off; transfer it again."
        )
    if utf8.is_possible and not utf8.is_cut():
        encoding = "utf-8-sig" if start == codecs.BOM_UTF8 else "utf-8"
    else:
        encoding = "cp1252" if is_cp1252 else "latin-1"
    return Writing(
        encoding=encoding, is_plain=is_plain and last != b"\r", lines=lines + (last not in (b"", b"\n"))
    )


def _is_plain(block: bytes) -> bool:
    """A carriage return at the end of the block is judged with the next one."""
    if any(sign in block for sign in NOT_PLAIN):
        return False
    returns = block.count(b"\r") - block.endswith(b"\r")
    return not returns or returns == block.count(b"\r\n")


class _Utf8:
    """Whether blocks of bytes can be UTF-8, as they come."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self.is_possible, self.has_accents = True, False

    def take(self, block: bytes) -> None:
        """The next block."""
        if self.is_possible:
            try:
                self.has_accents |= not self._decoder.decode(block).isascii()
            except UnicodeDecodeError:
                self.is_possible = False

    def is_cut(self) -> bool:
        """Whether the last character lacks bytes."""
        return bool(self._decoder.getstate()[0])


def _blocks(stream: BinaryIO, name: str) -> Iterator[bytes]:
    try:
        while block := stream.read(CHUNK_BYTES):
            yield block
    except (EOFError, zlib.error, gzip.BadGzipFile, OSError) as error:
        raise ContractError(
            "the compressed file is cut off or damaged", where=name, hint="transfer it again."
        ) from error
