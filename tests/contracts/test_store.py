"""The store contract: what is true of every store, wherever it keeps the bytes."""

from __future__ import annotations

import io
import random
import secrets
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import KeyTaken, Missing, OffsetMismatch, SessionGone, Store, StoreError, keys, sha256_of
from tests.contracts.conftest import PART, Place
from tests.side_by_side import side_by_side

KEY = keys.original("8f14e45f-ea8d")
KIB = 1024
MIB = 1024 * 1024


def drawn(size: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(size)


def cut_into(data: bytes, chunk: int) -> list[bytes]:
    return [data[start : start + chunk] for start in range(0, len(data), chunk)]


def read(store: Store, key: str, start: int = 0, length: int | None = None) -> bytes:
    with store.open(key, start, length) as reader:
        return reader.read()


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=5)


def cut_short(*pieces: bytes) -> Iterator[bytes]:
    yield from pieces
    raise ConnectionResetError("the phone hung up")


# --- chunk sizes


@pytest.mark.parametrize(
    ("size", "chunk"),
    [
        (300, 1),
        (100 * KIB + 3, 4095),
        (3 * MIB, 64 * KIB),
        (PART, PART),
        (2 * PART, 2 * PART),
        (2 * PART + 1, MIB),
        (3 * PART - 1, PART + 1),
        (41 * MIB, 20 * MIB),
    ],
)
def test_an_upload_in_one_request_comes_back_byte_for_byte(store: Store, size: int, chunk: int) -> None:
    data = drawn(size)
    session = store.begin(KEY)
    assert store.append(session, 0, cut_into(data, chunk)) == size
    assert store.size(session) == size
    assert store.complete(session, size).size == size
    assert read(store, KEY) == data


@pytest.mark.parametrize(("size", "chunk"), [(6, 1), (2 * PART + 77, 2 * MIB), (3 * PART, PART)])
def test_an_upload_in_many_requests_comes_back_byte_for_byte(place: Place, size: int, chunk: int) -> None:
    data = drawn(size)
    session = place.host().begin(KEY)
    for start, piece in enumerate(cut_into(data, chunk)):
        assert place.host().append(session, start * chunk, [piece]) == start * chunk + len(piece)
    place.host().complete(session, size)
    assert read(place.host(), KEY) == data


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    requests=st.lists(st.lists(st.binary(max_size=40), max_size=4), max_size=5),
    back=st.integers(min_value=0, max_value=60),
)
def test_any_requests_with_one_step_back_keep_the_bytes_in_order(
    place: Place, requests: list[list[bytes]], back: int
) -> None:
    store = place.host()
    key = keys.original(secrets.token_hex(8))
    session = store.begin(key)
    expected = b""
    for pieces in requests:
        assert store.append(session, len(expected), pieces) == len(expected) + len(b"".join(pieces))
        expected += b"".join(pieces)
    expected = expected[: max(0, len(expected) - back)] + b"again"
    store.append(session, len(expected) - len(b"again"), [b"again"])
    assert place.host().size(session) == len(expected)
    place.host().complete(session, len(expected))
    assert read(store, key) == expected


# --- durability and resumption


def test_a_session_goes_on_at_another_host(place: Place) -> None:
    data = drawn(PART + 1000)
    session = place.host().begin(KEY)
    place.host().append(session, 0, [data[:700]])
    other = place.host()
    assert other.size(session) == 700
    other.append(session, 700, [data[700:]])
    place.host().complete(session, len(data))
    assert read(place.host(), KEY) == data


def test_bytes_before_a_broken_connection_are_kept_and_told(place: Place) -> None:
    data = drawn(PART + 5000)
    told: list[int] = []
    session = place.host().begin(KEY)
    with pytest.raises(ConnectionResetError, match="hung up"):
        place.host().append(session, 0, cut_short(data[:PART], data[PART : PART + 123]), told.append)
    assert told[-1] == PART + 123
    assert place.host().size(session) == PART + 123
    place.host().append(session, PART + 123, [data[PART + 123 :]])
    place.host().complete(session, len(data))
    assert read(place.host(), KEY) == data


def test_every_told_offset_is_durable_when_it_is_told(place: Place) -> None:
    told: list[int] = []
    session = place.host().begin(KEY)

    def another_host_agrees(offset: int) -> None:
        assert place.host().size(session) >= offset
        told.append(offset)

    end = place.host().append(session, 0, cut_into(drawn(70 * MIB), MIB), another_host_agrees)
    assert end == told[-1] == 70 * MIB
    assert all(earlier < later <= earlier + 32 * MIB for earlier, later in pairwise([0, *told]))


