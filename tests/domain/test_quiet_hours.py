"""Quiet hours go by the clock on the wall, whatever the law does with it: `listening.quiet_until`."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipline.domain import addresses, listening
from tipline.domain.channels import Channel
from tipline.errors import TiplineError

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
WALL = st.times().map(lambda one: one.strftime("%H:%M"))
ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns"])


def channel(begins: str, ends: str) -> Channel:
    return Channel(quiet_from=begins, quiet_until=ends, events="[]")


@settings(max_examples=150)
@given(now=MOMENTS, begins=WALL, ends=WALL, zone=ZONES)
def test_it_ends_later_than_now_within_a_day_at_the_time_that_was_said(
    now: datetime, begins: str, ends: str, zone: str
) -> None:
    until = listening.quiet_until(channel(begins, ends), now, zone)
    at, first, last = (
        now.astimezone(ZoneInfo(zone)).time(),
        time.fromisoformat(begins),
        time.fromisoformat(ends),
    )
    inside = first <= at < last if first < last else (at >= first or at < last) and first != last

    assert (until is not None) == inside
    if until is not None:
        assert now < until <= now + timedelta(hours=25, minutes=1)
        shown = until.astimezone(ZoneInfo(zone)).strftime("%H:%M")
        # In the hour that is left out in spring it is the same moment under its new name.
        assert (
            shown == ends
            or until - now <= timedelta(seconds=1)
            or until.astimezone(ZoneInfo(zone)).time() > last
        )


def test_the_night_on_which_the_clock_goes_back_is_an_hour_longer() -> None:
    night = channel("22:00", "07:00")
    evening = datetime(2026, 10, 24, 21, 0, tzinfo=UTC)  # 23:00 in Berlin, summer time
    assert listening.quiet_until(night, evening, "Europe/Berlin") == datetime(2026, 10, 25, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pasted", "scheme", "url"),
    [
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc-1234", "wecombot", "wecombot://abc-1234"),
        ("https://oapi.dingtalk.com/robot/send?access_token=abc123456", "dingtalk", "dingtalk://abc123456"),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/abc-1234", "feishu", "feishu://abc-1234"),
        ("https://open.larksuite.com/open-apis/bot/v2/hook/abc-1234", "lark", "lark://abc-1234"),
        ("ntfys://ntfy.example.org/police", "ntfys", "ntfys://ntfy.example.org/police"),
    ],
)
def test_a_robot_is_recognised_by_its_address(pasted: str, scheme: str, url: str) -> None:
    assert addresses.read(pasted) == addresses.Address(scheme, url)


def test_a_robot_on_a_server_of_its_own_keeps_that_server() -> None:
    pasted = "https://wecom.example.gov.cn/cgi-bin/webhook/send?key=abc-1234"
    assert addresses.read(pasted).at == pasted
    with pytest.raises(TiplineError, match="lies in this house"):
        addresses.read("https://10.1.2.3/cgi-bin/webhook/send?key=abc-1234")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("?pgppub=/etc/passwd", "channel:address-part"),
        ("?to=b@example.org;pgppub=/etc/passwd", "channel:address-part"),  # which apprise divides, too
        ("#?pgppub=/etc/passwd", "channel:address-part"),
        ("?smtp%20=10.0.0.1", "channel:address-part"),
        ("?to=b@example.org;%73mtp=10.0.0.1", "channel:address-part"),
        ("?mode=insecure&to=b@example.org", "channel:in-clear"),
    ],
)
def test_a_part_that_reads_files_or_leads_elsewhere_is_refused_however_it_is_written(
    asked: str, code: str
) -> None:
    with pytest.raises(TiplineError) as fault:
        addresses.read(f"mailtos://a:b@example.org{asked}")
    assert fault.value.code == code


@settings(max_examples=100)
@given(st.text(max_size=80))
def test_whatever_is_pasted_is_taken_or_refused_by_a_sentence(pasted: str) -> None:
    try:
        scheme = addresses.read(pasted).scheme
    except TiplineError as refusal:
        scheme = refusal.code.partition(":")[0]
    assert scheme in addresses.ALLOWED | {"channel"}
