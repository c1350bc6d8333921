"""Generated pages of ``docs/``: configuration, factors, data dictionary, roles and states of the desk. A test fails when a committed page is stale."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from features.catalogue import FACTORS
from features.factor import Factor
from pipelines import desk_documents
from pipelines.dictionary import data_dictionary
from pipelines.schedule import declared
from pipelines.settings import City, Features, Floors, Paths, Residents
from pipelines.settings_audit import Audit
from pipelines.settings_costs import Costs
from pipelines.settings_desk import Desk, Directory
from pipelines.settings_log import Log
from pipelines.settings_map import Map
from pipelines.settings_papers import Authority, Contacts
from pipelines.settings_schedule import Mail, Schedule
from pipelines.settings_sources import SourceGate


def pages() -> dict[str, str]:
    """File name as seen from ``docs/`` → content."""
    return {
        "configuration.md": configuration(),
        "factors.md": factors(),
        "data_dictionary.md": data_dictionary(),
        "desk_roles.md": desk_documents.roles(),
        "desk_states.md": desk_documents.states(),
        "../prefect.yaml": declared.prefect_yaml(),
    }


APART = (
    "paths",
    "features",
    "floors",
    "residents",
    "contacts",
    "authority",
    "sources",
    "retention",
    "desk",
    "audit",
    "directory",
    "map",
    "costs",
    "schedule",
    "mail",
    "log",
)
"""Tables of ``city.toml`` that have a section of their own."""


def configuration() -> str:
    """Every key of ``city.toml``."""
    sections = (
        ("", City),
        ("[paths]", Paths),
        ("[features]", Features),
        ("[floors]", Floors),
        ("[residents.BAND]", Residents),
        ("[contacts]", Contacts),
        ("[authority]", Authority),
        ("[costs]", Costs),
        ("[sources.NAME]", SourceGate),
        ("[desk]", Desk),
        ("[audit]", Audit),
        ("[desk.directory]", Directory),
        ("[map]", Map),
        ("[schedule]", Schedule),
        ("[schedule.mail]", Mail),
        ("[log]", Log),
    )
    body = "\n".join(line for title, model in sections for line in _section(title, model))
    body += f'\n\n## [retention]\n\n{City.model_fields["retention"].description} One line per source: `parc_social = "P18M"`.\n'
    return f"# `city.toml`\n\nGenerated from `pipelines/settings.py` by `make docs`. An unknown key is an error.\n{body}\n"


def _section(title: str, model: type[BaseModel]) -> Iterator[str]:
    yield f"\n## {title or 'Top of the file'}\n"
    yield "| key | default | meaning |"
    yield "|---|---|---|"
    for name, field in model.model_fields.items():
        if name in APART:
            continue
        default = (
            "required" if field.is_required() else f"`{_shown(field.get_default(call_default_factory=True))}`"
        )
        yield f"| `{name}` | {default} | {field.description} |"


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def factors() -> str:
    """Every factor of the catalogue: what it counts, what its absence means, and where its prior is from."""
    head = (
        "| factor | card | reads | counts | prior log-odds ± s.e. | direction | no trace means | opens with | shown | where the prior is from |\n"
        "|---|---|---|---|---|---|---|---|---|---|"
    )
    rows = "\n".join(_factor_row(f) for f in FACTORS)
    return f"# Factors\n\nGenerated from `features/catalogue.py` and `features/priors.json` by `make docs`.\n{_ABOUT_FACTORS}\n{head}\n{rows}\n"


_ABOUT_FACTORS = """
A value is a number; 0 of a yes/no factor means that a record says no. Without any record that says yes or no there is *no trace*, and no value; of a source
that is closed, or had delivered nothing by the day, there is no column. `raises` and `lowers` say what a candidate may learn (`may do either`: nothing is imposed).
A factor marked *capped* rests on an absence of trace: it moves no household by more log-odds than its cap. What is not *shown* weighs and is not read by reviewers:
it would tell who told the city, or name somebody's sex.
"""


def _factor_row(f: Factor) -> str:
    sign = ("raises" if f.direction > 0 else "lowers") if f.monotone else "may do either"
    cap = f", capped at {f.cap:g}" if f.cap is not None else ""
    window = "" if f.dated is None else f"; {f.dated} in the {f.window_days} days before"
    counts = f"{f.value}" + ("" if f.where == "true" else f" where {f.where}") + window
    prior = f"{f.prior.log_odds:+.2f} ± {f.prior.standard_error:.2f}"
    gates = ", ".join(f"`{gate}`" for gate in f.gates) or "always"
    said = f"{f.sentence_fr} · {f.sentence_en}" if f.is_shown else "no"
    cells = (
        f"`{f.name}`", f.group, f"`{f.source}`", f"{f.unit}: `{counts}`", prior, sign + cap, f.if_none, gates, said, f.prior.source,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"
