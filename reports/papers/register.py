"""The entry of the register of processing activities (GDPR, art. 30), in the order of the CNIL's record sheet."""

from __future__ import annotations

import re
from collections.abc import Sequence

from data_contracts import contract
from data_contracts.contract import Column
from reports.papers import files, law, looks, persons, saying
from reports.papers.facts import Facts, Installed, Source
from reports.papers.parts import Paper, Points, Says, Section, Table, Terms, says
from reports.words import WIDE

SENSITIVE = {
    "registre_vulnerables": (("origine",), "who registered (APA, PCH, pension fund): it may tell of a loss of autonomy or a disability"),
    "usages_services": (("service",), "the service used (meals, alarm, home help): it may tell of a loss of autonomy"),
    "visites": (("lsns6_1",), "answers on social ties and loneliness, and the needs that were voiced"),
    "parc_social": (("tranche_ressources",), "resources and work of the leaseholder: not special in law, but of a private nature"),
}  # fmt: skip
"""Source → the columns and what they may tell; told only where the gate lets those columns through."""
SEES: tuple[tuple[str, str], ...] = (
    ("see case", "cases"),
    ("see visits", "visits"),
    ("see alerts", "alerts"),
    ("ask identity", "asks for a name"),
    ("grant identity", "grants a name"),
    ("export decisions", "exports"),
    ("see trail", "trail"),
)
"""Action of the desk → column of the table of recipients."""


MADE = {"liste": "proposed list", "decisions": "decisions of the expert unit"}
"""What the software makes itself, by its contract."""
ADDED = re.compile(r"(?: ; |, réponse )(?![^(]*\))")
"""Where a description begins to add to what it says; what a parenthesis holds is no addition."""


def paper(f: Facts, installed: Installed) -> Paper:
    """One sheet."""
    return Paper(
        name="register_entry",
        kind=f.say("register of processing activities"),
        title=f.say("Proposing visits to households at risk of social isolation"),
        lede=f.say("Entry of the register of processing activities, filled from the run and from the settings of the city."),
        law=law.gdpr(f, "30(1)"),
        sections=(
            Section(title=f.say("Who answers"), law="art. 30(1)(a)", blocks=(Terms(pairs=(*persons.controller(f), persons.host(f))),)),
            Section(title=f.say("Purposes"), law="art. 30(1)(b)", blocks=_purposes(f)),
            Section(title=f.say("Legal basis, gate by gate"), law=law.gdpr(f, "6"), blocks=(bases(f),)),
            Section(title=f.say("Categories of persons"), law="art. 30(1)(c)", blocks=_persons(f)),
            Section(title=f.say("Categories of data, source by source"), law="art. 30(1)(c)", blocks=(data(f), *sensitive(f))),
            Section(title=f.say("Recipients"), law="art. 30(1)(d)", blocks=recipients(f, installed)),
            Section(title=f.say("Transfers outside the European Union"), law="art. 30(1)(e)", blocks=_transfers(f)),
            Section(title=f.say("Retention"), law="art. 30(1)(f)", blocks=(files.terms(f), *_emitted(f, installed))),
            Section(title=f.say("Security measures"), law="art. 30(1)(g), art. 32", blocks=looks.security(f, installed)),
        ),
    )  # fmt: skip


def _purposes(f: Facts) -> tuple[Says | Points, ...]:
    main = f.say("To find, among the households of the city, those at risk of a lasting lack of social relations, so that somebody can knock on the door.")  # fmt: skip
    items = (
        f.say("know who lives where, as of a day, and take out the dead, the departed and whoever objected;"),
        f.say("put households in an order, with reasons, for the expert unit;"),
        f.say("conduct visits and what follows;"),
        f.say("measure whether the ranking is better than a simple rule, and whom it misses."),
    )
    never = f.say("Excluded by the software: fraud control, rent recovery, benefit control, housing allocation, police, elections.")  # fmt: skip
    return (*says(main), Points(items=items), *says(never))


def bases(f: Facts) -> Table:
    """Of each source of which something is read: its gate in the run, its basis, who signed."""
    columns = (f.say("Source"), f.say("Gate"), f.say("Legal basis"), f.say("Signed by, on"))
    rows = tuple((s.title, f.say(files.GATES[s.gate]), s.basis, files.signature(f, s)) for s in f.used)
    return Table(caption=f.say("Gates of this run"), columns=columns, rows=rows, widths=(20, 16, 38, 26))


def _persons(f: Facts) -> tuple[Says | Points, ...]:
    items = [
        saying.known(f),
        f.say("former residents and the dead, until their removal"),
        f.say("minors only as members counted in a household; they are never listed by themselves"),
        f.say("agents, volunteers and members of the unit who use the review desk"),
    ]
    return (Points(items=tuple(items)),)


