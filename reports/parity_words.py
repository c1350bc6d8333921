"""The words of the parity report, as data: what each measure is, and what a difference does to the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["more", "less"]


@dataclass(frozen=True, kw_only=True)
class Said:
    """Msgids of one measure. ``more`` and ``less``: how a group stands out; ``then_more`` and ``then_less``: what that does to the list.
    A measure that is foretold has none of them: its groups are not compared."""

    title: str
    what: str
    more: str = ""
    then_more: str = ""
    less: str = ""
    then_less: str = ""

    def lead(self, direction: Direction) -> str:
        """The sentence before the groups."""
        return self.more if direction == "more" else self.less

    def effect(self, direction: Direction) -> str:
        """The sentence after them."""
        return self.then_more if direction == "more" else self.then_less


MEASURES = {
    "linkage_doubt": Said(
        title="Doubtful records",
        what="Persons of whom a record of another register may or may not be theirs. In doubt it is left apart.",
        more="More often than others, they have a record that may or may not be theirs:",
        then_more="Their household may show a second member who is the same person: it is called alone less often and ranks lower, and what the other record says does not count.",
        less="Less often than others, they have a record that may or may not be theirs:",
        then_less="Their households are seen more clearly: what the registers say of them counts in full, while that of others is partly lost.",
    ),
    "double": Said(
        title="Somebody like them at the same door",
        what="Persons who share dwelling, year of birth and sex with somebody whom only other registers know. It may be somebody else; but one person whose records were not linked looks so, as when a register’s match keys are spoiled.",
        more="More often than others, somebody of the same year of birth and sex is known at their door:",
        then_more="Where a register’s links are broken, one person stands there twice: whoever lives alone looks like two, earns no points for it and is missed. Have the match keys of that register checked.",
        less="Less often than others, somebody of the same year of birth and sex is known at their door:",
        then_less="Their records are linked more completely than those of others.",
    ),
    "wrongly_apart": Said(
        title="One person taken for two",
        what="Persons of whom some record is wrongly left apart, as the linkage model itself expects from its probabilities. At least: records that have too little in common are not even doubtful.",
    ),
    "wrongly_together": Said(
        title="Two persons taken for one",
        what="Persons who are wrongly held for one with somebody else, as the linkage model itself expects from its probabilities. At most: that nobody else is in question speaks for a link, and is not in them.",
    ),
    "presence_unknown": Said(
        title="Still there? Not known",
        what="Persons with an address of whom it is not known whether they are still there.",
        more="More often than others, it is not known whether they are still there:",
        then_more="A household of which nobody is surely there is not listed, and whoever lives with such a person is not called alone: isolated people among them are missed.",
        less="Less often than others, it is not known whether they are still there:",
        then_less="They are listed more readily than others at the same risk.",
    ),
    "removed": Said(
        title="Taken off: dead, moved, in an establishment",
        what="Persons with an address who are said to have died, moved, or entered an establishment.",
        more="More often than others, they are taken off the list:",
        then_more="Nobody visits them. Some ages move and die more, so that this alone is no fault; but where the sign is wrong or old, somebody who is still there is missed.",
        less="Less often than others, they are taken off the list:",
        then_less="Signs of leaving may be missing: if so, some of those listed are gone, and visits are made in vain.",
    ),
    "household_unknown": Said(
        title="With whom they live cannot be known",
        what="Persons who are there, at an address with several dwellings, without a flat number in any register.",
        more="More often than others, the flat is missing and with whom they live cannot be known:",
        then_more="Nobody there can be called alone: points for living alone are lost, and isolated people rank lower than elsewhere.",
        less="Less often than others, the flat is missing and with whom they live cannot be known:",
        then_less="Living alone is seen there, and earns points that others at the same risk do not get.",
    ),
    "alone_unknown": Said(
        title="Living alone cannot be known",
        what="Households of which no source says, surely or likely, whether somebody lives alone.",
        more="More often than others, whether they live alone cannot be known:",
        then_more="The points for living alone are lost: these households rank lower than others at the same risk. Only their other factors, an alert or the draw by lot bring them onto the list.",
        less="Less often than others, whether they live alone cannot be known:",
        then_less="Their living alone is known or likely: they get points that others at the same risk do not, and take the higher places.",
    ),
}
DIMENSIONS = {
    "sex": "Sex",
    "age": "Age",
    "tenure": "Tenure",
    "qpv": "Priority neighbourhoods",
    "quartier": "Neighbourhoods",
}
UNTOLD = {
    "tenure": "Tenure is not compared: no lease is read, so that nobody’s is known.",
    "qpv": "Priority neighbourhoods are not compared: no file says which neighbourhoods they are.",
}
"""Of a dimension of which nothing is known: that it is not compared, and why."""
GROUPS = {
    ("sex", "F"): "women",
    ("sex", "M"): "men",
    ("sex", "unknown"): "sex not known",
    ("age", "18-39"): "aged 18 to 39",
    ("age", "40-59"): "aged 40 to 59",
    ("age", "60-74"): "aged 60 to 74",
    ("age", "75-79"): "aged 75 to 79",
    ("age", "80+"): "aged 80 and over",
    ("age", "unknown"): "age not known",
    ("tenure", "social"): "social tenants",
    ("tenure", "other"): "not in social housing",
    ("tenure", "unknown"): "no address known",
    ("qpv", "yes"): "priority neighbourhoods (QPV)",
    ("qpv", "no"): "outside priority neighbourhoods",
    ("qpv", "unknown"): "no address known",
    ("quartier", "unknown"): "no address known",
}
VERDICTS = {
    "differs": "differs",
    "alike": "alike",
    "insufficient evidence": "insufficient evidence",
    "hidden": "too few to show",
    "foretold": "foretold, not compared",
}
