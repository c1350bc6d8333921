"""What the papers are filled from: a published run drawn by hand beside the settings of a little town."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from data_contracts import contract
from data_contracts.errors import ConfigurationError
from features.catalogue import FACTORS
from models.points import Points
from pipelines import manifest, papers, papers_facts, settings, settings_kept
from pipelines.papers import NOTICE
from pipelines.retention import Certificate, Term
from reports.papers.facts import Facts
from tests.pipelines import little_city
from tests.reports import model_card_sample

DAY, TODAY = date(2026, 11, 2), date(2026, 11, 27)
USED = ("lives_alone_known", "oldest_age")
GATES = dict.fromkeys(contract.SOURCES, "closed") | {"liste_electorale": "open", "parc_social": "open", "quartiers": "open"}  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a run; ``city.toml`` lies beside the folder of runs."""
    config = little_city.write(tmp_path)
    folder = tmp_path / "runs" / "2026-11-02-0123456789"
    (folder / "model").mkdir(parents=True)
    factors = tuple(f for f in FACTORS if f.name in USED)
    points = Points(factors=factors).fit(None, None, None)  # type: ignore[arg-type]
    write = {
        "manifest.json": {
            "run_id": folder.name,
            "as_of": DAY.isoformat(),
            "capacity": 10,
            "code": "abcdef012345",
            "configuration": manifest.sha256(settings_kept.deciding(settings.load(config))),
            "gates": GATES,
            "fictitious": True,
            "factors_used": list(USED),
            "versions": {"python": "3.11"},
            "steps": [{"seconds": 60.0, "peak_memory_mb": 512.0}, {"seconds": 30.5, "peak_memory_mb": 900.0}],
            "audit": {"number": 12, "hash": "9f" * 32},
        },
        "ingest.json": {
            "totals": {"rows_read": 53, "rows_quarantined": 0},
            "store": {
                "files": {},
                "delivered": {"liste_electorale": "2026-11-02", "parc_social": "2026-11-02"},
            },
        },
        "frame.json": {"persons": 40, "households": "<11"},
        "duel.json": model_card_sample.few(),
    }
    for name, content in write.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    (folder / "model" / "points.json").write_text(points.as_text(), encoding="utf-8")
    return folder


def config_of(run: Path) -> Path:
    return run.parents[1] / "city.toml"


def facts(run: Path) -> Facts:
    return papers_facts.facts(config_of(run), run, TODAY)


def test_the_facts_are_those_of_the_run(run: Path) -> None:
    f = facts(run)
    assert (f.stamp.run_id, f.stamp.as_of, f.stamp.code) == (run.name, DAY, "abcdef012345")
    assert f.stamp.head == "9f" * 32 and f.stamp.written_on == TODAY and not f.stamp.are_settings_newer
    assert [s.name for s in f.used] == ["liste_electorale", "parc_social"]
    roll = f.source("liste_electorale")
    assert roll.delivered_on == DAY and roll.signed_by == "test" and roll.basis == "fictitious"
    assert f.source("parc_social").weighs and not f.source("visites").weighs
    assert set(f.weights.by_factor) == set(USED) and f.card.about.used == USED and f.needs_approval
    assert (f.measured, f.equality, f.differences) == (None, None, ())
    assert f.counted.seconds == 90.5 and f.counted.peak_memory_mb == 900.0 and f.counted.households == "<11"
    assert not f.are_tables_kept
    (run / "working").mkdir()
    assert facts(run).are_tables_kept


def test_a_run_that_does_not_say_what_was_delivered_is_refused(run: Path) -> None:
    (run / "ingest.json").write_text(json.dumps({"totals": {}, "store": {"files": {}}}))
    with pytest.raises(ConfigurationError, match="of an earlier release"):
        facts(run)


def test_gates_are_the_runs_and_a_signature_counts_for_its_own_gate_alone(run: Path) -> None:
    told = json.loads((run / "manifest.json").read_text())
    told["gates"]["parc_social"] = "closed"
    (run / "manifest.json").write_text(json.dumps(told))
    f = facts(run)
    assert f.source("parc_social").gate == "closed" and f.source("parc_social").signed_by == ""
    assert not f.source("parc_social").is_used
    told["gates"]["parc_social"] = "ajar"
    (run / "manifest.json").write_text(json.dumps(told))
    with pytest.raises(ValueError, match="no gate"):
        facts(run)


