"""What the desk says no to: a title, a sentence, what to do, and the status of the answer. Pages show it; no detail of the machine is in it."""

from __future__ import annotations


class Refused(Exception):
    """Msgids of a title, a sentence and a hint."""

    status = 400

    def __init__(self, title: str, said: str, hint: str = "") -> None:
        super().__init__(title)
        self.title, self.said, self.hint = title, said, hint


class NotFound(Refused):
    """There is none, or it is none of theirs: both look alike, so that nobody learns which cases there are."""

    status = 404

    def __init__(self) -> None:
        super().__init__(
            "There is no such page",
            "Nothing is kept under this address, or it is not for you.",
            "Go back to the queue.",
        )


class NotAllowed(Refused):
    """The role may not."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            "This is not for your role",
            "Your account may not do this.",
            "Ask the administrator of the desk if you need it for your work.",
        )


class Conflict(Refused):
    """Somebody else was quicker."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            "Somebody was quicker",
            "A colleague has changed this case since you opened it. Nothing of yours was written over theirs.",
            "Look at the case as it is now, then decide again.",
        )


class Incomplete(Refused):
    """What was sent is not enough or not possible; it is shown above the form, which keeps what was typed."""

    status = 422
