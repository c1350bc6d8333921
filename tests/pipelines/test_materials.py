"""What Lanterne is made of: every locked package is in the bill and in the table, under a licence that somebody knows and that is allowed."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.errors import ConfigurationError
from pipelines import licences, locked, materials
from pipelines.licences import ALLOWED, is_allowed


def test_every_licence_is_known_and_allowed() -> None:
    assert materials.refused() == ()


def test_a_licence_that_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(ConfigurationError, match="no-such-package"):
        licences.licence_of("no-such-package")


def test_nothing_is_read_by_hand_for_nothing() -> None:
    there = {pin.name for file in (locked.RUN_TIME, locked.DEVELOPMENT) for pin in locked.locked(file)}
    assert licences.read_by_hand().keys() <= there


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-only", False),
        ("GPL-2.0-or-later OR MPL-1.1", True),
        ("MIT AND GPL-3.0-only", False),
        ("MPL-2.0 AND (Apache-2.0 OR GPL-3.0-only)", True),
        ("(MIT OR GPL-3.0-only) AND GPL-3.0-only", False),
        ("BSD-2-Clause AND Apache-2.0 WITH LLVM-exception", True),
        ("GPL-3.0-only OR MIT AND GPL-3.0-only", False),
    ],
)
def test_of_alternatives_one_is_enough(expression: str, answer: bool) -> None:
    assert is_allowed(expression) is answer


@given(
    st.lists(
        st.lists(st.sampled_from([*sorted(ALLOWED), "GPL-3.0-only", "SSPL-1.0"]), min_size=1), min_size=1
    )
)
def test_an_expression_is_allowed_as_its_parts_are(alternatives: Sequence[Sequence[str]]) -> None:
    expression = " OR ".join(f"({' AND '.join(parts)})" for parts in alternatives)
    assert is_allowed(expression) == any(set(parts) <= ALLOWED for parts in alternatives)


LOCK = """\
one==1.0 \\
    --hash=sha256:00
    # via
    #   lanterne (pyproject.toml)
    #   two
Two[extra]==2.0.post1 ; sys_platform == 'nowhere' \\
    --hash=sha256:11
    # via lanterne (pyproject.toml)
"""


def test_a_lock_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(LOCK)
    one, two = locked.locked(tmp_path / "lock")
    assert (one.name, one.version, one.marker, one.via) == ("one", "1.0", "", ("lanterne", "two"))
    assert (two.name, two.version, two.via) == ("two", "2.0.post1", ("lanterne",))
    assert one.is_for_here and not two.is_for_here


def test_the_bill_is_one_that_tools_can_follow() -> None:
    told = json.loads(materials.bill())
    assert (told["bomFormat"], told["specVersion"], told["version"]) == ("CycloneDX", "1.5", 1)
    assert re.fullmatch(
        r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", told["serialNumber"]
    )
    parts = told["components"]
    assert all({"type", "name", "version", "bom-ref", "purl", "licenses"} <= part.keys() for part in parts)
    refs = [part["bom-ref"] for part in parts]
    assert len(refs) == len(set(refs)) == len(locked.locked(locked.RUN_TIME)) + len(licences.vendored())
    root = told["metadata"]["component"]["bom-ref"]
    after = {one["ref"]: one["dependsOn"] for one in told["dependencies"]}
    assert after.keys() == {root, *refs} and {one for needs in after.values() for one in needs} <= set(refs)
    reached, todo = set[str](), [root]
    while todo:
        reached.add(one := todo.pop())
        todo += [need for need in after[one] if need not in reached]
    assert reached == {root, *refs}, "something is there for nothing"
    assert materials.bill() == json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def test_what_pyproject_names_is_what_the_bill_hangs_on() -> None:
    import tomllib

    wanted = tomllib.loads((locked.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "dependencies"
    ]
    names = {re.split(r"[\[<>=]", one)[0] for one in wanted}
    told = json.loads(materials.bill())
    root = told["dependencies"][0]["dependsOn"]
    assert names == {re.split("[/@]", ref)[1] for ref in root if ref.startswith("pkg:pypi/")}
