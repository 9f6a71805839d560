"""Of two that write into one upload session only the newer counts: on every store, wherever they run."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import SessionGone, Store, Superseded, keys
from tests.contracts.conftest import PART, Place

KEY = keys.original("turns")


def drawn(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


def read(store: Store, key: str) -> bytes:
    with store.open(key) as reader:
        return reader.read()


def interrupted(*steps: bytes | Callable[[], object]) -> Iterator[bytes]:
    """Pieces of a slow line; a call between two of them is what happens elsewhere meanwhile."""
    for step in steps:
        if isinstance(step, bytes):
            yield step
        else:
            step()


@pytest.mark.parametrize("before", [10, PART - 1, PART, 2 * PART + 5])
@pytest.mark.parametrize("after", [[b"late"], [bytes(PART)], []], ids=["little", "a part", "nothing"])
def test_an_older_append_is_stopped_and_changes_nothing(
    place: Place, before: int, after: list[bytes]
) -> None:
    old, new = drawn(before, 1), drawn(before + 700, 2)
    session = place.host().begin(KEY)

    def overtake() -> None:
        assert place.host().append(session, 0, [new]) == len(new)

    with pytest.raises(Superseded):
        place.host().append(session, 0, interrupted(old, overtake, *after, b"end"))

    assert place.host().size(session) == len(new)
    place.host().complete(session, len(new))
    assert read(place.host(), KEY) == new


def test_an_older_append_that_had_nothing_more_to_say_is_not_told_a_success(place: Place) -> None:
    session = place.host().begin(KEY)

    def overtake() -> None:
        place.host().append(session, 0, [b"new"])

    with pytest.raises(Superseded):
        place.host().append(session, 0, interrupted(b"old one", overtake))
    assert place.host().size(session) == 3


def test_taking_over_counts_what_came_and_stops_the_writer(place: Place) -> None:
    data = drawn(PART + 2000, 3)
    session = place.host().begin(KEY)
    counted: list[int] = []

    def take_over() -> None:
        counted.append(place.host().take_over(session))

    with pytest.raises(Superseded):
        place.host().append(session, 0, interrupted(data[: PART + 1000], take_over, b"never kept"))

    # A disk holds every byte written, S3 every full part; the rest was in the memory of whoever hung.
    assert counted == [PART if place.name == "s3" else PART + 1000]
    assert place.host().append(session, counted[0], [data[counted[0] :]]) == len(data)
    place.host().complete(session, len(data))
    assert read(place.host(), KEY) == data


def test_taking_over_may_be_repeated_and_discards_nothing(place: Place) -> None:
    data = drawn(PART + 50, 4)
    session = place.host().begin(KEY)
    place.host().append(session, 0, [data])

    assert [place.host().take_over(session) for _ in range(3)] == [len(data)] * 3
    assert place.host().append(session, len(data), [b"more"]) == len(data) + 4


def test_an_append_that_looks_at_the_size_is_not_disturbed(place: Place) -> None:
    session = place.host().begin(KEY)
    looks: list[int] = []
    pieces = interrupted(b"one", lambda: looks.append(place.host().size(session)), b"two")

    assert place.host().append(session, 0, pieces) == 6
    assert looks[0] <= 3


def test_one_host_goes_on_with_its_own_session_as_often_as_it_likes(store: Store) -> None:
    data = drawn(3 * PART, 5)
    session = store.begin(KEY)
    at = 0
    for size in (1, 700, PART, 3, PART, len(data)):
        at = store.append(session, at, [data[at : at + size]])
    store.complete(session, at)
    assert read(store, KEY) == data


@pytest.mark.parametrize("size", [30, PART + 30])
def test_an_original_is_not_touched_by_who_still_writes_when_it_is_completed(place: Place, size: int) -> None:
    data = drawn(size, 6)
    session = place.host().begin(KEY)
    place.host().append(session, 0, [data])

    def complete() -> None:
        place.host().append(session, 0, [data])
        place.host().complete(session, size)

    with pytest.raises((Superseded, SessionGone)):
        place.host().append(session, 0, interrupted(b"x" * 10, complete, bytes(PART), b"end"))
    assert read(place.host(), KEY) == data


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_however_hosts_overtake_each_other_the_newest_bytes_are_kept(
    place: Place, data: st.DataObject
) -> None:
    """A nest of appends, each begun while the one before was still sending."""
    session = place.host().begin(keys.original(secrets.token_hex(8)))
    held = [b""]

    def append(depth: int) -> None:
        at = data.draw(st.integers(0, len(held[0])))
        mine = held[0][:at]

        def pieces() -> Iterator[bytes]:
            nonlocal mine
            for _ in range(data.draw(st.integers(0, 3))):
                piece = data.draw(st.binary(min_size=1, max_size=30))
                mine += piece
                yield piece
            if depth and data.draw(st.booleans()):
                held[0] = mine[: place.host().take_over(session)]
                append(depth - 1)
                yield b"late"

        try:
            place.host().append(session, at, pieces())
            held[0] = mine
        except Superseded:
            pass

    append(3)
    size = place.host().size(session)
    assert size == len(held[0])
    found = place.host().complete(session, size)
    assert read(place.host(), found.key) == held[0]


def test_a_slow_line_is_made_durable_from_time_to_time(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.appending.SYNC_AFTER_S", 0)
    session = place.host().begin(KEY)
    told: list[int] = []

    place.host().append(session, 0, [b"one", b"two", b"three"], told.append)

    assert told == [3, 6, 11]
