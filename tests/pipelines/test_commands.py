"""The table of commands: nothing is missing from it, and what is not called is not loaded."""

import subprocess
import sys
from importlib import import_module

import pytest
import typer
from typer.core import TyperGroup

from pipelines.cli import MODULES, Loading
from tests.pipelines.calling import called, lanterne


def test_every_command_of_every_module_is_offered_under_its_name() -> None:
    offered = set()
    for module in set(MODULES.values()):
        found = typer.main.get_command(import_module(f"pipelines.{module}").app)
        is_several = isinstance(found, TyperGroup) and not found.name
        offered |= set(found.commands) if is_several else {found.name}
    assert offered == set(MODULES)
    assert {name: command.name for name, command in Loading(MODULES).items()} == {n: n for n in MODULES}


def test_a_command_loads_no_other_command() -> None:
    heavy = "{'shap', 'prefect', 'splink', 'great_expectations', 'synthetic_city', 'pandas'}"
    script = f"import sys, pipelines.cli as c; c.Loading(c.MODULES)['contract']; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("words", [[], ["bench"], ["contract"]])
def test_a_group_without_a_word_shows_its_help_and_says_no_more(words: list[str]) -> None:
    done = called(*words) if words else lanterne()
    assert done.returncode == 2 and "Usage: " in done.stdout and done.stderr == ""
