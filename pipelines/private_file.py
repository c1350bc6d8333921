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
