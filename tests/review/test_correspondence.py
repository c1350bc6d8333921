"""The key holder's table: what is sealed is found again, one at a time, by nobody without the passphrase, and no name is shown by accident."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.errors import ConfigurationError, IntegrityError, LanterneError
from review.names import correspondence
from review.names.correspondence import Correspondence, Person, sealed

PASSPHRASE = "quatre mots au hasard"
COSTLY = correspondence.COST


@pytest.fixture(autouse=True, scope="module")
def _cheap() -> Iterator[None]:
    """Thousands of tries a second; the file says by itself what it costs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(correspondence, "COST", (16, 8, 1))
        yield


def person(**more: object) -> Person:
    plain: dict[str, object] = {
        "key": "a" * 32, "dwelling": "d" * 16, "address_id": "b" * 16, "title": "Mme", "given_name": "Jeanne", "surname": "Dupont",
        "address": "12 bis rue Verte", "complement": "Étage 3, Appt 12", "postcode_town": "47000 AGEN", "longitude": 0.6214, "latitude": 44.2033,
    }  # fmt: skip
    return Person(**(plain | more))  # type: ignore[arg-type]


TEXTS = st.sampled_from(["", "Dupont", "D’ÉLAN", 'œuf \\ " \n;'])
PEOPLE = st.lists(
    st.builds(
        person, key=st.sampled_from("xyz"), dwelling=st.sampled_from([None, "d1", "d2"]), address_id=st.sampled_from(["", "b1", "b2"]),
        given_name=TEXTS, surname=TEXTS, address=TEXTS, longitude=st.none() | st.floats(-180, 180),
    ),
    max_size=12,
)  # fmt: skip


@given(rows=PEOPLE, keys=st.sets(st.sampled_from(["x", "y", "z", "nobody", ""])))
def test_what_is_sealed_is_found_as_by_reading_every_row(rows: list[Person], keys: set[str]) -> None:
    table = Correspondence(sealed(rows, PASSPHRASE), PASSPHRASE)
    assert sorted(map(str, map(vars, table.of_person(keys)))) == sorted(
        str(vars(row)) for row in rows if row.key in keys
    )
    for home in ("d1", "d2", "nowhere", ""):
        assert table.at_dwelling(home) == tuple(row for row in rows if home and row.dwelling == home)
    for building in ("b1", "b2", "nowhere", ""):
        assert table.at_address(building) == tuple(
            row for row in rows if building and row.address_id == building
        )


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({}, "Mme Jeanne DUPONT"),
        ({"given_name": "JEAN-FRANÇOIS, MARIE", "title": "M."}, "M. Jean-François, Marie DUPONT"),
        ({"title": "", "surname": "d’Élan née Roux"}, "Jeanne D’ÉLAN NÉE ROUX"),
        ({"given_name": ""}, "Mme DUPONT"),
    ],
)
def test_how_a_name_reads(more: dict[str, str], name: str) -> None:
    assert person(**more).name == name


@given(other=st.text(max_size=30).filter(lambda text: text != PASSPHRASE))
def test_no_other_passphrase_opens_it(other: str) -> None:
    content = sealed([person()], PASSPHRASE)
    with pytest.raises(IntegrityError, match="passphrase does not open") as caught:
        Correspondence(content, other)
    assert caught.value.exit_code == 6 and caught.value.hint


def test_wherever_a_byte_is_altered_the_file_is_refused() -> None:
    """Another kind of file or version by its first word; then the first line, which may look like a wrong passphrase; then, for certain, the rows."""
    content = sealed([person()], PASSPHRASE)
    line_at, rows_at = len(correspondence.MAGIC + correspondence.VERSION), content.index(b"\n") + 1
    drawn = random.Random(1)
    for at in range(len(content)):
        forged = bytearray(content)
        forged[at] ^= drawn.randrange(1, 256)
        with pytest.raises(LanterneError) as caught:
            Correspondence(bytes(forged), PASSPHRASE)
        assert type(caught.value) is (ConfigurationError if at < line_at else IntegrityError), at
        assert at < rows_at or "though the passphrase is right" in caught.value.what, at


