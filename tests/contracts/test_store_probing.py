"""Trying a store out: a good one passes, each bad one is found out, and nothing stays behind.

The bad ones are the real server behind a proxy that lies or forgets.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import formatdate
from pathlib import Path
from typing import cast

import pytest

from storage import StoreError, open_store
from storage.probing import Told, probe, s3
from storage.s3 import S3Store
from storage.s3_bucket import Patience
from tests.contracts.s3_proxy import Proxy, Reply, Request, running_proxy
from tests.contracts.seaweed import Seaweed
from tipline.storecheck import FAILED, NOTED, SENTENCES, WELL


@pytest.fixture(scope="module")
def proxy(s3_server: Seaweed) -> Iterator[Proxy]:
    with running_proxy(s3_server.endpoint_url) as made:
        yield made


@pytest.fixture(scope="module")
def lockable(s3_server: Seaweed) -> str:
    s3_server.make_bucket("lockable", with_lock=True)
    return "lockable"


def address(endpoint: str, bucket: str = "evidence", **options: str) -> str:
    more = "".join(f"&{name}={value}" for name, value in options.items())
    return f"s3://{bucket}/probing-{secrets.token_hex(4)}?endpoint_url={endpoint}&region=us-east-1{more}"


def told(url: str, only: str | None = None, **wish: bool) -> dict[str, Told]:
    """What the checks tell, by their names; `only` that one and those before it."""
    found = {}
    checks = probe(url, **wish)
    for name, one in checks:
        found[name] = one
        if name == only:
            break
    checks.close()
    return found


def ask(url: str, check: str, **wish: bool) -> Told:
    """What one check of a bucket tells."""
    with s3.prepared(cast(S3Store, open_store(url)), f"probe-{int(time.time())}-0123abcd") as corners:
        if check == "clock":
            s3.reach(corners)
        return s3.checks(with_lock=wish.get("with_lock", False))[check](corners)


def objects_left(server: Seaweed, bucket: str) -> list[str]:
    client = server.client()
    found = client.list_object_versions(Bucket=bucket, Prefix="probing-")
    uploads = client.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    kept = found.get("Versions", []) + found.get("DeleteMarkers", [])
    return [one["Key"] for one in [*kept, *uploads] if "probing-" in one["Key"]]


def test_the_real_server_passes_but_for_what_it_is_known_to_lack(s3_server: Seaweed) -> None:
    found = told(address(s3_server.endpoint_url))
    codes = {name: one.code for name, one in found.items()}
    assert {name: code for name, code in codes.items() if code in FAILED} == {}
    assert codes["joining"] in ("joined", "joined-by-claim")
    assert codes["checksums"] == "checksums"
    assert codes["addresses"] == "addresses"
    assert codes["versions"] == "versions-off"
    assert codes["object lock"] == "lock-off"
    assert len(codes) == 17
    assert objects_left(s3_server, "evidence") == []


def test_a_bucket_with_lock_is_tried_and_left_empty_once_it_lets_go(
    s3_server: Seaweed, lockable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.probing.s3_guards.LOCKED_FOR", timedelta(seconds=4))
    codes = {
        name: one.code
        for name, one in told(address(s3_server.endpoint_url, lockable), with_lock=True).items()
    }
    assert codes["object lock"] == "lock-holds"
    assert codes["versions"] == "versions-erased"
    assert {name: code for name, code in codes.items() if code in FAILED} == {}
    assert objects_left(s3_server, lockable) == []
    assert ask(address(s3_server.endpoint_url, lockable), "object lock").code == "lock-untried"


def test_a_default_retention_is_told_before_anything_is_written(s3_server: Seaweed) -> None:
    s3_server.make_bucket("held", with_lock=True)
    s3_server.client().put_object_lock_configuration(
        Bucket="held",
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}},
        },
    )
    found = told(address(s3_server.endpoint_url, "held"))
    assert list(found) == ["reach", "clock", "retention"]
    assert found["retention"].code == "retention-default"
    assert objects_left(s3_server, "held") == []


def test_an_older_server_passes_with_the_older_digest(s3_server: Seaweed) -> None:
    found = ask(address(s3_server.endpoint_url, checksums="when_required"), "checksums")
    assert (found.code, found.values["kind"]) == ("checksums", "MD5")


# --- what cannot be reached


def test_what_cannot_be_reached_is_told_by_its_cause_and_nothing_else_is_tried(
    s3_server: Seaweed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    endpoint = s3_server.endpoint_url
    assert _only(told(address(endpoint, "no-such-bucket"))) == "reach-no-bucket"
    assert _only(told(address("http://127.0.0.1:1"))) == "reach-not"
    with monkeypatch.context() as environment:
        environment.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
        assert _only(told(address(endpoint))) == "reach-refused"
    with monkeypatch.context() as environment:
        environment.delenv("AWS_ACCESS_KEY_ID")
        environment.delenv("AWS_SECRET_ACCESS_KEY")
        environment.setenv("HOME", "/nonexistent")
        assert _only(told(address(endpoint))) == "reach-no-credentials"


def _only(found: dict[str, Told]) -> str:
    assert list(found) == ["reach"]
    return found["reach"].code


# --- bad servers


def drop(*headers: str) -> Callable[[Request], Request]:
    return lambda request: request.without(*headers) if set(headers) & _names(request) else request


def _names(request: Request) -> set[str]:
    return {name.lower() for name in request.headers}


def ignore(call: str, status: int = 204) -> Callable[[Request], Request | Reply]:
    return lambda request: Reply(status, {}) if request.call == call else request


def no_checksums(request: Request) -> Request:
    request = drop("x-amz-checksum-sha256", "x-amz-checksum-algorithm", "x-amz-sdk-checksum-algorithm")(
        request
    )
    body = request.body
    if request.call == "CompleteMultipartUpload":
        while b"<ChecksumSHA256>" in body:
            before, _, rest = body.partition(b"<ChecksumSHA256>")
            body = before + rest.partition(b"</ChecksumSHA256>")[2]
    return request if body is request.body else replace(request, body=body)


def echo_checksum(request: Request, reply: Reply) -> Reply:
    if said := request.headers.get("x-amz-checksum-sha256"):
        return replace(reply, headers=reply.headers | {"x-amz-checksum-sha256": said})
    return reply


def signs_for(wanted: Callable[[dict[str, str]], bool]) -> Callable[[Request], Request]:
    """A server that does not look at certain signatures: a changed request is signed anew by the proxy."""
    return lambda one: replace(one) if one.call == "GetObject" and wanted(one.query) else one


def answer_date(seconds: int) -> Callable[[Request, Reply], Reply]:
    return lambda _, reply: replace(
        reply, headers=reply.headers | {"Date": formatdate(time.time() + seconds, usegmt=True)}
    )


BAD = {
    "first-many": ("write once", {"before": drop("if-none-match")}),
    "joined-many": ("joining", {"before": drop("if-none-match")}),
    "ranges-wrong": ("ranges", {"before": drop("range")}),
    "checksums-ignored": ("checksums", {"before": no_checksums}),
    "checksums-false": ("checksums", {"before": no_checksums, "after": echo_checksum}),
    "clock-off": ("clock", {"after": answer_date(60)}),
    "clock-wrong": ("clock", {"after": answer_date(-1000)}),
    "round-trip-stays": ("round trip", {"before": ignore("DeleteObject")}),
    "leftovers-stay": ("leftovers", {"before": ignore("AbortMultipartUpload")}),
    "aborting-stays": ("aborting", {"before": ignore("DeleteObjects", 200)}),
    "addresses-public": ("addresses", {"before": signs_for(lambda query: "X-Amz-Signature" not in query)}),
    "addresses-forged": ("addresses", {"before": signs_for(lambda query: "X-Amz-Signature" in query)}),
    "addresses-expired": (
        "addresses",
        {"before": signs_for(lambda query: query.get("X-Amz-Expires") == "1")},
    ),
    "addresses-not": (
        "addresses",
        {"before": lambda r: Reply.fault(403, "AccessDenied") if "X-Amz-Expires" in r.query else r},
    ),
    "batch-none": (
        "batch delete",
        {"before": lambda r: Reply.fault(501, "NotImplemented") if r.call == "DeleteObjects" else r},
    ),
}


@pytest.mark.parametrize("code", BAD)
def test_a_bad_server_is_found_out(proxy: Proxy, s3_server: Seaweed, code: str) -> None:
    check, meddling = BAD[code]
    proxy.heal()
    for name, act in meddling.items():
        setattr(proxy, name, act)
    found = ask(address(proxy.endpoint_url), check)
    proxy.heal()
    assert found.code == code
    assert code in FAILED | NOTED


def test_a_lock_that_does_not_hold_is_found_out(
    proxy: Proxy, lockable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.probing.s3_guards.LOCKED_FOR", timedelta(seconds=2))
    proxy.heal()
    proxy.before = ignore("PutObjectRetention", 200)
    assert ask(address(proxy.endpoint_url, lockable), "object lock", with_lock=True).code == "lock-broken"
    proxy.heal()


def test_versions_that_stay_are_found_out(proxy: Proxy, lockable: str) -> None:
    proxy.heal()
    proxy.before = lambda request: Reply(204, {}) if "versionId" in request.query else request
    assert ask(address(proxy.endpoint_url, lockable), "versions").code == "versions-stay"
    proxy.heal()


def test_a_store_that_is_silent_is_asked_once_and_nothing_more(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither tidying before nor after may wait for a server that does not answer."""
    monkeypatch.setattr(s3, "ASKING", Patience(connect_s=1, silence_s=0.3, tries=2))
    proxy.heal()
    proxy.trouble = lambda _: "silence"

    found = told(address(proxy.endpoint_url))

    assert {name: one.code for name, one in found.items()} == {"reach": "reach-not"}
    assert len(proxy.calls) == 2
    proxy.heal()


