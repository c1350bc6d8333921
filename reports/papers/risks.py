"""What may go wrong for people, and the measures in the software against it, each with what shows it. Gravity and likelihood are the city's to judge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reports.papers.facts import Facts


@dataclass(frozen=True, kw_only=True)
class Measure:
    """``shown_by``: a command, a file of the repository or a page of a run. ``look``: what ``lanterne check`` calls it, empty where it looks at nothing of the
    kind. ``holds``: whether this run has it at all."""

    text: str
    shown_by: str
    look: str = ""
    holds: Callable[[Facts], bool] = lambda facts: True


@dataclass(frozen=True, kw_only=True)
class Risk:
    """``harm``: to whom it happens, and what. ``rights``: which fundamental rights it touches (Charter of the European Union)."""

    title: str
    harm: str
    rights: str
    measures: tuple[Measure, ...]


RISKS: tuple[Risk, ...] = (
    Risk(
        title="Illegitimate access to data",
        harm="Somebody learns who is old, alone or helped, and uses it: burglary, fraud, shame.",
        rights="private life, protection of data (Charter, art. 7 and 8)",
        measures=(
            Measure(text="the warehouse is encrypted, its key apart", shown_by="lanterne check", look="encryption"),
            Measure(text="no name in the warehouse: match keys under a secret of the city", shown_by="lanterne pseudonymise"),
            Measure(text="a name needs two people, each time, for one household", shown_by="tests/review/test_identities.py"),
            Measure(text="each role sees its cases only; who saw what is signed", shown_by="docs/desk_roles.md", look="desk"),
            Measure(text="joined tables are deleted at the end of the run", shown_by="runs/…/working/", holds=lambda f: not f.are_tables_kept),
        ),
    ),
    Risk(
        title="Unwanted change of data",
        harm="A wrong or forged file puts a household on the list, or takes it off.",
        rights="good administration (Charter, art. 41)",
        measures=(
            Measure(text="each file is held to its signed contract; what breaks it is set aside with the reason", shown_by="contracts/index.html"),
            Measure(text="every line read is accounted for", shown_by="lanterne check", look="counts"),
            Measure(text="the model that ranks is frozen, signed, and refused when edited", shown_by="tests/models/test_frozen.py", look="model"),
            Measure(text="the run’s audit chain", shown_by="audit.jsonl", holds=lambda f: f.stamp.head is not None),
        ),
    ),
    Risk(
        title="Disappearance of data",
        harm="Objections are forgotten and people are visited against their will; follow-up is lost.",
        rights="protection of data (Charter, art. 8)",
        measures=(
            Measure(text="the register of objections outlives the warehouse", shown_by="lanterne oppose"),
            Measure(text="encrypted backups that are opened and counted again", shown_by="tests/pipelines/test_backups.py"),
        ),
    ),
    Risk(
        title="Use for another purpose",
        harm="The list serves to control aid, rent or votes: people then avoid the services that help them.",
        rights="protection of data, social assistance (Charter, art. 8 and 34)",
        measures=(
            Measure(text="forbidden purposes are refused before anything runs", shown_by="tests/pipelines/test_settings.py"),
            Measure(text="no arrears, no diagnosis, no origin in any contract: a file that has such a column is refused", shown_by="tests/contracts/test_forbidden_columns.py"),
            Measure(text="whoever exports is on the trail", shown_by="docs/desk_roles.md", look="desk"),
        ),
    ),
    Risk(
        title="A household in need is missed",
        harm="The ranking does not see it, or sees some groups less well: the harm is to be left alone.",
        rights="equality, rights of the elderly (Charter, art. 21 and 25)",
        measures=(
            Measure(text="households drawn by lot on every list, with their chance recorded", shown_by="estimates.html", holds=lambda f: f.exploration_share > 0),
            Measure(text="what the lists miss is estimated with intervals, by group", shown_by="estimates.html", holds=lambda f: f.measured is not None and f.measured.lists > 0),
            Measure(text="groups are compared against a band, with the verdict “insufficient evidence” where it is so", shown_by="fairness.html", holds=lambda f: f.equality is not None),
            Measure(text="floors by age or neighbourhood, set by the city", shown_by="docs/configuration.md", holds=lambda f: bool(f.floors)),
            Measure(text="alerts and bereavement have arms of their own, outside the ranking", shown_by="list.html"),
        ),
    ),
    Risk(
        title="An unwanted or useless visit",
        harm="Somebody who needs nothing is disturbed, or feels labelled as isolated.",
        rights="private and family life, dignity (Charter, art. 1 and 7)",
        measures=(
            Measure(text="objections and refusals are honoured before any calculation", shown_by="tests/pipelines/test_objector_nowhere.py"),
            Measure(text="a rest after each visit, and lists no longer than the teams can visit", shown_by="docs/configuration.md"),
            Measure(text="people decide on each line, with reasons, counter-evidence and what is not known", shown_by="list.html"),
            Measure(text="the share of visits in vain is published with the ranking", shown_by="model/card.html"),
        ),
    ),
    Risk(
        title="Wrong link between records",
        harm="Facts of one person weigh on another, or a dead person is visited.",
        rights="accuracy (GDPR, art. 5(1)(d))",
        measures=(
            Measure(text="doubtful pairs stay apart and are counted; every link can be explained", shown_by="lanterne explain-link"),
            Measure(text="whom the registers leave in doubt is compared by group", shown_by="frame_parity.html"),
        ),
    ),
    Risk(
        title="A machine that decides in fact",
        harm="The unit follows the order without looking; nobody can contest it.",
        rights="not to be subject to an automated decision (GDPR, art. 22), effective remedy (Charter, art. 47)",
        measures=(
            Measure(text="nothing leaves the desk without a decision of a person", shown_by="docs/desk_states.md"),
            Measure(text="a share of the cases is decided twice, blind", shown_by="docs/desk_states.md", holds=lambda f: f.second_look_share > 0),
            Measure(text="a page for the person: what counted, how much, from where", shown_by="lanterne explain-person"),
            Measure(text="the model changes only when a person approves a new one", shown_by="lanterne approve", holds=lambda f: f.card.about.approval is not None or not f.needs_approval),
        ),
    ),
    Risk(
        title="Whoever warns is found out",
        harm="Neighbours and agents no longer warn.",
        rights="private life, freedom of expression (Charter, art. 7 and 11)",
        measures=(
            Measure(text="no contract has a column on who reported", shown_by="docs/data_dictionary.md"),
            Measure(text="such signs are told roughly, never named, on the page of the person", shown_by="tests/reports/test_crpa.py"),
        ),
    ),
    Risk(
        title="Somebody is recognised in published figures",
        harm="A count of a few households in a small neighbourhood names them to their neighbours.",
        rights="private life (Charter, art. 7)",
        measures=(
            Measure(text="no published count below 11, and none that can be worked out from others", shown_by="tests/features/test_cells.py"),
        ),
    ),
)  # fmt: skip
