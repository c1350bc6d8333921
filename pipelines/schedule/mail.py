"""Letters by SMTP as a block of Prefect's, which its server sends when a run fails; found by the entry point ``prefect.collections``."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote, urlencode

from prefect.blocks.notifications import AbstractAppriseNotificationBlock
from pydantic import Field, SecretStr

SCHEMES = {"none": "mailto", "starttls": "mailtos", "tls": "mailtos"}
MODES = {"none": "insecure", "starttls": "starttls", "tls": "ssl"}


class Mail(AbstractAppriseNotificationBlock):
    """Where letters go, and through which mail server; see ``[schedule.mail]``."""

    _block_type_name = "Lanterne mail"
    _block_type_slug = "lanterne-mail"

    host: str = Field(description="Mail server.")
    port: int = Field(description="Its port.")
    security: Literal["none", "starttls", "tls"] = Field(description="How the way there is encrypted.")
    sender: str = Field(description="Address from which it comes.")
    to: list[str] = Field(description="Addresses.")
    user: str = Field("", description="Account at the mail server; empty: none.")
    password: SecretStr = Field(SecretStr(""), description="Its password.")

    def block_initialization(self) -> None:
        """The address by which Apprise knows all that."""
        account = (
            f"{quote(self.user, safe='')}:{quote(self.password.get_secret_value(), safe='')}@"
            if self.user
            else ""
        )
        told = {
            "smtp": self.host,
            "mode": MODES[self.security],
            "from": self.sender,
            "to": ",".join(self.to),
            "format": "text",
        }
        self._start_apprise_client(
            SecretStr(f"{SCHEMES[self.security]}://{account}{self.host}:{self.port}?{urlencode(told)}")
        )
