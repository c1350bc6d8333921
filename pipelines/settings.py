"""``city.toml``: what a city decides before anything runs. Unknown keys are errors, so that a typo changes nothing silently."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails

from data_contracts import city_words, contract
from data_contracts.contract import Contract
from data_contracts.errors import ConfigurationError, GateClosed
from features.presence_model import THERE_SHARE
from pipelines import console, logs, metrics
from pipelines.settings_audit import Audit
from pipelines.settings_costs import Costs
from pipelines.settings_desk import Desk, Strict
from pipelines.settings_log import Log
from pipelines.settings_map import Map
from pipelines.settings_papers import Authority, Contacts
from pipelines.settings_schedule import Schedule
from pipelines.settings_sources import Gate, SourceGate, check_retention, check_sources
from pipelines.settings_spark import Spark
from pipelines.settings_tables import tables
from pipelines.settings_words import check_headers, check_values

FORBIDDEN_USES = {
    "fraud control": ("fraud",),
    "rent recovery": ("rent recovery", "recouvrement", "loyer", "impayé", "arrears"),
    "benefit control": ("benefit control", "benefit fraud", "contrôle des prestations", "contrôle des aides"),
    "housing allocation": ("housing allocation", "attribution de logement", "attribution des logements"),
    "police": ("police", "sécurité publique"),
    "elections": ("election", "élection", "électoral", "campaigning"),
}
"""Uses that Lanterne refuses, with the words by which a purpose gives itself away."""


class Paths(Strict):
    """Where things are; relative paths start at the folder of ``city.toml``."""

    deliveries: Path = Field(Path("deliveries"), description="Folder of dated delivery folders.")
    database: Path = Field(Path("lanterne.duckdb"), description="The warehouse file; created when absent.")
    runs: Path = Field(Path("runs"), description="Folder that receives one folder per run.")
    models: Path = Field(
        Path("models"),
        description="Folder of frozen models, one folder each, and of `approvals.jsonl`, in which their approvals are signed.",
    )
    objections: Path = Field(
        Path("oppositions.csv"),
        description="The city's register of objections, written by `lanterne oppose`; it outlives the warehouse.",
    )
    key_file: Path | None = Field(
        None,
        examples=["/etc/lanterne/lanterne.key"],
        description="Key file of the warehouse, readable by its owner alone. `LANTERNE_KEY` in the environment "
        "(64 hexadecimal digits, or a passphrase of at least 16 bytes) comes before it. "
        "When neither is given: `lanterne.key` beside the database, made on the first run.",
    )


class Features(Strict):
    """Which audit variables may also be factors."""

    sex_as_feature: bool = Field(
        False, description="Whether sex may weigh in the ranking. It is always audited."
    )


class Floors(Strict):
    """The least share of the ranked households that a group has, whatever the ranking says; all floors together at most 1."""

    age: dict[str, float] = Field(
        default_factory=dict,
        description="By age of the oldest member: `under_25`, `25_39`, `40_59`, `60_74`, `75_79`, `80_plus`, `unknown`; a share in [0, 1].",
        examples=[{"under_25": 0.05}],
    )
    neighbourhood: dict[str, float] = Field(
        default_factory=dict, description="The same, by neighbourhood code.", examples=[{"07": 0.05}]
    )


class Residents(Strict):
    """What an age band is of all residents: beside it stands how many of them the registers and the lists reach."""

    share: float = Field(gt=0.0, lt=1.0, description="Share of all residents.")
    ages: tuple[int, int] = Field(description="The ages that it counts, both included.")
    source: str = Field(description="Where it is published, and of which year.")


class City(Strict):
    """The whole of ``city.toml``."""

    name: str = Field(min_length=1, description="Name of the city, shown on every page.")
    country: str = Field(
        "FR", pattern=r"^[A-Z]{2}$", description="Country, two letters of ISO 3166, such as `FR` or `ES`."
    )
    insee_code: str = Field(
        pattern=r"^[0-9A-Z]{2,12}$",
        description="INSEE commune code, five characters; outside France the code of the municipality in its country's statistics.",
    )
    language: Literal["fr", "en"] = Field("fr", description="Language of what people read.")
    purpose: Literal["social isolation outreach"] = Field(
        description="The only use this software accepts: an offer of a visit to isolated people. Forbidden uses: "
        + ", ".join(FORBIDDEN_USES)
        + "."
    )
    fictitious: bool = Field(False, description="Marks every page: the data describe nobody.")
    capacity: int = Field(
        60, ge=1, le=100_000, description="Households that the visiting teams can meet per list."
    )
    exploration_share: float = Field(
        0.1, ge=0.0, le=0.5, description="Random visits on top of the list, as a share of the capacity."
    )
    there_share: float = Field(
        THERE_SHARE,
        ge=0.5,
        lt=1.0,
        description="Of the households in the frame, the share expected to be at the address; lower keeps more households and sends more visits in vain. "
        "Where the registers are too few for a whole list of that share, the surest households make it, as far as they are more likely there than not, and the list says so.",
    )
    cool_off_days: int = Field(
        180, ge=0, description="Days after a visit during which a household is not listed."
    )
    bereavement_days: int = Field(
        180,
        ge=0,
        description="Days after the death of a spouse during which whoever agreed to be contacted is on the list in an arm of its own, unless somebody visited since; 0: no such arm.",
    )
    suspicion_acknowledged: str = Field(
        "",
        description="Why a ranking that looks too good (area under the curve above 0.85, or above 0.8 for a single factor) is no leak. Empty: such a run stops.",
    )
    visits_per_week: int = Field(
        20,
        ge=1,
        le=1000,
        description="Visits that one team can make in a week: the size of a week of the visiting list.",
    )
    seed: int = Field(1, ge=0, le=99_999_999, description="Seed of lots, draws and resampling.")
    engine: Literal["duckdb", "spark"] = Field(
        "duckdb",
        description="What computes frame, matrix, labels and scores: DuckDB on this machine, or Apache Spark (`pip install lanterne[spark]` and Java 17), with the same result.",
    )
    paths: Paths = Paths.model_validate({})
    features: Features = Features.model_validate({})
    floors: Floors = Floors.model_validate({})
    residents: dict[Literal["under_25", "25_39"], Residents] = Field(
        default_factory=dict,
        description="What young adults are of all residents, as published: one table per band.",
        examples=[{"under_25": {"share": 0.125, "ages": [18, 24], "source": "INSEE, RP 2018"}}],
    )
    contacts: Contacts = Contacts.model_validate({})
    authority: Authority = Authority.model_validate({})
    desk: Desk = Desk.model_validate({})
    audit: Audit = Audit.model_validate({})
    map: Map = Map.model_validate({})
    schedule: Schedule = Schedule.model_validate({})
    spark: Spark = Spark.model_validate({})
    log: Log | None = Field(
        None, description="Without this table nothing but progress, notices and refusals is said."
    )
    costs: Costs | None = Field(
        None,
        description="What the yearly evaluation works out the cost of a found household from; without this table it says that it is not known.",
    )
    headers: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="How the city's files call a column, beside the names that its contract knows; in every source that has the column.",
        examples=[{"SEXE": ["SEXO"]}],
    )
    values: dict[str, dict[str, str]] = Field(
        default_factory=dict,
        description="One table per header whose words are the city's: as its files write them, and the contract's word that each stands for. "
        "To be decided before the first ingest: what is stored is not read again.",
        examples=[{"SEXO": {"H": "M", "M": "F"}}],
    )
    retention: dict[str, str] = Field(
        default_factory=dict,
        description="Per source, and for `liste` and `decisions`, a shorter period than the contract's, such as P18M; a longer one is refused.",
        examples=[{"signalements": "P18M"}],
    )
    sources: dict[str, SourceGate] = Field(
        default_factory=dict,
        description="One table per source with its legal gate. Without one a source keeps the gate of its contract; a wider one is refused without its legal basis.",
        examples=[
            {
                "parc_social": {
                    "gate": "open",
                    "basis": "convention, impact assessment",
                    "signed_by": "the mayor",
                    "signed_on": date(2026, 1, 1),
                }
            }
        ],
    )

    @field_validator("insee_code")
    @classmethod
    def _is_french_in_france(cls, code: str, info: ValidationInfo) -> str:
        if info.data.get("country") == "FR" and not re.fullmatch(r"[0-9AB]{5}", code):
            raise ValueError(
                "INSEE's code of a commune has five characters; a city elsewhere says its `country`"
            )
        return code


def load(path: Path) -> City:
    """Reads ``city.toml``; paths come back absolute. Raises ConfigurationError that names the key and a likely spelling."""
    city = validated(_parsed(path), path)
    root = path.resolve().parent
    given = {name: value for name, value in city.paths.model_dump().items() if value is not None}
    paths = Paths(**{name: root / value for name, value in given.items()})
    console.speak(city.language)
    logs.begin(city.name, city.log)
    metrics.noted.beside = metrics.noted.beside or paths.database
    return city.model_copy(update={"paths": paths})


def gates(city: City) -> dict[str, Gate]:
    """The gate of every source: the city's own, else the contract's default."""
    return {s: _gate(city, s) for s in contract.SOURCES}


def contracts(city: City) -> dict[str, Contract]:
    """What every source promises, as the city writes it."""
    return {s: city_words.as_written(contract.load(s), city.headers, city.values) for s in contract.SOURCES}


def _gate(city: City, source: str) -> Gate:
    chosen = city.sources.get(source)
    return chosen.gate if chosen else contract.load(source).gate


def _parsed(path: Path) -> dict[str, object]:
    if not path.is_file():
        raise ConfigurationError(
            "there is no such configuration file",
            where=str(path),
            hint="`lanterne init` writes one, `lanterne city OUT` one for a synthetic town; give its path with --config.",
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
        return json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            "not written in UTF-8", where=str(path), hint="open it in an editor and save it as UTF-8."
        ) from error
    except ValueError as error:
        raise ConfigurationError(
            f"not a readable TOML file: {error}",
            where=str(path),
            hint="check quotes and brackets on that line.",
        ) from error


def validated(content: dict[str, object], path: Path) -> City:
    """What a file holds, as decided; paths are as they are written. Raises ConfigurationError and GateClosed as ``load``."""
    purpose = str(content.get("purpose", "")).strip().lower()
    for use in (u for u, words in FORBIDDEN_USES.items() if any(word in purpose for word in words)):
        raise GateClosed(
            f"Lanterne may not be used for {use}",
            where=f"{path}, purpose",
            hint="it exists to offer a visit; for any other purpose it has no legal basis.",
        )
    try:
        city = City.model_validate(content)
    except ValidationError as error:
        raise _translated(error.errors()[0], path) from error
    check_sources(city.sources, path)
    check_retention(city.retention, path)
    check_headers(city.headers, path)
    check_values(city.headers, city.values, path)
    return city


def _translated(detail: ErrorDetails, path: Path) -> ConfigurationError:
    key = ".".join(str(part) for part in detail["loc"])
    where = f"{path}, {key}"
    if detail["type"] == "extra_forbidden":
        close = get_close_matches(str(detail["loc"][-1]), _known_keys(), n=1)
        hint = f"did you mean `{close[0]}`?" if close else "docs/configuration.md lists every key."
        return ConfigurationError(f"unknown key `{key}`", where=where, hint=hint)
    return ConfigurationError(
        f"`{key}`: {detail['msg']}", where=where, hint="docs/configuration.md lists every key."
    )


def _known_keys() -> list[str]:
    return [key for table in tables(City) for key in (*table.path[-1:], *table.keys)]
