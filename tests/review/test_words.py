"""The catalogues: complete, nothing left over, nothing twice, and the placeholders of each msgid in its translation."""

import re
from datetime import UTC, date, datetime

import pytest

from review.words import day, moment, number, parts, percent, short_day, signed
from tests.review.desk_sample import AS_OF
from tests.review.msgids import msgids

PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def translated() -> list[str | tuple[str, str]]:
    """Every msgid that has a French text, as often as it has one."""
    found = [message for part in parts() for message in part if message.id]
    assert all(
        message.string if isinstance(message.string, str) else all(message.string) for message in found
    )
    return [message.id if isinstance(message.id, str) else tuple(message.id) for message in found]


def test_every_msgid_is_translated_once_and_none_is_left_over() -> None:
    has = translated()
    assert len(has) == len(set(has))
    assert set(has) == msgids()


def test_a_translation_has_the_placeholders_of_its_msgid() -> None:
    for part in parts():
        for message in part:
            singular = message.id if isinstance(message.id, str) else message.id[1]
            texts = [message.string] if isinstance(message.string, str) else message.string
            assert all(
                set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(singular)) for text in texts
            ), singular


def test_a_percent_sign_has_a_space_in_french_only() -> None:
    for message in (message for part in parts() for message in part):
        ids = [message.id] if isinstance(message.id, str) else message.id
        texts = [message.string] if isinstance(message.string, str) else message.string
        assert not any(re.search(r"\d\s%%", one) for one in ids), ids
        assert not any(re.search(r"\d(?!\xa0)\s?%%", one) for one in texts), texts


def test_english_words_are_true_in_any_country() -> None:
    """French institutions have a name of their own in French alone."""
    ids = " ".join(str(one) for one in translated())
    assert not re.search(r"\bCCAS\b|Mission Locale|local mission|\bplan's\b", ids)


def test_french_typography() -> None:
    for part in parts():
        for message in part:
            for text in [message.string] if isinstance(message.string, str) else message.string:
                assert not re.search(r"(?<=\w) [:;!?»]|« |'", text), text


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (day(AS_OF, "fr"), "2 novembre 2026"),
        (day(AS_OF, "en"), "2 November 2026"),
        (day(date(2026, 11, 1), "fr"), "1er novembre 2026"),
        (short_day(date(2026, 11, 1), "fr"), "1er nov. 2026"),
        (short_day(date(2026, 11, 11), "fr"), "11 nov. 2026"),
        (moment(datetime(2026, 10, 31, 23, 30, tzinfo=UTC), "fr"), "1er nov. 2026, 00:30:00"),
        (day(date(2026, 11, 1), "en"), "1 November 2026"),
        (number(1234.5, "fr", 1), "1\u202f234,5"),
        (number(1234.5, "en", 1), "1,234.5"),
        (percent(0.256, "fr"), "26\xa0%"),
        (percent(0.256, "en"), "26%"),
        (signed(-0.35, "fr"), "−0,35"),
    ],
)
def test_dates_and_numbers_are_written_as_each_language_does(written: str, expected: str) -> None:
    assert written == expected
