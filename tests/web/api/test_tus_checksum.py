"""Extension checksum: bytes count only if they come to what their sender says, and all of them or none."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from tests.web.reporting import PHOTO, Tus, checksum, rows, sha256, stored
from tipline.domain import clock
from tipline.services import Services

ALGORITHMS = ["sha256", "sha1"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_pieces_that_fit_are_kept(tus: Tus, services: Services, algorithm: str) -> None:
    address = tus.create(len(PHOTO)).headers["Location"]
    for start, end in ((0, 50), (50, 51), (51, len(PHOTO))):
        piece = PHOTO[start:end]
        answer = tus.append(address, start, piece, **{"Upload-Checksum": checksum(piece, algorithm)})
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(end))

    assert answer.headers["Tipline-Sha256"] == sha256(PHOTO)
    assert stored(services, answer.headers["Tipline-Evidence"]) == PHOTO


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_file_may_come_with_its_creation_under_a_checksum(tus: Tus, algorithm: str) -> None:
    answer = tus.create(len(PHOTO), data=PHOTO, **{"Upload-Checksum": checksum(PHOTO, algorithm)})

    assert (answer.status_code, answer.headers["Tipline-Sha256"]) == (201, sha256(PHOTO))


@pytest.mark.parametrize("spelling", ["SHA256 {}", "Sha256 {}", " sha256   {} "])
def test_a_checksum_may_be_spelled_in_other_ways(tus: Tus, spelling: str) -> None:
    address = tus.create(10).headers["Location"]
    header = spelling.format(checksum(b"abc").split()[1])

    assert tus.append(address, 0, b"abc", **{"Upload-Checksum": header}).status_code == 204


def test_a_checksum_of_nothing_fits_nothing(tus: Tus) -> None:
    address = tus.create(10).headers["Location"]

    assert tus.append(address, 0, b"", **{"Upload-Checksum": checksum(b"")}).status_code == 204
    assert tus.append(address, 0, b"", **{"Upload-Checksum": checksum(b"a")}).status_code == 460


@pytest.mark.parametrize("start", [0, 100])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_damaged_piece_leaves_nothing_not_even_for_the_sweep(
    tus: Tus, services: Services, start: int, algorithm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = tus.create(len(PHOTO)).headers["Location"]
    if start:
        tus.append(address, 0, PHOTO[:start])
    damaged = bytes(len(PHOTO) - start)

    answer = tus.append(address, start, damaged, **{"Upload-Checksum": checksum(PHOTO[start:], algorithm)})
    assert (answer.status_code, answer.headers["Tipline-Error"]) == (460, "upload:checksum-mismatch")
    later = clock.now() + timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    services.receiver.sweep()

    assert tus.look(address).headers["Upload-Offset"] == str(start)
    assert tus.append(address, start, PHOTO[start:]).headers["Tipline-Sha256"] == sha256(PHOTO)


@pytest.mark.parametrize(
    "said", [b"short", bytes(20), bytes(32), bytes(64)], ids=["short", "20 bytes", "32 bytes", "64 bytes"]
)
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_value_of_any_length_is_a_mismatch_if_it_is_not_the_one(
    tus: Tus, algorithm: str, said: bytes
) -> None:
    address = tus.create(10).headers["Location"]
    header = f"{algorithm} {base64.b64encode(said).decode()}"

    assert tus.append(address, 0, b"abc", **{"Upload-Checksum": header}).status_code == 460
    assert tus.look(address).headers["Upload-Offset"] == "0"
    assert tus.append(address, 0, b"abc").headers["Upload-Offset"] == "3"


@pytest.mark.parametrize(
    "header",
    ["md5 kAFQmDzST7DWlj99KOF/cg==", "crc32 AAAAAA==", "sha256 !!!", "sha256", "sha1 ", "=", "a b c"],
)
def test_a_checksum_that_is_not_known_is_refused_before_a_byte_counts(
    tus: Tus, services: Services, header: str
) -> None:
    address = tus.create(10).headers["Location"]

    for answer in (
        tus.append(address, 0, b"x", **{"Upload-Checksum": header}),
        tus.create(10, data=b"x", **{"Upload-Checksum": header}),
    ):
        assert (answer.status_code, answer.headers["Tipline-Error"]) == (400, "upload:checksum-unknown")
    assert tus.look(address).headers["Upload-Offset"] == "0"
    assert len(rows(services)) == 1


def test_a_checksum_after_the_body_is_refused_for_nobody_would_look_at_it(tus: Tus) -> None:
    address = tus.create(10).headers["Location"]

    answer = tus.append(address, 0, b"x", Trailer="Upload-Checksum")

    assert (answer.status_code, answer.headers["Tipline-Error"]) == (400, "upload:checksum-unknown")
    assert tus.look(address).headers["Upload-Offset"] == "0"
