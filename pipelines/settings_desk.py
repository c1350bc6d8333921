"""What a city decides about its review desk: the part ``[desk]`` of ``city.toml``."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    """A part of ``city.toml``; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Directory(Strict):
    """The city's own directory, through which people may sign in to the desk (OpenID Connect)."""

    issuer: str = Field(
        pattern=r"^(https://|http://(127\.0\.0\.1|localhost)([:/]|$))",
        examples=["https://directory.example"],
        description="Its address, sign by sign as it names itself: https, or on this machine. "
        "There the desk is known with the address `public_url` + `/sign-in/directory/back`.",
    )
    client_id: str = Field(
        examples=["lanterne"],
        description="The name under which it knows the desk; the secret is in `LANTERNE_DESK_DIRECTORY_SECRET`.",
    )
    title: str = Field("", description="What people call it.")
    second_factor: bool = Field(
        False, description="It asks everybody for a second factor itself: the desk then asks for none."
    )


class Desk(Strict):
    """The review desk (`lanterne review`)."""

    database: str = Field(
        "desk.sqlite",
        description="A SQLite file, or the address of a PostgreSQL database (`postgresql+psycopg://user@host/name`). "
        "`LANTERNE_DESK_DATABASE` in the environment comes before it: a password belongs there.",
    )
    public_url: str = Field(
        "http://127.0.0.1:8700",
        pattern=r"^https?://",
        description="How browsers reach the desk. Over a network it is to be https, behind a proxy that encrypts.",
    )
    second_look_share: float = Field(
        0.1, ge=0.0, le=1.0, description="Share of the cases, drawn at random, that two readers decide."
    )
    idle_minutes: int = Field(
        30, ge=1, le=480, description="Minutes without a page after which a session ends."
    )
    session_hours: int = Field(10, ge=1, le=24, description="Hours after which every session ends.")
    correspondence: Path | None = Field(
        None,
        description="The key holder's sealed table (`lanterne correspondence`), where it lies on the server; a relative path starts at the folder of `city.toml`. "
        "Without it whoever grants a name brings the file. The passphrase is asked either way.",
        examples=["correspondence.table"],
    )
    table_minutes: int = Field(
        60, ge=5, le=480, description="Minutes after which a table that somebody opened is forgotten."
    )
    match_key_file: Path | None = Field(
        None,
        description="The campaign's key file (`lanterne keygen`), so that alerts entered at the desk find their household; a relative path starts at the folder of "
        "`city.toml`. Who holds it and the extracts can try names: without it, people alone find whom an alert is about.",
        examples=["campaign.key"],
    )
    groups: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="Groups of neighbourhoods: name → codes. An account sees the cases of its groups.",
        examples=[{"Nord": ["01", "02"]}],
    )
    directory: Directory | None = Field(
        None, description="The city's directory; without this table people sign in with a password."
    )
