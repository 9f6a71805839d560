"""The running digest."""

from __future__ import annotations

import hashlib
import io

from hypothesis import given
from hypothesis import strategies as st

from storage import Digest, sha256_of


@given(st.lists(st.binary(max_size=100), max_size=10))
def test_pieces_give_the_digest_and_size_of_the_whole(pieces: list[bytes]) -> None:
    digest = Digest()
    for piece in pieces:
        digest.update(piece)
    whole = b"".join(pieces)
    assert digest.hexdigest() == hashlib.sha256(whole).hexdigest() == sha256_of(io.BytesIO(whole))
    assert digest.size == len(whole)


def test_a_digest_can_be_asked_on_the_way() -> None:
    digest = Digest()
    digest.update(b"ab")
    assert digest.hexdigest() == hashlib.sha256(b"ab").hexdigest()
    digest.update(memoryview(b"c"))
    assert digest.hexdigest() == hashlib.sha256(b"abc").hexdigest()
    assert digest.size == 3
