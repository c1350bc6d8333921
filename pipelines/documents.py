"""Generated pages of ``docs/``: configuration, factors, data dictionary, roles and states of the desk, licences and bill of materials. A test fails when a committed page is stale."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic.fields import FieldInfo

from features.catalogue import FACTORS
from features.factor import Factor
from pipelines import desk_documents, exit_codes, materials
from pipelines.city_file import EXAMPLE, city_file, example, meaning, pairs
from pipelines.dictionary import data_dictionary
from pipelines.schedule import declared
from pipelines.settings import City
from pipelines.settings_tables import Table, tables


def pages() -> dict[str, str]:
    """File name as seen from ``docs/`` → content."""
    return {
        "configuration.md": configuration(),
        "factors.md": factors(),
        "data_dictionary.md": data_dictionary(),
        "desk_roles.md": desk_documents.roles(),
        "desk_states.md": desk_documents.states(),
        "exit_codes.md": exit_codes.page(),
        "licences.md": materials.licences(),
        "sbom.cdx.json": materials.bill(),
        "../prefect.yaml": declared.prefect_yaml(),
        "../city.example.toml": city_file("en", EXAMPLE),
    }


def configuration() -> str:
    """Every key of ``city.toml``."""
    body = "\n".join(line for table in tables(City) for line in _section(table))
    return f"# `city.toml`\n\nGenerated from `pipelines/settings.py` by `make docs`. `lanterne init` writes a file with all of it. An unknown key is an error.\n{body}\n"


def _section(table: Table) -> Iterator[str]:
    name = ".".join((*table.path, *(["NAME"] if table.is_many else [])))
    yield f"\n## {f'[{name}]' if name else 'Top of the file'}\n"
    if table.path:
        yield f"{meaning(table)}\n"
    if table.model is None:
        lines = ", ".join(f"`{line}`" for line in pairs(example(table.field)))
        yield f"One line for each, such as {lines}."
    elif table.keys:
        yield "| key | default | meaning |"
        yield "|---|---|---|"
        yield from (_key(name, field) for name, field in table.keys.items())


def _key(name: str, field: FieldInfo) -> str:
    default = (
        "required" if field.is_required() else f"`{_shown(field.get_default(call_default_factory=True))}`"
    )
    return f"| `{name}` | {default} | {field.description} |"


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
