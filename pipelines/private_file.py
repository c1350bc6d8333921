"""A new file about somebody, which its owner alone can read."""

from __future__ import annotations

import os
from pathlib import Path

from data_contracts.errors import ConfigurationError


def write_new(path: Path, content: bytes, what: str) -> None:
    """Mode 600, never over another file, whole or not at all. ``what`` is named in the refusal."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise ConfigurationError(
            f"{what} cannot be written: {error.strerror}", where=str(path), hint="name a new file."
        ) from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
    except OSError:
        path.unlink()
        raise


def put(path: Path, content: bytes) -> None:
    """Mode 600, in the place of what is there, on the disk, whole or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    except OSError:
        partial.unlink()
        raise
