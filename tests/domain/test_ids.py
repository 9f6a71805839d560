"""Names and receipt codes: `tipline.domain.ids`."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from tipline.domain import ids

CODES = st.text(ids.ALPHABET, min_size=ids.CODE_LENGTH, max_size=ids.CODE_LENGTH)
NOISE = st.sampled_from(["", " ", "-", "－", "—", ".", " - ", "\u3000", "_"])
# Every way in which a sign is read or typed for another.
SPELLINGS = {"0": "0Oo０Ｏｏ", "1": "1IiLl１ＩｉＬｌ"}


def _spellings(sign: str) -> st.SearchStrategy[str]:
    full_width = chr(ord(sign) + 0xFEE0)
    return st.sampled_from(SPELLINGS.get(sign, sign + sign.lower() + full_width + full_width.lower()))


@given(CODES, st.data())
def test_a_code_is_understood_however_it_was_typed(code: str, data: st.DataObject) -> None:
    typed = "".join(data.draw(NOISE) + data.draw(_spellings(sign)) for sign in code) + data.draw(NOISE)

    assert ids.normal_receipt_code(typed) == code


@given(CODES)
def test_the_grouped_form_is_the_same_code(code: str) -> None:
    grouped = ids.grouped(code)

    assert re.fullmatch(r"(.{4}-){3}.{4}", grouped)
    assert ids.normal_receipt_code(grouped) == code


@given(st.text())
def test_whatever_is_typed_gives_a_code_or_nothing(typed: str) -> None:
    code = ids.normal_receipt_code(typed)

    assert code is None or (len(code) == ids.CODE_LENGTH and set(code) <= set(ids.ALPHABET))


@given(CODES)
def test_one_sign_more_or_less_is_no_code(code: str) -> None:
    assert ids.normal_receipt_code(code + "7") is None
    assert ids.normal_receipt_code(code[1:]) is None


def test_a_letter_outside_the_alphabet_is_no_code() -> None:
    assert ids.normal_receipt_code("U" + "7" * 15) is None
    assert ids.normal_receipt_code("码" + "7" * 15) is None


def test_new_codes_and_ids_have_their_form_and_never_repeat() -> None:
    codes = {ids.new_receipt_code() for _ in range(200)}
    names = {ids.new_id() for _ in range(200)}

    assert len(codes) == len(names) == 200
    assert all(ids.normal_receipt_code(code) == code.replace("-", "") for code in codes)
    assert all(re.fullmatch(r"[0-9a-z]{26}", name) for name in names)


def test_a_keyed_hash_depends_on_key_purpose_and_secret() -> None:
    one = ids.keyed_hash("key", "receipt", "secret")

    assert one == ids.keyed_hash("key", "receipt", "secret")
    others = {
        ids.keyed_hash("another", "receipt", "secret"),
        ids.keyed_hash("key", "access", "secret"),
        ids.keyed_hash("key", "receipt", "another"),
    }
    assert one not in others
    assert "secret" not in one
