"""What a city decides about the signatures of its runs: the part ``[audit]`` of ``city.toml``."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from pipelines.settings_desk import Strict


class Audit(Strict):
    """Keys of minisign; relative paths start at the folder of ``city.toml``."""

    public_key: Path | None = Field(
        None,
        description="The public key with which every run is to be signed: `lanterne audit verify` and `lanterne check` then refuse a run without that signature.",
        examples=["lanterne-audit.key.pub"],
    )
    signing_key: Path | None = Field(
        None,
        description="The secret key, without a password and readable by its owner alone (`lanterne audit keygen`), with which `lanterne cycle` and `train` sign by themselves. "
        "Whoever can run them can then sign; without it somebody signs with `lanterne audit sign`, on another machine for instance.",
        examples=["lanterne-audit.key"],
    )
