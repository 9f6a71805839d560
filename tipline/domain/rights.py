"""Who may do what. One table; a right is `noun:verb`."""

from __future__ import annotations

from tipline.domain.actors import Actor
from tipline.errors import TiplineError

INVESTIGATOR, SUPERVISOR, ADMIN, AUDITOR = ROLES = ("investigator", "supervisor", "admin", "auditor")
_DESK = {INVESTIGATOR, SUPERVISOR, ADMIN}
_EVERYONE = {*ROLES}

RIGHTS: dict[str, set[str]] = {
    "tip:read": _EVERYONE,
    "tip:act": _DESK,
    "contact:read": _DESK,
    "evidence:read": _EVERYONE,
    "evidence:retry": _DESK,
    "case:read": _EVERYONE,
    "case:act": _DESK,
    "custody:read": _EVERYONE,
    "account:self": _EVERYONE,
    "account:manage": {ADMIN},
    "beat:manage": {ADMIN},
    "system:read": {ADMIN, SUPERVISOR, AUDITOR},
}


def may(actor: Actor, right: str) -> bool:
    """Whether the actor holds the right; a right that is not in the table is a mistake of ours."""
    return actor.kind == "staff" and actor.role in RIGHTS[right]


def require(actor: Actor, right: str) -> None:
    """Raise account:forbidden unless the actor holds the right."""
    if not may(actor, right):
        raise TiplineError("account:forbidden")