def test_a_server_that_breaks_off_is_told_and_the_next_check_is_tried(proxy: Proxy) -> None:
    proxy.heal()
    proxy.before = lambda r: Reply.fault(403, "AccessDenied") if r.call == "PutObject" else r
    found = told(address(proxy.endpoint_url), only="ranges")
    proxy.heal()
    assert (found["round trip"].code, found["ranges"].code) == ("broke", "broke")
    assert "AccessDenied" in str(found["ranges"].values["fault"])


# --- folders


def test_a_good_folder_passes_and_is_left_as_it_was(tmp_path: Path) -> None:
    found = told(f"file:{tmp_path / 'store'}")
    assert {name: one.code for name, one in found.items() if one.code in FAILED} == {}
    assert [path.name for path in sorted((tmp_path / "store").rglob("*"))] == ["objects", "uploads"]


def test_interrupting_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("storage.local.LocalStore.list_sessions", interrupt)
    with pytest.raises(KeyboardInterrupt):
        told(f"file:{tmp_path / 'store'}")
    assert [path.name for path in sorted((tmp_path / "store").rglob("*"))] == ["objects", "uploads"]


def test_what_a_killed_run_left_goes_with_the_next(tmp_path: Path, s3_server: Seaweed) -> None:
    root = tmp_path / "store"
    old, new = (root / f"probe-{int(time.time()) - age}-0123abcd" for age in (3600, 5))
    for folder in (old, new):
        folder.mkdir(parents=True)
    told(f"file:{root}", only="place")
    assert (old.exists(), new.exists()) == (False, True)

    url = address(s3_server.endpoint_url)
    prefix = url.partition("?")[0].removeprefix("s3://evidence/")
    client = s3_server.client()
    for folder in (old.name, new.name):
        client.put_object(Bucket="evidence", Key=f"{prefix}/{folder}/objects/x", Body=b"x")
    told(url, only="reach")
    left = client.list_objects_v2(Bucket="evidence", Prefix=prefix)["Contents"]
    assert [one["Key"] for one in left] == [f"{prefix}/{new.name}/objects/x"]