def test_a_caller_that_lost_the_row_stops_the_writing(place: Place) -> None:
    class Overtaken(Exception):
        pass

    def refuse(_: int) -> None:
        raise Overtaken

    session = place.host().begin(KEY)
    taken: list[bytes] = []

    def watched() -> Iterator[bytes]:
        for piece in cut_into(drawn(70 * MIB), MIB):
            taken.append(piece)
            yield piece

    with pytest.raises(Overtaken):
        place.host().append(session, 0, watched(), refuse)
    assert len(taken) < 70


def test_an_offset_beyond_what_is_held_is_refused_with_what_is_held(store: Store) -> None:
    session = store.begin(KEY)
    store.append(session, 0, [b"abc"])
    with pytest.raises(OffsetMismatch) as refusal:
        store.append(session, 4, [b"e"])
    assert refusal.value.have == 3
    assert store.size(session) == 3


def test_surplus_beyond_the_offset_is_discarded_even_when_nothing_follows(place: Place) -> None:
    session = place.host().begin(KEY)
    place.host().append(session, 0, [b"abcdef"])
    assert place.host().append(session, 4, []) == 4
    assert place.host().size(session) == 4
    assert place.host().append(session, 0, [b"xyz"]) == 3
    place.host().complete(session, 3)
    assert read(place.host(), KEY) == b"xyz"


@pytest.mark.parametrize("known", [1000, PART, PART + 1000])
def test_other_bytes_may_follow_a_step_back_over_parts(place: Place, known: int) -> None:
    first, second = drawn(3 * PART, seed=1), drawn(2 * PART + 50, seed=2)
    session = place.host().begin(KEY)
    place.host().append(session, 0, [first[:known]])
    place.host().append(session, known, [first[known:]])
    place.host().append(session, known, [second])
    whole = first[:known] + second
    assert place.host().size(session) == len(whole)
    place.host().complete(session, len(whole))
    assert read(place.host(), KEY) == whole


def test_a_step_back_to_the_beginning_holds_nothing(place: Place) -> None:
    session = place.host().begin(KEY)
    place.host().append(session, 0, [b"abcdef"])
    assert place.host().append(session, 0, []) == 0
    assert place.host().size(session) == 0


def test_discarded_bytes_do_not_come_back_when_the_upload_reaches_their_place(place: Place) -> None:
    session = place.host().begin(KEY)
    place.host().append(session, 0, [drawn(2 * PART + 700, seed=1)])
    place.host().append(session, PART, [drawn(PART, seed=2)])
    assert place.host().size(session) == 2 * PART
    with pytest.raises(OffsetMismatch):
        place.host().complete(session, 2 * PART + 700)


def test_a_session_text_is_short_and_plain(store: Store) -> None:
    session = store.begin(keys.rendition("a" * 64, "n" * 80))
    assert len(session) <= 500
    assert session.isascii()
    assert session.isprintable()


# --- completion


def test_an_object_is_not_seen_before_it_is_complete(store: Store) -> None:
    session = store.begin(KEY)
    store.append(session, 0, [b"half of it"])
    with pytest.raises(Missing):
        store.stat(KEY)
    assert list(store.list("")) == []


@pytest.mark.parametrize("size", [0, 1, PART, PART + 1])
def test_completing_may_be_repeated_from_any_host(place: Place, size: int) -> None:
    session = place.host().begin(KEY)
    place.host().append(session, 0, [drawn(size)])
    first = place.host().complete(session, size)
    assert place.host().complete(session, size) == first
    assert (first.key, first.size) == (KEY, size)
    assert abs(first.modified - datetime.now(UTC)) < timedelta(minutes=5)
    with pytest.raises(SessionGone):
        place.host().append(session, size, [b"more"])
    with pytest.raises(SessionGone):
        place.host().size(session)


def test_completing_too_early_is_refused_and_loses_nothing(store: Store) -> None:
    session = store.begin(KEY)
    store.append(session, 0, [b"abc"])
    with pytest.raises(OffsetMismatch) as refusal:
        store.complete(session, 4)
    assert refusal.value.have == 3
    store.append(session, 3, [b"d"])
    store.complete(session, 4)
    assert read(store, KEY) == b"abcd"


@pytest.mark.parametrize("size", [3, PART + 3])
def test_completing_discards_surplus(store: Store, size: int) -> None:
    data = drawn(size + 10)
    session = store.begin(KEY)
    store.append(session, 0, [data])
    store.complete(session, size)
    assert read(store, KEY) == data[:size]


@pytest.mark.parametrize("size", [0, 10, PART + 10])
def test_a_taken_key_is_never_replaced(store: Store, size: int) -> None:
    store.put(KEY, b"the original")
    session = store.begin(KEY)
    store.append(session, 0, [drawn(size)])
    with pytest.raises(KeyTaken):
        store.complete(session, size)
    assert read(store, KEY) == b"the original"
    store.abort(session)
    assert read(store, KEY) == b"the original"


