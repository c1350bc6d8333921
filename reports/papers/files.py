"""What several papers say of the sources of a run: which gate, which basis, who signed, what each does, how long it is kept."""

from __future__ import annotations

from collections.abc import Sequence

from data_contracts.contract_terms import Period
from reports.papers.facts import Facts, Source
from reports.papers.parts import Cell, Missing, Table

GATES = {"open": "open", "frame": "frame only", "consent": "consent only", "closed": "closed"}


def period(f: Facts, kept: Period) -> str:
    """``3 ans`` or ``3 years``."""
    if f.stamp.language == "fr":
        return kept.in_french()
    parts = ((kept.years, "year"), (kept.months, "month"), (kept.days, "day"))
    return " ".join(f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in parts if n)


def since(f: Facts, source: Source) -> str:
    """From which day a row's term counts."""
    return f.say(SINCE[source.contract.retention.counted_from])


SINCE = {
    "delivered_on": "the day of delivery",
    "known_on": "the day on which the fact was known",
    "date_liste": "the day of the roll",
    "date_arrete": "the day of which the data tell",
    "date_signalement": "the day of the alert",
    "date_visite": "the day of the visit",
}
"""Column from which a term counts → in words."""


def term(f: Facts, source: Source) -> str:
    """How long, and since when."""
    return f.say("{period} from {start}").format(period=period(f, source.period), start=since(f, source))


def basis(f: Facts, source: Source) -> str:
    """The basis, with its signature where there is one."""
    if source.signed_by and source.signed_on is not None:
        said = f.say("{basis} – signed by {who} on {day}")
        return said.format(basis=source.basis, who=source.signed_by, day=f.day(source.signed_on))
    return source.basis


def signature(f: Facts, source: Source) -> Cell:
    """Who signed and when; what has to be signed and is not; what needs no signature."""
    if source.signed_by and source.signed_on is not None:
        return f"{source.signed_by}, {f.day(source.signed_on)}"
    if source.name not in SIGNED:
        return f.say(UNSIGNED.get(source.name, "own data of the city, or about nobody"))
    return Missing(what=f.say(SIGNED[source.name]), whom=f"city.toml, [sources.{source.name}]")


SIGNED = {
    "liste_electorale": "note of the data protection officer, signatory and date",
    "parc_social": "convention, impact assessment and information of the tenants, signatory and date",
    "usages_services": "note on compatibility and notice, signatory and date",
    "registre_vulnerables": "convention with the département or the pension fund, signatory and date",
}
"""Source → what opens its gate and has to be signed for."""
UNSIGNED = {"etat_civil": "each person, row by row"}
"""Source → who opens its gate instead of a signatory."""


def service(f: Facts, source: Source) -> str:
    """What a source of the run does for the list."""
    if source.weighs:
        return f.say("weighs in the ranking")
    return f.say(SERVES[source.name])


SERVES = {
    "liste_electorale": "who lives where; does not rank",
    "etat_civil": "the dead; mourning with consent",
    "parc_social": "who lives where; does not rank",
    "usages_services": "who lives where; does not rank",
    "registre_vulnerables": "who lives where; does not rank",
    "signalements": "a visit in answer; does not rank",
    "visites": "teaches the ranking and measures it",
    "etablissements": "removes who lives in a home",
    "deces_publics": "removes the dead, nothing else",
    "oppositions": "takes out whoever objected, first",
    "quartiers": "names the neighbourhoods",
}
"""Source → what it does where no factor of the run reads it; short enough for the drawing."""


def used_table(f: Facts, some: Sequence[Source]) -> Table:
    """Files that this run used: what for, behind which gate, how long."""
    columns = (f.say("File"), f.say("What it does"), f.say("Gate"), f.say("Kept for"))
    rows = tuple((s.title, service(f, s), f.say(GATES[s.gate]), period(f, s.period)) for s in some)
    return Table(caption=f.say("The files used"), columns=columns, rows=rows, widths=(32, 33, 22, 13))


def terms(f: Facts) -> Table:
    """Retention source by source, as the contracts and the city say."""
    columns = (f.say("File"), f.say("Kept for"), f.say("Why this long"))
    rows = tuple((s.title, term(f, s), s.contract.retention.why) for s in f.used)
    return Table(caption=f.say("The files used"), columns=columns, rows=rows, widths=(24, 34, 42))
