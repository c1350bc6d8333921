"""Signatures against minisign 0.11 itself: what the tool signed here once, and, byte for byte, the same signed by us."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.errors import ConfigurationError, IntegrityError
from pipelines import minisign

MESSAGE = b"Lanterne\n"
COMMENT = "lanterne run line 1 head 00"
PUBLIC = """untrusted comment: minisign public key 458AB43533C26DF2
RWTybcIzNbSKRS/+cuONAqBv25hIm1puKRlU8QllrMacrTwnviVhRlOM
"""
SECRET = """untrusted comment: minisign encrypted secret key
RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA8m3CMzW0ikWeaCa+Y+mXuPSCCK7CKaUiXpUpCj82F9WAjLxKqXJwCS/+cuONAqBv25hIm1puKRlU8QllrMacrTwnviVhRlOMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
"""
"""Of no use to anybody: made for this test by ``minisign -G -W``."""
SIGNED = """untrusted comment: signature from minisign secret key
RUTybcIzNbSKRTrsYuniAFfGuLUdFY96e8z8iuv01UGmCwXFMB6hnblvpW6RVIaay/5s0HurBVdkvzo0mrdOcr/IQ4nnRXY7vQk=
trusted comment: lanterne run line 1 head 00
kgiWKOf1WvCGyY5+iY3Jnb/Xl1Zv0mU8gD8xocrq+yF8aHrCKXf+SLuHj/2A0hF8BnstZ1GMYp2OA2eSQPl4AQ==
"""
LEGACY = """untrusted comment: signature from minisign secret key
RWTybcIzNbSKRWw+M/5/+GtPk3+FV5WBM7i8UZehkDlCtohboBpLkIkeUdq/eDOHnr26HpIZMXyH+7d4bikEtUgEFg63NvQtkgw=
trusted comment: timestamp:1795818031	file:m
Rfd/MSSnt8bgt2bWI/+o/zC9Dik3gE3A45CuD652OOAUyfuTHbHVbT4xvZmNUzCfgfYeKtMFwz6Rqzn7obl/Cg==
"""
WITH_PASSWORD = """untrusted comment: minisign encrypted secret key
RWRTY0IyeGWIjLhnMr7+FkUJIOpnaH5i+qmCP4fVh7LPEnJrIncAAAACAAAAAAAAAEAAAAAAYz9XOue/bCP4Hra9E7S06/wG50VvQ2e/mJC1j4O+oNyANjRq9qJPlLyMBMkNMyQz7ukzPxyeU+nQxqXtl85kgCL43DX8N4drzR9n1udPLIffFIctIMTLIMyGuA4MXgRbfJ8JHx7TPAA=
"""


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    path.chmod(0o600)
    return path


def test_we_verify_what_the_tool_signed(tmp_path: Path) -> None:
    key = minisign.public_key(file(tmp_path, "a.pub", PUBLIC))
    assert key.name == "458AB43533C26DF2"
    assert minisign.verify(MESSAGE, file(tmp_path, "m.minisig", SIGNED), key) == COMMENT


def test_we_sign_as_the_tool_does_to_the_byte(tmp_path: Path) -> None:
    """Ed25519 has one signature of a message: all but the comment that nothing vouches for is the tool's."""
    key = minisign.secret_key(file(tmp_path, "a.key", SECRET))
    ours = minisign.sign(MESSAGE, key, COMMENT).decode().splitlines()
    assert ours[1:] == SIGNED.splitlines()[1:]


def test_a_new_pair_has_the_forms_of_the_tool(tmp_path: Path) -> None:
    """Field by field as the tool's own files, whose lengths and fixed bytes they share."""
    made = minisign.make(tmp_path / "new.key", tmp_path / "new.key.pub")
    secret, public = (minisign._second_line(tmp_path / name, "key") for name in ("new.key", "new.key.pub"))
    theirs = minisign._second_line(file(tmp_path, "a.key", SECRET), "key")
    assert (len(secret), secret[:54], secret[-32:]) == (len(theirs), theirs[:54], theirs[-32:])
    assert (public[:2], public[2:10], public[10:]) == (b"Ed", made.key_id, secret[94:126])
    assert (tmp_path / "new.key").stat().st_mode & 0o777 == 0o600
    signed = minisign.sign(MESSAGE, minisign.secret_key(tmp_path / "new.key"), COMMENT)
    (tmp_path / "m.minisig").write_bytes(signed)
    assert minisign.verify(MESSAGE, tmp_path / "m.minisig", made) == COMMENT
    with pytest.raises(ConfigurationError, match="exists already"):
        minisign.make(tmp_path / "other.key", tmp_path / "new.key.pub")
    assert not (tmp_path / "other.key").exists()


PLACES = [i for i, sign in enumerate(SIGNED) if i >= SIGNED.index("RUT") and sign != "\n"]
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@settings(max_examples=150, deadline=None)
@given(place=st.sampled_from(PLACES), sign=st.sampled_from(BASE64))
def test_no_sign_of_a_signature_can_be_another(
    tmp_path_factory: pytest.TempPathFactory, place: int, sign: str
) -> None:
    """But for the last bits before the padding, which stand for nothing."""
    folder = tmp_path_factory.mktemp("signature")
    altered = SIGNED[:place] + sign + SIGNED[place + 1 :]
    key = minisign.public_key(file(folder, "a.pub", PUBLIC))
    is_of_padding = SIGNED[place + 1 : place + 2] == "=" or SIGNED[place] == "="
    if altered == SIGNED or is_of_padding:
        return
    with pytest.raises(IntegrityError):
        minisign.verify(MESSAGE, file(folder, "m.minisig", altered), key)


@pytest.mark.parametrize(
    ("content", "signature", "says"),
    [
        (b"Lanterne", SIGNED, "altered since"),
        (MESSAGE, SIGNED.replace("line 1", "line 2"), "altered since"),
        (MESSAGE, LEGACY, "no signature of a hashed file"),
        (MESSAGE, "", "no signature of a hashed file"),
        (MESSAGE, SIGNED + SIGNED, "no signature of a hashed file"),
    ],
)
def test_what_is_not_signed_so_is_refused(tmp_path: Path, content: bytes, signature: str, says: str) -> None:
    key = minisign.public_key(file(tmp_path, "a.pub", PUBLIC))
    with pytest.raises(IntegrityError, match=says):
        minisign.verify(content, file(tmp_path, "m.minisig", signature), key)


def test_another_key_is_named(tmp_path: Path) -> None:
    other = minisign.make(tmp_path / "b.key", tmp_path / "b.pub")
    with pytest.raises(IntegrityError, match="458AB43533C26DF2, not " + other.name):
        minisign.verify(MESSAGE, file(tmp_path, "m.minisig", SIGNED), other)


def test_keys_that_cannot_sign_say_why(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"password(.|\n)*minisign -S -m audit.jsonl"):
        minisign.secret_key(file(tmp_path, "p.key", WITH_PASSWORD))
    with pytest.raises(ConfigurationError, match="no secret key"):
        minisign.secret_key(file(tmp_path, "a.pub", PUBLIC))
    with pytest.raises(ConfigurationError, match="no public key"):
        minisign.public_key(file(tmp_path, "a.key", SECRET))
    (tmp_path / "a.key").chmod(0o640)
    with pytest.raises(IntegrityError, match="chmod 600"):
        minisign.secret_key(tmp_path / "a.key")
