"""The running digest."""

from __future__ import annotations

import hashlib
import io
import os
import select
import signal

from hypothesis import given
from hypothesis import strategies as st

from storage import Digest, sha256_of
from storage.hashing import WORTH_A_THREAD


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


def test_large_and_small_pieces_in_any_order_make_one_digest() -> None:
    pieces = [b"a", bytes(WORTH_A_THREAD), b"b" * (3 * WORTH_A_THREAD), b"", b"c", b"d" * WORTH_A_THREAD]
    digest = Digest()

    for piece in pieces:
        digest.update(piece)

    whole = b"".join(pieces)
    assert digest.size == len(whole)
    assert digest.hexdigest() == hashlib.sha256(whole).hexdigest()


def test_a_buffer_may_be_changed_as_soon_as_it_was_handed_over() -> None:
    digest, buffer = Digest(), bytearray(b"x" * (8 * WORTH_A_THREAD))

    digest.update(buffer)
    buffer[:] = b"y" * len(buffer)

    assert digest.digest() == hashlib.sha256(b"x" * len(buffer)).digest()


def test_a_fork_hashes_with_threads_of_its_own() -> None:
    data = bytes(4 * WORTH_A_THREAD)
    sha256_of(io.BytesIO(data))
    ours, theirs = os.pipe()

    pid = os.fork()
    if pid == 0:
        try:
            os.write(theirs, sha256_of(io.BytesIO(data)).encode())
        finally:
            os._exit(0)  # never a second run of the tests
    os.close(theirs)
    try:
        # What it says, or its end; a fork that waits for threads it does not have says neither.
        assert select.select([ours], [], [], 60)[0], "the fork hangs"
        assert os.read(ours, 100).decode() == hashlib.sha256(data).hexdigest()
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(ours)
