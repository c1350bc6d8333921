"""Signs the chain of a run, and with it everything that the chain ties: by hand, or by itself where the city put a key there."""

from __future__ import annotations

from pathlib import Path

from pipelines import audit, chain, minisign
from pipelines.minisign import PublicKey, SecretKey
from pipelines.settings import City


def by_itself(config: Path, city: City, folder: Path, name: str) -> None:
    """Signs a closed run with the key of ``[audit] signing_key``, where there is one."""
    key = own_key(config, city)
    if key is not None:
        sign(folder, name, key)


def own_key(config: Path, city: City) -> SecretKey | None:
    """The city's key. Raises ConfigurationError and IntegrityError as ``minisign.secret_key``."""
    file = city.audit.signing_key
    return None if file is None else minisign.secret_key(config.resolve().parent / file)


def demanded(config: Path, city: City) -> PublicKey | None:
    """The key with which runs of the city are to be signed."""
    file = city.audit.public_key
    return None if file is None else minisign.public_key(config.resolve().parent / file)


def sign(folder: Path, name: str, key: SecretKey) -> Path:
    """Writes the signature of ``audit.jsonl``, with run and head in its trusted comment; gives its file. The same chain and key give the same bytes."""
    log = folder / audit.LOG
    head = chain.head(chain.read(log))
    comment = f"lanterne {name} line {head.number} head {head.hash}"
    minisign.write(minisign.sign(log.read_bytes(), key, comment), folder / audit.SIGNATURE)
    return folder / audit.SIGNATURE
