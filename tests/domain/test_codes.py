"""Plates, phone numbers and serials in free text: `tipline.domain.codes`."""

from __future__ import annotations

import pytest

from tipline.domain import codes

PLATE, PHONE = "青Z3K719", "13800138000"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("车牌好像是青Z3K719，我喊了一声", [PLATE]),
        ("面包车 青Z·3K719 凌晨2点50进来", [PLATE]),
        ("青 z-3k719 的白色面包车", ["Z3K719"]),
        ("White van, plate something like QZ 3K719??", ["QZ3K719"]),
        ("plate ends 8H206, lights off", ["8H206"]),
        ("电话+86 138 0013-8000，或 13800138000", [PHONE]),
        ("给你们提个醒，电话尾号5528", ["5528"]),
        ("编号开头是 M3W7，拿去银行", ["M3W7"]),
        ("SN: 9F-22K-81", ["9F22K81"]),
        ("全角的青Ｚ３Ｋ７１９", [PLATE]),
        ("2026年11月22日21时30分，21:30:05，2026-11-22", []),
        ("损失1,800元，100米外，第12楼，8栋", []),
        ("线索 T-1042 归 A-2026-77", []),
        ("in 2026 at 110", []),
        ("", []),
    ],
)
def test_codes_are_found_as_people_write_them(text: str, found: list[str]) -> None:
    assert [one.text for one in codes.found_in(text)] == found


def test_what_kind_of_code_it_is_is_told() -> None:
    kinds = [one.kind for one in codes.found_in(f"{PLATE} {PHONE} M3W7K")]
    assert kinds == ["plate", "phone", "number"]


def test_a_code_is_the_same_whole_or_by_its_end() -> None:
    assert codes.is_same(PLATE, PLATE)
    assert codes.is_same(PLATE, "3K719")
    assert codes.is_same("8000", PHONE)
    assert not codes.is_same("719", PLATE)
    assert not codes.is_same("青Z3K718", PLATE)
    assert "3K719" in codes.ends(PLATE)
    assert PLATE not in codes.ends(PLATE)


def test_a_pasted_list_of_numbers_is_bounded() -> None:
    assert len(codes.found_in(" ".join(str(70_000_000 + n) for n in range(500)))) == codes.MOST
