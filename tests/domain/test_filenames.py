"""What names of files tell: times of phones, recorders and messengers, and nothing where nothing is told."""

from __future__ import annotations

import pytest

from tipline.domain import filenames


@pytest.mark.parametrize(
    ("name", "source", "value", "through"),
    [
        ("VID_20180521_123305.mp4", "name:phone", "2018-05-21T12:33:05", None),
        ("IMG20180521123305.jpg", "name:phone", "2018-05-21T12:33:05", None),
        ("IMG_20180521_123305_123.jpg", "name:phone", "2018-05-21T12:33:05", None),
        ("PXL_20240309_131400123.mp4", "name:phone", "2024-03-09T13:14:00.123000+00:00", None),
        ("mmexport1526877185123.jpg", "name:saved", "2018-05-21T04:33:05.123000+00:00", "WeChat"),
        ("wx_camera_1526877185123.mp4", "name:wx_camera", "2018-05-21T04:33:05.123000+00:00", "WeChat"),
        ("微信图片_20240309211400.jpg", "name:saved", "2024-03-09T21:14:00", "WeChat"),
        ("微信视频2024-03-09_211400_123.mp4", "name:saved", "2024-03-09T21:14:00", "WeChat"),
        ("截屏_2024-03-09-21-14-00-123_com.tencent.mm.jpg", "name:saved", "2024-03-09T21:14:00", "WeChat"),
        ("QQ视频20240309211400.mp4", "name:saved", "2024-03-09T21:14:00", "QQ"),
        ("WhatsApp Video 2024-03-09 at 21.14.00.mp4", "name:saved", "2024-03-09T21:14:00", "WhatsApp"),
        ("video_2024-03-09_21-14-00.mp4", "name:saved", "2024-03-09T21:14:00", "Telegram"),
        ("signal-2024-03-09-21-14-00-123.mp4", "name:saved", "2024-03-09T21:14:00", "Signal"),
        ("Screenrecorder-2024-03-09-21-14-00-123.mp4", "name:saved", "2024-03-09T21:14:00", "screen"),
        ("NVR_ch1_main_20180521123305_20180521124000.dav", "name:recorder", "2018-05-21T12:33:05", None),
        ("ch01_00000000012000100.20180521123305.mp4", "name:recorder", "2018-05-21T12:33:05", None),
        ("192.168.1.64_01_20180521123305123_1.mp4", "name:date", "2018-05-21T12:33:05.123000", None),
        ("20180521_123305_tp00001.mp4", "name:recorder", "2018-05-21T12:33:05", None),
        ("20180521123305-20180521124000.mp4", "name:recorder", "2018-05-21T12:33:05", None),
        ("33M05S_1526877185.mp4", "name:recorder", "2018-05-21T04:33:05+00:00", None),
        ("D01_20180521123305.mp4", "name:recorder", "2018-05-21T12:33:05", None),
        ("收银台 2018年05月21日12时33分05.mp4", "name:date", "2018-05-21T12:33:05", None),
        ("2018-05-21 12-33-05.avi", "name:date", "2018-05-21T12:33:05", None),
        ("1526877185123.jpg", "name:saved", "2018-05-21T04:33:05.123000+00:00", None),
        ("C:\\Users\\a\\VID_20180521_123305.mp4", "name:phone", "2018-05-21T12:33:05", None),
    ],
)  # fmt: skip
def test_a_time_is_read_from_the_name(name: str, source: str, value: str, through: str | None) -> None:
    told = filenames.read(name)
    assert [(one["source"], one["value"]) for one in told.times] == [(source, value)]
    assert told.times[0]["zone"] == ("known" if "+" in value else "none")
    assert told.through == through


@pytest.mark.parametrize(
    ("name", "through"),
    [
        ("VID-20180521-WA0003.mp4", "WhatsApp"),
        ("mmexport.mp4", "WeChat"),
        ("抖音.mp4", "Douyin"),
    ],
)
def test_a_messenger_is_known_by_a_name_without_a_time(name: str, through: str) -> None:
    assert filenames.read(name) == filenames.Told([], through)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "clip.mp4",
        "IMG_1234.MOV",
        "20181321_123305.mp4",
        "20180230123305.mp4",
        "00000000000000.mp4",
        "19040101_000000.mp4",
        "9" * 5000,
        "12.33.05-12.40.00[M][0@0][0].dav",
        "../../etc/passwd",
    ],
)
def test_a_name_without_a_possible_time_tells_none(name: str) -> None:
    assert filenames.read(name) == filenames.Told()
