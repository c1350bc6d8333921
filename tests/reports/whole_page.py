"""What every page must be: one file that fetches nothing, whose links lead somewhere, and of which nothing runs over its edge."""

import re

from playwright.sync_api import Page

SIZES = ((375, "screen"), (1366, "screen"), (703, "print"))
"""A phone, a laptop, and A4 paper between margins of 12 mm: width in pixels, medium."""
_OVERFLOWING = """width => [...document.querySelectorAll('body *')].filter(e => e.childNodes.length && [...e.childNodes].some(
  n => n.nodeType === 3 && n.textContent.trim())).filter(e => {
    if (e.closest('.stack thead') || ['TITLE', 'DESC', 'STYLE'].includes(e.nodeName.toUpperCase())) return false;
    const range = document.createRange(); range.selectNodeContents(e);
    const holder = (e.closest('svg') || e.closest('.sheet') || document.body).getBoundingClientRect();
    return [...range.getClientRects()].some(b => b.left < holder.left - 1 || b.right > Math.min(holder.right, width) + 1);
  }).map(e => e.textContent.trim().slice(0, 60))"""


_UNREACHED = """() => [...document.querySelectorAll('body *')].filter(e => ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && e.clientWidth
  && e.scrollWidth > e.clientWidth + 1 && !(e.tabIndex === 0 && e.getAttribute('role') === 'region' && e.getAttribute('aria-label'))).map(e => e.outerHTML.slice(0, 60))"""


def faults(shown: str) -> list[str]:
    """What a page fetches, identifiers that stand twice, links within it that lead nowhere, and the colours of night on paper."""
    fetched = re.findall(
        r"@import|@media \(prefers-color|url\((?!#)|https?://(?!www\.w3\.org)|<script|\bsrc=", shown
    )
    there = re.findall(r'\bid="([^"]+)"', shown)
    twice = sorted({name for name in there if there.count(name) > 1})
    asked = {a or b for a, b in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', shown)}
    return [*fetched, *twice, *sorted(asked - set(there))]


def unreached(view: Page) -> list[str]:
    """What scrolls sideways and cannot be scrolled without a mouse, or has no name for whoever does not see it; what is folded is unfolded first."""
    view.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found: list[str] = view.evaluate(_UNREACHED)
    return found


def overflowing(view: Page, width: int, media: str) -> list[str]:
    """Texts that run over the edge at one of ``SIZES``, and what scrolls without a keyboard; the page itself where it scrolls sideways."""
    view.set_viewport_size({"width": width, "height": 768})
    view.emulate_media(media=media)  # type: ignore[arg-type]
    unreached = view.evaluate(_UNREACHED) if media == "screen" else []
    is_wide = view.evaluate("document.documentElement.scrollWidth") > width
    return [*(["the page"] if is_wide else []), *unreached, *view.evaluate(_OVERFLOWING, width)]
