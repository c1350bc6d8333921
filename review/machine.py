"""A state machine is one table of rows. What a state allows is read from it, and so is its diagram; who may act is not its business."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass


class NotAllowed(ValueError):
    """The state does not allow the action. Names both, and nothing of the case."""

    def __init__(self, *, machine: str, state: str, action: str) -> None:
        self.machine, self.state, self.action = machine, state, action
        super().__init__(f"{machine}: `{state}` does not allow `{action}`")


@dataclass(frozen=True, kw_only=True)
class State:
    """``title``: an English msgid. ``is_final``: a case may rest there for good, even where a row leads out of it again."""

    title: str
    is_final: bool = False

    @property
    def is_open(self) -> bool:
        """Somebody still has something to do about it."""
        return not self.is_final


@dataclass(frozen=True)
class Transition:
    """In ``source``, ``action`` leads to ``target``. The msgid of an action is its name with spaces for underscores."""

    source: str
    action: str
    target: str


@dataclass(frozen=True, kw_only=True)
class Machine:
    """``states`` by their name, which is a plain word, in the order of the diagram. ValueError, which names the row or the state, for a table that does not
    hold together: a state that is not declared, cannot be reached from ``initial`` or has no way to a final one; two rows for one action of a state."""

    name: str
    initial: str
    states: Mapping[str, State]
    transitions: tuple[Transition, ...]

    def __post_init__(self) -> None:
        ends = {end for row in self.transitions for end in (row.source, row.target)}
        forth = [(row.source, row.target) for row in self.transitions]
        back = [(target, source) for source, target in forth]
        finals = [name for name, state in self.states.items() if state.is_final]
        self._refuse("no plain word", (name for name in self.states if not name.isidentifier()))
        self._refuse("not declared", {self.initial, *ends} - self.states.keys())
        rows = Counter((row.source, row.action) for row in self.transitions)
        self._refuse("more than one row", (f"{s}, {action}" for (s, action), n in rows.items() if n > 1))
        self._refuse("not reached", self.states.keys() - _reached([self.initial], forth))
        self._refuse("no way to a final state", self.states.keys() - _reached(finals, back))

    def _refuse(self, promise: str, breaking: Iterable[str]) -> None:
        if names := sorted(breaking):
            raise ValueError(f"{self.name}: {promise}: {'; '.join(names)}")

    def allowed(self, state: str) -> tuple[str, ...]:
        """The actions of a state, in the order of the table; ValueError for a state that is not declared."""
        self._refuse("not declared", {state} - self.states.keys())
        return tuple(row.action for row in self.transitions if row.source == state)

    def after(self, state: str, action: str) -> str:
        """The state that an action leads to; ``NotAllowed`` when the table has no such row."""
        for row in self.transitions:
            if (row.source, row.action) == (state, action):
                return row.target
        raise NotAllowed(machine=self.name, state=state, action=action)

    def mermaid(self, say: Callable[[str], str]) -> str:
        """The table as a ``stateDiagram-v2``; ``say`` translates the titles and the actions."""
        titles = [f'state "{_plain(say(state.title))}" as {name}' for name, state in self.states.items()]
        arrows = [
            f"{row.source} --> {row.target}: {_plain(say(row.action.replace('_', ' ')))}"
            for row in self.transitions
        ]
        finals = [f"{name} --> [*]" for name, state in self.states.items() if state.is_final]
        rows = [*titles, f"[*] --> {self.initial}", *arrows, *finals]
        return "stateDiagram-v2\n" + "".join(f"    {row}\n" for row in rows)


def _reached(starts: Iterable[str], edges: Iterable[tuple[str, str]]) -> set[str]:
    """Where one gets from ``starts``, which are part of it."""
    reached, rows = set(starts), list(edges)
    while new := {target for source, target in rows if source in reached} - reached:
        reached |= new
    return reached


def _plain(text: str) -> str:
    """What would end a title or a label, as Mermaid's entities."""
    return "".join(f"#{ord(sign)};" if sign in '#":;' else sign for sign in text)
