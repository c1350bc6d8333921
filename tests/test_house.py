"""The house's own rules, where a linter has none."""

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("data_contracts", "features", "models", "reports", "review", "pipelines", "synthetic_city")
DECLARED = ("catalogue.py",)
"""Files that hold rows only, which are read one row at a time."""
FILES = sorted(p for room in ROOMS for p in (ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_are_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.name not in DECLARED:
        assert text.count("\n") <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 40, node.name


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_that_ranks_reads_the_truth(path: Path) -> None:
    """The truth is written by the city and read by evaluation (benchmarks) only."""
    if path.parent.name == "synthetic_city" or path.name == "city.py":
        return
    assert not re.search(r"[\"'/]truth[\"'/]", path.read_text(encoding="utf-8"))


def test_as_of_meets_known_on_in_one_place() -> None:
    comparing = re.compile(r"known_on\s*(<|>|between)")
    hits = [p.name for p in FILES if comparing.search(p.read_text(encoding="utf-8"))]
    assert hits == ["known.py"]


def test_the_lock_files_name_no_host_and_every_package_has_a_hash() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text and "--index" not in text and "--find-links" not in text
        packages = re.findall(r"^[a-z0-9][^\s]*==", text, re.MULTILINE)
        assert len(packages) > 100
        assert all(
            "--hash=sha256:" in block
            for block in re.split(r"^(?=[a-z0-9][^\s]*==)", text, flags=re.MULTILINE)[1:]
        )


NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_there_are_five_notebooks() -> None:
    assert [path.name[0] for path in NOTEBOOKS] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_asks_and_answers_and_holds_no_output(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    told = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    assert "**Question.**" in told and "## Réponse" in told
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code and all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
