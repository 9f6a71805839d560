"""What is true of the S3 store alone: lost answers, dead hosts, damage, locks, versions, signatures."""

from __future__ import annotations

import random
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage import (
    Keyring,
    KeyTaken,
    Missing,
    OffsetMismatch,
    SessionGone,
    Superseded,
    Unavailable,
    keys,
    open_store,
)
from storage.keyring import bring_keys, copy_keys
from storage.local import LocalStore
from storage.s3 import S3Store
from storage.s3_session import Part, Ticket
from tests.contracts.conftest import PART
from tests.contracts.seaweed import Seaweed
from tests.workers.packing.conftest import Pack, linked, pack, saved
from tipline.bell import SilentBell
from tipline.domain.tips import Tip
from tipline.services import Services, build
from tipline.settings import Settings
from tipline.verifier import checking

__all__ = ["linked", "pack"]  # fixtures

KEY = keys.original("a1")


class HostDied(BaseException):
    """The process was killed at this instruction."""


@pytest.fixture
def prefix() -> str:
    return f"alone/{secrets.token_hex(8)}"


@pytest.fixture
def host(s3_server: Seaweed, prefix: str) -> Callable[[], S3Store]:
    return lambda: s3_server.store("evidence", prefix=prefix, part_size=PART)


@pytest.fixture
def store(host: Callable[[], S3Store]) -> S3Store:
    return host()


@pytest.fixture(scope="module")
def locked_bucket(s3_server: Seaweed) -> str:
    s3_server.make_bucket("locked", with_lock=True)
    return "locked"


def drawn(size: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(size)


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=5)


def read(store: S3Store, key: str) -> bytes:
    with store.open(key) as reader:
        return reader.read()


def interfere(
    monkeypatch: pytest.MonkeyPatch, store: S3Store, call: str, instead: Callable[..., Any]
) -> None:
    """Let `instead(real, **arguments)` answer for one call of this store's client."""
    real = getattr(store._bucket.client, call)
    monkeypatch.setattr(store._bucket.client, call, lambda **arguments: instead(real, **arguments))


def test_the_server_of_these_tests_shares_no_port_with_one_beside_it(s3_server: Seaweed) -> None:
    assert s3_server.listens() <= s3_server.ports
    assert int(s3_server.endpoint_url.rpartition(":")[2]) in s3_server.listens()


def test_the_address_opens_a_working_store(s3_server: Seaweed, prefix: str) -> None:
    store = open_store(f"s3://evidence/{prefix}?endpoint_url={s3_server.endpoint_url}&region=us-east-1")
    store.check()
    store.put(KEY, b"bytes")
    with store.open(KEY) as reader:
        assert reader.read() == b"bytes"
    names = s3_server.client().list_objects_v2(Bucket="evidence", Prefix=prefix)["Contents"]
    assert [entry["Key"] for entry in names] == [f"{prefix}/objects/{KEY}"]


def test_a_server_that_only_takes_required_checksums_can_be_used(s3_server: Seaweed, prefix: str) -> None:
    store = s3_server.store("evidence", prefix=prefix, part_size=PART, checksums="when_required")
    data = drawn(2 * PART + 5)
    session = store.begin(KEY)
    store.append(session, 0, [data[: PART + 9]])
    store.append(session, PART + 9, [data[PART + 9 :]])
    store.complete(session, len(data))
    assert read(store, KEY) == data
    assert list(store.list_sessions(soon())) == []


def test_completion_leaves_nothing_but_the_object(s3_server: Seaweed, store: S3Store, prefix: str) -> None:
    session = store.begin(KEY)
    store.append(session, 0, [drawn(PART + 9)])
    store.complete(session, PART + 9)
    client = s3_server.client()
    names = client.list_objects_v2(Bucket="evidence", Prefix=prefix)["Contents"]
    assert [entry["Key"] for entry in names] == [f"{prefix}/objects/{KEY}"]
    assert "Uploads" not in client.list_multipart_uploads(Bucket="evidence", Prefix=prefix)


