"""A server that takes connections and says nothing holds up nobody who waits before a page."""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from storage import Keyring, Silent, awaited, keys, seal_store
from storage.base import Store
from storage.memory import MemoryStore
from storage.s3 import S3Store
from storage.s3_bucket import Patience
from storage.s3_silence import MOST_WHILE_MUTE, MUTE_S, PAUSE_S, Silence
from tests.contracts.conftest import PART
from tests.contracts.s3_proxy import Proxy, Request, running_proxy
from tests.contracts.seaweed import Seaweed

# A page's patience where the server answers, however loaded the machine is, and where it surely does not.
ROOMY = Patience(connect_s=10, silence_s=20, tries=2)
BRIEF = Patience(connect_s=5, silence_s=0.4, tries=2)
LONG = Patience(connect_s=5, silence_s=20, tries=2)
PICTURE = b"a picture"
# What a read in vain costs.
READ = ("GetObject", "GetObject", "HeadBucket")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)


# --- who is told, and when


class Server:
    """A server as `Silence` sees it: `answers` says whether it does."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.answers, self.asked, self.read = clock, False, 0, 0
        self.silence = Silence(self._ask, clock)

    def _ask(self) -> None:
        self.asked += 1
        self._answer()

    def _answer(self) -> None:
        if not self.answers:
            raise Silent("nothing")
        self.silence.heard()

    def open(self, *, comes: bool = True) -> None:
        with self.silence.borne():
            self.read += 1
            self.clock.now += 0.1
            if not comes:
                raise Silent("nothing")
            self._answer()

    def is_told_at_once(self) -> bool:
        before = self.read
        with pytest.raises(Silent):
            self.open()
        return self.read == before


@pytest.fixture
def server(clock: Clock) -> Server:
    return Server(clock)


def test_after_the_first_that_gets_no_answer_all_others_are_told_at_once(server: Server) -> None:
    assert not server.is_told_at_once()
    assert server.silence.lasts
    assert all(server.is_told_at_once() for _ in range(100))
    assert (server.read, server.asked) == (1, 1)


def test_after_a_pause_one_tries_and_brings_all_back(server: Server, clock: Clock) -> None:
    server.is_told_at_once()
    clock.now += PAUSE_S
    assert not server.is_told_at_once()  # it tried, in vain
    assert server.is_told_at_once()  # and the next pause begins
    clock.now += PAUSE_S
    server.answers = True
    with server.silence.borne():
        assert server.is_told_at_once()  # while one tries nobody else does
        server.silence.heard()
    assert not server.silence.lasts
    server.open()


def test_one_object_that_does_not_come_is_no_silence(server: Server) -> None:
    server.answers = True
    for _ in range(3):
        server.clock.now += 1
        with pytest.raises(Silent):
            server.open(comes=False)
        assert not server.silence.lasts
    assert server.asked == 3
    server.open()


def test_while_others_are_answered_nobody_is_even_asked(server: Server) -> None:
    call = server.silence.borne()
    call.__enter__()
    server.clock.now += 1
    server.silence.heard()  # a byte of somebody's film
    assert not call.__exit__(Silent, Silent("nothing"), None)
    assert (server.asked, server.silence.lasts) == (0, False)


def test_an_answer_to_anybody_ends_the_silence(server: Server) -> None:
    server.is_told_at_once()
    server.answers = True
    server.silence.heard()
    server.open()


def test_whoever_tries_and_stumbles_over_something_else_keeps_nobody_out(
    server: Server, clock: Clock
) -> None:
    server.is_told_at_once()
    clock.now += PAUSE_S
    with pytest.raises(ValueError, match="odd"), server.silence.borne():
        raise ValueError("odd")
    clock.now += PAUSE_S
    server.answers = True
    server.open()
    assert not server.silence.lasts


def test_before_anybody_knows_only_some_stand_and_wait(server: Server, clock: Clock) -> None:
    waiting = [server.silence.borne() for _ in range(MOST_WHILE_MUTE)]
    for one in waiting:
        one.__enter__()
    clock.now += MUTE_S + 0.1
    assert server.is_told_at_once()
    assert not server.silence.lasts
    server.silence.heard()  # merely slow: others may wait, too
    server.answers = True
    server.open()
    for one in waiting:
        one.__exit__(None, None, None)


# --- a real server behind a line that breaks


@pytest.fixture(scope="module")
def proxy(s3_server: Seaweed) -> Iterator[Proxy]:
    with running_proxy(s3_server.endpoint_url) as made:
        yield made


@pytest.fixture
def store(proxy: Proxy) -> S3Store:
    proxy.heal()
    return S3Store(
        bucket="evidence", prefix=f"silence/{secrets.token_hex(8)}", endpoint_url=proxy.endpoint_url,
        region="us-east-1", part_size=PART, patience=LONG, brief=ROOMY,
    )  # fmt: skip


def picture(store: Store, number: int = 1) -> str:
    key = keys.rendition("a1", f"frame-{number}")
    store.put(key, PICTURE)
    return key


def shown(store: Store, key: str) -> bytes:
    with awaited(), store.open(key) as reader:
        return reader.read()


def hush(proxy: Proxy, store: S3Store, *calls: str) -> None:
    """These calls, or all, are taken and not answered."""
    proxy.calls.clear()
    store.bucket._brief = BRIEF
    proxy.trouble = lambda request: "silence" if not calls or request.call in calls else None


def heal(proxy: Proxy, store: S3Store) -> None:
    proxy.heal()
    store.bucket._brief = ROOMY


def asked(proxy: Proxy, *calls: str) -> bool:
    """Whether nobody asked for more than these; one that we gave up on may not have arrived yet."""
    return not Counter(proxy.calls) - Counter(calls)


def pass_the_pause(store: S3Store, clock: Clock) -> None:
    store.bucket.silence._now = clock
    clock.now = store.bucket.silence._since + PAUSE_S  # type: ignore[operator]


def test_however_many_pictures_are_asked_for_a_silent_server_is_asked_a_few_times(
    proxy: Proxy, store: S3Store
) -> None:
    key = picture(store)
    hush(proxy, store)
    with pytest.raises(Silent):
        shown(store, key)
    assert store.is_silent
    assert asked(proxy, *READ)

    store.bucket.silence._now = lambda: store.bucket.silence._since or 0.0  # no time passes
    with ThreadPoolExecutor(20) as pages:
        told = [pages.submit(shown, store, key) for _ in range(400)]
    assert all(isinstance(one.exception(), Silent) for one in told)
    assert asked(proxy, *READ)


def test_pictures_come_back_by_themselves(proxy: Proxy, store: S3Store, clock: Clock) -> None:
    key = picture(store)
    hush(proxy, store)
    with pytest.raises(Silent):
        shown(store, key)
    heal(proxy, store)
    pass_the_pause(store, clock)
    assert shown(store, key) == PICTURE
    assert not store.is_silent


def test_an_answered_check_brings_them_back_too(proxy: Proxy, store: S3Store) -> None:
    key = picture(store)
    hush(proxy, store)
    with pytest.raises(Silent):
        shown(store, key)
    heal(proxy, store)
    store.check()
    assert shown(store, key) == PICTURE


def test_one_silent_object_keeps_no_other_from_being_shown(proxy: Proxy, store: S3Store) -> None:
    slow, other = picture(store, 1), picture(store, 2)
    proxy.trouble = lambda request: "silence" if request.key.endswith("frame-1") else None
    store.bucket._brief = Patience(connect_s=10, silence_s=8, tries=1)
    with pytest.raises(Silent):
        shown(store, slow)
    assert not store.is_silent
    store.bucket._brief = ROOMY
    assert shown(store, other) == PICTURE


def test_whoever_writes_keeps_the_long_patience_and_loses_nothing(proxy: Proxy, store: S3Store) -> None:
    key = picture(store)
    session = store.begin(keys.original("b2"))
    hush(proxy, store, "GetObject", "HeadBucket", "HeadObject")
    with pytest.raises(Silent):
        shown(store, key)
    assert store.is_silent
    # It answered somebody: pages try again, and find out anew.
    assert store.append(session, 0, [b"evidence"]) == 8
    assert not store.is_silent


def test_a_worker_is_not_told_of_a_silence_but_waits(proxy: Proxy, store: S3Store) -> None:
    """The line is silent for longer than a page waits, and not longer than a worker does."""
    key = picture(store)
    hush(proxy, store)
    with pytest.raises(Silent):
        shown(store, key)
    heal(proxy, store)
    held = threading.Event()

    def hold_first(request: Request) -> str | None:
        if request.call == "GetObject" and not held.is_set():
            held.wait(BRIEF.silence_s * BRIEF.tries * 2)
            held.set()
        return None

    proxy.trouble = hold_first
    with store.open(key) as reader:
        assert reader.read() == PICTURE


def test_a_page_reads_on_when_the_line_breaks_and_is_told_when_it_falls_silent(
    proxy: Proxy, store: S3Store
) -> None:
    key, data = keys.original("c3"), secrets.token_bytes(2 * 1024 * 1024)
    store.put(key, data)

    def breaks(times: int) -> Callable[[Request], str | None]:
        left = iter(["cut reply after"] * times)
        return lambda request: next(left, None) if request.call == "GetObject" else None

    proxy.trouble = breaks(2)
    assert shown(store, key) == data

    proxy.trouble = breaks(1)
    with awaited():
        reader = store.open(key)
    hush(proxy, store)
    with pytest.raises(Silent), reader:
        reader.read()
    assert store.is_silent
    assert asked(proxy, *READ)


def test_it_holds_for_sealed_files_and_keys_in_the_bucket(proxy: Proxy, store: S3Store) -> None:
    ring = Keyring(store.below("keys"), "a secret")
    ring.begin()
    name = ring.make()
    station = seal_store(store, ring, lambda key: name)
    key = picture(station)
    assert shown(station, key) == PICTURE
    hush(proxy, store)
    with pytest.raises(Silent):
        shown(station, key)
    assert asked(proxy, *READ)
    # The keys lie in a bucket, the files elsewhere: it is as brief.
    heal(proxy, store)
    far = seal_store(MemoryStore(), ring, lambda key: name)
    key = picture(far)
    shelf = ring._shelf
    assert isinstance(shelf, S3Store)
    hush(proxy, shelf)
    ring._known.clear()
    with pytest.raises(Silent):
        shown(far, key)
    assert shelf.is_silent
    assert asked(proxy, "HeadObject", "HeadObject", "HeadBucket")
