"""Who may do what. One table; a right is `noun:verb`."""

from __future__ import annotations

from tipline.domain.actors import Actor
from tipline.errors import TiplineError

STAFF = INVESTIGATOR, SUPERVISOR, ADMIN, AUDITOR = ("investigator", "supervisor", "admin", "auditor")
# A program of another house; it hands tips in and sees its own, nothing else.
PARTNER = "partner"
ROLES = (*STAFF, PARTNER)
# Who may change what others may do, or see what is kept from others, shows a second factor.
SECOND_FACTOR = {SUPERVISOR, ADMIN}
_DESK = {INVESTIGATOR, SUPERVISOR, ADMIN}
_EVERYONE = {*STAFF}

RIGHTS: dict[str, set[str]] = {
    "tip:read": _EVERYONE,
    "tip:act": _DESK,
    "contact:read": _DESK,
    "intake:take": _DESK,
    "evidence:read": _EVERYONE,
    "evidence:original": _EVERYONE,  # the bytes as they arrived
    "evidence:retry": _DESK,
    "evidence:export": _DESK,
    "share:make": _DESK,
    "share:read": _EVERYONE,
    "case:read": _EVERYONE,
    "package:make": _DESK,  # all of a case leaves the house
    "case:act": _DESK,
    "case:see-all": {SUPERVISOR, ADMIN, AUDITOR},  # also what is open to members alone
    "incident:read": _EVERYONE,
    "incident:act": _DESK,
    "custody:read": _EVERYONE,
    "alert:read": {SUPERVISOR, ADMIN, AUDITOR},
    "decoy:set": {ADMIN},
    "audit:export": {SUPERVISOR, ADMIN, AUDITOR},  # the log as a file, its checkpoints, a check of all of it
    "figures:read": {SUPERVISOR, ADMIN, AUDITOR},  # how the station answers
    "hold:set": {SUPERVISOR, ADMIN},
    "retention:read": {SUPERVISOR, ADMIN, AUDITOR},
    "retention:manage": {ADMIN},
    "erasure:ask": _DESK,
    "erasure:approve": {SUPERVISOR, ADMIN},
    "account:self": _EVERYONE,
    "account:manage": {ADMIN},
    "topic:manage": _DESK,
    "beat:manage": {ADMIN},
    "duty:manage": {ADMIN, SUPERVISOR},  # rotas, who is on call, absences of others
    "shop:manage": {ADMIN, SUPERVISOR},
    "partner:manage": {ADMIN, SUPERVISOR},
    "reply:manage": {ADMIN, SUPERVISOR},
    "target:manage": {ADMIN, SUPERVISOR},
    "channel:self": _EVERYONE,  # where one hears of news oneself
    "channel:manage": {ADMIN, SUPERVISOR},
    "webhook:manage": {ADMIN},
    "system:read": {ADMIN, SUPERVISOR, AUDITOR},
    "bulletin:read": _EVERYONE,
    "bulletin:draft": _DESK,
    "bulletin:publish": {SUPERVISOR, ADMIN},  # whatever every resident reads in the station's name
    "partner:send": {PARTNER},
}


def may(actor: Actor, right: str) -> bool:
    """Whether the actor holds the right; a right that is not in the table is a mistake of ours."""
    return _role_holds(actor, right) and (actor.scopes is None or right in actor.scopes)


def _role_holds(actor: Actor, right: str) -> bool:
    holders = RIGHTS[right]
    return actor.kind == (PARTNER if actor.role == PARTNER else "staff") and actor.role in holders


def require(actor: Actor, right: str) -> None:
    """Raise account:forbidden unless the actor holds the right, token:narrow if only the token lacks it."""
    if may(actor, right):
        return
    if _role_holds(actor, right):
        raise TiplineError("token:narrow", right=right)
    raise TiplineError("account:forbidden")