@pytest.mark.parametrize("size", [64, PART + 64])
def test_of_eight_sessions_for_one_key_one_wins(place: Place, size: int) -> None:
    def race(runner: int) -> int | None:
        store = place.host()
        session = store.begin(KEY)
        store.append(session, 0, [drawn(size, seed=runner)])
        try:
            store.complete(session, size)
        except KeyTaken:
            return None
        return runner

    winners = [runner for runner in side_by_side(race, range(8)) if runner is not None]
    assert len(winners) == 1
    assert read(place.host(), KEY) == drawn(size, seed=winners[0])


def test_one_session_completed_by_eight_threads_succeeds_in_all(place: Place) -> None:
    session = place.host().begin(KEY)
    place.host().append(session, 0, [b"once"])
    sizes = side_by_side(lambda _: place.host().complete(session, 4).size, range(8))
    assert sizes == [4] * 8
    assert read(place.host(), KEY) == b"once"


# --- aborting and sweeping


def test_an_aborted_session_is_gone_for_good(place: Place) -> None:
    session = place.host().begin(KEY)
    place.host().append(session, 0, [drawn(PART + 9)])
    place.host().abort(session)
    place.host().abort(session)
    for refused in (
        lambda: place.host().size(session),
        lambda: place.host().append(session, 0, [b"x"]),
        lambda: place.host().complete(session, 0),
    ):
        with pytest.raises(SessionGone):
            refused()
    assert list(place.host().list_sessions(soon())) == []


def test_aborting_after_completion_leaves_the_object(store: Store) -> None:
    session = store.begin(KEY)
    store.append(session, 0, [b"kept"])
    store.complete(session, 4)
    store.abort(session)
    assert read(store, KEY) == b"kept"


def test_text_that_is_no_session_is_a_session_that_is_gone(store: Store) -> None:
    for text in ("", "nonsense", "../../etc/passwd", "0" * 32 + "@../../x", "0" * 32 + "/u/8388608/../x"):
        with pytest.raises((SessionGone, ValueError)):
            store.size(text)


def test_sessions_are_listed_by_when_they_last_moved(place: Place) -> None:
    begun = place.host().begin(KEY)
    fed = place.host().begin(keys.original("fed"))
    place.host().append(fed, 0, [b"some bytes"])
    listed = {session.text: session for session in place.host().list_sessions(soon())}
    assert set(listed) == {begun, fed}
    assert listed[fed].key == keys.original("fed")
    assert abs(listed[fed].touched - datetime.now(UTC)) < timedelta(minutes=5)
    assert list(place.host().list_sessions(datetime.now(UTC) - timedelta(minutes=5))) == []


def test_a_sweep_leaves_nothing_behind(place: Place) -> None:
    done = place.host().begin(KEY)
    place.host().append(done, 0, [b"kept"])
    place.host().complete(done, 4)
    place.host().append(place.host().begin(keys.original("left")), 0, [b"left lying"])
    for session in place.host().list_sessions(soon()):
        place.host().abort(session.text)
    assert list(place.host().list_sessions(soon())) == []
    assert [found.key for found in place.host().list("")] == [KEY]


# --- objects


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        (0, None, b"0123456789"),
        (0, 0, b""),
        (0, 1, b"0"),
        (3, None, b"3456789"),
        (3, 4, b"3456"),
        (9, 1, b"9"),
        (9, 50, b"9"),
        (10, None, b""),
        (10, 5, b""),
        (99, None, b""),
        (99, 5, b""),
    ],
)
def test_ranges(store: Store, start: int, length: int | None, expected: bytes) -> None:
    store.put(KEY, b"0123456789")
    assert read(store, KEY, start, length) == expected


def test_a_negative_range_is_a_mistake(store: Store) -> None:
    store.put(KEY, b"0123456789")
    with pytest.raises(ValueError, match="range"):
        store.open(KEY, -1)
    with pytest.raises(ValueError, match="range"):
        store.open(KEY, 0, -1)


def test_a_reader_gives_as_many_bytes_as_it_is_asked_for(store: Store) -> None:
    store.put(KEY, b"0123456789")
    with store.open(KEY, 2, 6) as reader:
        assert [reader.read(4), reader.read(4), reader.read(4)] == [b"2345", b"67", b""]


def test_an_empty_object_is_an_object(store: Store) -> None:
    session = store.begin(KEY)
    assert store.append(session, 0, []) == 0
    store.complete(session, 0)
    other = keys.original("put")
    store.put(other, b"")
    for key in (KEY, other):
        assert store.stat(key).size == 0
        assert read(store, key) == read(store, key, 0, 10) == read(store, key, 5) == b""


