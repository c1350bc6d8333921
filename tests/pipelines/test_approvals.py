"""Who may rank: a signed model does, an unsigned one does not outside fictitious towns, and no forgery goes unseen."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from data_contracts.errors import ConfigurationError, IntegrityError
from models import calibration
from models.candidate import ORDERED, RULES
from pipelines import (
    approvals,
    approving,
    checks,
    cli,
    cycle,
    freezing,
    judging,
    ranker,
    reporting,
    settings,
    training,
    who_ranks,
)
from pipelines.approvals import Approval
from pipelines.encrypted import Key
from pipelines.keys import make_key
from pipelines.who_ranks import Ranker
from tests.pipelines.little_city import write

AS_OF = date(2026, 11, 2)
KEY = Key(origin="test", secret="ab" * 32)
FIGURES = {"champion": "logistic", "as_of": "2026-08-03"}


def line(model: str, **more: object) -> Approval:
    given = {
        "action": "approve", "model": model, "who": "A", "role": "R", "on": date(2026, 9, 1),
        "files": {"logistic.json": "00"}, "figures": FIGURES, "previous": "",
    }  # fmt: skip
    return Approval(**(given | more))  # type: ignore[arg-type]


def log_of(folder: Path, *unsigned: Approval) -> Path:
    before = ""
    for one in unsigned:
        signed = approvals.signed(Approval(**(one.__dict__ | {"previous": before})), KEY)
        approvals.append(folder, signed)
        before = signed.signature
    return folder / approvals.LOG


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return log_of(tmp_path_factory.mktemp("models"), line("a"), line("b"), line("b", action="withdraw"))


def test_every_line_comes_back_as_it_was_signed(three: Path) -> None:
    read = approvals.lines(three.parent, KEY)
    assert [(r.model, r.action) for r in read] == [("a", "approve"), ("b", "approve"), ("b", "withdraw")]
    assert read[0].on == date(2026, 9, 1) and read[0].figures == FIGURES


@given(st.data())
def test_no_edited_byte_goes_unseen(
    three: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = three.read_bytes()
    at = data.draw(st.integers(0, len(content) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda b: b != content[at]))
    folder = tmp_path_factory.mktemp("edited")
    (folder / approvals.LOG).write_bytes(content[:at] + bytes([other]) + content[at + 1 :])
    try:
        read = approvals.lines(folder, KEY)
    except IntegrityError:
        return
    # a blank that JSON does not mind says nothing else
    assert read == approvals.lines(three.parent, KEY)


@pytest.mark.parametrize("order", [(1, 2), (0, 2), (1, 0, 2), (0, 1, 1, 2), (0, 0)])
def test_no_line_is_taken_out_moved_or_doubled_unseen(
    three: Path, tmp_path: Path, order: tuple[int, ...]
) -> None:
    texts = three.read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / approvals.LOG).write_text("".join(texts[i] for i in order), encoding="utf-8")
    with pytest.raises(IntegrityError, match="not as it was signed"):
        approvals.lines(tmp_path, KEY)


def test_another_key_signs_nothing(three: Path) -> None:
    with pytest.raises(IntegrityError, match="another key"):
        approvals.lines(three.parent, Key(origin="test", secret="cd" * 32))


@pytest.mark.parametrize(
    ("history", "counts"),
    [
        ((), None),
        (("a",), "a"),
        (("a", "b"), "b"),
        (("a", "b", "-b"), "a"),
        (("a", "-a"), None),
        (("a", "-a", "a"), "a"),
        (("a", "later"), "a"),
    ],
)
def test_the_newest_approval_that_was_not_withdrawn_counts(
    history: tuple[str, ...], counts: str | None
) -> None:
    """``later`` learnt from visits of after the list: it cannot have ranked it."""
    signed = [
        line(
            name.removeprefix("-"),
            action="withdraw" if name.startswith("-") else "approve",
            figures=FIGURES | {"as_of": "2027-01-01" if name == "later" else "2026-08-03"},
        )
        for name in history
    ]
    found = approvals.in_force(signed, AS_OF)
    assert (found.model if found else None) == counts


# --- on a city ---


def city_of(folder: Path, *, is_fictitious: bool) -> tuple[Path, settings.City]:
    config = write(folder)
    if not is_fictitious:
        config.write_text(
            config.read_text(encoding="utf-8").replace("fictitious = true\n", ""), encoding="utf-8"
        )
    return config, settings.load(config)


def ran(config: Path, name: str) -> Path:
    """As far as it is known who ranks."""
    city = settings.load(config)
    folder = city.paths.runs / name
    (folder / "working").mkdir(parents=True)
    cycle.ingest_step(config, folder)
    cycle.frame_step(config, folder, AS_OF)
    training.labels_step(config, folder, AS_OF)
    judging.duel_step(config, folder, AS_OF, city.capacity)
    return folder


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """(config, model) of a city whose data are not fictitious, with a model that is frozen and not approved."""
    config, _ = city_of(tmp_path_factory.mktemp("real"), is_fictitious=False)
    run = ran(config, "trained")
    model = freezing.freeze_step(config, run, AS_OF, 10)
    assert freezing.freeze_step(config, run, AS_OF, 10) == model
    return config, model.name


def decided(config: Path, name: str) -> tuple[Ranker, Path]:
    folder = ran(config, name)
    ranker.ranker_step(config, folder, AS_OF)
    return who_ranks.read(folder), folder


def approve(config: Path, model: str, *more: str) -> tuple[int, str]:
    done = CliRunner().invoke(
        cli.app,
        ["approve", model, "--config", str(config), "--by", "J. Martin", "--role", "chef", "--yes", *more],
    )
    said = (
        done.exception.text()
        if isinstance(done.exception, ConfigurationError | IntegrityError)
        else done.output
    )
    return done.exit_code, said


@pytest.mark.slow
def test_from_frozen_to_approved_to_edited_to_withdrawn(real: tuple[Path, str]) -> None:
    config, model = real
    city = settings.load(config)
    who, folder = decided(config, "before")
    assert (who.name, who.why, who.waits, who.is_rule) == ("rule_80_plus", "not approved", "points", True)
    assert sorted(p.name for p in (folder / "model").iterdir()) == ["calibration.json", "rule_80_plus.json"]
    assert json.loads((folder / "duel.json").read_text())["calibration"]["why"] == calibration.RULE
    assert reporting._tested(folder).precision is None

    code, said = approve(config, model)
    assert code == 0 and "J. Martin" in said
    who, folder = decided(config, "after")
    assert (who.name, who.why, who.model, who.waits) == ("points", "approved", model, None)
    signed = who_ranks.approval_of(folder)
    assert signed is not None and (signed.who, signed.role) == ("J. Martin", "chef")
    assert (folder / "model" / "points.json").read_bytes() == (
        city.paths.models / model / "points.json"
    ).read_bytes()
    assert [f.is_sound for f in checks.check(config) if f.what == "model"] == [True]

    text = city.paths.models / model / "points.json"
    kept = text.read_bytes()
    text.write_bytes(kept.replace(b'"base": -2.0', b'"base": -2.5'))
    with pytest.raises(IntegrityError, match="not what was approved"):
        decided(config, "edited")
    assert [f.is_at_stake for f in checks.check(config) if f.what == "model"] == [True]
    text.write_bytes(kept)

    assert approve(config, model, "--withdraw")[0] == 0
    assert decided(config, "withdrawn")[0].why == "not approved"
    code, said = approve(config, model, "--withdraw")
    assert code != 0 and "nothing to withdraw" in said

    log = city.paths.models / approvals.LOG
    whole = log.read_bytes()
    log.write_bytes(whole[: whole.rstrip().rindex(b"\n") + 1])
    with pytest.raises(IntegrityError, match="not in the log any more"):
        decided(config, "cut")
    log.write_bytes(whole)
    assert decided(config, "whole")[0].why == "not approved"


@pytest.mark.slow
def test_two_who_sign_at_once_sign_one_after_the_other(real: tuple[Path, str]) -> None:
    config, model = real
    signing = [
        subprocess.Popen(
            [sys.executable, "-m", "pipelines.cli", "approve", model, "--config", str(config), "--by", who, "--role", "r", "--yes"],
            stdout=subprocess.DEVNULL,
        )
        for who in ("A", "B", "C")
    ]  # fmt: skip
    assert [one.wait(timeout=120) for one in signing] == [0, 0, 0]
    lines = who_ranks.signed_lines(settings.load(config))
    assert {"A", "B", "C"} <= {line.who for line in lines}


@pytest.mark.slow
def test_a_model_of_other_factors_no_longer_fits_and_a_rule_ranks(tmp_path: Path) -> None:
    config, _ = city_of(tmp_path, is_fictitious=True)
    model = freezing.freeze_step(config, ran(config, "trained"), AS_OF, 10).name
    assert approve(config, model)[0] == 0
    text = config.read_text(encoding="utf-8")
    closed = text.replace('[sources.parc_social]\ngate = "open"', '[sources.parc_social]\ngate = "closed"')
    config.write_text(closed, encoding="utf-8")
    who = decided(config, "closed")[0]
    assert (who.name, who.why) == ("rule_80_plus", "approved no longer fits")


@pytest.mark.slow
def test_in_a_fictitious_town_the_champion_ranks_unsigned(tmp_path: Path) -> None:
    config, _ = city_of(tmp_path, is_fictitious=True)
    who, folder = decided(config, "run")
    assert (who.name, who.why) == ("points", "champion")
    assert who_ranks.approval_of(folder) is None


@pytest.mark.parametrize("rule", ["rule_80_plus", "neighbourhood"])
def test_a_rule_that_won_ranks_whatever_was_approved(real: tuple[Path, str], rule: str) -> None:
    who, approval = ranker.chosen(settings.load(real[0]), rule, rule, AS_OF)
    assert (who, approval) == (Ranker(name=rule, why="champion"), None)


def test_the_rule_in_order_ranks_as_a_rule_and_over_no_other_approval(
    tmp_path: Path, real: tuple[Path, str]
) -> None:
    """Its weights come from studies, so that somebody has to sign them; a model signed earlier, which did not beat it, steps aside."""
    plan = RULES[0]
    config, model = real
    city = settings.load(config)
    nobody = Ranker(name=plan, why="not approved", waits=ORDERED)
    assert ranker.chosen(city, ORDERED, plan, AS_OF, is_shown=False) == (nobody, None)
    assert approve(config, model)[0] == 0
    try:
        assert ranker.chosen(city, ORDERED, plan, AS_OF, is_shown=False) == (nobody, None)
        assert ranker.chosen(city, ORDERED, plan, AS_OF, is_shown=True)[0].name == "points"
    finally:
        assert approve(config, model, "--withdraw")[0] == 0
    made_up = settings.load(city_of(tmp_path, is_fictitious=True)[0])
    who, _ = ranker.chosen(made_up, ORDERED, plan, AS_OF, is_shown=False)
    assert (who.name, who.why, who.is_rule, who.is_unapproved) == (ORDERED, "champion", True, False)
    who, _ = ranker.chosen(made_up, ORDERED, plan, AS_OF, is_shown=True)
    assert (who.name, who.is_rule) == (ORDERED, False)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["nobody"], "no such model"),
        (["{model}", "--by", "  ", "--role", "r", "--yes"], "a name and a role"),
        (["{model}", "--by", "A", "--yes"], "a name and a role"),
        (["{model}", "--by", "A", "--role", "r"], "nobody is there to be asked"),
    ],
)
def test_what_cannot_be_signed_is_refused_and_signs_nothing(
    real: tuple[Path, str], given: list[str], says: str
) -> None:
    config, model = real
    before = approvals_text(config)
    words = [word.format(model=model) for word in given]
    done = CliRunner().invoke(cli.app, ["approve", *words, "--config", str(config)])
    assert isinstance(done.exception, ConfigurationError) and says in done.exception.text()
    assert approvals_text(config) == before


def approvals_text(config: Path) -> str:
    log = settings.load(config).paths.models / approvals.LOG
    return log.read_text(encoding="utf-8") if log.exists() else ""


def frozen(folder: Path, champion: str) -> Path:
    folder.mkdir(parents=True)
    judged: Mapping[str, object] = {
        "champion": champion, "why": "w", "beats_rules": False, "best_rule": champion, "test_labels": 0, "test_positives": 0, "suspicious": {},
        "candidates": {}, "labels": {"labels": 0}, "calibration": {"why": "none"},
    }  # fmt: skip
    (folder / "duel.json").write_text(json.dumps(judged), encoding="utf-8")
    manifest = {"as_of": "2026-11-02", "capacity": 10, "files": {}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def test_a_rule_needs_no_signature(real: tuple[Path, str], tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="ranks without an approval"):
        approving.approvable(settings.load(real[0]), frozen(tmp_path / "m", "rule_80_plus"))


def test_a_frozen_file_that_was_edited_is_not_signed(real: tuple[Path, str]) -> None:
    config, model = real
    card = settings.load(config).paths.models / model / "card.html"
    kept = card.read_bytes()
    card.write_bytes(kept + b" ")
    try:
        with pytest.raises(IntegrityError, match="not as it was frozen"):
            approving.approvable(settings.load(config), card.parent)
    finally:
        card.write_bytes(kept)


def test_a_city_whose_key_was_lost_cannot_use_the_old_approvals(
    tmp_path: Path, real: tuple[Path, str]
) -> None:
    config, model = real
    code, _ = approve(config, model)
    assert code == 0
    make_key(tmp_path / "other.key")
    os.environ["LANTERNE_KEY"] = (tmp_path / "other.key").read_text().strip()
    try:
        with pytest.raises(IntegrityError, match="another key"):
            who_ranks.in_force(settings.load(config), AS_OF)
    finally:
        del os.environ["LANTERNE_KEY"]
