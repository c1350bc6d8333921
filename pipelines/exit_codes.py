"""What each exit code of ``lanterne`` means and what an administrator does about it. The codes are those of ``data_contracts.errors``; 0, 5 and 130 are no errors."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Ended:
    """One way in which a command ends. ``state``: what the schedule calls a run that ends so."""

    code: int
    means: str
    do: str
    state: str


ENDED = (
    Ended(code=0, means="done", do="nothing", state="`Completed`"),
    Ended(
        code=1,
        means="an error that nobody foresaw, told without what it said, which may hold personal data; of `bench`: a bar that does not hold; of `approve`: nobody agreed",
        do="once more with `LANTERNE_TRACEBACK=1` on a terminal that only you see; send the trace without values to whoever maintains Lanterne",
        state="`Failed: unforeseen`",
    ),
    Ended(
        code=2,
        means="wrong use or configuration; somebody else is at work there; the machine has no room, memory or right to give, or its clock was set back; a package with a published weakness (`check --advisories`)",
        do="do what the line `Hint:` says; before `Failed: busy` an ingest, a cycle or a training of the schedule has waited (`patience_minutes`), and it comes again at its next time",
        state="`Failed: configuration`, `Failed: busy`, `Failed: machine`",
    ),
    Ended(
        code=3,
        means="a contract stopped a file: nothing of it is stored",
        do="send the department what the refusal says (file, column or rule, and the line `Hint:`), and ask for the file again",
        state="`Failed: contract`",
    ),
    Ended(
        code=4,
        means="a legal gate stopped the run",
        do="nothing technical: the data protection officer decides whether the gate of that source may open (`[sources]`)",
        state="`Failed: legal gate`",
    ),
    Ended(
        code=5,
        means="done, and the list is by a rule: no candidate beat the rules, or nobody has approved the one that did",
        do="hand the list out; let the analyst read `model/card.html` and approve, or not",
        state="`List by a rule`",
    ),
    Ended(
        code=6,
        means="integrity: a damaged or altered store, chain, approval, model or backup, a key that is missing or open to others; or a ranking that is too good to be true",
        do="stop the desk and the schedule, change nothing, copy everything apart, run `lanterne check`, then compare with the last backup; hand out no list",
        state="`Failed: integrity`, `Failed: suspected leak`",
    ),
    Ended(
        code=7,
        means="done, the list stands, and the town has moved away from what the ranking was learnt on",
        do="let the analyst read `drift.html`: it says what to look at",
        state="`Drift alarm`",
    ),
    Ended(
        code=130,
        means="interrupted (Ctrl-C)",
        do="run it again: what had ended is kept",
        state="`Taken up` when the schedule starts again; `Crashed` where the machine killed this run alone, which is then to be begun again",
    ),
)


def page() -> str:
    """``docs/exit_codes.md``."""
    rows = "\n".join(f"| {one.code} | {one.means} | {one.do} | {one.state} |" for one in ENDED)
    return f"{_HEAD}\n\n| code | means | do | state in the schedule |\n|---|---|---|---|\n{rows}\n"


_HEAD = """# Exit codes

Generated from `pipelines/exit_codes.py` by `make docs`. Scripts, timers and other cities' checks rely on them. A refusal says on standard error what, where and, after `Hint:`, what to do.
[Operating Lanterne](operate.md)."""
