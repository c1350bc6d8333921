"""The technical documentation of Annex IV (regulation (EU) 2024/1689, art. 11(1)): every heading, filled from the run or marked for the city to complete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reports.papers import annex_control, annex_elements, annex_general
from reports.papers.facts import Facts, Installed
from reports.papers.parts import Block, Paper, Section

Fill = Callable[[Facts, Installed], tuple[Block, ...]]


@dataclass(frozen=True, kw_only=True)
class Heading:
    """One point of Annex IV, in its words shortened."""

    point: str
    title: str
    fill: Fill


ANNEX_IV: tuple[Heading, ...] = (
    Heading(point="1(a)", title="Intended purpose, name of the provider, version and its relation to earlier ones", fill=annex_general.purpose),
    Heading(point="1(b)", title="How the system interacts with hardware and software that are not part of it", fill=annex_general.interacts),
    Heading(point="1(c)", title="Versions of relevant software, and requirements on updates", fill=annex_general.versions),
    Heading(point="1(d)", title="Forms in which the system is placed on the market or put into service", fill=annex_general.forms),
    Heading(point="1(e)", title="Hardware on which the system is intended to run", fill=annex_general.hardware),
    Heading(point="1(f)", title="Where it is a component of products: photographs, marking, internal layout", fill=annex_general.component),
    Heading(point="1(g)", title="User interface provided to the deployer", fill=annex_general.interface),
    Heading(point="1(h)", title="Instructions for use for the deployer", fill=annex_general.instructions),
    Heading(point="2(a)", title="Methods and steps of the development, pre-trained systems and tools of third parties", fill=annex_elements.steps),
    Heading(point="2(b)", title="Design specifications: general logic, key choices, assumptions, what is optimised, trade-offs", fill=annex_elements.design),
    Heading(point="2(c)", title="System architecture, and computational resources", fill=annex_elements.architecture),
    Heading(point="2(d)", title="Data requirements: training methods, data sets, origin, selection, labelling, cleaning", fill=annex_elements.data),
    Heading(point="2(e)", title="Human oversight measures, and what helps to interpret the outputs (art. 14, 13(3)(d))", fill=annex_elements.oversight),
    Heading(point="2(f)", title="Pre-determined changes to the system and its performance", fill=annex_elements.changes),
    Heading(point="2(g)", title="Validation and testing: data, metrics, potentially discriminatory impacts, signed reports", fill=annex_elements.testing),
    Heading(point="2(h)", title="Cybersecurity measures", fill=annex_elements.cybersecurity),
    Heading(point="3", title="Monitoring, functioning and control: capabilities, limits, accuracy by group, foreseeable unintended outcomes, input data", fill=annex_control.functioning),
    Heading(point="4", title="Appropriateness of the performance metrics", fill=annex_control.metrics),
    Heading(point="5", title="Risk management system (art. 9)", fill=annex_control.risks),
    Heading(point="6", title="Relevant changes made by the provider through the lifecycle", fill=annex_control.lifecycle),
    Heading(point="7", title="Harmonised standards applied, or the solutions adopted instead", fill=annex_control.standards),
    Heading(point="8", title="Copy of the EU declaration of conformity (art. 47)", fill=annex_control.declaration),
    Heading(point="9", title="System to evaluate performance after it is put into service, and post-market monitoring plan (art. 72)", fill=annex_control.monitoring),
)  # fmt: skip


def paper(f: Facts, installed: Installed) -> Paper:
    """All of it, in the order of the annex."""
    return Paper(
        name="technical_file",
        kind=f.say("technical file"),
        title=f.say("Technical documentation of the system"),
        lede=f.say(
            "The headings of Annex IV, each filled from this run or marked for whoever has to complete it. Built as if high-risk."
        ),
        law=f.say("Regulation (EU) 2024/1689, art. 11 and Annex IV"),
        sections=tuple(
            Section(title=f"{h.point} – {f.say(h.title)}", blocks=h.fill(f, installed)) for h in ANNEX_IV
        ),
    )