def data(f: Facts) -> Table:
    """The columns that came through each gate, in the words of the contracts."""
    columns = (f.say("Source"), f.say("Person and place"), f.say("Own to the source"))
    rows = tuple(
        (source.title, _identity(f, columns_), _own(columns_))
        for source in f.used
        for columns_ in (let_through(source),)
    )
    return Table(caption=f.say("Data that came through the gates"), columns=columns, rows=rows, widths=(20, 30, 50))  # fmt: skip


def let_through(source: Source) -> tuple[Column, ...]:
    """The columns that the gate lets be stored: all, those of the frame, none."""
    if source.gate == "closed":
        return ()
    if source.gate == "frame":
        return tuple(c for c in source.contract.columns if c.name in source.contract.frame_columns)
    return source.contract.columns


def _is_identity(column: Column) -> bool:
    return column.identifies is not None or column.name in ("sexe", "annee_naissance", "quartier")


def _identity(f: Facts, columns: Sequence[Column]) -> str:
    names = {c.name for c in columns}
    said = (
        (f.say("pseudonyms (match keys) of persons"), any(c.identifies == "person" for c in columns)),
        (f.say("sex"), "sexe" in names),
        (f.say("year of birth"), "annee_naissance" in names),
        (f.say("pseudonyms of address and dwelling"), any(c.identifies == "place" for c in columns)),
        (f.say("neighbourhood code"), "quartier" in names),
    )
    return ", ".join(word for word, holds in said if holds) or "–"


def _own(columns: Sequence[Column]) -> str:
    """The contract's own words, in its language, without what they add after a semicolon; columns of which it says the same are told together."""
    alike: dict[str, list[str]] = {}
    for column in (c for c in columns if not _is_identity(c)):
        alike.setdefault(ADDED.split(column.description.rstrip(".").replace("'", "’"))[0], []).append(
            column.header
        )
    return f"{WIDE}; ".join(words if len(named) == 1 else f"{named[0]} … {named[-1]}{WIDE}: {words}" for words, named in alike.items()) or "–"  # fmt: skip


def sensitive(f: Facts) -> tuple[Says | Points, ...]:
    """What may touch special categories of data (GDPR, art. 9) among what came through."""
    items = tuple(
        f"{s.title}{f.say(':')} {f.say(SENSITIVE[s.name][1])}"
        for s in f.used
        if s.name in SENSITIVE and set(SENSITIVE[s.name][0]) <= {c.name for c in let_through(s)}
    )
    none = f.say("No diagnosis, no national identification number (NIR), no origin, opinion, religion or criminal record is in any contract.")  # fmt: skip
    if not items:
        return says(none)
    lead = f.say("To be looked at by the data protection officer (GDPR, art. 9):")
    return (*says(lead), Points(items=items), *says(none))


def recipients(f: Facts, installed: Installed) -> tuple[Table | Says | Terms, ...]:
    """The roles of the review desk and what each may see; others as the city states."""
    columns = (f.say("Role"), *(f.say(title) for _, title in SEES))
    rows = tuple(
        (one.title, *(f.say("yes") if action in one.may else "" for action, _ in SEES))
        for one in installed.recipients
    )
    note = f.say("An account sees the cases of its own groups of neighbourhoods; every name that is shown was asked for by one person and granted by another.")  # fmt: skip
    table = Table(caption=f.say("Roles of the review desk"), columns=columns, rows=rows, widths=(23, *[11] * len(SEES)))  # fmt: skip
    blind = f.say("The telephone agent enters alerts and objections and reads no case; the administrator keeps the accounts and reads none either.")  # fmt: skip
    return (
        table,
        Says(text=blind, tone="note"),
        Says(text=note, tone="note"),
        Terms(pairs=(persons.others(f),)),
    )


def _transfers(f: Facts) -> tuple[Says, ...]:
    return says(
        f.say(
            "No transfer outside the European Union by the software: it sends nothing over the Internet. It talks to the city’s own database and directory, where these are set."
        )
    )


def _emitted(f: Facts, installed: Installed) -> tuple[Table, ...]:
    own = [
        (f.say(MADE[name]), files.period(f, promise.retention.period), promise.retention.why)
        for name, promise in ((name, contract.load(name)) for name in contract.EMITTED)
    ]
    kept = Table(
        caption=f.say("What the software itself makes"),
        columns=(f.say("What is kept"), f.say("Kept for, at most"), f.say("Why this long")),
        rows=tuple(own),
        widths=(26, 22, 52),
    )
    if not installed.has_desk:
        return (kept,)
    rows = tuple((term.what, files.period(f, term.period)) for term in installed.desk_terms)
    columns = (f.say("What is kept"), f.say("Kept for"))
    return (kept, Table(caption=f.say("Review desk"), columns=columns, rows=rows, widths=(60, 40)))
