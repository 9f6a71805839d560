"""What a look leaves beside the original: a repaired film, a sound that plays, the shape of a sound."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from tests import recordings
from tipline.bell import SilentBell
from tipline.domain import evidence, outbox, renditions
from tipline.domain.evidence import Evidence
from tipline.domain.outbox import Outbox
from tipline.domain.renditions import Rendition
from tipline.domain.tips import Tip
from tipline.services import Services
from workers import following, lease, pipeline
from workers.pictures import Pictures


def work_off(services: Services, bell: SilentBell) -> None:
    """The first look rung for last, and everything that it asks for."""
    done = max(at for at, (kind, _) in enumerate(bell.rung) if kind == evidence.DERIVE)
    while done < len(bell.rung):
        kind, number = bell.rung[done]
        (pipeline.derive if kind == evidence.DERIVE else following.work)(services, number)
        done += 1


def shown(services: Services, file: Evidence) -> tuple[Evidence, dict[str, Rendition]]:
    with services.database.reading() as tx:
        made = renditions.list_of(tx, file.id)
        return tx.get_one(Evidence, file.id), {row.name: row for row in made}


def stored(services: Services, key: str) -> bytes:
    with services.store.open(key) as reader:
        return reader.read()


def test_a_film_whose_index_was_lost_is_shown_from_its_copy_which_says_how_it_was_made(
    services: Services, bell: SilentBell, tip: Tip, add_file: Callable[..., Evidence], tmp_path: Path
) -> None:
    whole = recordings.film_with_sound(tmp_path / "a", encoder={"x264-params": "repeat-headers=1"})
    data = recordings.without_index(whole).read_bytes()
    file = add_file(tip, data, "cam1.mp4")
    work_off(services, bell)

    done, made = shown(services, file)
    assert (done.state, done.failure) == ("ready", None)
    assert done.facts["playable"] == "proxy"
    assert "media:repaired" in done.facts["warnings"]
    copy = made[renditions.REPAIRED_NAME]
    told = json.loads(copy.provenance)
    assert told["made"] == {"kind": "repaired", "how": "in-pictures", "rate": 10.0}
    assert told["source_sha256"] == file.sha256
    assert stored(services, copy.key)[4:8] == b"ftyp"
    assert stored(services, file.key) == data
    assert any(row.kind == renditions.KEYFRAME for row in made.values())


def test_a_lost_index_is_made_up_for_with_what_another_film_of_the_tip_tells(
    services: Services, bell: SilentBell, tip: Tip, add_file: Callable[..., Evidence], tmp_path: Path
) -> None:
    film = recordings.film(tmp_path / "a", recordings.Form("mp4"), frames=20)
    whole = film.read_bytes()
    broken = add_file(tip, recordings.without_index(film).read_bytes(), "cam1.mp4")
    work_off(services, bell)
    assert shown(services, broken)[0].failure == "media:index-lost"

    good = add_file(tip, whole, "cam2.mp4")
    work_off(services, bell)
    assert "setup" not in shown(services, good)[0].facts
    done, made = shown(services, broken)
    assert (done.state, done.failure) == ("ready", None)
    assert json.loads(made[renditions.REPAIRED_NAME].provenance)["made"]["how"] == "in-other-film"


def test_a_voice_note_gets_a_shape_and_a_copy_that_browsers_play(
    services: Services, bell: SilentBell, tip: Tip, add_file: Callable[..., Evidence], tmp_path: Path
) -> None:
    note = recordings.sound(tmp_path / "a", "amr", "libopencore_amrnb").read_bytes()
    file = add_file(tip, note, "voice.amr")
    work_off(services, bell)

    done, made = shown(services, file)
    assert (done.state, done.kind, done.facts["playable"]) == ("ready", "audio", "proxy")
    assert (made["copy.m4a"].kind, made["copy.m4a"].mime) == (renditions.COPY, "audio/mp4")
    assert made["waveform.webp"].kind == renditions.WAVEFORM
    assert stored(services, made["waveform.webp"].key)[8:12] == b"WEBP"


@pytest.mark.parametrize("kind", ["repaired", "copy"])
def test_a_copy_that_is_claimed_and_not_there_is_not_told(
    kind: str, services: Services, tip: Tip, add_file: Callable[..., Evidence]
) -> None:
    file = add_file(tip, b"\0\0\0\x18ftyp", "a.mp4")
    with services.database.transaction() as tx:
        row = outbox.take(tx, tx.scalars(select(Outbox.id)).one())
    assert row
    with lease.Lease(services.database, row) as held:
        pictures = Pictures(services.database, services.store, held, file)
        media = {"derived": {"kind": kind, "how": "sound", "rate": 1.0}, "failure": None}
        media |= {"playable": "proxy", "waveform": None}
        pictures.keep_first(media, io.BytesIO())
    assert (media["derived"], media["playable"]) == (None, "none")
    assert pictures.names == []
