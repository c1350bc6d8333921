"""What is told of a household in French is set as French is: no line begins with a colon, no apostrophe is straight."""

import re

import pytest

from features.catalogue import FACTORS
from features.factor import SERVICES_EN, SERVICES_FR
from features.unknown import _TEXTS, translated
from reports.words import entries

TOLD = re.compile(
    r"(?:bail|acte|visite|membres connus|(?:adultes? |mineurs )?connus? au logement|un seul adulte)\b"
)
"""How the statements on which a household stands begin."""


def test_no_sentence_breaks_before_its_colon_or_has_a_straight_apostrophe() -> None:
    """At 375 px “membre le plus âgé : 75 ans” had its colon at the beginning of a line."""
    told = [f.sentence_fr for f in FACTORS] + [fr for fr, _ in _TEXTS.values()] + [*SERVICES_FR.values()]
    told += [text for _, text in entries() if TOLD.match(text)]
    assert len(told) > 80 and [text for text in told if re.search(r" [:;?!%»]|'", text)] == []
    assert [text for text in SERVICES_EN.values() if "'" in text] == []


@pytest.mark.parametrize("pair", _TEXTS.values())
def test_what_an_earlier_version_wrote_is_translated_still(pair: tuple[str, str]) -> None:
    """Lists that are kept have plain spaces."""
    before = pair[0].replace("\u00a0", " ")
    assert translated(before, "en") == translated(pair[0], "en") == pair[1]
    assert translated(before, "fr") == translated(pair[1], "fr") == pair[0]
    assert translated("something else : here", "fr") == "something else : here"
