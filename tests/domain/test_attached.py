"""What the reporter sees of a partner's file: never what somebody set about covering, whatever came after."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.domain.conftest import KEY, file_of
from tipline.db import Transaction
from tipline.domain import attached, clock, derivatives, partners, redacting, referring, renditions
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.derivatives import Derivative
from tipline.domain.evidence import Evidence
from tipline.domain.messages import Message
from tipline.domain.partners import Described
from tipline.domain.referrals import Referral
from tipline.domain.referring import Wish
from tipline.domain.tips import Tip


@pytest.fixture
def file(tx: Transaction, tip: Tip, officer: Actor) -> Evidence:
    """A photo that came by the link of a referral, with its preview."""
    lift = partners.add(tx, SYSTEM, Described("lift", "江南电梯维保", "0571-8765 4321"))
    referral = referring.make(tx, KEY, officer, tip, lift, Wish("请到"))
    row = file_of(tx, tip, kind="photo", referral_id=referral.id, sha256="ab" * 32)
    _keep(tx, row, "preview-0.webp", renditions.PREVIEW, "image/webp")
    return row


@pytest.fixture
def told(tx: Transaction, tip: Tip, officer: Actor, file: Evidence) -> Message:
    """The same, with a covered copy that was confirmed, passed on."""
    said = referring.reply(tx, _referral(tx, file), "门锁已换")
    redacting.confirm(tx, officer, _covered(tx, officer, file, "image/png"))
    return referring.pass_on(tx, officer, tip, said, "门锁已换", [file.id])


def _referral(tx: Transaction, file: Evidence) -> Referral:
    return tx.get_one(Referral, file.referral_id)


def _keep(tx: Transaction, file: Evidence, name: str, kind: str, mime: str) -> None:
    renditions.keep(
        tx, file.id, name=name, provenance={}, kind=kind, mime=mime, size=1, sha256="cd" * 32, width=4,
        height=3, t=None,
    )  # fmt: skip


def _covered(tx: Transaction, officer: Actor, file: Evidence, mime: str) -> Derivative:
    """A copy with parts covered, as a worker leaves it: nobody has looked at it yet."""
    row = Derivative(
        evidence_id=file.id, kind=derivatives.REDACTION, state="done", rendition="redaction-1",
        found=json.dumps({"covered": 1}), author_id=officer.user_id, created_at=clock.now(),
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    _keep(tx, file, "redaction-1", renditions.REDACTION, mime)
    return row


def _shown(tx: Transaction, message: Message) -> list[str]:
    return [one.name for one in attached.shown_under(tx, [message.id]).get(message.id, [])]


def test_a_picture_without_covers_is_shown_until_somebody_sets_about_covering_it(
    tx: Transaction, officer: Actor, file: Evidence
) -> None:
    said = referring.reply(tx, _referral(tx, file), "门锁已换")
    assert _shown(tx, said) == ["preview-0.webp"]

    row = _covered(tx, officer, file, "image/png")
    assert _shown(tx, said) == []
    redacting.confirm(tx, officer, row)
    assert _shown(tx, said) == ["redaction-1"]


def test_of_a_film_that_was_covered_as_a_film_no_uncovered_picture_is_shown(
    tx: Transaction, officer: Actor, file: Evidence
) -> None:
    said = referring.reply(tx, _referral(tx, file), "门锁已换")
    redacting.confirm(tx, officer, _covered(tx, officer, file, "video/mp4"))

    assert _shown(tx, said) == []


@pytest.mark.parametrize("after", [redacting.withdraw, derivatives.remove])
def test_what_was_passed_on_covered_never_falls_back_to_the_uncovered_picture(
    tx: Transaction,
    officer: Actor,
    file: Evidence,
    told: Message,
    after: Callable[[Transaction, Actor, Derivative], None],
) -> None:
    assert _shown(tx, told) == ["redaction-1"]
    (row,) = derivatives.list_of(tx, file.id)

    after(tx, officer, row)

    assert _shown(tx, told) == []
