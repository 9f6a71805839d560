"""The invented district: `workers.demo`."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from tipline import passwords
from tipline.domain import (
    accounts,
    auditing,
    cases,
    clock,
    custody,
    filters,
    links,
    members,
    messages,
    receipts,
    shops,
    sightings,
    signatures,
    subjects,
    tasks,
    triage,
)
from tipline.domain.evidence import Evidence
from tipline.domain.outbox import Outbox
from tipline.domain.tips import Tip
from tipline.services import Services
from workers import examination
from workers.demo import __main__ as demo
from workers.demo import done, footage, people, residents, sent, together
from workers.demo.terms import File, Sent, When

SHANGHAI = ZoneInfo("Asia/Shanghai")
PHOTO = b"\xff\xd8\xff\xe0" + bytes(400)


@pytest.fixture
def fill(
    services: Services, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], int]:
    """Run the whole command, with blank pictures instead of drawn ones."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def draw(stories: list[Sent], now: datetime, folder: Path) -> dict[tuple[str, int], Path]:
        blank = tmp_path / "blank.jpg"
        blank.write_bytes(PHOTO)
        return {(tip.key, number): blank for tip in stories for number in range(len(tip.files))}

    monkeypatch.setattr(footage, "draw", draw)
    return demo.main


def test_an_empty_instance_becomes_a_district_with_people_tips_and_cases(
    services: Services, fill: Callable[[], int]
) -> None:
    assert fill() == 0

    with services.database.reading() as tx:
        assert {one.role for one in accounts.list_accounts(tx)} == {
            "investigator",
            "supervisor",
            "admin",
            "auditor",
        }
        rows = triage.list_queue(tx, filters.Filter(state="all")).rows
        # Of what several people report together, the queue of a program holds each tip.
        assert len(rows) == 12 + len(residents.SENT) + len(together.SENT)
        assert [row.reporters for row in rows if row.incident].count(4) == 4
        assert {row.beat.name for row in rows if row.beat} == set(people.BEATS.values())
        posters = {one.words: one.code for one in shops.list_shops(tx)}
        assert len(posters) == len(people.SHOPS)
        assert {row.tip.place: row.tip.shop for row in rows if row.tip.shop} == posters
        assert {row.tip.state for row in rows} == {
            "received",
            "triage",
            "need_info",
            "linked",
            "duplicate",
            "closed",
        }
        opened = {case.title: case for case in cases.list_cases(tx, state="open")}
        assert len(opened) == 3
        linked = links.list_tips_of(tx, opened["借订包间之名行窃系列案"])
        assert len(linked) == 4
        assert all(link.reason for link, _ in linked)


def test_the_series_shows_every_screen_of_a_case_filled(services: Services, fill: Callable[[], int]) -> None:
    fill()

    today = clock.now().astimezone(SHANGHAI).date()
    with services.database.reading() as tx:
        (case,) = (one for one in cases.list_cases(tx, state="open") if one.title == "借订包间之名行窃系列案")
        assert [one.part for one, _ in members.list_members(tx, case)] == ["lead", "assisting", "assisting"]
        todo = tasks.list_of(tx, case)
        assert any(one.is_overdue(today) for one in todo)
        assert any(one.done_at for one in todo)
        assert any(one.due_on and one.due_on > today and not one.done_at for one in todo)
        assert {one.kind for one in subjects.list_of(tx, case)} == {"person", "object"}
        assert sightings.count(tx, case) == 5
        read = {one.camera: one.clock_offset_s for one in tx.scalars(select(Evidence)) if one.camera}
    assert read["江南小厨 走廊"] == -95
    assert read["鱼庄 二楼走廊"] == 240


def test_the_past_looks_like_one(services: Services, fill: Callable[[], int]) -> None:
    with services.database.transaction() as tx:
        signatures.open_signer(tx, services.key)  # as at a start: the log begins today
    fill()

    now = clock.now()
    with services.database.reading() as tx:
        verdict = auditing.audit_within(tx)
        assert verdict.is_whole, verdict.faults
        assert [one.told for one in verdict.walk.steps] == [True]
        moments = [entry.at for entry in custody.list_of(tx, limit=1000)][1:]
        received = list(tx.scalars(select(Tip)))
        waits = [
            (tip.acknowledged_at - tip.received_at).total_seconds() / 60
            for tip in received
            if tip.acknowledged_at and tip.received_at
        ]
        unanswered = [tip for tip in received if messages.open_questions(tx, tip)]
    assert moments == sorted(moments)
    assert moments[-1] < now
    assert (now - min(tip.created_at for tip in received)).days >= 8
    assert any(wait <= 2 for wait in waits)
    assert any(wait > 5 for wait in waits)
    assert len(unanswered) == 1


