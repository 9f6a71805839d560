"""Copies for somebody outside: the frames that were meant under the recipient's mark, and nothing else."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import av
import numpy as np
import pytest
from PIL import Image

from tests import counted, footage
from tipline.bell import SilentBell
from tipline.domain import derivatives, ids, sharing
from tipline.domain.accounts import Account
from tipline.domain.derivatives import Derivative
from tipline.domain.evidence import Evidence
from tipline.domain.sharing import Made, Wish
from tipline.domain.tips import Tip
from tipline.services import Services
from workers import boxwalk, deriving, watermark

AddFile = Callable[..., Evidence]
Share = Callable[..., tuple[Made, bytes]]
EVERY = [at * 40 for at in range(50)]


@pytest.fixture
def share(services: Services, bell: SilentBell, people: dict[str, Account]) -> Share:
    """Share a file and have the copy made; its bytes."""

    def make(file: Evidence, **wish: Any) -> tuple[Made, bytes]:
        wanted = Wish(ids.new_id(), "城北分局 李警官", "同一嫌疑人", zone="Asia/Shanghai", **wish)
        with services.database.transaction() as tx:
            row = tx.get_one(Evidence, file.id)
            made = sharing.make(tx, bell, services.key, people["investigator"].actor, row, wanted)
        deriving.work(services, bell.rung[-1][1])
        with services.database.reading() as tx:
            copy = tx.get_one(Derivative, made.share.derivative_id)
            assert copy.failure is None, copy.failure
            with services.store.open(sharing.file_of(tx, made.share).key) as reader:
                return made, reader.read()

    return make


@pytest.fixture
def film(services: Services, tip: Tip, add_file: AddFile, tmp_path: Path) -> Evidence:
    path = counted.film(tmp_path / "DCIM-canary.mp4", EVERY, bframes=2, sound="aac")
    return known(services, add_file(tip, path.read_bytes(), path.name), "video")


def known(
    services: Services, file: Evidence, kind: str, size: tuple[int, int] = counted.SIZE, seconds: float = 2.0
) -> Evidence:
    """As if it had been looked at."""
    with services.database.transaction() as tx:
        row = tx.get_one(Evidence, file.id)
        facts = {"width": size[0], "height": size[1], "duration_s": seconds, "mime": "video/mp4"}
        row.kind, row.media = kind, json.dumps(facts)
    return file


def lines_of(made: Made) -> list[str]:
    day = made.share.created_at.astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()
    return watermark.lines_of({"recipient": made.share.recipient, "day": day, "number": made.share.number})


def grays(data: bytes) -> list[Any]:
    with av.open(io.BytesIO(data)) as container:
        return [one.to_ndarray()[: one.height].astype(np.float32) for one in container.decode(video=0)]


def contrast(gray: Any, lines: list[str]) -> float:
    """How much lighter the letters of this very mark are than their rim."""
    light, cover = (np.asarray(one, dtype=np.float32) for one in watermark.planes(gray.shape[::-1], lines))
    ink, rim = (cover > 90) & (light > 220), (cover > 90) & (light < 30)
    return float(gray[ink].mean() - gray[rim].mean())


def test_a_shared_clip_holds_the_span_alone_and_the_mark_on_every_frame(share: Share, film: Evidence) -> None:
    made, data = share(film, t=0.8, until=1.2)

    seen = grays(data)
    assert len(seen) == 11
    assert min(contrast(one, lines_of(made)) for one in seen) > 40
    with av.open(io.BytesIO(data)) as container:
        assert [one.type for one in container.streams] == ["video"]
        assert not set(container.metadata) - {"major_brand", "minor_version", "compatible_brands"}
    assert boxwalk.is_plain_film(io.BytesIO(data))
    bars = [counted.number_of(np.where(one > 125, 255, 0)) for one in seen]
    assert bars == list(range(20, 31))
