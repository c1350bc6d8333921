"""Which law a paper cites: the Union's everywhere, that of France in France. Elsewhere the country's own law is for the city to add."""

from __future__ import annotations

from reports.papers.facts import Facts

ROLL = "code électoral, art. L37"


def gdpr(f: Facts, articles: str) -> str:
    """The regulation by the name that the language gives it."""
    return f"{f.say('GDPR')}, art. {articles}"


def of_notice(f: Facts) -> str:
    """What asks for the public notice; outside France nothing but transparency does."""
    if f.stamp.is_in_france:
        return f.say("Code des relations entre le public et l’administration, art. L312-1-3")
    return gdpr(f, "5(1)(a)")


def of_explanation(f: Facts) -> str:
    """What gives a right to the page about one's own household."""
    if f.stamp.is_in_france:
        return "code des relations entre le public et l’administration, art. R311-3-1-2"
    return gdpr(f, "15(1)(h)")


def of_roll(f: Facts) -> str:
    """On which law the city uses the electoral roll, as it follows the word; nothing where it is not that of France."""
    return f" ({ROLL})" if f.stamp.is_in_france else ""


def references(f: Facts) -> str:
    """What the impact assessment refers to."""
    if f.stamp.is_in_france:
        return f.say("CASF, art. L121-6-1; code électoral, art. L37; CRPA, art. L311-3-1, L312-1-3; regulation (EU) 2024/1689")  # fmt: skip
    return f.say("regulation (EU) 2024/1689; the laws of the country are for the city to add")


def complaint(f: Facts) -> str:
    """Whom to write to after the city."""
    if f.stamp.is_in_france:
        return f.say("About your data: write to the CNIL (cnil.fr). About this page, or if the city does not answer within a month: write to the CADA (cada.fr).")  # fmt: skip
    return f.say("Write to the data protection authority of the country.")


def authority(f: Facts) -> str:
    """The same in a word."""
    return "CNIL, cnil.fr" if f.stamp.is_in_france else f.say("the data protection authority of the country")
