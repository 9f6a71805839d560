"""Passwords that somebody would guess first, however they are dressed up."""

from __future__ import annotations

import pytest

from tipline.domain import guessing


@pytest.mark.parametrize(
    "password",
    [
        "password", "Passw0rd!2024", "P@ssw0rdP@ssw0rd", "12345678", "1234567890123456", "20240309",
        "qwertyuiop12345", "1qaz2wsx3edc4rfv", "aaaaaaaaaaaaaaaa", "abababababababab", "iloveyou1314",
        "woaini1314520", "admin123admin123", "zhengzhou2024", "li-li-li-li-2024", "correcthorsebatterystaple",
        "Tipline-Tipline-1",
    ],
)  # fmt: skip
def test_what_is_guessed_first_is_told(password: str) -> None:
    assert guessing.is_guessed_early(password, ("li", "tipline"))


@pytest.mark.parametrize(
    "password",
    [
        "harbour-lantern-42",
        "river stone ladder",
        "3j71-pef4-j4m6",
        "9384750192837465",
        "清风明月两袖书香不改",
    ],
)
def test_any_kind_of_sign_makes_a_good_one(password: str) -> None:
    """No rule about capitals, digits or signs: length and strangeness count, and nothing is cut off."""
    assert not guessing.is_guessed_early(password, ("li", "tipline"))
