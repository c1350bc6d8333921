"""Trains the parameters of linkage and writes ``features/linkage_model.json``: ``python -m benchmarks.train_linkage CITY --as-of DATE``.

``CITY``: an ingested city's folder (``lanterne city``, ``lanterne ingest``); its truth is not read. Chances of levels when it is two
people are counted on the roll alone, where two entries are two people; of one year of birth, at one address. Chances when it is one person: names by expectation-maximisation among
roll and other registers at one dwelling; places among mentions with one identity key.
"""

from __future__ import annotations

import argparse
import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import splink
from splink import Linker
from splink.backends.duckdb import DuckDBAPI

from features import comparisons, known
from features.linkage import SCRATCH
from features.mentions import OF_RESIDENTS, mentions
from pipelines import settings
from pipelines.store import read_store

OUT = Path(__file__).parent.parent / "features" / "linkage_model.json"
Settings = dict[str, Any]


def trained(api: DuckDBAPI) -> Settings:
    """Splink's settings with every chance filled in. Tables on the connection: ``every``, ``roll``, ``others`` (mentions)."""
    found = _of_two_people(api)
    return _places(api, _names(api, found))


def _of_two_people(api: DuckDBAPI) -> Settings:
    linker = Linker(api.register("roll"), comparisons.settings(), log_level=None)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e7, seed=1)
    found: Settings = linker.misc.save_model_to_json()
    for label, sql in _COUNTED.items():
        (share,) = api.duckdb_con.execute(sql).fetchone() or (0.0,)
        levels = (level for c in found["comparisons"] for level in c["comparison_levels"])
        next(level for level in levels if level["label_for_charts"] == label)["u_probability"] = share
    return found


_ONE_YEAR = """
select avg((l.annee_naissance = r.annee_naissance)::int)
from roll l join roll r on l.id_adresse = r.id_adresse and l.sexe = r.sexe and l.mention_id <> r.mention_id
where year(greatest(l.first_known, r.first_known)) - l.annee_naissance"""
_OF_ONE_SEX = "select sum(n * n) filter (where sexe = '{}') / sum(n * n) from (select sexe, count(*) as n from roll where sexe is not null group by 1)"
_HAS = "cle_identite is not null as identity, cle_phonetique is not null as sound, cle_nom_adresse is not null as door, count(*) as n"
_DATED = "l.identity and r.identity or l.sound and r.sound"
_SHARE_DATED = f"""
(select sum(l.n * r.n) filter ({_DATED}) / sum(l.n * r.n) filter ({_DATED} or l.door and r.door)
from (select {_HAS} from roll group by all) l, (select {_HAS} from others group by all) r)"""
_COUNTED = {
    "same year, under 40": f"{_ONE_YEAR} < {comparisons.YOUNG}",
    "same year": f"{_ONE_YEAR} >= {comparisons.YOUNG}",
    "other name or birth date": f"select {_SHARE_DATED}",
    "other name at the address, a woman": f"select (1 - {_SHARE_DATED}) * ({_OF_ONE_SEX.format('F')})",
    "other name at the address": f"select (1 - {_SHARE_DATED}) * ({_OF_ONE_SEX.format('M')})",
}
"""Chances of levels that hang on another comparison. How often two entries of one sex at one address are of one year: whoever is taken for somebody
else lives there, and neighbours are of one age more often than two people at random. Which sex two entries are of that are of one: that they are is
the comparison of sexes. How often name and birth date are known of both, where any name can be compared: two people differ in what is known."""


def _names(api: DuckDBAPI, found: Settings) -> Settings:
    """At one dwelling, years and sexes tell who is one person well enough for names to be learnt."""
    asked = copy.deepcopy(found) | {"link_type": "link_only"}
    asked["comparisons"] = [c for c in asked["comparisons"] if c["output_column_name"] != "place"]
    linker = Linker([api.register("roll"), api.register("others")], asked, log_level=None)
    linker.training.estimate_parameters_using_expectation_maximisation(
        "l.id_logement = r.id_logement", fix_u_probabilities=True
    )
    return _with(found, linker, "names")


def _places(api: DuckDBAPI, found: Settings) -> Settings:
    linker = Linker(api.register("every"), copy.deepcopy(found), log_level=None)
    linker.training.estimate_m_from_label_column("cle_identite")
    return _with(found, linker, "place")


def _with(found: Settings, linker: Linker, name: str) -> Settings:
    learnt = {c["output_column_name"]: c for c in linker.misc.save_model_to_json()["comparisons"]}
    kept = [learnt[name] if c["output_column_name"] == name else c for c in found["comparisons"]]
    return found | {"comparisons": kept}


def main() -> None:
    """Prints every chance beside its level."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("city", type=Path)
    parser.add_argument("--as-of", type=date.fromisoformat, required=True)
    parser.add_argument("--version", required=True)
    asked = parser.parse_args()
    city = settings.load(asked.city / "city.toml")
    with read_store(city.paths) as connection:
        known.open_views(connection, asked.as_of, settings.gates(city))
        connection.execute("set threads = 1")
        connection.execute(f"create temp table every as {mentions()} order by mention_id")
        others = ", ".join(f"'{s}'" for s in OF_RESIDENTS if s != "liste_electorale")
        for name, which in (("roll", "source = 'liste_electorale'"), ("others", f"source in ({others})")):
            connection.execute(
                f"create temp table {name} as from every where {which}"
                " qualify row_number() over (partition by source, record_id order by first_known desc, mention_id) = 1 order by mention_id"
            )
        connection.execute(f"attach ':memory:' as {SCRATCH}")
        connection.execute(f"use {SCRATCH}")
        found = trained(DuckDBAPI(connection))
    made = {
        "version": asked.version,
        "made_by": "python -m benchmarks.train_linkage",
        "trained_on": {"city": city.name, "seed": city.seed, "as_of": asked.as_of.isoformat()},
        "splink_version": splink.__version__,
        "splink": {k: v for k, v in found.items() if k != "linker_uid"},
    }
    OUT.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for comparison in found["comparisons"]:
        print(comparison["output_column_name"])
        for level in comparison["comparison_levels"]:
            print(
                f"  {level['label_for_charts']:28} {level.get('m_probability')!s:24} {level.get('u_probability')}"
            )


if __name__ == "__main__":
    main()
