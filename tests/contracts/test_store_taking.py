"""Many hosts that want the turn of one upload session in S3 at the same moment: one gets it, all are done."""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from storage import SessionGone, Unavailable, keys, s3_taking
from storage.s3 import S3Store
from storage.s3_bucket import Bucket
from storage.s3_session import Held, Ticket
from storage.s3_turn import Turn
from tests.contracts.conftest import PART
from tests.contracts.seaweed import Seaweed
from tests.side_by_side import side_by_side

KEY = keys.original("taking")


@pytest.fixture
def host(s3_server: Seaweed) -> Callable[[], S3Store]:
    prefix = f"taking/{secrets.token_hex(8)}"
    return lambda: s3_server.store("evidence", prefix=prefix, part_size=PART)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What was waited between rounds; nobody really waits."""
    waited: list[float] = []
    # Its own clock alone: what else sleeps here, such as a client that tries a call again, is no pause.
    own = SimpleNamespace(monotonic=time.monotonic, sleep=waited.append)
    monkeypatch.setattr(s3_taking, "time", own)
    return waited


@pytest.fixture
def rivals(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """That many times another host puts its turn at the very moment that one is put here."""
    put = Bucket.put

    def come(times: int) -> None:
        left = itertools.count(times, -1)

        def crowded(bucket: Bucket, name: str, body: bytes, **more: object) -> None:
            folder, _, last = name.rpartition("/")
            turn = Turn.parse(last)
            if turn and next(left) > 0:
                # Made of the same list, so that nothing tells who came first.
                put(bucket, f"{folder}/{Turn(turn.order, 'f' * 8, turn.first).name}", b"")
            put(bucket, name, body, **more)

        monkeypatch.setattr(Bucket, "put", crowded)

    return come


@pytest.mark.parametrize("times", [0, 1, 5])
def test_a_turn_is_taken_anew_as_often_as_another_comes_between(
    host: Callable[[], S3Store], pauses: list[float], rivals: Callable[[int], None], times: int
) -> None:
    store = host()
    session = store.begin(KEY)
    rivals(times)
    assert store.append(session, 0, [b"once"]) == 4
    assert len(pauses) == times
    held = Held.read(store.bucket, Ticket.parse(session))
    assert held.size == 4
    newest = held.turns[-1]
    assert newest.token != "f" * 8
    assert all(newest.first > other.first for other in held.turns[:-1]), "numbers of parts would meet"


def test_who_is_overtaken_again_and_again_is_told_so_and_loses_nothing(
    host: Callable[[], S3Store], pauses: list[float], rivals: Callable[[int], None]
) -> None:
    store = host()
    session = store.begin(KEY)
    store.append(session, 0, [b"kept"])
    rivals(s3_taking.ROUNDS)
    with pytest.raises(Unavailable, match="too many"):
        host().append(session, 4, [b"more"])
    assert len(pauses) == s3_taking.ROUNDS
    assert max(pauses) <= s3_taking.LONGEST_SPAN_S
    assert host().append(session, 4, [b"more"]) == 8
    assert host().complete(session, 8).size == 8


def test_the_span_of_the_pause_doubles_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_taking.random, "uniform", lambda low, high: high)
    spans = [s3_taking._pause_s(taken, 0.25) for taken in range(s3_taking.ROUNDS)]
    assert spans[:5] == [0.25, 0.5, 1, 2, 4]
    assert spans[-1] == s3_taking.LONGEST_SPAN_S


def test_of_sixteen_that_take_a_session_over_each_comes_to_an_end(host: Callable[[], S3Store]) -> None:
    """As when a line breaks and a phone tries again and again by many hosts."""
    session = host().begin(KEY)
    host().append(session, 0, [b"1234"])
    sizes = side_by_side(lambda _: host().take_over(session), range(16))
    assert sizes == [4] * 16
    assert host().append(session, 4, [b"5678"]) == 8


def test_a_session_that_ends_in_between_leaves_no_turn(
    host: Callable[[], S3Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = host()
    session = store.begin(KEY)
    ticket = Ticket.parse(session)
    put = Bucket.put

    def late(bucket: Bucket, name: str, body: bytes, **more: object) -> None:
        host().abort(session)
        put(bucket, name, body, **more)

    monkeypatch.setattr(Bucket, "put", late)
    with pytest.raises(SessionGone):
        store.append(session, 0, [b"late"])
    assert list(store.bucket.list(ticket.folder)) == []
