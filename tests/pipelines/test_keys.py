"""Key files: who may read them, what is refused, and that a key is never shown."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from data_contracts.errors import ConfigurationError, IntegrityError
from pipelines.keys import make_key, read_key

KEY = "0f" * 32


def written(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_new_key_is_32_bytes_that_only_its_owner_can_read(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        make_key(tmp_path / "one")
        make_key(tmp_path / "two")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "one").stat().st_mode) == 0o600
    assert len(read_key(tmp_path / "one")) == 32
    assert read_key(tmp_path / "one") != read_key(tmp_path / "two")


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = written(tmp_path / "key", KEY.encode())
    with pytest.raises(ConfigurationError, match="exists"):
        make_key(path)
    assert read_key(path) == bytes.fromhex(KEY)


def test_a_key_needs_its_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Hint"):
        make_key(tmp_path / "absent" / "key")


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o610, 0o644, 0o666])
def test_a_key_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path / "key", KEY.encode(), mode)
    with pytest.raises(IntegrityError, match="Hint: chmod 600") as refused:
        read_key(path)
    assert refused.value.exit_code == 6
    assert KEY not in str(refused.value)


@pytest.mark.parametrize("mode", [0o600, 0o400])
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_key_that_its_owner_alone_may_read_is_taken(tmp_path: Path, mode: int, end: str) -> None:
    assert read_key(written(tmp_path / "key", (KEY + end).encode(), mode)) == bytes.fromhex(KEY)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        KEY[:-1].encode(),
        (KEY + "0").encode(),
        (KEY + "\n\n").encode(),
        (KEY + "\n" + KEY).encode(),
        ("z" + KEY[1:]).encode(),
        bytes(range(200, 232)),
        ("\N{ARABIC-INDIC DIGIT ONE}" * 64).encode(),
    ],
)
def test_what_is_no_key_is_refused_without_being_shown(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path / "key", content)
    with pytest.raises(IntegrityError, match="not a key file") as refused:
        read_key(path)
    assert KEY[:-1] not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_missing_key_is_an_integrity_error(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="keygen"):
        read_key(tmp_path / "absent")
    with pytest.raises(IntegrityError):
        read_key(tmp_path)