@pytest.mark.parametrize("call", ["complete_multipart_upload", "put_object"])
def test_an_answer_lost_after_completion_is_found_to_be_a_success(
    host: Callable[[], S3Store], monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    store = host()
    size = 10 if call == "put_object" else PART + 10
    session = store.begin(KEY)
    store.append(session, 0, [drawn(size)])

    def die_after(real: Callable[..., Any], **arguments: Any) -> Any:
        answer = real(**arguments)
        if arguments["Key"].endswith(f"objects/{KEY}"):
            raise HostDied
        return answer

    interfere(monkeypatch, store, call, die_after)
    with pytest.raises(HostDied):
        store.complete(session, size)
    assert host().complete(session, size).size == size
    assert host().complete(session, size).size == size
    assert list(host().list_sessions(soon())) == []
    rival = host().begin(KEY)
    with pytest.raises(KeyTaken):
        host().complete(rival, 0)


@pytest.mark.parametrize("died_before", ["the part", "its record"])
def test_a_host_that_dies_within_a_part_costs_no_told_byte(
    host: Callable[[], S3Store], monkeypatch: pytest.MonkeyPatch, died_before: str
) -> None:
    data = drawn(3 * PART)
    session = host().begin(KEY)
    host().append(session, 0, [data[: PART + 1000]])
    store = host()

    def die(real: Callable[..., Any], **arguments: Any) -> Any:
        if died_before == "the part" or "/part-" in arguments["Key"]:
            raise HostDied
        return real(**arguments)

    interfere(monkeypatch, store, "upload_part" if died_before == "the part" else "put_object", die)
    with pytest.raises(HostDied):
        store.append(session, PART + 1000, [data[PART + 1000 :]])
    assert host().size(session) == PART + 1000
    host().append(session, PART + 1000, [data[PART + 1000 :]])
    host().complete(session, len(data))
    assert read(host(), KEY) == data


@pytest.mark.parametrize("overtaken", ["before its part", "before its record", "after its record"])
@pytest.mark.parametrize("by", ["bytes", "a look first"])
@pytest.mark.parametrize(
    ("known", "nth", "size"), [(0, 1, 2 * PART + 77), (1000, 2, 77)], ids=["longer", "shorter"]
)
def test_a_part_that_arrives_late_replaces_nothing_of_the_new_host(
    host: Callable[[], S3Store],
    monkeypatch: pytest.MonkeyPatch,
    overtaken: str,
    by: str,
    known: int,
    nth: int,
    size: int,
) -> None:
    first, mine, others = drawn(known, 1), drawn(3 * PART, 2), drawn(size, 3)
    session = host().begin(KEY)
    host().append(session, 0, [first])
    old, whole, calls = host(), bytearray(), list[bool]()

    def overtake() -> None:
        new = host()
        at = new.take_over(session) if by == "a look first" else known
        whole[:] = (first + mine)[:at] + others
        assert new.append(session, at, [others]) == len(whole)

    def meanwhile(real: Callable[..., Any], **arguments: Any) -> Any:
        is_the_call = "PartNumber" in arguments or "/part-" in arguments["Key"]
        calls.append(is_the_call)
        if sum(calls) < nth or not is_the_call or whole:
            return real(**arguments)
        if overtaken == "after its record":
            answer = real(**arguments)
            overtake()
            return answer
        overtake()
        return real(**arguments)

    interfere(monkeypatch, old, "upload_part" if overtaken == "before its part" else "put_object", meanwhile)
    with pytest.raises(Superseded):
        old.append(session, known, [mine])

    assert whole
    assert host().size(session) == len(whole)
    # Some servers keep both of two parts of one number; S3 itself keeps the one that came last.
    numbers = _part_numbers(old, session)
    assert len(numbers) == len(set(numbers)) >= nth
    host().complete(session, len(whole))
    assert read(host(), KEY) == bytes(whole)


def _part_numbers(store: S3Store, session: str) -> list[int]:
    folder = Ticket.parse(session).folder
    records = [Part.parse(entry["Key"].removeprefix(folder)) for entry in store._bucket.list(folder)]
    return [part.number for part in records if part]


def test_a_rest_that_arrives_late_hides_nothing_of_the_new_host(
    host: Callable[[], S3Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host().begin(KEY)
    old = host()

    def meanwhile(real: Callable[..., Any], **arguments: Any) -> Any:
        if "/rest-" in arguments["Key"]:
            host().append(session, 0, [b"new"])
        return real(**arguments)

    interfere(monkeypatch, old, "put_object", meanwhile)
    with pytest.raises(Superseded):
        old.append(session, 0, [b"old and longer"])

    assert host().size(session) == 3
    host().append(session, 3, [b"er"])
    host().complete(session, 5)
    assert read(host(), KEY) == b"newer"


@pytest.mark.parametrize("held_up", ["before it looks", "before its turn"])
def test_a_host_that_is_held_up_before_its_turn_voids_nothing_that_was_written_meanwhile(
    host: Callable[[], S3Store], monkeypatch: pytest.MonkeyPatch, held_up: str
) -> None:
    class Overtaken(Exception):
        pass

    data = drawn(PART + 50, 1)
    session = host().begin(KEY)
    host().append(session, 0, [data[:20]])
    old = host()
    written: list[int] = []

    def meanwhile() -> None:
        if not written:
            written.append(host().append(session, 20, [data[20:]]))

    def look() -> None:
        if written:
            raise Overtaken
        if held_up == "before it looks":
            meanwhile()
            raise Overtaken

    def late(real: Callable[..., Any], **arguments: Any) -> Any:
        if "/turn-" in arguments["Key"]:
            meanwhile()
        return real(**arguments)

    interfere(monkeypatch, old, "put_object", late)
    with pytest.raises(Overtaken):
        old.append(session, 20, [b"?" * 9], None, look)

    assert host().size(session) == len(data)
    host().complete(session, len(data))
    assert read(host(), KEY) == data


def test_two_hosts_that_take_the_turn_at_once_do_not_send_parts_of_one_number(
    host: Callable[[], S3Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, others = drawn(PART, 1), drawn(PART + 9, 2)
    session = host().begin(KEY)
    old, met = host(), []

    def meanwhile(real: Callable[..., Any], **arguments: Any) -> Any:
        # Both have seen an empty session; the other's turn comes first, and all its bytes.
        if "/turn-" in arguments["Key"] and not met:
            met.append(host().append(session, 0, [others]))
        return real(**arguments)

    interfere(monkeypatch, old, "put_object", meanwhile)
    assert old.append(session, 0, [mine]) == PART

    host().complete(session, PART)
    assert read(host(), KEY) == mine


def test_a_step_back_into_a_part_names_where_to_go_on(host: Callable[[], S3Store]) -> None:
    data = drawn(2 * PART)
    session = host().begin(KEY)
    host().append(session, 0, [data])
    with pytest.raises(OffsetMismatch) as refusal:
        host().append(session, PART + 5, [b"x"])
    assert refusal.value.have == PART
    host().append(session, PART, [data[PART:]])
    host().complete(session, 2 * PART)
    assert read(host(), KEY) == data


def test_an_upload_that_a_bucket_rule_swept_away_is_gone(
    s3_server: Seaweed, store: S3Store, prefix: str
) -> None:
    session = store.begin(KEY)
    store.append(session, 0, [drawn(PART + 5)])
    client = s3_server.client()
    [upload] = client.list_multipart_uploads(Bucket="evidence", Prefix=prefix)["Uploads"]
    client.abort_multipart_upload(Bucket="evidence", Key=upload["Key"], UploadId=upload["UploadId"])
    with pytest.raises(SessionGone):
        store.size(session)
    with pytest.raises(SessionGone):
        store.append(session, PART + 5, [drawn(PART)])
    with pytest.raises(SessionGone):
        store.complete(session, PART + 5)
    store.abort(session)
    assert list(store.list_sessions(soon())) == []


def test_an_upload_begun_by_a_host_that_died_at_once_is_swept(
    host: Callable[[], S3Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = host()

    def die(*_: Any, **__: Any) -> None:
        raise HostDied

    interfere(monkeypatch, store, "put_object", die)
    with pytest.raises(HostDied):
        store.begin(KEY)
    [orphan] = host().list_sessions(soon())
    assert orphan.key == KEY
    host().abort(orphan.text)
    assert list(host().list_sessions(soon())) == []


def test_a_dead_session_keeps_its_claim_until_it_is_aborted(
    host: Callable[[], S3Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = host()

    def die(*_: Any, **__: Any) -> None:
        raise HostDied

    dead, rival = host().begin(KEY), host().begin(KEY)
    host().append(dead, 0, [drawn(PART)])
    interfere(monkeypatch, store, "complete_multipart_upload", die)
    with pytest.raises(HostDied):
        store.complete(dead, PART)
    with pytest.raises(KeyTaken):
        host().complete(rival, 0)
    host().abort(dead)
    assert host().complete(rival, 0).size == 0


def test_damage_on_the_way_is_noticed_by_the_server(
    store: S3Store, s3_server: Seaweed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damage(real: Callable[..., Any], **arguments: Any) -> Any:
        return real(**arguments | {"Body": arguments["Body"][:-1] + b"?"} if arguments["Body"] else arguments)

    session = store.begin(KEY)
    interfere(monkeypatch, store, "put_object", damage)
    interfere(monkeypatch, store, "upload_part", damage)
    for pieces in ([b"a little"], [drawn(PART)]):
        with pytest.raises(Unavailable):
            store.append(session, 0, pieces)
        assert store.size(session) == 0
    with pytest.raises(Unavailable):
        store.put(KEY, b"whole")
    with pytest.raises(Missing):
        store.stat(KEY)


def test_a_reader_takes_up_a_broken_connection_where_it_broke(
    store: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = drawn(3 * PART)
    store.put(KEY, data)

    class Breaking:
        def __init__(self, body: Any) -> None:
            self._body = body
            self._left = PART + 7

        def read(self, size: int) -> bytes:
            piece: bytes = self._body.read(min(size, self._left))
            if not piece:
                raise ConnectionResetError
            self._left -= len(piece)
            return piece

        def close(self) -> None:
            self._body.close()

    def breaking(real: Callable[..., Any], **arguments: Any) -> Any:
        answer = real(**arguments)
        return answer | {"Body": Breaking(answer["Body"])}

    interfere(monkeypatch, store, "get_object", breaking)
    assert read(store, KEY) == data


def test_a_reader_never_mixes_two_objects(store: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put(KEY, drawn(PART, seed=1))
    reader = store.open(KEY)
    first = reader.read(10)
    store.put(KEY, drawn(PART, seed=2))

    def break_off(_: int) -> bytes:
        raise ConnectionResetError

    monkeypatch.setattr(reader.raw._body, "read", break_off)  # type: ignore[attr-defined]
    with pytest.raises(Unavailable, match="replaced"):
        reader.read(PART)
    reader.close()
    assert first == drawn(PART, seed=1)[:10]


def test_a_signed_address_serves_the_object_and_nothing_else(store: S3Store) -> None:
    store.put(KEY, b"bytes", content_type="image/jpeg")
    url = store.signed_get(KEY, 60, content_type="text/plain", filename='证据 "1".jpg')
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"bytes"
        assert answer.headers["Content-Type"] == "text/plain"
        assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E8%AF%81")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(url.replace("original/a1", "original/b2"))


def test_a_locked_object_cannot_be_deleted_nor_unlocked(s3_server: Seaweed, locked_bucket: str) -> None:
    store = s3_server.store(locked_bucket)
    key = keys.original(secrets.token_hex(8))
    assert store.can_lock()
    store.put(key, b"held", if_absent=True)
    store.lock(key, datetime.now(UTC) + timedelta(hours=1))
    with pytest.raises(Unavailable):
        store.delete(key)
    with pytest.raises(Unavailable):
        store.lock(key, datetime.now(UTC) + timedelta(seconds=5))
    assert read(store, key) == b"held"
    with pytest.raises(Missing):
        store.lock(keys.original("nobody"), soon())


def test_a_bucket_without_lock_says_so(store: S3Store) -> None:
    assert not store.can_lock()
    store.put(KEY, b"x")
    with pytest.raises(Unavailable):
        store.lock(KEY, soon())


def test_deleting_erases_every_version(s3_server: Seaweed, locked_bucket: str) -> None:
    store = s3_server.store(locked_bucket, prefix="versions")
    key, neighbour = keys.rendition("a1", "x"), keys.rendition("a1", "x-2")
    for body in (b"canary one", b"canary two"):
        store.put(key, body)
    store.put(neighbour, b"stays")
    store.delete(key)
    store.delete(key)
    found = s3_server.client().list_object_versions(Bucket=locked_bucket, Prefix="versions/")
    assert [entry["Key"] for entry in found["Versions"]] == [f"versions/objects/{neighbour}"]
    assert not found.get("DeleteMarkers")


def test_a_session_leaves_no_version_of_its_bytes_behind(s3_server: Seaweed, locked_bucket: str) -> None:
    store = s3_server.store(locked_bucket, prefix="sessions", part_size=PART)
    kept, dropped = (store.begin(keys.original(name)) for name in ("kept", "dropped"))
    for session in (kept, dropped):
        store.append(session, 0, [b"canary"])
        store.append(session, 6, [drawn(PART)])
    store.complete(kept, PART + 6)
    store.abort(dropped)
    found = s3_server.client().list_object_versions(Bucket=locked_bucket, Prefix="sessions/")
    assert [entry["Key"] for entry in found["Versions"]] == ["sessions/objects/original/kept"]
    assert not found.get("DeleteMarkers")


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses between tries are not what is proved here."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)


@pytest.mark.usefixtures("no_pauses")
def test_a_server_that_is_not_there_is_unavailable(s3_server: Seaweed) -> None:
    store = S3Store(bucket="evidence", endpoint_url="http://127.0.0.1:1", region="us-east-1")
    for use in (store.check, lambda: store.begin(KEY), lambda: store.stat(KEY), lambda: list(store.list(""))):
        with pytest.raises(Unavailable):
            use()


def test_a_bucket_that_is_not_there_or_a_wrong_secret_is_unavailable(
    s3_server: Seaweed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Unavailable):
        s3_server.store("no-such-bucket").check()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    store = s3_server.store("evidence")
    for use in (store.check, lambda: store.put(KEY, b"x"), lambda: store.open(KEY)):
        with pytest.raises(Unavailable):
            use()


def test_keys_of_a_bucket_come_back_from_a_safe_on_a_disk(
    host: Callable[[], S3Store], tmp_path: Path
) -> None:
    lost, new = (Keyring(host().below(name), "a secret") for name in ("lost", "new"))
    lost.begin()
    name, destroyed = lost.make(), lost.make()
    key = lost.open(name)
    safe = LocalStore(tmp_path / "safe")
    assert copy_keys(lost, safe) == (2, 0)
    lost.destroy(destroyed)
    assert copy_keys(lost, safe) == (0, 1)

    assert bring_keys(Keyring(safe, "a secret"), new) == 1
    assert bring_keys(Keyring(safe, "a secret"), new) == 0
    assert new.is_begun()
    assert (list(new.names()), new.open(name)) == ([name], key)


@pytest.fixture
def services(settings: Settings, bell: SilentBell, store: S3Store) -> Iterator[Services]:
    """A station that keeps its files in the bucket, sealed."""
    made = build(replace(settings, encrypt=True), store=store, bell=bell)
    yield made
    made.close()


def test_a_package_is_made_in_a_bucket_and_handed_out_of_it_whole_and_in_part(
    services: Services, linked: list[Tip], pack: Pack, tmp_path: Path
) -> None:
    row = pack("originals", "keyframes")

    assert (row.state, row.failure) == ("done", None)
    path = saved(services, row, tmp_path)
    assert checking.check(str(path)).faults == []
    with services.store.open(row.key, 1000) as rest:
        assert rest.read() == path.read_bytes()[1000:]
    assert list(services.store.list_sessions(soon())) == []
