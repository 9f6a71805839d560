"""The client tuspy as it is published: pieces, checksums, going on later, what breaks, what is refused."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError
from tusclient.storage import filestorage
from tusclient.uploader import Uploader

from tests.clients.station import UPLOADS, Tip
from tests.faults.wire import Wire
from tests.web.reporting import film, sha256

DATA = film(1_000_003)
PIECE = 150_000
NAME = "收银台 2号.mp4"
TROUBLES = ["cut", "reset", "swallow", "503", "500"]


class Open(BytesIO):
    """Given as a stream: what tuspy opens by itself it never closes, and what it is given too soon."""

    def close(self) -> None:
        return


@pytest.fixture
def file() -> BytesIO:
    return Open(DATA)


@pytest.fixture
def client(tip: Tip) -> TusClient:
    return TusClient(tip.station.url + UPLOADS, headers=tip.headers)


def require_whole(tip: Tip, name: str = "file", data: bytes = DATA) -> None:
    assert [(one.name, one.state, one.sha256) for one in tip.files()] == [(name, "received", sha256(data))]


@pytest.mark.parametrize("has_checksums", [False, True])
@pytest.mark.parametrize("chunk_size", [PIECE, len(DATA), 2 * len(DATA)])
def test_it_sends_a_file_in_pieces(
    tip: Tip, client: TusClient, file: BytesIO, chunk_size: int, has_checksums: bool
) -> None:
    uploader = client.uploader(
        file_stream=file, chunk_size=chunk_size, upload_checksum=has_checksums,
        metadata={"filename": NAME, "filetype": "video/mp4"},
    )  # fmt: skip
    uploader.upload()

    require_whole(tip, NAME)
    assert uploader.get_offset() == len(DATA)


def test_the_empty_description_it_sends_is_tolerated(tip: Tip, client: TusClient, file: BytesIO) -> None:
    client.uploader(file_stream=file).upload()

    require_whole(tip)


def test_it_goes_on_later_by_the_address_alone(tip: Tip, client: TusClient, file: BytesIO) -> None:
    first = client.uploader(file_stream=file, chunk_size=PIECE)
    first.upload(stop_at=3 * PIECE)
    assert tip.files()[0].sha256 is None

    second = Uploader(file_stream=file, url=first.url, client=client, chunk_size=PIECE)
    assert second.offset == 3 * PIECE
    second.upload()

    require_whole(tip)


def test_it_goes_on_later_by_the_print_of_the_file(
    tip: Tip, client: TusClient, file: BytesIO, tmp_path: Path
) -> None:
    with closing(filestorage.FileStorage(str(tmp_path / "notes.json"))) as notes:
        for stop_at in (2 * PIECE, None):
            uploader = client.uploader(file_stream=file, chunk_size=PIECE, store_url=True, url_storage=notes)
            uploader.upload(stop_at=stop_at)

    require_whole(tip)


@pytest.mark.parametrize("has_checksums", [False, True])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_it_goes_on_after_a_line_broke(
    tip: Tip, file: BytesIO, wires: Wire, trouble: str, has_checksums: bool
) -> None:
    client = TusClient(f"http://127.0.0.1:{wires.port}{UPLOADS}", headers=tip.headers)
    uploader = client.uploader(
        file_stream=file, chunk_size=PIECE, retries=5, retry_delay=0, upload_checksum=has_checksums
    )
    uploader.upload(stop_at=2 * PIECE)
    struck = wires.strike(trouble, hits=1, lasts_s=60, hold_s=1)
    uploader.upload()

    assert struck.hits == 0
    require_whole(tip)


def test_its_other_half_sends_without_waiting(tip: Tip, client: TusClient, file: BytesIO) -> None:
    uploader = client.async_uploader(file_stream=file, chunk_size=PIECE, upload_checksum=True)
    # In a thread of its own, for a browser that other tests drive has a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(uploader.upload())).result()

    require_whole(tip)


def test_it_is_told_why_an_empty_file_is_not_taken(tip: Tip, client: TusClient) -> None:
    with pytest.raises(TusCommunicationError) as told:
        client.uploader(file_stream=BytesIO()).upload()

    assert told.value.status_code == 422
    assert b"The file is empty (0 bytes)" in told.value.response_content
    assert tip.files() == []
