"""What a line of text says of date and time, as cameras and recognition write it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workers.media.clock import stamps

CHINESE = "一二三四五六日"
SPANISH = ["Lun", "Mar", "Mié", "Jue", "Vie", "Sáb", "Dom"]


def _read(text: str) -> tuple[set[str], str] | None:
    stamp = stamps.read(text)
    if stamp is None:
        return None
    at = (datetime.min + timedelta(seconds=stamp.second)).time()
    return {day.isoformat() for _, day in stamp.days}, at.isoformat()


@pytest.mark.parametrize(
    "text",
    [
        "2018-05-21 12:33:05 星期一",
        "2018年05月21日 星期一 12:33:05",
        "2018年5月21日 12:33:05",
        "2018年05月21日 下午 00:33:05",
        "2018/05/21 12:33:05",
        "2018.05.21 12.33.05",
        "2018:05:21 12:33:05",
        "2018-05-21T12:33:05Z",
        "21-05-2018 12:33:05",
        "05-21-2018 Mon 12:33:05",
        "05/21/2018 12:33:05 PM",
        "05/21/2018 12:33:05pm MON",
        "PM12:33:05 05-21-2018",
        "21-MAY-2018 12:33:05",
        "May 21, 2018 12:33:05",
        "Mon 21 May 2018 12:33:05",
        "12:33:05 21/05/2018",
        "CAM-2 2018-05-21 12:33:05.480",
    ],
)
def test_a_clock_is_read_in_the_form_of_its_maker(text: str) -> None:
    assert _read(text) == ({"2018-05-21"}, "12:33:05")


@pytest.mark.parametrize(
    "text",
    [
        "2018-05-2112:33:05星期一",
        "2018-05-21 12:33:05 星期-",
        "2O18-O5-21 l2:33:O5",
        "2018-05-2I 12:33:0S",
        "2018-05-21 12 33 05",
        "2018-05-21 12:3305",
        "2018-05-21 123305",
        "2018-0521 12:33:05",
        "2018-05-21 12：33：05",
        "2018—05—21 12;33;05",
        "2018-05-21Mon12:33:05",
        "2018 05 21 12:33:05",
        "2018/05/21:12:33:05",
        "2018:05-21:12:33.05",
        "2018年05月21日星期一:12:33:05",
    ],
)
def test_what_recognition_garbles_is_understood(text: str) -> None:
    assert _read(text) == ({"2018-05-21"}, "12:33:05")


@pytest.mark.parametrize(
    "text",
    [
        "¥12.30", "12.30", "138-1234-5678", "400-820-8820", "13812345678", "6901234567892", "收银台 01",
        "Camera 07/87", "09:00-21:00", "2024-05-01 09:00-2024-05-07 21:00", "IP 192.168.1.20", "1920x1080",
        "2018-05-21", "2018-05-21 24:00:00", "2018-05-21 12:61:00", "00:1A:2B:3C:4D:5E",
        "3/4", "", "满100减20", "12:33:05 12:40:00",
    ],
)  # fmt: skip
def test_prices_numbers_and_opening_hours_are_no_clock(text: str) -> None:
    assert stamps.read(text) is None


def test_gaps_that_recognition_swallowed_are_given_back() -> None:
    assert stamps.spaced("2018-05-2112:33:05星期一") == "2018-05-21 12:33:05 星期一"
    assert stamps.spaced("02-14-202413:25:55") == "02-14-2024 13:25:55"
    assert stamps.spaced("2018-05-21 12:33:05") == "2018-05-21 12:33:05"


def test_a_date_of_two_meanings_keeps_both() -> None:
    stamp = stamps.read("02-03-2024 13:25:55")

    assert stamp is not None
    assert stamp.day("dmy") == date(2024, 3, 2)
    assert stamp.day("mdy") == date(2024, 2, 3)


def test_the_weekday_beside_it_decides() -> None:
    assert _read("05-04-2024 Thu 13:25:55") is not None
    assert _read("04-05-2024 Fri 13:25:55") == ({"2024-04-05"}, "13:25:55")
    assert _read("04-05-2024 Dom 13:25:55") == ({"2024-05-04", "2024-04-05"}, "13:25:55")
    assert _read("04-05-2024 Sáb 13:25:55") == ({"2024-05-04"}, "13:25:55")


def test_a_weekday_that_fits_no_day_makes_the_reading_doubtful() -> None:
    wrong, right = stamps.read("2018-05-21 12:33:05 星期二"), stamps.read("2018-05-21 12:33:05 星期一")

    assert wrong is not None
    assert right is not None
    assert (wrong.doubtful, right.doubtful) == (True, False)


def test_two_digits_of_a_year_may_stand_first_or_last() -> None:
    assert _read("17/09/07 12:04:11") == ({"2017-09-07", "2007-09-17"}, "12:04:11")
    assert _read("18-05-21 星期一 12:33:05") == ({"2018-05-21"}, "12:33:05")
    assert _read("18年05月21日 12:33:05") == ({"2018-05-21"}, "12:33:05")


def test_a_time_without_a_date_and_one_without_seconds() -> None:
    bare, coarse = stamps.read("12:33:05"), stamps.read("2018-05-21 12:33")

    assert bare is not None
    assert coarse is not None
    assert (bare.days, bare.unit, coarse.unit) == ((), 1, 60)


MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2069, 12, 31)).map(lambda at: at.replace(microsecond=0))
FORMS = {
    "%Y-%m-%d %H:%M:%S": "ymd", "%Y/%m/%d %H:%M:%S": "ymd", "%Y年%m月%d日 %H:%M:%S": "ymd",
    "%d-%m-%Y %H:%M:%S": "dmy", "%d/%m/%Y %H:%M:%S": "dmy", "%m-%d-%Y %H:%M:%S": "mdy",
    "%m/%d/%Y %I:%M:%S %p": "mdy", "%d-%b-%Y %H:%M:%S": "dmy", "%b %d %Y %H:%M:%S": "mdy",
    "%Y-%m-%d%H:%M:%S": "ymd", "%Y-%m-%d %p %I:%M:%S": "ymd",
}  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MOMENTS, st.sampled_from(sorted(FORMS)), st.sampled_from(["", "zh", "en", "es"]))
def test_what_was_written_is_among_what_is_read(moment: datetime, form: str, language: str) -> None:
    number = moment.weekday()
    beside = {"zh": f"星期{CHINESE[number]}", "en": moment.strftime("%a"), "es": SPANISH[number], "": ""}
    stamp = stamps.read(f"{moment.strftime(form)} {beside[language]}")

    assert stamp is not None
    assert moment.date() in {day for _, day in stamp.days}
    assert (
        stamp.second
        == (datetime.combine(date.min, moment.time()) - datetime.combine(date.min, time())).seconds
    )
    assert not stamp.doubtful


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60))
def test_no_text_whatever_breaks_the_reader(text: str) -> None:
    stamp = stamps.read(text)

    assert stamp is None or 0 <= stamp.second < stamps.DAY
    assert isinstance(stamps.is_date(text), bool)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 99999), min_size=1, max_size=6), st.sampled_from(["-", " ", "/", ".", ":"]))
def test_days_that_are_read_are_days_of_the_calendar(numbers: list[int], sign: str) -> None:
    stamp = stamps.read(sign.join(map(str, numbers)))

    assert stamp is None or all(1970 <= day.year <= 2079 for _, day in stamp.days)
