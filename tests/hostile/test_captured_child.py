"""A child that was taken over says whatever it likes, in every step: its file is settled at the first try,
and the desk shows its words as words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.web.desk_forms import send
from tests.workers.test_sandbox import play
from tipline.bell import SilentBell
from tipline.domain.evidence import Evidence
from tipline.domain.outbox import Outbox
from tipline.domain.tips import Tip
from tipline.services import Services
from workers import following, pipeline

PAGE = "</script><img src=x onerror=alert(1)><!--\x1b[2J\r\n\u2028{{7*7}}"
LONG, FAR = 10**400, 1e9
NO_NUMBER = re.compile(r"\b(nan|inf)\b")

TAGS = {PAGE: PAGE, "__proto__": "polluted", "constructor": PAGE, "Software": PAGE}
TIMES = [
    {"source": "exif:DateTimeOriginal", "value": "0001-01-01T00:00:00+14:00"},
    {"source": "exif:DateTime", "value": "9999-12-31T23:59:59"},
    {"source": "exif:" + "A" * 40, "value": "2024-02-29T00:00:00-23:59", "note": PAGE},
    {"source": PAGE, "value": PAGE},
]
LOOK = {
    "stretches": [{"start": -FAR, "end": FAR, "step_s": 0.05, "score": [1.0]}] * 900,
    "events": [{"start": FAR, "end": -FAR, "peak": at, "area": 1e6} for at in (LONG, 0)],
    "tally": {"frames": LONG, "errors": -1, "last_s": LONG},
    "whole": True,
}
CLOCK = {
    "readings": [
        {"t": -FAR, "text": PAGE, "at": "0001-01-01T00:00:00"}, {"t": FAR, "text": PAGE, "at": "23:59"}
    ],
    "started_at": "0001-01-01T00:00:00", "agreeing": 40, "offset_s": 4e9, "pace": -1000,
    "jumps": [{"start": -FAR, "end": FAR, "before": "00:00", "after": "23:59", "by_s": -4e9}],
    "ambiguous": ["9999-12-31T23:59:59", "0001-01-01T00:00:00"], "box": [200_000, 0, 200_000, 0],
    "beside": {"text": PAGE, "at": "9999-99-99T00:00"},
}  # fmt: skip
PROVENANCE = {
    "times": TIMES, "tags": TAGS, "encoders": [PAGE] * 9, "handlers": [PAGE] * 99,
    "gps": {"lat": LONG, "lon": 0}, "device": {"make": PAGE, "model": PAGE},
    "screen": {"frames": 100, "quads": 100, "moved": 1e6, "moire": 1e6},
    "c2pa": {"state": "intact", "signer": PAGE, "claim_generator": PAGE, "actions": [PAGE]},
}  # fmt: skip
STEPS = {
    "suspects": LOOK,
    "span": LOOK,
    "clock": {"clock": CLOCK, "texts": [PAGE] * 99},
    "provenance": PROVENANCE,
    "copy": {"playable": "original", "how": PAGE},
}
PLAN = {"suspects": [[0, 1]] * 9, "spans": [[-FAR, FAR], [FAR, -FAR], [0, 1]], "copy": "encode"}

ACTIVITY = {"step_s": 1.0, "score": [0.1] * 60, "events": [], "seen": [[0, 60]]}
HONEST = {"kind": "video", "mime": "video/mp4", "duration_s": 60.0, "width": 640, "height": 360, "fps": 25.0}
FIRST: dict[str, dict[str, Any]] = {
    "far numbers": {
        "duration_s": FAR, "fps": 1e5, "bitrate": 10**11, "frame_count": 10**9,
        "gps": {"lat": -90, "lon": 180, "alt": 1e5},
        "activity": {
            "step_s": 0.05, "score": [1.0] * 24_000, "seen": [],
            "events": [{"start": at, "end": -at, "peak": FAR} for at in range(2000)],
        },
    },
    "next to nothing": {
        "duration_s": 5e-324, "fps": 5e-324,
        "activity": {"step_s": 3600, "score": [1e-300], "events": [], "seen": [[-FAR, FAR]]},
    },
    "too many digits": {
        "duration_s": LONG, "fps": -LONG, "width": LONG, "gps": {"lat": LONG, "lon": LONG},
        "timings_s": {"total": LONG},
    },
    "pages for words": {
        "tags": TAGS, "device": {"make": PAGE, "model": PAGE, "software": PAGE}, "times": TIMES,
        "container": PAGE, "mime": "image/svg+xml", "video_codec": "<b>", "tools": {"x": PAGE, PAGE: "y"},
        "warnings": [PAGE, "media:damaged"], "waveform": [255] * 5000,
    },
    "nothing of its type": {**dict.fromkeys(HONEST, [[], {}, None, LONG]), "kind": "photo"},
}  # fmt: skip


def captured(said: dict[str, Any]) -> str:
    """What stands in the place of the child; the job it was given names the step."""
    told: dict[str, dict[str, Any]] = {
        "first": {"media": {**HONEST, "activity": ACTIVITY, **said}, "plan": PLAN}
    }
    for task, result in STEPS.items():
        told[task] = {"result": {**result, "warnings": [PAGE], "timings_s": {"total": LONG}}}
    heads = {task: json.dumps({"kind": "done", **body}).encode() for task, body in told.items()}
    picture = json.dumps({"kind": "keyframe", "t": -FAR, "reason": "first", "width": 20_000, "height": 1})
    tile = json.dumps({"kind": "tile", "t": FAR, "width": 1, "height": 320})
    return f"""
say({picture.encode()!r}, bytes(60_000))
say({tile.encode()!r}, bytes(960))
say({heads!r}[json.loads(line)["task"]])
"""


def work_off(services: Services, bell: SilentBell) -> None:
    """The first look, and every step that it asks for."""
    done = len(bell.rung)
    pipeline.derive(services, bell.rung[-1][1])
    while done < len(bell.rung):
        done += 1
        following.work(services, bell.rung[done - 1][1])


@pytest.mark.parametrize("said", FIRST)
def test_whatever_it_says_the_file_is_settled_and_its_pages_stand(
    said: str, services: Services, bell: SilentBell, tip: Tip, add_file: Callable[..., Evidence],
    headers: Callable[..., dict[str, str]], client: FlaskClient, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    file = add_file(tip, filename=f"{PAGE}.jpg")
    play(captured(FIRST[said]), tmp_path, monkeypatch)
    work_off(services, bell)
    send(client, tip, "change", headers(), offset="ahead", offset_min="3", offset_sec="5")

    with services.database.reading() as tx:
        assert tx.get_one(Evidence, file.id).state == "ready"
        jobs = [(one.state, one.attempt) for one in tx.scalars(select(Outbox))]
    assert jobs == [("done", 1)] * (1 + len(bell.rung[1:]))
    for address in (f"/desk/tips/{tip.reference}", f"/desk/tips/{tip.reference}/print", "/desk/queue"):
        page = client.get(address, headers=headers())
        assert page.status_code == 200
        assert "<img src=x" not in page.text
        assert not NO_NUMBER.search(page.text)
    told = client.get(f"/api/v1/evidence/{file.id}", headers=headers())
    assert told.status_code == 200
    json.loads(told.text, parse_constant=pytest.fail)