def test_a_folder_that_all_can_read_a_full_disk_and_lost_links_are_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "store"
    url = f"file:{root}"
    told(url, only="place")
    for path in (root, root / "objects"):
        path.chmod(0o755)
    assert told(url, only="private")["private"].code == "private-not"
    for name, one in probe(url, reserve=2**60):
        if name == "room":
            assert one.code == "room-low"
            break

    def refuse(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    with monkeypatch.context() as disk:
        disk.setattr(os, "link", refuse)
        assert told(url, only="links")["links"].code == "no-links"
    with monkeypatch.context() as disk:
        disk.setattr("fcntl.flock", lambda *_: None)
        assert told(url, only="locks")["locks"].code == "locks-not"
    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", refuse)
        with pytest.raises(StoreError):
            told(url, only="fsync")


# --- words


def test_every_check_has_its_words_and_no_words_are_left_over() -> None:
    root = Path(__file__).resolve().parents[2] / "storage" / "probing"
    text = "".join(path.read_text() for path in root.glob("*.py"))
    said = set(re.findall(r'Told\(\s*"([a-z-]+)"', text))
    said |= set(re.findall(r'"((?:joined|room|versions|leftovers|aborting|lock|first|clock)[a-z-]*)"', text))
    said |= set(re.findall(r'"(reach-[a-z-]+)"', text))
    assert said & set(SENTENCES) == set(SENTENCES)
    assert set(re.findall(r'Told\(\s*"([a-z-]+)"', text)) <= set(SENTENCES)
    assert len(SENTENCES) == len(WELL) + len(NOTED) + len(FAILED)