@pytest.mark.parametrize("cut", [1, 16, 100])
def test_a_file_that_is_not_whole_is_refused(cut: int) -> None:
    with pytest.raises(IntegrityError, match="not whole"):
        Correspondence(sealed([person()], PASSPHRASE)[:-cut], PASSPHRASE)


@pytest.mark.parametrize(
    "content", [b"", b"NOM;PRENOM\nDUPONT;Jeanne\n", b"lanterne-correspondence 2 scrypt", b"\x00" * 300]
)
def test_what_is_no_such_file_is_told_from_what_is_broken(content: bytes) -> None:
    with pytest.raises(ConfigurationError):
        Correspondence(content, PASSPHRASE)


@pytest.mark.parametrize("cost", ["67108864 8 1", "15 8 1", "16 0 1", "16 8 0", "1 8 1", "99999999 9 9"])
def test_a_forged_cost_takes_neither_memory_nor_time(cost: str) -> None:
    line, _, body = sealed([person()], PASSPHRASE).partition(b"\n")
    forged = line.replace(b"scrypt 16 8 1", f"scrypt {cost}".encode()) + b"\n" + body
    started = time.process_time()
    with pytest.raises(IntegrityError, match="first line was altered"):
        Correspondence(forged, PASSPHRASE)
    assert time.process_time() - started < 0.1


def test_an_accent_counts_the_same_however_it_is_typed() -> None:
    composed, apart = "\u00e9t\u00e9 comme hiver, dehors", "e\u0301te\u0301 comme hiver, dehors"
    assert Correspondence(sealed([person()], apart), composed).of_person({"a" * 32})


def test_a_passphrase_has_sixteen_characters() -> None:
    with pytest.raises(ConfigurationError, match="shorter than 16") as caught:
        sealed([], "x" * 15)
    assert "xxx" not in str(caught.value)
    assert Correspondence(sealed([], "x" * 16), "x" * 16).of_person(["a"]) == ()


def test_nothing_shows_who_is_in_it_but_a_look_up() -> None:
    content = sealed([person()], PASSPHRASE)
    table = Correspondence(content, PASSPHRASE)
    (found,) = table.at_dwelling("d" * 16)
    for shown in (repr(table), str(table), repr(found), str(found), repr(content)):
        assert "upont" not in shown and "Verte" not in shown and "aaaa" not in shown
    assert (
        not hasattr(table, "__iter__") and not hasattr(table, "__len__") and not hasattr(table, "__getitem__")
    )
    assert content != sealed([person()], PASSPHRASE), "the same rows are sealed under another salt each time"


def test_closed_it_has_forgotten() -> None:
    table = Correspondence(sealed([person()], PASSPHRASE), PASSPHRASE)
    table.close()
    for ask in (
        lambda: table.of_person(["a" * 32]),
        lambda: table.at_dwelling("d"),
        lambda: table.at_address("b"),
    ):
        with pytest.raises(ConfigurationError, match="closed"):
            ask()
    assert vars(table) == {"_indexes": None}


@pytest.mark.slow
def test_a_whole_city_opens_in_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """35,000 rows at the true cost, in seconds of this process, so that a busy machine changes nothing."""
    monkeypatch.setattr(correspondence, "COST", COSTLY)
    rows = [
        person(key=f"{i:032x}", dwelling=f"{i // 2:016x}", surname=f"Dupont{i % 997}") for i in range(35_000)
    ]
    content = sealed(rows, PASSPHRASE)
    started = time.process_time()
    table = Correspondence(content, PASSPHRASE)
    assert time.process_time() - started < 2
    assert len(table.at_dwelling(f"{7:016x}")) == 2 and len(table.at_address("b" * 16)) == 35_000
