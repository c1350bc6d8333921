"""What was learnt is the same text on a processor with other instructions, which add up in another order."""

import os
import subprocess
import sys

import numpy as np
import pytest

from models.nested import nested_boosting, nested_logistic
from tests.models.town import FACTORS, labels

OLD = {"OPENBLAS_CORETYPE": "Nehalem", "OPENBLAS_NUM_THREADS": "1", "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3"}
"""What numpy and its linear algebra would choose on a processor of 2008, alone."""


def texts() -> str:
    """Of a line and of trees, learnt from what only trees can learn."""
    matrix, _ = labels(180)
    age = np.random.default_rng(0).integers(20, 95, len(matrix)).astype(float)
    outcome = ((age >= 30) & (age < 48)) | ((age >= 66) & (age < 84))
    learners = (make(FACTORS, seed=0, is_ordered=True) for make in (nested_logistic, nested_boosting))
    fitted = (one.fit(matrix.assign(oldest_age=age), outcome, np.ones(len(matrix))) for one in learners)
    return "\n".join(one.as_text() for one in fitted)  # type: ignore[union-attr]


@pytest.mark.slow
def test_line_and_trees_are_the_same_text() -> None:
    done = subprocess.run(
        [sys.executable, "-m", __name__], capture_output=True, text=True, check=True, env=os.environ | OLD
    )
    here = texts()
    assert "Tree=1" in here, "trees were learnt"
    assert done.stdout == here + "\n"
    assert ": -0.0," not in here, "the sign of nothing is the machine’s"


if __name__ == "__main__":
    print(texts())
