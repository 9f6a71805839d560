"""One-time codes by the numbers of their standard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tipline.domain import onetime

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("second", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(second: int, code: str) -> None:
    """RFC 6238, appendix B, the last six digits."""
    assert onetime.code_at(SECRET, second // onetime.STEP_S) == code


@pytest.mark.parametrize(
    ("late_s", "counts"), [(-90, False), (-30, True), (0, True), (30, True), (90, False)]
)
def test_a_clock_may_be_one_step_off_and_no_more(late_s: int, counts: bool) -> None:
    now = datetime(2026, 3, 9, 21, 16, 15, tzinfo=UTC)
    shown = onetime.code_at(SECRET, onetime.step_at(now - timedelta(seconds=late_s)))
    assert (onetime.matching_step(SECRET, shown, now) is not None) is counts


def test_a_code_is_read_as_people_type_it_and_nothing_else_is_one() -> None:
    now = datetime.fromtimestamp(59, UTC)
    for typed in ("287082", "287 082", " 287-082 ", "２８７０８２"):
        assert onetime.matching_step(SECRET, typed, now) == 1
    for typed in ("", "287083", "2870820", "28708", "x", "२८७०८२", "0" * 5000):
        assert onetime.matching_step(SECRET, typed, now) is None


def test_the_picture_says_whose_it_is_and_cannot_be_talked_into_more() -> None:
    said = onetime.address(SECRET, "li", "航海路:派出所&issuer=evil")
    assert said.startswith("otpauth://totp/%E8%88%AA")
    assert "&issuer=evil" not in said
    assert f"secret={onetime.spelt(SECRET)}" in said
