"""Stills and clips as the worker makes them: the very frames that were asked for, from the original."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from tests import counted
from tipline.bell import SilentBell
from tipline.db import Transaction
from tipline.domain import cases, custody, derivatives, exports, renditions, sightings
from tipline.domain.accounts import Account
from tipline.domain.actors import Actor
from tipline.domain.derivatives import Derivative
from tipline.domain.evidence import Evidence
from tipline.domain.exports import How
from tipline.domain.renditions import Rendition
from tipline.domain.tips import Tip
from tipline.services import Services
from workers import deriving, sandbox
from workers.media import codes
from workers.sandbox import Answer, Keyframe

AddFile = Callable[..., Evidence]
UNEVEN = [0, *[sum(([33, 34, 33, 120, 17, 41] * 6)[:at]) for at in range(1, 36)]]
BROADCAST = Fraction(1, 90_000)
FILMS: dict[str, tuple[list[int], dict[str, Any]]] = {
    "cam1.mp4": (UNEVEN, {"bframes": 2, "sound": "aac", "rotation": 90}),
    "cam1.ts": ([7200 + at * 3600 for at in range(36)], {"time_base": BROADCAST}),
    "cam1.avi": ([at * 40 for at in range(36)], {"codec": "mpeg4", "sound": "pcm_s16le"}),
    "cam1.h264": ([at * 40 for at in range(36)], {"bframes": 2}),
}


@pytest.fixture
def officer(people: dict[str, Account]) -> Actor:
    return people["investigator"].actor


@pytest.fixture
def film(services: Services, tip: Tip, add_file: AddFile, tmp_path: Path) -> Callable[[str], Evidence]:
    def add(name: str) -> Evidence:
        times, more = FILMS[name]
        path = counted.film(tmp_path / name, times, **more)
        file = add_file(tip, path.read_bytes(), name)
        with services.database.transaction() as tx:
            tx.get_one(Evidence, file.id).kind = "video"
        return file

    return add


def made(
    services: Services, bell: SilentBell, ask: Callable[[Transaction], Derivative]
) -> tuple[Derivative, dict[str, Rendition]]:
    """What somebody asked for, made."""
    with services.database.transaction() as tx:
        row = ask(tx)
    deriving.work(services, bell.rung[-1][1])
    with services.database.reading() as tx:
        kept = {one.name: one for one in renditions.list_of(tx, row.evidence_id)}
        return tx.get_one(Derivative, row.id), kept


def stored(services: Services, row: Rendition) -> bytes:
    with services.store.open(row.key) as reader:
        return reader.read()


@pytest.mark.parametrize("name", FILMS)
def test_a_still_shows_the_very_frame_upright_and_in_full_size(
    name: str, services: Services, bell: SilentBell, officer: Actor, film: Callable[[str], Evidence]
) -> None:
    file = film(name)
    number = 35 if name == "cam1.ts" else 17
    row, kept = made(services, bell, lambda tx: still(tx, bell, officer, file, number))
    assert (row.state, row.failure, row.told["frame"]) == ("done", None, number)
    picture = Image.open(io.BytesIO(stored(services, kept[row.rendition or ""])))
    is_turned = name == "cam1.mp4"
    assert picture.size == (counted.SIZE[::-1] if is_turned else counted.SIZE)
    lying = picture.transpose(Image.Transpose.ROTATE_90) if is_turned else picture
    assert counted.number_of(np.asarray(lying.convert("L"))) == number


def test_a_sighting_shows_the_very_frame_that_was_marked(
    services: Services, bell: SilentBell, officer: Actor, film: Callable[[str], Evidence]
) -> None:
    file = film("cam1.h264")
    with services.database.transaction() as tx:
        case = cases.open_case(tx, officer, "系列盗窃")
        said = sightings.Said(tx.get_one(Evidence, file.id), t=0.68, frame=17, place="北门")
        row, _act = sightings.add(tx, officer, case, said, bell)
        again = sightings.Said(tx.get_one(Evidence, file.id), t=0.68, frame=17, place="南门")
        sightings.change(tx, officer, case, row, again, version=1, ring=bell)
    asked = [one for one in bell.rung if one[0] == derivatives.MAKE]
    deriving.work(services, asked[-1][1])

    assert len(asked) == 1
    with services.database.reading() as tx:
        name = sightings.cuts_of(tx, [row])[row.id]
        kept = {one.name: one for one in renditions.list_of(tx, file.id)}
    picture = Image.open(io.BytesIO(stored(services, kept[name])))
    assert counted.number_of(np.asarray(picture.convert("L"))) == 17


@pytest.mark.parametrize("name", ["cam1.mp4", "cam1.h264"])
def test_a_clip_has_exactly_the_frames_asked_for_each_at_its_time(
    name: str, services: Services, bell: SilentBell, officer: Actor, film: Callable[[str], Evidence]
) -> None:
    file = film(name)
    row, kept = made(services, bell, lambda tx: clip(tx, bell, officer, file, 5, 19, band=False))
    assert (row.state, row.failure) == ("done", None)
    with av.open(io.BytesIO(stored(services, kept[row.rendition or ""]))) as opened:
        frames = list(opened.decode(video=0))
        sounds = len(opened.streams.audio)
    turns = 1 if name == "cam1.mp4" else 0
    shown = [counted.number_of(np.rot90(one.to_ndarray(format="gray"), k=turns)) for one in frames]
    assert shown == list(range(5, 20))
    times, more = FILMS[name]
    tick = more.get("time_base", Fraction(1, 1000))
    expected = [float((at - times[5]) * tick) for at in times[5:20]]
    assert [one.time for one in frames] == pytest.approx(expected, abs=0.0011)
    assert sounds == bool(more.get("sound"))
    assert [row.told[one] for one in ("first", "last", "frames")] == [5, 19, 15]


def test_an_export_says_where_it_is_from_under_the_picture_and_beside_it(
    services: Services, bell: SilentBell, officer: Actor, film: Callable[[str], Evidence]
) -> None:
    file = film("cam1.ts")
    with services.database.transaction() as tx:
        row = tx.get_one(Evidence, file.id)
        told_by_file = {"captured_at": "2026-11-22T21:33:00", "captured_at_source": "dhav:start"}
        row.media = json.dumps({**told_by_file, "duration_s": 1.4, "width": 320, "height": 176})
        row.clock_offset_s, row.clock_source = 120.0, "desk"
    plain, kept = made(services, bell, lambda tx: still(tx, bell, officer, file, 25))
    told, kept = made(services, bell, lambda tx: still(tx, bell, officer, file, 25, band=True))
    bare, whole = (
        Image.open(io.BytesIO(stored(services, kept[one.rendition or ""]))) for one in (plain, told)
    )
    assert whole.height > bare.height
    above = whole.crop((0, 0, *bare.size))
    assert above.convert("RGB").tobytes() == bare.convert("RGB").tobytes(), (
        "the caption lies over the picture"
    )
    about = json.loads(whole.info["Description"])
    assert about["camera_at"] == "2026-11-22 21:33:01.000"
    assert about["true_at"] == "2026-11-22 21:31:01.000+08:00"
    assert (about["source_sha256"], about["frame"], about["by_name"]) == (file.sha256, 25, "li")
    beside = json.loads(stored(services, kept[f"still-{told.id}.json"]))
    assert beside["file_sha256"] == kept[told.rendition or ""].sha256
    assert beside["with"]["av"]
    with services.database.reading() as tx:
        acts = [one.action for one in custody.list_of(tx, subject=f"evidence:{file.id}")]
    assert acts.count("derivative:ask") == acts.count("derivative:make") == 2


def test_a_clip_carries_its_caption_under_every_frame(
    services: Services, bell: SilentBell, officer: Actor, film: Callable[[str], Evidence]
) -> None:
    file = film("cam1.avi")
    row, kept = made(services, bell, lambda tx: clip(tx, bell, officer, file, 30, 35))
    assert row.state == "done", row.failure
    with av.open(io.BytesIO(stored(services, kept[row.rendition or ""]))) as opened:
        assert json.loads(opened.metadata["comment"])["source_sha256"] == file.sha256
        frames = [one.to_ndarray(format="gray") for one in opened.decode(video=0)]
    width, height = counted.SIZE
    assert frames[0].shape[1] == width
    assert frames[0].shape[0] > height
    assert [counted.number_of(one[:height]) for one in frames] == list(range(30, 36))
    assert frames[0][height:].mean() > 180, "there is no white strip under the picture"


def test_what_cannot_be_had_is_said_in_a_code_and_nothing_is_kept(
    services: Services, bell: SilentBell, officer: Actor, film: Callable[[str], Evidence]
) -> None:
    file = film("cam1.ts")
    row, kept = made(services, bell, lambda tx: still(tx, bell, officer, file, 36))
    assert (row.state, row.failure) == ("failed", codes.FRAME_LOST)
    Path(services.store.path_of(file.key)).chmod(0o600)  # type: ignore[attr-defined]
    Path(services.store.path_of(file.key)).write_bytes(b"another film")  # type: ignore[attr-defined]
    row, kept = made(services, bell, lambda tx: still(tx, bell, officer, file, 3))
    assert (row.state, row.failure) == ("failed", "evidence:altered")
    assert not kept


def test_a_child_that_hands_over_another_frame_or_no_film_is_not_believed(
    services: Services, bell: SilentBell, officer: Actor, film: Callable[[str], Evidence],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    file = film("cam1.ts")
    lie = {"first": 5, "last": 9, "frames": 5, "t": 0.2, "until": 0.4, "sound": "none"}

    def ask(_path: Path, task: str, **more: Any) -> Answer:
        if task == "clip":
            more["output"].write(b"<html>, no film")
            return Answer(result=lie)
        more["hooks"].on_keyframe(Keyframe(0.2, 6, 1, 1, b"abc", "asked", 0.0))
        return Answer(result={"frame": 6, "t": 0.2})

    monkeypatch.setattr(sandbox, "ask", ask)
    for wanted in (
        lambda tx: still(tx, bell, officer, file, 5),
        lambda tx: clip(tx, bell, officer, file, 5, 9),
    ):
        row, kept = made(services, bell, wanted)
        assert (row.state, row.failure) == ("failed", codes.BAD_ANSWER)
        assert not kept


def still(
    tx: Transaction, bell: SilentBell, actor: Actor, file: Evidence, frame: int, *, band: bool = False
) -> Derivative:
    how = How(band=band, locale="zh_Hans_CN", zone="Asia/Shanghai")
    return exports.ask_still(tx, bell, actor, file, frame=frame, how=how)


def clip(
    tx: Transaction,
    bell: SilentBell,
    actor: Actor,
    file: Evidence,
    first: int,
    last: int,
    *,
    band: bool = True,
) -> Derivative:
    how = How(band=band, locale="zh_Hans_CN", zone="Asia/Shanghai")
    return exports.ask_clip(tx, bell, actor, file, first=first, last=last, how=how)
