"""What tests of several rooms share."""

import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from tests import outside

os.environ.setdefault("OMP_NUM_THREADS", "1")
"""Two test processes share two cores: LightGBM's threads would wait for one another. Read when it is loaded, which is after this file."""

os.environ |= {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
"""The servers that Prefect's own test harness starts would report to its makers. Read when it is imported."""

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
"""What an example takes says more about the machine than about the law."""


@pytest.fixture(scope="session", autouse=True)
def _nobody_outside() -> Iterator[None]:
    """What was refused and swallowed shows at the end."""
    with pytest.MonkeyPatch.context() as patch:
        outside.close(patch)
        yield
    assert outside.asked == []


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real Chromium, one a module."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "Chromium is not installed; `make test` installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
