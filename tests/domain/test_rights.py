"""Who may do what: `tipline.domain.rights`. The matrix stands here again, so that a change is a decision."""

from __future__ import annotations

import pytest

from tipline.domain import rights
from tipline.domain.actors import SYSTEM, Actor, reporter
from tipline.errors import TiplineError

# Right → who holds it: i(nvestigator) s(upervisor) a(dmin) (audito)r, p(artner).
MATRIX = {
    "tip:read": "isar-",
    "tip:act": "isa--",
    "contact:read": "isa--",
    "evidence:read": "isar-",
    "evidence:original": "isar-",
    "evidence:retry": "isa--",
    "evidence:export": "isa--",
    "case:read": "isar-",
    "incident:read": "isar-",
    "incident:act": "isa--",
    "case:act": "isa--",
    "package:make": "isa--",
    "case:see-all": "-sar-",
    "custody:read": "isar-",
    "account:manage": "--a--",
    "account:self": "isar-",
    "beat:manage": "--a--",
    "system:read": "-sar-",
    "intake:take": "isa--",
    "shop:manage": "-sa--",
    "reply:manage": "-sa--",
    "audit:export": "-sar-",
    "share:make": "isa--",
    "share:read": "isar-",
    "alert:read": "-sar-",
    "decoy:set": "--a--",
    "hold:set": "-sa--",
    "retention:read": "-sar-",
    "retention:manage": "--a--",
    "erasure:ask": "isa--",
    "erasure:approve": "-sa--",
    "partner:send": "----p",
    "figures:read": "-sar-",
    "topic:manage": "isa--",
    "duty:manage": "-sa--",
    "partner:manage": "-sa--",
    "target:manage": "-sa--",
    "channel:self": "isar-",
    "channel:manage": "-sa--",
    "webhook:manage": "--a--",
    "bulletin:read": "isar-",
    "bulletin:draft": "isa--",
    "bulletin:publish": "-sa--",
}
SIGNS = dict(zip(rights.ROLES, "isarp", strict=True))


def _staff(role: str | None) -> Actor:
    return Actor("partner" if role == "partner" else "staff", "li", 1, role)


def test_the_matrix_names_every_right() -> None:
    assert set(MATRIX) == set(rights.RIGHTS)


@pytest.mark.parametrize("right", MATRIX)
@pytest.mark.parametrize("role", rights.ROLES)
def test_a_role_holds_just_the_rights_of_the_matrix(role: str, right: str) -> None:
    held = SIGNS[role] in MATRIX[right]

    assert rights.may(_staff(role), right) is held
    if held:
        rights.require(_staff(role), right)
    else:
        with pytest.raises(TiplineError) as caught:
            rights.require(_staff(role), right)
        assert caught.value.code == "account:forbidden"


@pytest.mark.parametrize("right", MATRIX)
@pytest.mark.parametrize(
    "actor",
    [
        reporter("T-1001"),
        SYSTEM,
        _staff(None),
        _staff("visitor"),
        Actor("reporter", "x", 1, "admin"),
        Actor("partner", "x", 1, "admin"),
        Actor("staff", "x", 1, "partner"),
    ],
)
def test_nobody_else_holds_any(actor: Actor, right: str) -> None:
    assert not rights.may(actor, right)


def test_a_right_that_does_not_exist_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        rights.may(_staff("admin"), "tip:fly")
