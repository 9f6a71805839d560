"""Originals and pictures as they go over the line: ranges, conditions, types, names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests import factories
from tipline.domain import custody, renditions
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services
from tipline.web import media

AddFile = Callable[..., Evidence]
Headers = Callable[..., dict[str, str]]
DATA = bytes(range(256)) * 40  # 10,240 bytes, each place tells where it is


@pytest.fixture
def film(services: Services, tip: Tip, add_file: AddFile) -> Evidence:
    return factories.examine(services, add_file(tip, b"\0\0\0\x18ftypmp42" + DATA, "cam1.mp4"), pictures=1)


def url(file: Evidence) -> str:
    return f"/api/v1/evidence/{file.id}/original"


def whole(file: Evidence) -> bytes:
    return b"\0\0\0\x18ftypmp42" + DATA


# Range → status, first and last byte; None is the whole file.
RANGES: list[tuple[str, int, tuple[int, int] | None]] = [
    ("bytes=0-0", 206, (0, 0)),
    ("bytes=0-99", 206, (0, 99)),
    ("bytes=100-", 206, (100, 10_251)),
    ("bytes=-5", 206, (10_247, 10_251)),
    ("bytes=-99999", 206, (0, 10_251)),
    ("bytes=10251-99999", 206, (10_251, 10_251)),
    ("bytes=-0", 416, None),
    ("bytes=10252-", 416, None),
    ("bytes=99999-100000", 416, None),
    ("bytes=5-2", 200, None),
    ("bytes=0-1,5-9", 200, None),
    ("bytes=abc", 200, None),
    ("lines=0-5", 200, None),
    ("bytes=", 200, None),
    ("", 200, None),
    # Meant to cost: a thousand parts, parts over each other, places that no file has, no numbers at all.
    ("bytes=" + ",".join(f"{at}-{at}" for at in range(1000)), 200, None),
    ("bytes=0-10251,0-10251,0-10251", 200, None),
    ("bytes=999999999999999999-", 416, None),
    ("bytes=9999999999999999999999999999-", 200, None),
    ("bytes=--5", 200, None),
    ("bytes=0x10-0x20", 200, None),
    ("bytes=1-2; bytes=3-4", 200, None),
    ("bytes = 1-2", 200, None),
    ("bytes=" + "9" * 6000, 200, None),
]


@pytest.mark.parametrize(("asked", "status", "part"), RANGES)
def test_one_range_is_honoured_and_every_other_is_the_whole(
    client: FlaskClient,
    film: Evidence,
    headers: Headers,
    asked: str,
    status: int,
    part: tuple[int, int] | None,
) -> None:
    answer = client.get(url(film), headers=headers(Range=asked))
    assert answer.status_code == status
    if status == 416:
        assert answer.headers["Content-Range"] == "bytes */10252"
        assert answer.data == b""
        return
    first, last = part or (0, 10_251)
    assert answer.data == whole(film)[first : last + 1]
    assert answer.headers["Content-Length"] == str(last - first + 1)
    assert answer.headers.get("Content-Range") == (f"bytes {first}-{last}/10252" if part else None)
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_the_etag_is_the_digest_and_saves_the_way(
    client: FlaskClient, film: Evidence, headers: Headers
) -> None:
    etag = f'"{film.sha256}"'
    assert client.get(url(film), headers=headers()).headers["ETag"] == etag
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = client.get(url(film), headers=headers(**{"If-None-Match": known}))
        assert (again.status_code, again.data) == (304, b"")
    assert client.get(url(film), headers=headers(**{"If-None-Match": '"other"'})).status_code == 200


@pytest.mark.parametrize(
    ("condition", "status"),
    [("right", 206), ('"another"', 200), ("Wed, 21 Oct 2015 07:28:00 GMT", 200), ("weak", 200)],
)
def test_a_range_of_another_version_becomes_the_whole(
    client: FlaskClient, film: Evidence, headers: Headers, condition: str, status: int
) -> None:
    given = {"right": f'"{film.sha256}"', "weak": f'W/"{film.sha256}"'}.get(condition, condition)
    answer = client.get(url(film), headers=headers(**{"Range": "bytes=0-9", "If-Range": given}))
    assert answer.status_code == status
    assert len(answer.data) == (10 if status == 206 else 10_252)


def test_head_says_all_and_sends_nothing(client: FlaskClient, film: Evidence, headers: Headers) -> None:
    answer = client.head(url(film), headers=headers(Range="bytes=0-9"))
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Length"] == "10252"


def test_nothing_of_a_file_is_active(client: FlaskClient, film: Evidence, headers: Headers) -> None:
    answer = client.get(url(film), headers=headers())
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"].startswith("private")


@pytest.mark.parametrize(
    ("found", "sent", "how"),
    [
        ("video/mp4", "video/mp4", "inline"),
        ("video/quicktime", "video/mp4", "inline"),
        ("image/jpeg", "image/jpeg", "inline"),
        ("video/x-msvideo", "video/x-msvideo", "attachment"),
        ("image/heic", "image/heic", "attachment"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
        ("text/html", "application/octet-stream", "attachment"),
        ("", "application/octet-stream", "attachment"),
    ],
)
def test_the_type_comes_from_our_own_table(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers,
    found: str, sent: str, how: str,
) -> None:  # fmt: skip
    file = factories.examine(services, add_file(tip, filename="page.html"), pictures=0, mime=found)
    answer = client.get(url(file), headers=headers())
    assert answer.headers["Content-Type"].split(";")[0] == sent
    assert answer.headers["Content-Disposition"].split(";")[0] == how


@pytest.mark.parametrize(
    ("name", "plain", "true"),
    [
        ("cam1 (2).mp4", "cam1 (2).mp4", None),
        ("走廊.mp4", "__.mp4", "%E8%B5%B0%E5%BB%8A.mp4"),
        ('a"b;c\\d.mp4', "a_b_c_d.mp4", "a%22b%3Bc%5Cd.mp4"),
        ("clip.mp4.exe", "clip.mp4.exe.bin", None),
        ("page.HTML", "page.HTML.bin", None),
        ("x\r\nSet-Cookie: a=b", "x__Set-Cookie_ a_b", "x%0D%0ASet-Cookie%3A%20a%3Db"),
    ],
)
def test_names_are_written_so_that_nothing_breaks_out(name: str, plain: str, true: str | None) -> None:
    expected = f'attachment; filename="{plain}"' + (f"; filename*=UTF-8''{true}" if true else "")
    assert media.disposition(name, inline=False) == expected


def _downloads(services: Services, tip: Tip) -> list[dict[str, Any]]:
    with services.database.reading() as tx:
        entries = custody.list_of(tx, tip=tip.reference)
    return [one.facts() for one in entries if one.action == "evidence:download"]


def test_each_download_stands_in_the_log_once(
    client: FlaskClient, services: Services, film: Evidence, tip: Tip, headers: Headers
) -> None:
    client.head(url(film) + "?download=1", headers=headers())
    client.get(url(film) + "?download=1", headers=headers(**{"If-None-Match": f'"{film.sha256}"'}))
    assert _downloads(services, tip) == []
    answer = client.get(url(film) + "?download=1", headers=headers("auditor"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cam1.mp4"'
    assert answer.data == whole(film)
    told = {"number": 1, "sha256": film.sha256, "recalled": True}
    assert _downloads(services, tip) == [told]
    # A program saves whatever it reads, so that is no playing either.
    client.get(url(film), headers=headers())
    assert _downloads(services, tip) == [told, told]


def test_whoever_leaves_the_first_byte_out_stands_in_the_log_all_the_same(
    client: FlaskClient, services: Services, film: Evidence, tip: Tip, headers: Headers
) -> None:
    told = {"number": 1, "sha256": film.sha256, "recalled": True}
    for _ in range(2):
        assert client.get(url(film), headers=headers(Range="bytes=1-")).status_code == 206
        assert _downloads(services, tip) == [told]  # the second goes on with the first
    client.get(url(film), headers=headers("auditor", Range="bytes=-20"))
    assert _downloads(services, tip) == [told, told]


def test_a_picture_may_be_kept_forever_only_under_its_digest(
    client: FlaskClient, services: Services, film: Evidence, headers: Headers
) -> None:
    with services.database.reading() as tx:
        picture = renditions.list_of(tx, film.id, renditions.THUMBNAIL)[0]
    fixed = media.rendition_url(picture)
    answer = client.get(fixed, headers=headers())
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.data[:4] == b"RIFF"
    for other in (fixed.split("?")[0], fixed.split("?")[0] + "?v=000000000000", fixed.split("?")[0] + "?v="):
        assert client.get(other, headers=headers()).headers["Cache-Control"] == "private, no-cache"


def test_a_file_that_is_still_arriving_cannot_be_had(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    from tipline.domain.uploads import Announced

    upload = services.receiver.begin(tip.id, Announced(1000, "half.mp4"))
    answer = client.get(f"/api/v1/evidence/{upload.evidence_id}/original", headers=headers())
    assert answer.status_code == 409
    assert answer.json["code"] == "evidence:incomplete"


def test_nobody_gets_a_file_without_signing_in(client: FlaskClient, film: Evidence) -> None:
    assert client.get(url(film)).status_code == 401
