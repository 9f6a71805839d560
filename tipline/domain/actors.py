"""Who acts: a reporter, a member of staff, a partner's program, or the system itself."""

from __future__ import annotations

from typing import NamedTuple


class Actor(NamedTuple):
    """`kind` is reporter, staff, partner or system; `name` is what the log shows; accounts have a `role`.

    `scopes` are the rights that a program's token is narrowed to; None: all of the role.
    """

    kind: str
    name: str
    user_id: int | None = None
    role: str | None = None
    scopes: frozenset[str] | None = None

    @property
    def label(self) -> str:
        return f"{self.kind}:{self.name}"


SYSTEM = Actor("system", "tipline")
FOLDER = Actor("system", "folder")


def reporter(reference: str) -> Actor:
    """The reporter of a tip is known by the tip alone."""
    return Actor("reporter", reference)
