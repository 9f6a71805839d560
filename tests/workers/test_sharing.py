"""Copies for somebody outside: the frames that were meant under the recipient's mark, and nothing else."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import av
import numpy as np
import pytest
from PIL import Image, ImageFilter

from tests import counted, footage
from tipline.bell import SilentBell
from tipline.domain import ids, redacting, redactions, sharing
from tipline.domain.accounts import Account
from tipline.domain.derivatives import Derivative
from tipline.domain.evidence import Evidence
from tipline.domain.sharing import Made, Wish
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.services import Services
from workers import boxwalk, deriving, watermark
from workers.media import codes

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


# --- what never leaves: canaries wherever a file can carry more than pictures


CANARY = b"CANARY"


def test_a_shared_film_carries_no_tag_track_box_name_or_hidden_frame_of_its_source(
    share: Share, services: Services, tip: Tip, add_file: AddFile, tmp_path: Path
) -> None:
    path = canary_film(tmp_path / "CANARY-name.mp4")
    assert path.read_bytes().count(CANARY) >= 5
    file = known(services, add_file(tip, path.read_bytes(), path.name), "video")

    _, data = share(file)

    assert CANARY not in data
    assert boxwalk.is_plain_film(io.BytesIO(data))
    with av.open(io.BytesIO(data)) as container:
        assert [one.type for one in container.streams] == ["video"]
        assert container.metadata.get("creation_time") is None
    # The first ten frames lie before the edit list: nobody who plays the source sees them.
    assert [counted.number_of(plain(one)) for one in grays(data)] == list(range(10, 50))


def test_a_shared_photo_is_its_pixels_alone(
    share: Share, services: Services, tip: Tip, add_file: AddFile, tmp_path: Path
) -> None:
    path = canary_photo(tmp_path / "CANARY.jpg")
    assert path.read_bytes().count(CANARY) >= 5
    file = known(services, add_file(tip, path.read_bytes(), path.name), "photo", (640, 480))

    made, data = share(file)

    assert CANARY not in data
    with Image.open(io.BytesIO(data)) as picture:
        assert dict(picture.getexif()) == {}
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert (picture.format, getattr(picture, "n_frames", 1), picture.size) == ("JPEG", 1, (640, 480))
        assert contrast(np.asarray(picture.convert("L"), dtype=np.float32), lines_of(made)) > 40
    # One picture, and nothing after its end.
    assert data.count(b"\xff\xd8\xff") == 1
    assert data.endswith(b"\xff\xd9")


def test_sound_goes_along_only_where_it_was_asked_for(share: Share, film: Evidence) -> None:
    for wanted, kinds in ((False, ["video"]), (True, ["audio", "video"])):
        _, data = share(film, t=0.4, until=0.8, sound=wanted)
        with av.open(io.BytesIO(data)) as container:
            assert sorted(one.type for one in container.streams) == kinds
        assert boxwalk.is_plain_film(io.BytesIO(data))


def test_a_still_is_the_one_frame_under_the_mark(share: Share, film: Evidence) -> None:
    made, data = share(film, still=True, t=1.0)

    gray = np.asarray(Image.open(io.BytesIO(data)).convert("L"), dtype=np.float32)
    assert counted.number_of(plain(gray)) == 25
    assert contrast(gray, lines_of(made)) > 40


def test_covers_stay_opaque_in_a_share_of_a_covered_copy_and_nothing_of_the_source_shows(
    share: Share, services: Services, bell: SilentBell, people: dict[str, Account], film: Evidence
) -> None:
    officer = people["investigator"].actor
    tracks = [{"id": "h-1", "source": "hand", "boxes": [[0.0, 0.0, 0.0, 1.0, 1.0]]}]  # all of it
    with services.database.transaction() as tx:
        row = tx.get_one(Evidence, film.id)
        version = redactions.save(tx, officer, row, 0, {"tracks": tracks, "range": [0.0, 0.4]}).version
        burned = redacting.burn(tx, bell, officer, row, version=version)
    deriving.work(services, bell.rung[-1][1])
    name = f"redaction-{burned.id}.mp4"
    with pytest.raises(TiplineError) as refused:
        share(film, source=name)  # nobody has looked at it yet
    assert refused.value.code == "share:source-unfit"
    with services.database.transaction() as tx:
        redacting.confirm(tx, officer, tx.get_one(Derivative, burned.id))

    made, data = share(film, source=name)

    _, cover = watermark.planes(counted.SIZE, lines_of(made))
    free = np.asarray(cover.filter(ImageFilter.MaxFilter(17))) == 0  # away from the mark's letters
    for gray in grays(data):
        assert np.ptp(gray[free]) <= 12
    assert made.share.is_covered


def test_a_film_whose_frames_do_not_all_bear_the_mark_is_thrown_away(
    share: Share, film: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = Image.new("L", (320, 176), 0)
    monkeypatch.setattr(watermark, "planes", lambda _size, _lines: (nothing, nothing))

    with pytest.raises(AssertionError, match=codes.NOT_MARKED):
        share(film, t=0.4, until=0.8)


def test_a_box_that_could_carry_something_is_found(share: Share, film: Evidence) -> None:
    _, data = share(film, t=0.0, until=0.1)

    for box in (b"uuid", b"free", b"mdat", b"udta"):
        extra = struct.pack(">I4s", 8 + len(CANARY), box) + CANARY
        assert not boxwalk.is_plain_film(io.BytesIO(data + extra)), box
        assert not boxwalk.is_plain_film(io.BytesIO(extra))
    assert not boxwalk.is_plain_film(io.BytesIO(data[:-1]))
    assert not boxwalk.is_plain_film(io.BytesIO(data.replace(b"mdirappl", b"mdirCANA")))


def plain(gray: Any) -> Any:
    """Bars as they were before the mark made them a little lighter or darker."""
    return np.where(gray > 125, 255, 0)


def canary_film(path: Path) -> Path:
    """Tags, a track of places and a foreign box that tell on somebody, and frames before the edit list."""
    bare = counted.film(path.with_name("bare.mp4"), EVERY, sound="aac")
    tags = {name: f"CANARY {name}" for name in ("title", "artist", "comment", "location", "make")}
    with av.open(str(bare)) as source, av.open(str(path), "w") as out:
        out.metadata.update(tags)
        copied = {one.index: out.add_stream_from_template(one) for one in source.streams}
        track: Any = out.add_data_stream("bin_data")
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = copied[packet.stream.index]
                out.mux(packet)
        line = av.Packet(b"CANARY 31.2340N 121.4740E")
        line.stream, line.pts, line.dts, line.duration, line.time_base = track, 0, 0, 1000, Fraction(1, 1000)
        out.mux(line)
    counted.cut_by_edit_list(path, 10 * 640)
    box = b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac<x:xmpmeta>CANARY</x:xmpmeta>"
    path.write_bytes(path.read_bytes() + struct.pack(">I4s", 8 + len(box), b"uuid") + box)
    return path


def canary_photo(path: Path) -> Path:
    """EXIF with place, serial and owner, a thumbnail, a second picture (MPO), a film behind it."""
    drawn = footage.background((640, 480))
    book = Image.Exif()
    book[271], book[315], book[0x9C9D] = "CANARY make", "CANARY owner", b"CANARY xp"
    book.get_ifd(0x8769).update({0xA430: "CANARY person", 0xA431: "CANARY serial", 0x927C: b"CANARY note"})
    book.get_ifd(0x8825).update({1: "N", 2: (31.0, 12.0, 3.0), 3: "E", 4: (121.0, 26.0, 1.0), 27: b"CANARY"})
    out = io.BytesIO()
    second = Image.new("RGB", (640, 480), (200, 30, 30))
    drawn.save(out, "MPO", save_all=True, append_images=[second], exif=book, comment=b"CANARY comment")
    film = b"\0\0\0\x18ftypmp42" + bytes(12) + b"CANARY-MOTION"
    path.write_bytes(out.getvalue() + film)
    return path
