"""Covers from end to end: a draft, a search, a covered copy in the store, and who may hand it out."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from tests import drawn_faces, footage
from tipline.bell import SilentBell
from tipline.domain import acts, custody, derivatives, redacting, redactions, renditions, undoing
from tipline.domain.accounts import Account
from tipline.domain.actors import Actor
from tipline.domain.derivatives import Derivative
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.services import Services
from workers import deriving
from workers.media import codes

AddFile = Callable[..., Evidence]
MIDDLE = (100.0, 80.0)
BOX = [0.0, 0.22, 0.3, 0.2, 0.34]


def hand(*rows: list[float], name: str = "h-1") -> dict[str, Any]:
    return {"id": name, "source": "hand", "boxes": list(rows)}


@pytest.fixture
def officer(people: dict[str, Account]) -> Actor:
    return people["investigator"].actor


@pytest.fixture
def film(services: Services, tip: Tip, add_file: AddFile, tmp_path: Path) -> Evidence:
    """A second of somebody who sits still, with sound."""
    path = drawn_faces.film(tmp_path / "a.mp4", lambda t: [MIDDLE], seconds=1.0, sound=True)
    file = add_file(tip, path.read_bytes(), "till.mp4")
    return as_kind(services, file, "video", duration_s=1.0)


@pytest.fixture
def photo(services: Services, tip: Tip, add_file: AddFile, tmp_path: Path) -> Evidence:
    path = footage.photo(tmp_path / "a.jpg", gps=(31.2, 121.4), make="CAMERA-SERIAL")
    return as_kind(services, add_file(tip, path.read_bytes(), "till.jpg"), "photo", mime="image/jpeg")


def as_kind(services: Services, file: Evidence, kind: str, **facts: Any) -> Evidence:
    with services.database.transaction() as tx:
        row = tx.get_one(Evidence, file.id)
        row.kind, row.state, row.media = kind, "ready", json.dumps(facts)
        return row


def draw(services: Services, officer: Actor, file: Evidence, *tracks: dict[str, Any], **more: Any) -> int:
    """The draft as the editor saves it; answers its version."""
    with services.database.transaction() as tx:
        return redactions.save(tx, officer, file, 0, {"tracks": list(tracks), **more}).version


def burned(
    services: Services, bell: SilentBell, officer: Actor, file: Evidence, version: int, still: Any = None
) -> Derivative:
    with services.database.transaction() as tx:
        row = redacting.burn(tx, bell, officer, file, version=version, still=still)
    return made(services, bell, row)


def made(services: Services, bell: SilentBell, row: Derivative) -> Derivative:
    deriving.work(services, bell.rung[-1][1])
    with services.database.reading() as tx:
        return tx.get_one(Derivative, row.id)


def bytes_of(services: Services, file: Evidence, row: Derivative) -> bytes:
    with services.database.reading() as tx:
        kept = renditions.read_rendition(tx, file.id, row.rendition or "")
    with services.store.open(kept.key) as reader:
        return reader.read()


def test_faces_of_a_search_are_boxes_and_stand_in_the_log_without_them(
    services: Services, bell: SilentBell, officer: Actor, film: Evidence, tip: Tip
) -> None:
    with services.database.transaction() as tx:
        row = redacting.search(tx, bell, officer, film)
    row = made(services, bell, row)

    assert (row.state, row.rendition, row.told["searched"]) == ("done", None, [0.0, 1.0])
    (track,) = row.told["tracks"]
    assert set(track) == {"start", "end", "boxes", "bridged", "score"}
    with services.database.reading() as tx:
        log = [one for one in custody.list_of(tx, tip=tip.reference) if one.action.startswith("derivative:")]
    assert [one.action for one in log] == ["derivative:ask", "derivative:make"]
    assert "boxes" not in log[-1].detail


def test_a_covered_film_is_a_rendition_of_its_own_that_says_where_it_is_from(
    services: Services, bell: SilentBell, officer: Actor, film: Evidence
) -> None:
    version = draw(services, officer, film, hand(BOX), sound=True, margin=0.1)
    row = burned(services, bell, officer, film, version)

    assert (row.state, row.failure) == ("done", None)
    data = bytes_of(services, film, row)
    assert b"SECRET" not in data
    with av.open(io.BytesIO(data)) as shown:
        assert [one.type for one in shown.streams] == ["video", "audio"]
        for frame in shown.decode(video=0):
            picture = frame.to_ndarray(format="gray").astype(int)
            x, y = (round(one) for one in MIDDLE)
            assert np.ptp(picture[y - 10 : y + 16, x - 14 : x + 14]) <= 8
    told = row.told
    assert (told["source_sha256"], told["by_name"], told["version"]) == (film.sha256, "li", version)
    assert told["boxes_digest"] == row.wanted["digest"]
    assert (told["frames"], told["covered"], told["checked"], told["sound"]) == (10, 10, 10, "made")
    assert {"av", "opencv"} <= set(told["with"])
    with services.database.reading() as tx:
        original = tx.get_one(Evidence, film.id)
        assert original.sha256 == film.sha256
        entry = custody.list_of(tx, subject=f"evidence:{film.id}", actions=["derivative:ask"])[-1]
        assert entry.facts()["digest"] == row.wanted["digest"]


def test_a_photo_and_one_picture_of_a_film_become_plain_pictures(
    services: Services, bell: SilentBell, officer: Actor, film: Evidence, photo: Evidence
) -> None:
    for file, still in ((photo, None), (film, 0.5)):
        version = draw(services, officer, file, hand([0, 0.25, 0.25, 0.25, 0.25]))
        row = burned(services, bell, officer, file, version, still)
        assert (row.state, row.failure) == ("done", None)
        data = bytes_of(services, file, row)
        assert b"CAMERA-SERIAL" not in data
        picture = Image.open(io.BytesIO(data))
        assert picture.format == "JPEG"
        assert not dict(picture.getexif())
        wide, high = picture.size
        part = picture.convert("L").crop((wide // 4, high // 4, wide // 2, high // 2))
        assert np.abs(np.asarray(part).astype(int) - 21).max() <= 3


def test_only_a_covered_copy_that_a_person_looked_at_may_leave_the_house(
    services: Services, bell: SilentBell, officer: Actor, photo: Evidence
) -> None:
    row = burned(services, bell, officer, photo, draw(services, officer, photo, hand(BOX)))

    def leaving() -> list[str]:
        with services.database.reading() as tx:
            return [one.name for one in redacting.may_leave(tx, photo)]

    assert leaving() == []
    with services.database.transaction() as tx:
        redacting.confirm(tx, officer, tx.get_one(Derivative, row.id))
        act = acts.list_latest(tx, officer.user_id or 0, limit=1)[0]
    assert leaving() == [row.rendition]
    with services.database.transaction() as tx:
        undoing.undo(tx, officer, act.id)
    assert leaving() == []
    with services.database.transaction() as tx:
        again = tx.get_one(Derivative, row.id)
        redacting.confirm(tx, officer, again)
        derivatives.remove(tx, officer, again)
    assert leaving() == []
    with services.database.transaction() as tx:
        redacting.restore(tx, officer, photo, row.id)
    assert leaving() == [row.rendition]


def test_a_copy_whose_boxes_all_lie_at_other_moments_never_leaves_the_house(
    services: Services, bell: SilentBell, officer: Actor, film: Evidence
) -> None:
    elsewhere = {**hand(BOX), "start": 500.0, "end": 501.0}
    row = burned(services, bell, officer, film, draw(services, officer, film, elsewhere))

    assert (row.state, row.told["covered"]) == ("done", 0)
    with services.database.transaction() as tx, pytest.raises(TiplineError) as caught:
        redacting.confirm(tx, officer, tx.get_one(Derivative, row.id))
    assert caught.value.code == "redaction:nothing-covered"


def test_a_film_whose_check_fails_is_no_result(
    services: Services, bell: SilentBell, officer: Actor, film: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workers import sandbox
    from workers.sandbox import Answer

    lie = {"frames": 10, "covered": 10, "checked": 9, "width": 320, "height": 180, "sound": "none"}

    def lying(*_args: Any, output: Any, **_more: Any) -> Answer:
        output.write(b"\0\0\0\x20ftypisom")
        return Answer(result={**lie, "duration_s": 1.0})

    monkeypatch.setattr(sandbox, "ask", lying)
    row = burned(services, bell, officer, film, draw(services, officer, film, hand(BOX)))

    assert (row.state, row.failure, row.rendition) == ("failed", codes.NOT_COVERED, None)


def test_what_cannot_be_covered_is_refused_with_its_reason(
    services: Services, bell: SilentBell, officer: Actor, film: Evidence, tip: Tip, add_file: AddFile
) -> None:
    sound = as_kind(services, add_file(tip, b"ID3" + bytes(64), "a.mp3"), "audio")
    long = as_kind(services, film, "video", duration_s=30 * 3600.0)

    def refused(act: Callable[[Any], Any]) -> str:
        with pytest.raises(TiplineError) as said, services.database.transaction() as tx:
            act(tx)
        return said.value.code

    burn = redacting.burn
    assert refused(lambda tx: redacting.search(tx, bell, officer, sound)) == "redaction:no-picture"
    assert refused(lambda tx: redacting.search(tx, bell, officer, long)) == "redaction:range-too-long"
    assert refused(lambda tx: burn(tx, bell, officer, film, version=0)) == "redaction:nothing-to-cover"
    version = draw(services, officer, film, hand(BOX))
    assert refused(lambda tx: burn(tx, bell, officer, film, version=version + 1)) == "redaction:changed"
    assert refused(lambda tx: burn(tx, bell, officer, long, version=version)) == "redaction:range-too-long"
    for box in ([float("nan"), 0, 1, 1], [0.1, 0.1, 0.2], "all"):
        code = refused(lambda tx, box=box: redacting.follow(tx, bell, officer, film, t=0.0, box=box))  # type: ignore[misc]
        assert code == "redaction:boxes-unclear"


def test_of_two_who_save_at_once_the_second_is_told_and_nothing_is_lost(
    services: Services, officer: Actor, people: dict[str, Account], film: Evidence
) -> None:
    version = draw(services, officer, film, hand(BOX))
    other = people["supervisor"].actor
    with services.database.transaction() as tx:
        redactions.save(tx, other, film, version, {"tracks": [hand(BOX), hand(BOX, name="h-2")]})
    with pytest.raises(TiplineError) as said, services.database.transaction() as tx:
        redactions.save(tx, officer, film, version, {"tracks": []})
    assert said.value.code == "redaction:changed"

    with services.database.reading() as tx:
        kept = redactions.find_draft(tx, film)
        assert kept is not None
        assert ([one["id"] for one in kept.draft["tracks"]], kept.version) == (["h-1", "h-2"], 2)
