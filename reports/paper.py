"""HTML → PDF by WeasyPrint, with the fonts inside and nothing fetched from elsewhere. Same HTML, same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import matplotlib as mpl
from weasyprint import HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

FACES = {"normal": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf"}


def font_faces() -> dict[str, str]:
    """Weight → address of a font that Matplotlib brings along, since a bare system may have none."""
    folder = f"{mpl.get_data_path()}/fonts/ttf"
    return {weight: "file://" + quote(f"{folder}/{file}") for weight, file in FACES.items()}


class OwnFonts(URLFetcher):  # type: ignore[misc]
    """Reads those fonts; any other address stops the document."""

    def __init__(self) -> None:
        super().__init__(fail_on_errors=True)

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """As WeasyPrint asks."""
        if url not in font_faces().values():
            raise ValueError(f"a document reads nothing but its own fonts, not {url}")
        return super().fetch(url, headers)


def laid_out(html: str) -> Document:
    """The document page by page."""
    return HTML(string=html, url_fetcher=OwnFonts()).render(font_config=FontConfiguration())


def pdf(html: str) -> bytes:
    """The document as a tagged PDF."""
    written = laid_out(html).write_pdf(pdf_identifier=b"lanterne", pdf_tags=True)
    assert isinstance(written, bytes)
    return written
