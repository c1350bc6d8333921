"""The text of a frozen model: JSON that carries its own digest, so that an edit is seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from data_contracts.errors import ConfigurationError

DIGEST = "sha256"
WHERE = "the text of a frozen model"
KEEP = "keep the file as it was written; fit and sign again where something has to change."


def sealed(content: Mapping[str, object]) -> str:
    """JSON of ``content`` in the order given, with a digest of it at the end."""
    return json.dumps({**content, DIGEST: _digest(content)}, indent=2, ensure_ascii=False)


def opened(text: str) -> dict[str, object]:
    """What was sealed. Raises ConfigurationError when the text is damaged or no longer what its digest says."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigurationError("the text is damaged: it is no JSON", where=WHERE, hint=KEEP) from error
    if not isinstance(content, dict) or DIGEST not in content:
        raise ConfigurationError("the text is damaged: it has no digest", where=WHERE, hint=KEEP)
    said = content.pop(DIGEST)
    if said != _digest(content):
        raise ConfigurationError("the text was edited: its digest does not fit", where=WHERE, hint=KEEP)
    return content


def _digest(content: Mapping[str, object]) -> str:
    plain = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()