def test_every_file_waits_for_a_worker_and_was_sealed_as_sent(
    services: Services, fill: Callable[[], int]
) -> None:
    fill()

    with services.database.reading() as tx:
        files = list(tx.scalars(select(Evidence)))
        jobs = set(tx.scalars(select(Outbox.subject).where(Outbox.state == "queued")))
    assert {one.id for one in files} == jobs
    assert all(one.state == "received" and one.digest_matches for one in files)
    assert {one.filename.rpartition(".")[2] for one in files} == {"mp4", "jpg"}


def test_the_way_in_is_told_and_kept_for_this_user_alone(
    services: Services, fill: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    fill()

    told = capsys.readouterr().out
    kept = services.settings.data / "demo-passwords.txt"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    for line in kept.read_text().splitlines():
        name, secret = line.split()[:2]
        assert secret in told
        with services.database.reading() as tx:
            assert passwords.is_right(accounts.read_account(tx, name).password, secret)
    with services.database.reading() as tx:
        asked = [tip for tip in tx.scalars(select(Tip)) if messages.open_questions(tx, tip)][0]
        code = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", told)
        assert code
        assert receipts.read_by_code(tx, services.key, code[0]).id == asked.id


def test_an_instance_that_holds_anything_is_left_as_it_is(
    services: Services, tip: Tip, fill: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert fill() == 0

    with services.database.reading() as tx:
        assert [one.reference for one in tx.scalars(select(Tip))] == [tip.reference]
        assert accounts.list_accounts(tx) == []
    assert capsys.readouterr().out.strip()


def test_filling_twice_is_filling_once(services: Services, fill: Callable[[], int]) -> None:
    fill()
    with services.database.reading() as tx:
        before = custody.size(tx)
    fill()

    with services.database.reading() as tx:
        assert custody.size(tx) == before


def test_every_act_is_about_a_tip_and_a_case_of_the_story() -> None:
    keys = {tip.key for tip in sent.SENT}
    assert {act.tip for act in done.ACTS if act.tip} <= keys
    assert {act.case for act in done.ACTS if act.case} == set(done.CASES)
    assert {act.who for act in done.ACTS} <= {person.username for person in people.PEOPLE} | {"reporter"}


@pytest.mark.parametrize("hour", [0, 7, 13, 23])
def test_at_any_time_of_day_everybody_acts_after_what_they_act_on(hour: int) -> None:
    now = datetime(2026, 3, 1, hour, 20, tzinfo=SHANGHAI)
    begun = {tip.key: tip.when.at(now) for tip in sent.SENT}
    opened = {act.case: act.when.at(now) for act in done.ACTS if act.verb == "open"}
    for tip in sent.SENT:
        assert tip.happened.at(now) < begun[tip.key] < now, tip.key
        assert all(file.shows.at(now) < begun[tip.key] for file in tip.files), tip.key
    for act in done.ACTS:
        assert not act.tip or begun[act.tip] < act.when.at(now) < now, act
        assert act.verb != "link" or opened[act.case] < act.when.at(now), act


def test_drawn_footage_is_what_a_camera_would_have_seen(tmp_path: Path) -> None:
    """A film with somebody moving in it, a photo with its time and place, and a film that lost its index."""
    now = datetime(2026, 11, 23, 20, 0, tzinfo=SHANGHAI)
    by_night = sent.NIGHT_SHOPS[0]
    short = Sent(
        key="short",
        when=When(minutes=5),
        category="theft",
        text="",
        place="",
        beat="",
        happened=When(minutes=9),
        files=(
            by_night.files[0],
            by_night.files[1],
            File("x.mp4", "corridor", When(minutes=9), seconds=2, broken=True),
        ),
    )
    drawn = footage.draw([short], now, tmp_path)

    film, photo, broken = (examination.examine(drawn["short", number]) for number in range(3))
    assert (film["kind"], film["failure"]) == ("video", None)
    assert film["activity"]["events"], "somebody walks through"
    assert len(film["keyframes"]) >= 3
    assert photo["kind"] == "photo"
    assert photo["captured_at"] == by_night.files[1].shows.at(now).replace(microsecond=0).isoformat()
    assert photo["gps"]["lat"] == pytest.approx(34.7209, abs=1e-4)
    assert broken["failure"] == "media:index-lost"
