"""Writes the generated pages of this folder (`make docs`)."""

from pathlib import Path

from pipelines.documents import pages

for name, content in pages().items():
    (Path(__file__).parent / name).write_text(content, encoding="utf-8")
