"""Generated pages of ``docs/``: configuration, factors, data dictionary. A test fails when a committed page is stale."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from features.catalogue import FACTORS
from features.factor import Factor
from pipelines.dictionary import data_dictionary
from pipelines.settings import City, Features, Paths, SourceGate


def pages() -> dict[str, str]:
    """File name below ``docs/`` → content."""
    return {
        "configuration.md": configuration(),
        "factors.md": factors(),
        "data_dictionary.md": data_dictionary(),
    }


def configuration() -> str:
    """Every key of ``city.toml``."""
    sections = (("", City), ("[paths]", Paths), ("[features]", Features), ("[sources.NAME]", SourceGate))
    body = "\n".join(line for title, model in sections for line in _section(title, model))
    body += f'\n\n## [retention]\n\n{City.model_fields["retention"].description} One line per source: `parc_social = "P18M"`.\n'
    return f"# `city.toml`\n\nGenerated from `pipelines/settings.py` by `make docs`. An unknown key is an error.\n{body}\n"


def _section(title: str, model: type[BaseModel]) -> Iterator[str]:
    yield f"\n## {title or 'Top of the file'}\n"
    yield "| key | default | meaning |"
    yield "|---|---|---|"
    for name, field in model.model_fields.items():
        if name in ("paths", "features", "sources", "retention"):
            continue
        default = "required" if field.is_required() else f"`{_shown(field.default)}`"
        yield f"| `{name}` | {default} | {field.description} |"


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def factors() -> str:
    """Every factor of the catalogue with its prior and source."""
    head = "| factor | group | source | prior log-odds ± s.e. | direction | no trace means | where the prior is from |\n|---|---|---|---|---|---|---|"
    rows = "\n".join(_factor_row(f) for f in FACTORS)
    return f"# Factors\n\nGenerated from `features/catalogue.py` by `make docs`.\n\n{head}\n{rows}\n"


def _factor_row(f: Factor) -> str:
    sign = "raises" if f.direction > 0 else "lowers"
    prior = f"{f.prior.log_odds:+.2f} ± {f.prior.standard_error:.2f}"
    return f"| `{f.name}` | {f.group} | `{f.source}` | {prior} | {sign} | {f.if_none} | {f.prior.source} |"
