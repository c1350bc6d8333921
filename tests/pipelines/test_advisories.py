"""Published weaknesses: which versions an advisory holds, by pictures and against a slow reference; and what is no advisory is said."""

import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from pipelines import advisories, locked
from pipelines.advisories import Advisory, Weakness, read, weaknesses
from tests.pipelines.calling import called

Events = Sequence[dict[str, str]]


def advisory(events: Events = (), *, id_: str = "PYSEC-1", package: str = "one", kind: str = "ECOSYSTEM", **more: object) -> dict[str, object]:  # fmt: skip
    ranges = [{"type": kind, "events": list(events)}] if events else []
    affected = {"package": {"ecosystem": "PyPI", "name": package}, "ranges": ranges, **more.pop("of", {})}  # type: ignore[dict-item]
    return {"id": id_, "modified": "2026-01-01T00:00:00Z", "summary": "s", "affected": [affected], **more}


def found(told: dict[str, object], version: str, package: str = "one") -> list[Weakness]:
    return list(weaknesses([Advisory.model_validate(told)], [(package, version, "installed")]))


INTRODUCED, FIXED = {"introduced": "1.0"}, {"fixed": "1.5"}


@pytest.mark.parametrize(
    ("events", "inside", "outside"),
    [
        ([{"introduced": "0"}], ["0.dev0", "0.1a1", "1", "999"], []),
        ([{"introduced": "0"}, FIXED], ["0.1", "1.5rc1", "1.4.9"], ["1.5", "1.5.0", "1.5.post1", "2"]),
        ([INTRODUCED, FIXED], ["1.0", "1.0.0", "1.4"], ["0.9", "1.0rc1", "1.5", "2"]),
        (
            [INTRODUCED, {"last_affected": "1.5"}],
            ["1.0", "1.5", "1.5.0"],
            ["0.9", "1.5.0.1", "1.5.post1", "1.6"],
        ),
        ([{"introduced": "1.5"}, {"last_affected": "1.5"}], ["1.5"], ["1.4", "1.6"]),
        (
            [FIXED, INTRODUCED, {"introduced": "2.0"}, {"fixed": "2.1"}],
            ["1.2", "2.0"],
            ["0.1", "1.5", "1.9", "2.1"],
        ),
        ([INTRODUCED], ["1.0", "99", "1!0"], ["0.9"]),
    ],
)
def test_a_range(events: Events, inside: Sequence[str], outside: Sequence[str]) -> None:
    assert [version for version in inside if not found(advisory(events), version)] == []
    assert [version for version in outside if found(advisory(events), version)] == []


NUMBERS = st.integers(0, 12)
SPANS = st.lists(
    st.tuples(NUMBERS, st.integers(1, 4), st.sampled_from(["fixed", "last_affected"])), max_size=3
)


@given(SPANS, NUMBERS, st.permutations(range(6)))
def test_spans_hold_what_lies_in_one_of_them(
    spans: Sequence[tuple[int, int, str]], version: int, order: Sequence[int]
) -> None:
    """Each span a range of its own, its events in any order: affected where one of them holds the version."""
    held = any(
        begin <= version < begin + size if end == "fixed" else begin <= version <= begin + size
        for begin, size, end in spans
    )
    ranges = [
        {
            "type": "ECOSYSTEM",
            "events": [{"introduced": str(begin)}, {end: str(begin + size)}][:: 1 if order[0] % 2 else -1],
        }
        for begin, size, end in spans
    ]
    told = advisory(of={"ranges": ranges})
    assert bool(found(told, str(version))) == held


@given(st.lists(NUMBERS, unique=True, min_size=1, max_size=6).map(sorted), NUMBERS)
def test_events_take_turns(marks: Sequence[int], version: int) -> None:
    """In one range: introduced, fixed, introduced … A version is affected where an odd number of marks lies at it or before it."""
    events = [{("introduced", "fixed")[place % 2]: str(mark)} for place, mark in enumerate(marks)]
    assert bool(found(advisory(events), str(version))) == (sum(mark <= version for mark in marks) % 2 == 1)


def test_what_is_told_of_one() -> None:
    events = [{"introduced": "0"}, {"fixed": "1.5"}, {"introduced": "2"}, {"fixed": "2.3"}]
    (one,) = found(advisory(events, aliases=["CVE-1"]), "2.1")
    assert (one.package, one.version, one.advisory, one.aliases) == ("one", "2.1", "PYSEC-1", ("CVE-1",))
    assert one.fixed == "2.3" and found(advisory(events), "1")[0].fixed == "1.5"
    assert found(advisory([{"introduced": "0"}]), "1")[0].fixed is None
    twice = advisory(events)
    twice["affected"] = [*twice["affected"], *twice["affected"]]  # type: ignore[misc]
    assert len(found(twice, "1")) == 1, "said once"