def test_what_was_never_kept_is_missing(store: Store) -> None:
    for look in (store.stat, store.open, lambda key: store.open(key, 5), lambda key: store.open(key, 0, 0)):
        with pytest.raises(Missing):
            look(KEY)


def test_deleting_may_be_repeated_and_frees_the_key(store: Store) -> None:
    store.put(KEY, b"first", if_absent=True)
    store.delete(KEY)
    store.delete(KEY)
    with pytest.raises(Missing):
        store.stat(KEY)
    assert list(store.list("")) == []
    store.put(KEY, b"second", if_absent=True)
    assert read(store, KEY) == b"second"


def test_listing_gives_the_objects_below_a_prefix_alone(store: Store) -> None:
    frames = [keys.rendition("a1", f"frame-{number}.jpg") for number in range(3)]
    for number, key in enumerate(frames):
        store.put(key, b"x" * number)
    store.put(keys.rendition("a12", "frame-0.jpg"), b"a neighbour")
    store.put(keys.original("a1"), b"the original")
    listed = {found.key: found.size for found in store.list(keys.rendition_prefix("a1"))}
    assert listed == {key: number for number, key in enumerate(frames)}
    assert {found.key for found in store.list("rendition/a1")} == {
        *frames,
        keys.rendition("a12", "frame-0.jpg"),
    }
    assert {found.key for found in store.list("rendition/a1/frame-1")} == {frames[1]}
    assert len(list(store.list(""))) == 5
    assert list(store.list(keys.rendition_prefix("nobody"))) == []


def test_putting_replaces_unless_told_not_to(store: Store) -> None:
    store.put(KEY, b"one")
    assert store.put(KEY, b"three").size == 5
    with pytest.raises(KeyTaken):
        store.put(KEY, b"two", if_absent=True)
    assert read(store, KEY) == b"three"
    assert list(store.list_sessions(soon())) == []


@pytest.mark.parametrize("size", [0, 1000, PART, 2 * PART + 5])
@pytest.mark.parametrize("if_absent", [True, False])
def test_a_reader_can_be_put(store: Store, size: int, if_absent: bool) -> None:
    data = drawn(size)
    assert store.put(KEY, io.BytesIO(data), if_absent=if_absent).size == size
    assert read(store, KEY) == data
    if if_absent:
        with pytest.raises(KeyTaken):
            store.put(KEY, io.BytesIO(data), if_absent=True)
    else:
        store.put(KEY, b"replaced")
        assert read(store, KEY) == b"replaced"
    assert list(store.list_sessions(soon())) == []


def test_a_put_that_breaks_off_leaves_nothing(store: Store) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(size) or self.fail()

        def fail(self) -> bytes:
            raise ConnectionResetError("the source hung up")

    for size in (10, PART + 10):
        with pytest.raises(ConnectionResetError):
            store.put(KEY, Broken(drawn(size)))
    assert list(store.list("")) == []
    assert list(store.list_sessions(soon())) == []


def test_of_eight_puts_for_an_absent_key_one_wins(place: Place) -> None:
    def race(runner: int) -> int | None:
        try:
            place.host().put(KEY, bytes([runner]), if_absent=True)
        except KeyTaken:
            return None
        return runner

    winners = [runner for runner in side_by_side(race, range(8)) if runner is not None]
    assert len(winners) == 1
    assert read(place.host(), KEY) == bytes(winners)


@pytest.mark.parametrize(
    "key",
    ["", "/", "a/", "/a", "a//b", "..", "a/../b", "a/.hidden", "A", "a b", "文件", "a\0b", "a\n", "a" * 201],
)
def test_a_bad_key_is_refused_everywhere(store: Store, key: str) -> None:
    for use in (store.begin, store.open, store.stat, store.delete, lambda key: store.put(key, b"x")):
        with pytest.raises(ValueError, match="key"):
            use(key)


@pytest.mark.parametrize("prefix", ["..", "a/../", "/a", "A", ".", "a//"])
def test_a_bad_prefix_is_refused(store: Store, prefix: str) -> None:
    with pytest.raises(ValueError, match="key"):
        store.list(prefix)


def test_a_working_store_passes_its_check(store: Store) -> None:
    store.check()
    assert list(store.list("")) == []
    assert list(store.list_sessions(soon())) == []


def test_store_errors_are_one_family() -> None:
    assert issubclass(KeyTaken, StoreError)
    assert issubclass(Missing, StoreError)


# --- memory


def test_large_objects_stream_both_ways(large_place: Place) -> None:
    piece = drawn(MIB)
    store = large_place.host()
    session = store.begin(KEY)
    tracemalloc.start()
    try:
        store.append(session, 0, (piece for _ in range(64)))
        store.complete(session, 64 * MIB)
        with store.open(KEY) as reader:
            digest = sha256_of(reader)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 6 * PART
    assert digest == sha256_of(io.BytesIO(piece * 64))
