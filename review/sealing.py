"""What the desk's own secret does: it seals short texts that the database keeps, and signs what must not be forged."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken

from data_contracts.errors import IntegrityError


@dataclass(frozen=True, kw_only=True)
class Seal:
    """``secret``: 32 bytes, never shown."""

    secret: bytes = field(repr=False)

    def seal(self, text: str) -> str:
        """Encrypted and authenticated (Fernet: AES-128-CBC, HMAC-SHA256)."""
        return self._box().encrypt(text.encode()).decode()

    def opened(self, sealed: str) -> str:
        """Raises IntegrityError for what was altered or sealed with another secret."""
        try:
            return self._box().decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise IntegrityError(
                "what the desk keeps sealed does not open with this key",
                where="desk database",
                hint="give the key with which the desk was started before (paths.key_file or LANTERNE_KEY).",
            ) from error

    def sign(self, purpose: str, content: bytes) -> str:
        """HMAC-SHA256 under a key of its own for each purpose, 64 hexadecimal digits."""
        return hmac.new(self._key(purpose), content, hashlib.sha256).hexdigest()

    def _box(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._key("box")))

    def _key(self, purpose: str) -> bytes:
        return hmac.new(self.secret, f"lanterne.desk.{purpose}".encode(), hashlib.sha256).digest()