def test_what_does_not_count() -> None:
    every = [{"introduced": "0"}]
    assert found(advisory(every), "1")
    assert not found(advisory(every, withdrawn="2026-01-02T00:00:00Z"), "1")
    assert not found(advisory(every), "1", package="another")
    assert not found(advisory(every, kind="GIT"), "1")
    assert not found(advisory(every, of={"package": {"ecosystem": "npm", "name": "one"}}), "1")
    assert found(advisory(every, package="One_Two.three"), "1", package="one-two-three"), (
        "names as PyPI takes them"
    )
    assert found(advisory(of={"versions": ["1.0.0", "dull"]}), "1") and not found(
        advisory(of={"versions": ["1.0.1"]}), "1"
    )


def packed(folder: Path, told: Sequence[object], how: str) -> Path:
    file = folder / how
    texts = [json.dumps(one) for one in told]
    if how == "zip":
        with zipfile.ZipFile(file, "w") as archive:
            for number, text in enumerate(texts):
                archive.writestr(f"PYSEC-{number}.json", text)
    elif how == "folder":
        (file / "deep").mkdir(parents=True)
        for number, text in enumerate(texts):
            (file / "deep" / f"{number}.json").write_text(text)
    else:
        file.write_text(json.dumps(told) if how == "list" else texts[0])
    return file


@pytest.mark.parametrize(("how", "number"), [("object", 1), ("list", 2), ("zip", 2), ("folder", 2)])
def test_every_way_in_which_they_are_published(tmp_path: Path, how: str, number: int) -> None:
    told = [advisory([INTRODUCED]), advisory([INTRODUCED], id_="GHSA-2", unknown={"more": 1})]
    assert [one.id for one in read(packed(tmp_path, told, how))] == ["PYSEC-1", "GHSA-2"][:number]


WRONG: dict[str, Callable[[Path], object]] = {
    "no JSON": lambda file: file.write_text("{"),
    "no bytes of text": lambda file: file.write_bytes(b"\xff\xfe\x00"),
    "nothing": lambda file: file.write_text("[]"),
    "another object": lambda file: file.write_text('{"vulns": []}'),
    "a number": lambda file: file.write_text("3"),
    "an event that says nothing": lambda file: file.write_text(json.dumps(advisory([{"seen": "1"}]))),
    "a range without a beginning": lambda file: file.write_text(json.dumps(advisory([FIXED]))),
    "a version in words": lambda file: file.write_text(json.dumps(advisory([{"introduced": "the first"}], package="typer"))),
    "an empty folder": lambda file: file.mkdir(),
    "a broken zip": lambda file: file.write_bytes(b"PK\x03\x04" + b"?" * 60),
    "not there": lambda file: None,
}  # fmt: skip


@pytest.mark.parametrize("how", WRONG)
def test_what_is_no_advisory_is_said(tmp_path: Path, how: str) -> None:
    WRONG[how](tmp_path / "given")
    done = called("check", "--advisories", tmp_path / "given")
    assert done.returncode == 2 and "Hint:" in done.stderr and not done.stdout, done


def test_the_command(tmp_path: Path) -> None:
    here = {name: version for name, version, where in locked.here() if where == "installed"}
    events = [{"introduced": "0"}, {"fixed": str(Version(here["typer"]).major + 1)}]
    file = packed(tmp_path, [advisory(events, package="Typer", aliases=["CVE-9"])], "object")
    done = called("check", "--advisories", file)
    assert done.returncode == 2
    assert (
        f"typer {here['typer']} (installé)\u00a0: PYSEC-1, CVE-9\u00a0; corrigé dans la version {Version(here['typer']).major + 1}"
        in done.stdout
    )
    file.write_text(json.dumps(advisory([{"introduced": "0"}, {"fixed": here["typer"]}], package="typer")))
    done = called("check", "--advisories", file, "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["findings"][0]["is_sound"]
    assert called("check").returncode == 2


def test_a_pin_that_is_not_installed_is_looked_at_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "lock").write_text(
        "typer==0.0.1 \\\n    --hash=sha256:00\nnone==1 ; sys_platform == 'nowhere' \\\n"
    )
    monkeypatch.setattr(locked, "RUN_TIME", tmp_path / "lock")
    assert [(name, version) for name, version, where in locked.here() if where == "locked"] == [
        ("typer", "0.0.1")
    ]
    told = [Advisory.model_validate(advisory([{"introduced": "0"}, {"fixed": "0.0.2"}], package="typer"))]
    assert [one.where for one in advisories.weaknesses(told, locked.here())] == ["locked"]
