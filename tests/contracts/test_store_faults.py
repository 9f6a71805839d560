"""What the S3 store promises when the way to its server breaks: each trouble at each call, and all at random.

A real server stands behind a proxy of ours. The store must lose nothing, double nothing, give up within its
patience, raise StoreErrors alone, and go on from where it was once the way is whole again.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import KeyTaken, Missing, OffsetMismatch, SessionGone, StoreError, Unavailable, keys
from storage.s3 import S3Store
from storage.s3_bucket import Patience
from tests.contracts.conftest import PART
from tests.contracts.s3_proxy import AFTER, TROUBLES, Proxy, Reply, Request, running_proxy
from tests.contracts.seaweed import Seaweed

T = TypeVar("T")
PATIENCE = Patience(tries=3)
# Only where silence is the trouble: a server that is merely slow would look the same.
HASTY = PATIENCE._replace(silence_s=0.4)
# Troubles that end one try at once; the others are silence, which takes as long as our patience.
BRIEF = tuple(one for one in TROUBLES if "silence" not in one)
# What an upload needs, call by call.
CALLS_OF_AN_UPLOAD = {
    "CreateMultipartUpload", "PutObject", "ListObjectsV2", "UploadPart", "GetObject", "HeadObject",
    "CompleteMultipartUpload", "AbortMultipartUpload", "DeleteObjects", "GetBucketVersioning",
}  # fmt: skip


@pytest.fixture(scope="module")
def proxy(s3_server: Seaweed) -> Iterator[Proxy]:
    with running_proxy(s3_server.endpoint_url) as made:
        yield made


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses between tries are not what is proved here."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)


class Bench:
    """A prefix of its own in the bucket: a host behind the proxy, and one that looks past it."""

    def __init__(
        self, proxy: Proxy, server: Seaweed, checksums: str = "when_supported", patience: Patience = PATIENCE
    ) -> None:
        self.proxy, self.checksums = proxy, checksums
        self.prefix = f"faults/{secrets.token_hex(8)}"
        self.store = self._host(proxy.endpoint_url, patience)
        self.direct = self._host(server.endpoint_url, PATIENCE)
        self.key = keys.original(secrets.token_hex(8))
        proxy.heal()

    def _host(self, address: str, patience: Patience) -> S3Store:
        return S3Store(
            bucket="evidence", prefix=self.prefix, endpoint_url=address, region="us-east-1",
            part_size=PART, patience=patience, checksums=self.checksums,
        )  # fmt: skip

    def strike(self, trouble: str, times: int, call: str | None = None) -> None:
        """The next `times` requests meet this trouble; only those of one call if it is named."""
        left = [times]

        def choose(request: Request) -> str | None:
            if left[0] <= 0 or (call and request.call != call):
                return None
            left[0] -= 1
            return trouble

        self.proxy.trouble = choose

    def strike_each(self, trouble: str) -> None:
        """Every call meets this trouble, each once."""
        met: set[str] = set()

        def choose(request: Request) -> str | None:
            if request.call in met:
                return None
            met.add(request.call)
            return trouble

        self.proxy.trouble = choose

    def read(self, key: str | None = None) -> bytes:
        with self.direct.open(key or self.key) as reader:
            return reader.read()

    def nothing_is_left_over(self) -> None:
        self.proxy.settle()
        for session in self.direct.list_sessions(datetime.now(UTC) + timedelta(minutes=5)):
            self.direct.abort(session.text)
        assert [one["Key"] for one in self.direct._bucket.list("uploads/")] == []
        assert [one["Key"] for one in self.direct._bucket.list("claims/")] == []
        assert list(self.direct.multipart_uploads()) == []


@pytest.fixture
def bench(proxy: Proxy, s3_server: Seaweed, request: pytest.FixtureRequest) -> Bench:
    trouble = request.node.callspec.params.get("trouble", "") if hasattr(request.node, "callspec") else ""
    return Bench(proxy, s3_server, patience=HASTY if "silence" in trouble else PATIENCE)


def drawn(size: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(size)


def insist(act: Callable[[], T], tries: int = 12) -> T:
    """What every caller does: try again after «not now»."""
    for _ in range(tries - 1):
        try:
            return act()
        except Unavailable:
            continue
    return act()


def send(bench: Bench, data: bytes, cuts: list[int]) -> str:
    """A sender that goes on from where the store says it stands, however often it must ask."""
    session = insist(lambda: bench.store.begin(bench.key))
    go_on(bench, session, data, [*sorted(cut for cut in cuts if cut < len(data)), len(data)])
    return session


def go_on(bench: Bench, session: str, data: bytes, ends: list[int], known: int = 0) -> None:
    for end in ends:
        for _ in range(40):
            if known >= end:
                break
            told: list[int] = []
            start = known
            try:
                known = bench.store.append(session, start, _pieces(data[start:end]), told.append)
            except OffsetMismatch as fault:
                known = fault.have
            except Unavailable:
                # What was told is durable, and nothing else is known.
                held = insist(lambda: bench.store.size(session))
                assert held >= max([start, *told])
                known = held
        assert known >= end


def _pieces(data: bytes, size: int = 700_001) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


# --- each trouble, once, at each call


@pytest.mark.parametrize("trouble", BRIEF)
def test_an_upload_whose_every_call_meets_trouble_comes_back_byte_for_byte(
    bench: Bench, trouble: str
) -> None:
    data = drawn(PART + 70_001)
    bench.strike_each(trouble)
    session = send(bench, data, [1000, PART + 5])
    assert insist(lambda: bench.store.complete(session, len(data))).size == len(data)
    assert insist(lambda: bench.store.complete(session, len(data))).size == len(data)
    assert set(bench.proxy.calls) >= CALLS_OF_AN_UPLOAD
    assert bench.read() == data
    assert [found.key for found in bench.direct.list("")] == [bench.key]
    bench.nothing_is_left_over()


@pytest.mark.parametrize("call", ["PutObject", "UploadPart", "CompleteMultipartUpload", "ListObjectsV2"])
@pytest.mark.parametrize("trouble", ["silence", "silence after"])
def test_silence_is_borne_as_long_as_our_patience_and_no_longer(
    bench: Bench, call: str, trouble: str
) -> None:
    data = drawn(PART + 1001)
    bench.strike(trouble, PATIENCE.tries, call)
    session = send(bench, data, [1000])
    assert insist(lambda: bench.store.complete(session, len(data))).size == len(data)
    assert bench.read() == data
    bench.nothing_is_left_over()


@pytest.mark.parametrize("trouble", BRIEF)
@pytest.mark.parametrize("size", [0, 10, PART + 10])
def test_a_put_that_must_be_the_first_is_the_first_once(bench: Bench, trouble: str, size: int) -> None:
    data = drawn(size)
    bench.strike_each(trouble)
    try:
        assert bench.store.put(bench.key, data, if_absent=True).size == size
    except Unavailable:
        # Not known: whoever asks again finds the object whole or the key free.
        with_key = [found.key for found in bench.direct.list("")]
        assert with_key in ([], [bench.key])
        if not with_key:
            bench.direct.put(bench.key, data, if_absent=True)
    assert bench.read() == data
    with pytest.raises(KeyTaken):
        bench.direct.put(bench.key, b"another", if_absent=True)
    bench.nothing_is_left_over()


@pytest.mark.parametrize("trouble", BRIEF)
def test_reading_listing_and_deleting_end_right_or_say_that_they_did_not(bench: Bench, trouble: str) -> None:
    data = drawn(3 * 1024 * 1024)
    others = [keys.rendition("a1", f"frame-{number}") for number in range(3)]
    bench.direct.put(bench.key, data)
    for key in others:
        bench.direct.put(key, b"picture")

    def read() -> bytes:
        with bench.store.open(bench.key, 1000) as reader:
            return reader.read()

    bench.strike(trouble, 1)
    assert insist(read) == data[1000:]
    bench.strike(trouble, 1)
    assert {found.key for found in insist(lambda: list(bench.store.list("")))} == {bench.key, *others}
    bench.strike(trouble, 1)
    assert insist(lambda: bench.store.stat(bench.key)).size == len(data)
    bench.strike(trouble, 1)
    insist(lambda: bench.store.delete(bench.key))
    with pytest.raises(Missing):
        bench.direct.stat(bench.key)
    assert {found.key for found in bench.direct.list("")} == set(others)


@pytest.mark.parametrize("trouble", ["cut reply after", "reset after"])
def test_a_reader_goes_on_where_the_connection_broke_again_and_again(bench: Bench, trouble: str) -> None:
    data = drawn(3 * 1024 * 1024)
    bench.direct.put(bench.key, data)
    bench.strike(trouble, 3, "GetObject")
    with insist(lambda: bench.store.open(bench.key)) as reader:
        assert reader.read() == data


# --- troubles that do not end


@pytest.mark.parametrize("trouble", [one for one in TROUBLES if one != "delay"])
def test_what_does_not_end_is_given_up_within_bounds_and_costs_nothing(bench: Bench, trouble: str) -> None:
    data = drawn(PART + 2000)
    session = send(bench, data[: PART + 1000], [])
    acts: list[Callable[[], object]] = [
        lambda: bench.store.append(session, PART + 1000, [data[PART + 1000 :]]),
        lambda: bench.store.size(session),
        lambda: bench.store.complete(session, PART + 1000),
        lambda: bench.store.put(keys.rendition("a1", "x"), b"y", if_absent=True),
        lambda: bench.store.open(bench.key).read(),
        lambda: list(bench.store.list("")),
        lambda: bench.store.delete(keys.original("nobody")),
        lambda: bench.store.begin(keys.original("another")),
    ]
    for act in acts:
        bench.strike(trouble, 10_000)
        bench.proxy.calls.clear()
        # An answer without a body may say enough before it breaks off; then the work is done.
        with suppress(StoreError):
            act()
            assert trouble == "cut reply after"
        # The first call that cannot be made ends it, and whatever it tidies up after itself.
        assert len(bench.proxy.calls) <= 4 * PATIENCE.tries, bench.proxy.calls
    bench.proxy.heal()
    for leftover in bench.direct.list_sessions(datetime.now(UTC) + timedelta(minutes=5)):
        if leftover.key != bench.key:
            bench.direct.abort(leftover.text)
    held = insist(lambda: bench.store.size(session))
    assert held >= PART + 1000
    go_on(bench, session, data, [len(data)], PART + 1000)
    insist(lambda: bench.store.complete(session, len(data)))
    assert bench.read() == data


# --- all of it at random


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    seed=st.integers(0, 10**6),
    size=st.sampled_from([1, 77, PART - 1, PART, PART + 1, 2 * PART + 12_345]),
    cuts=st.lists(st.integers(1, 2 * PART), max_size=3),
    share=st.sampled_from([0.05, 0.15, 0.3]),
)
def test_any_mix_of_troubles_ends_with_the_exact_bytes(
    proxy: Proxy, s3_server: Seaweed, seed: int, size: int, cuts: list[int], share: float
) -> None:
    bench = Bench(proxy, s3_server, patience=HASTY)
    rng = random.Random(seed)
    data = drawn(size, seed)
    # Silence costs the clock and teaches no more than the rest: it comes seldom.
    kinds = [*BRIEF * 4, "silence", "silence after"]
    proxy.trouble = lambda _: rng.choice(kinds) if rng.random() < share else None
    session = send(bench, data, cuts)
    assert insist(lambda: bench.store.complete(session, size), tries=40).size == size
    proxy.heal()
    assert bench.read() == data
    assert [found.key for found in bench.direct.list("")] == [bench.key]
    bench.nothing_is_left_over()


@pytest.mark.parametrize("trouble", [*AFTER, "500", "reset"])
def test_of_two_sessions_one_wins_though_answers_are_lost(bench: Bench, trouble: str) -> None:
    first, second = (bench.direct.begin(bench.key) for _ in range(2))
    bench.direct.append(first, 0, [drawn(PART + 3, seed=1)])
    bench.direct.append(second, 0, [drawn(PART + 3, seed=2)])
    bench.strike(trouble, 1, "CompleteMultipartUpload")
    assert insist(lambda: bench.store.complete(first, PART + 3)).size == PART + 3
    with pytest.raises(KeyTaken):
        bench.store.complete(second, PART + 3)
    assert bench.read() == drawn(PART + 3, seed=1)


@pytest.mark.parametrize("again", ["the same host", "another host"])
@pytest.mark.parametrize("size", [PART, PART + 1001, 2 * PART + 1])
def test_a_completion_that_failed_for_good_is_made_up_for_by_the_next(
    bench: Bench, again: str, size: int
) -> None:
    data = drawn(size)
    session = send(bench, data, [1000])
    bench.strike("503", PATIENCE.tries, "CompleteMultipartUpload")
    with pytest.raises(Unavailable):
        bench.store.complete(session, size)
    host = bench.store if again == "the same host" else bench.direct
    assert host.complete(session, size).size == size
    assert bench.read() == data
    bench.nothing_is_left_over()


def test_an_object_of_another_size_is_no_success_however_often_one_asks(bench: Bench) -> None:
    def lose_the_last_part(request: Request) -> Request:
        if request.call != "CompleteMultipartUpload":
            return request
        first, last, rest = request.body.rpartition(b"<Part>")
        return replace(request, body=first + rest.partition(b"</Part>")[2]) if last else request

    data = drawn(PART + 1001)
    session = send(bench, data, [])
    bench.proxy.before = lose_the_last_part
    with pytest.raises(Unavailable):
        bench.store.complete(session, len(data))
    bench.proxy.heal()
    with pytest.raises(SessionGone):
        bench.store.complete(session, len(data))
    with pytest.raises(Missing):
        bench.direct.stat(bench.key)


# --- servers that check nothing


def check_nothing(proxy: Proxy, damaged: str | None) -> None:
    """The server takes what comes, its tags mean nothing, and bytes of one call are damaged on the way."""

    def before(request: Request) -> Request:
        body = request.body.replace(b"opaque-", b"")
        if request.call == damaged and len(body) > 1000:
            body = body[:-1] + bytes([body[-1] ^ 1])
        return replace(request.without("content-md5"), body=body)

    def after(request: Request, reply: Reply) -> Reply:
        tags = {"Etag", "ETag"} & set(reply.headers)
        if request.method != "PUT":
            return reply
        opaque = {name: '"opaque-' + reply.headers[name].strip('"') + '"' for name in tags}
        return replace(reply, headers=reply.headers | opaque)

    proxy.before, proxy.after = before, after


@pytest.mark.parametrize("damaged", [None, "UploadPart", "PutObject"])
def test_where_the_server_checks_nothing_we_read_again(
    proxy: Proxy, s3_server: Seaweed, damaged: str | None
) -> None:
    bench = Bench(proxy, s3_server, checksums="when_required")
    data = drawn(2 * PART + 5000)
    check_nothing(proxy, damaged)
    session = bench.store.begin(bench.key)
    if damaged == "PutObject":
        with pytest.raises(Unavailable, match="other bytes"):
            bench.store.append(session, 0, [data])
        assert bench.store.size(session) >= 2 * PART
        return
    bench.store.append(session, 0, [data])
    names = [one["Key"].rpartition("/")[2] for one in bench.direct._bucket.list("uploads/")]
    assert [name[-1] for name in names if name.startswith("part-")] == ["!", "!"]
    if damaged:
        with pytest.raises(Unavailable, match="other bytes"):
            bench.store.complete(session, len(data))
        with pytest.raises(Missing):
            bench.direct.stat(bench.key)
    else:
        assert bench.store.complete(session, len(data)).size == len(data)
        assert bench.read() == data
    bench.nothing_is_left_over()


def test_an_object_is_proved_also_by_whoever_repeats_the_completion(proxy: Proxy, s3_server: Seaweed) -> None:
    bench = Bench(proxy, s3_server, checksums="when_required")
    data = drawn(PART + 5000)
    check_nothing(proxy, "UploadPart")
    session = bench.store.begin(bench.key)
    bench.store.append(session, 0, [data])
    # The host dies between joining the parts and reading them again.
    bench.strike("reset", 10_000, "GetObject")
    with pytest.raises(Unavailable):
        bench.store.complete(session, len(data))
    bench.proxy.trouble = lambda _: None
    with pytest.raises(Unavailable, match="other bytes"):
        bench.store.complete(session, len(data))
    with pytest.raises(Missing):
        bench.direct.stat(bench.key)