def test_settings_that_changed_since_are_told(run: Path) -> None:
    config = config_of(run)
    text = config.read_text(encoding="utf-8")
    mine = '\n[authority]\nname = "Ville d’Exemple"\n\n[retention]\nparc_social = "P18M"\n'
    config.write_text(text + mine, encoding="utf-8")
    f = facts(run)
    assert f.stamp.are_settings_newer and f.authority.name == "Ville d’Exemple"
    assert f.source("parc_social").period.as_iso() == "P18M"
    config.write_text(text + '\n[authority]\nnam = "x"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"unknown key `authority\.nam`"):
        facts(run)


def test_estimates_and_comparisons_are_read_where_the_run_has_them(run: Path) -> None:
    figure = {"value": None, "interval": {"low": 0, "high": 1}, "bounds": {"low": 0, "high": 1}, "verdict": "insufficient evidence", "more_met": None}  # fmt: skip
    of_all = {"outcome": "isolated", "dimension": "", "figures": [{"measure": m} | figure for m in ("prevalence", "found_share", "false_omission")]}  # fmt: skip
    (run / "estimates.json").write_text(json.dumps({"lists": ["2026-08-01"], "groups": [of_all]}))
    (run / "fairness.json").write_text(json.dumps({"summary": ["s"], "findings": []}))
    (run / "frame_parity.json").write_text(
        json.dumps({"sentences": [{"lead": "a", "groups": ["b"], "effect": "c"}]})
    )
    f = facts(run)
    assert f.measured is not None and f.measured.lists == 1
    assert f.equality is not None and f.equality.summary == ("s",) and f.differences[0].groups == ("b",)


def test_the_notice_of_a_cycle_is_of_that_day_and_the_same_each_time(run: Path) -> None:
    (run / "manifest.json").unlink()  # the cycle writes it after the notice
    written = []
    for _ in range(2):
        papers.notice_step(config_of(run), run, DAY, 10)
        written.append((run / NOTICE).read_bytes())
    assert written[0] == written[1]
    text = written[0].decode()
    assert "2026-11-02-" in text and "Écrit le" not in text and "10 ménages au plus" in text
    assert "Personne n’a encore signé ce modèle" in text


def test_each_paper_comes_as_a_page_and_as_a_pdf(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = papers_facts.installed(little_city.without_data(run.parents[1] / "empty"))
    assert not drawn.has_desk and "desk" not in drawn.looks and "model" not in drawn.looks
    assert drawn.looks["gates"].is_sound and any(one.title == "Expert" for one in drawn.recipients)
    config = config_of(run)
    made = list(papers.filled(facts(run), config))
    names = [paper.name for paper in made]
    assert len(names) == len(set(names)) == 9 and f"{names[0]}.html" == NOTICE
    monkeypatch.setattr(papers, "filled", lambda told, config: iter(p for p in made if p.name == "letter_mention"))  # fmt: skip
    out = run.parents[1] / "out" / "papers"
    files = papers.write_all(config, run, out, TODAY)
    assert [f.name for f in files] == ["letter_mention.html", "letter_mention.pdf"]
    assert files[1].read_bytes().startswith(b"%PDF")


def test_certificates_are_read_from_what_a_purge_wrote(run: Path) -> None:
    city = settings.load(config_of(run))
    assert papers_facts.certificates(city) == ()
    term = Term(source="parc_social", period="P3Y", counted_from="date_arrete", before=date(2023, 11, 2), rows=40, files=1)  # fmt: skip
    told = Certificate(city="x", purged_on=date(2026, 11, 2), terms=(term, replace(term, source="visites", rows=0)), desk=None, runs=("a",), delivery_files=(), are_deleted=False, code="c")  # fmt: skip
    folder = city.paths.runs / "certificates"
    folder.mkdir()
    for number in (1, 2):
        manifest.write_json(folder / f"purge-2026-11-02-00{number}.json", told.as_json())
    newest, _ = papers_facts.certificates(city)
    assert newest.name.endswith("002.json") and [g.rows for g in newest.terms] == [40, 0]
    assert newest.terms[0].what == "parc social" and newest.terms[0].period.as_iso() == "P3Y"
    desk = {"what": "visits", "period": "P5Y", "counted_from": "visits.visited_on", "before": "2021-11-02", "tables": {"visits": 30, "outcomes": 2}}  # fmt: skip
    manifest.write_json(folder / "purge-2026-11-03-001.json", told.as_json() | {"desk": [desk]})
    with_desk = papers_facts.certificates(city)[0].desk
    assert with_desk is not None and with_desk[0].rows == 32 and with_desk[0].what == "visites"
