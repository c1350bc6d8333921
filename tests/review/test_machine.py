"""A little machine drawn out, tables that do not hold together, and what holds for any table."""

from itertools import product

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from review.machine import Machine, NotAllowed, State, Transition

STATES = {"new": State(title="New"), "read": State(title="Read"), "done": State(title="Done", is_final=True)}
ROWS = (
    Transition("new", "read_it", "read"),
    Transition("read", "put_back", "new"),
    Transition("read", "close", "done"),
    Transition("new", "close", "done"),
    Transition("done", "read_it", "read"),
)


def machine(
    *rows: Transition, states: dict[str, State] | None = None, initial: str = "new", name: str = "case"
) -> Machine:
    return Machine(name=name, initial=initial, states=states or STATES, transitions=rows or ROWS)


def test_what_a_state_allows_in_the_order_of_the_table() -> None:
    case = machine()
    assert {name: case.allowed(name) for name in STATES} == {
        "new": ("read_it", "close"),
        "read": ("put_back", "close"),
        "done": ("read_it",),
    }
    assert (case.after("new", "read_it"), case.after("read", "close")) == ("read", "done")


def test_what_it_does_not_allow_names_state_and_action() -> None:
    with pytest.raises(NotAllowed) as refused:
        machine().after("done", "close")
    assert str(refused.value) == "case: `done` does not allow `close`"
    assert (refused.value.state, refused.value.action) == ("done", "close")
    with pytest.raises(ValueError, match="case: not declared: nowhere"):
        machine().allowed("nowhere")


def test_open_is_not_final() -> None:
    assert {name: state.is_open for name, state in STATES.items()} == {
        "new": True,
        "read": True,
        "done": False,
    }


def test_the_diagram() -> None:
    words = {
        "New": "Nouveau",
        "Read": "Lu : « oui »",
        "Done": 'Clos "bien"',
        "read it": "lire",
        "close": "clore",
    }
    assert machine().mermaid(lambda msgid: words.get(msgid, msgid)) == (
        "stateDiagram-v2\n"
        '    state "Nouveau" as new\n'
        '    state "Lu #58; « oui »" as read\n'
        '    state "Clos #34;bien#34;" as done\n'
        "    [*] --> new\n"
        "    new --> read: lire\n"
        "    read --> new: put back\n"
        "    read --> done: clore\n"
        "    new --> done: clore\n"
        "    done --> read: lire\n"
        "    done --> [*]\n"
    )


def test_a_table_that_does_not_hold_together_is_refused_by_name() -> None:
    to_read, close = Transition("new", "read", "read"), Transition("read", "close", "done")
    with pytest.raises(ValueError, match="case: not declared: lost"):
        machine(to_read, close, Transition("read", "lose", "lost"))
    with pytest.raises(ValueError, match="case: not declared: lost"):
        machine(initial="lost")
    with pytest.raises(ValueError, match="case: not reached: read"):
        machine(Transition("new", "close", "done"), close)
    with pytest.raises(ValueError, match="case: no way to a final state: read"):
        machine(to_read, Transition("new", "close", "done"), Transition("read", "wait", "read"))
    with pytest.raises(ValueError, match="case: more than one row: new, read"):
        machine(to_read, close, Transition("new", "read", "done"))
    with pytest.raises(ValueError, match="case: no plain word: to read"):
        machine(states=STATES | {"to read": State(title="To read")})


SIZE, ACTIONS = 4, "abc"
NAMES = [f"s{n}" for n in range(SIZE)]


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, State], tuple[Transition, ...]]:
    """Any table of few states: most hold together, many do not."""
    finals = draw(st.sets(st.sampled_from(NAMES), min_size=1))
    where = draw(st.lists(st.sampled_from([*NAMES, None]), min_size=SIZE * 3, max_size=SIZE * 3))
    cells = zip(product(NAMES, ACTIONS), where, strict=True)
    rows = tuple(Transition(source, action, target) for (source, action), target in cells if target)
    return {name: State(title=name, is_final=name in finals) for name in NAMES}, rows


def ways(rows: tuple[Transition, ...]) -> set[tuple[str, str]]:
    """Slow and obvious: from where one gets to where, in as many steps as there are states."""
    step = {(name, name) for name in NAMES} | {(row.source, row.target) for row in rows}
    far = step
    for _ in NAMES:
        far = {(a, c) for a, b in far for b2, c in step if b == b2}
    return far


@given(table=tables())
def test_a_table_is_taken_exactly_when_it_holds_together(
    table: tuple[dict[str, State], tuple[Transition, ...]],
) -> None:
    states, rows = table
    far = ways(rows)
    holds = all(("s0", name) in far for name in NAMES) and all(
        any((name, end) in far for end in NAMES if states[end].is_final) for name in NAMES
    )
    event(f"holds together: {holds}")
    if holds:
        assert Machine(name="m", initial="s0", states=states, transitions=rows).transitions == rows
    else:
        with pytest.raises(ValueError, match=r"^m: (not reached|no way to a final state): s"):
            Machine(name="m", initial="s0", states=states, transitions=rows)


@given(table=tables(), walk=st.lists(st.sampled_from([*ACTIONS, "unknown"]), max_size=30))
def test_a_walk_never_leaves_the_table(
    table: tuple[dict[str, State], tuple[Transition, ...]], walk: list[str]
) -> None:
    # a way from each state to the next, and round, so that every drawn table holds together
    ring = (Transition(name, "on", NAMES[(n + 1) % SIZE]) for n, name in enumerate(NAMES))
    states, rows = table[0], (*table[1], *ring)
    walked = Machine(name="m", initial="s0", states=states, transitions=rows)
    at = walked.initial
    for action in walk:
        if action in walked.allowed(at):
            to = walked.after(at, action)
            assert Transition(at, action, to) in rows
            at = to
        else:
            assert not any((row.source, row.action) == (at, action) for row in rows)
            with pytest.raises(NotAllowed):
                walked.after(at, action)
        assert at in states
