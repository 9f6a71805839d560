"""What residents wrote to their beat officers: disturbances at night, questions, requests; and how they were served."""

# ruff: noqa: E501 - prose in Chinese counts two columns a character

from __future__ import annotations

from workers.demo.people import CHEN, SUN, ZHOU
from workers.demo.terms import Act, Sent, When

HANGHAI, NANBEI = "hanghai-lu", "nanbei-jie"


def _sent(key: str, when: When, category: str, beat: str, place: str, text: str) -> Sent:
    return Sent(key=key, when=when, happened=when, category=category, beat=beat, place=place, text=text)


SENT = (
    _sent(
        "noise-1",
        When(6, "22:56"),
        "noise",
        HANGHAI,
        "锦绣花园3号楼2单元",
        "楼上还在装修，电钻响了一个多小时，孩子明天要考试。",
    ),
    _sent(
        "lift-1",
        When(5, "18:22"),
        "lift",
        HANGHAI,
        "锦绣花园5号楼",
        "电梯卡在8楼和9楼中间，里面有老人和小孩。",
    ),
    _sent(
        "pet-1",
        When(4, "19:40"),
        "pet",
        HANGHAI,
        "航海路与学府路口",
        "一只棕色泰迪跑丢了，戴红项圈，怕它被车撞。",
    ),
    _sent(
        "question-1",
        When(4, "09:15"),
        "question",
        HANGHAI,
        "",
        "我是今年毕业的大学生，户口还在学校集体户，想迁回家里要带什么？",
    ),
    _sent(
        "outage-1", When(3, "20:05"), "outage", HANGHAI, "锦绣花园全小区", "整个小区停电了，物业电话打不通。"
    ),
    _sent(
        "request-1",
        When(3, "10:20"),
        "request",
        HANGHAI,
        "锦绣花园7号楼101",
        "我母亲一个人住，八十二岁，我这周出差，能不能请民警去看看她？",
    ),
    _sent("noise-2", When(2, "23:31"), "noise", HANGHAI, "航海路126号楼下", "烧烤摊散了还在楼下唱歌。"),
    _sent(
        "dispute-1",
        When(2, "17:48"),
        "dispute",
        NANBEI,
        "南北街58号停车场",
        "两家因为车位吵起来了，声音很大，还没动手。",
    ),
    _sent("question-2", When(1, "14:02"), "question", NANBEI, "", "租房子要办居住登记吗？在哪里办？"),
    _sent("noise-3", When(1, "22:40"), "noise", HANGHAI, "锦绣花园3号楼", "三号楼又在敲墙。"),
)


def _served(
    key: str, who: str, took_min: float, progress: str, after_min: float, verdict: str = "", why: str = ""
) -> tuple[Act, ...]:
    """Acknowledged, answered, closed, and rated where somebody did."""
    when = next(one.when for one in SENT if one.key == key)
    acts = (
        Act(when.later(took_min), who, "acknowledge", tip=key),
        Act(when.later(took_min + 1), who, "progress", tip=key, text=progress),
        Act(when.later(after_min), who, "closed", tip=key, text="已处理完毕"),
    )
    rated = Act(when.later(after_min + 20), "reporter", "rate", tip=key, more=verdict, text=why)
    return (*acts, rated) if verdict else acts


ACTS = (
    *_served("noise-1", CHEN, 1.6, "已联系锦绣花园物业和装修户，正在处理。", 38, "1", "Fast"),
    *_served(
        "lift-1",
        SUN,
        0.8,
        "已联系物业和电梯维保，维保人员 15 分钟内到。请告诉里面的人不要扒门。",
        41,
        "1",
        "Solved",
    ),
    *_served("pet-1", CHEN, 3.5, "已发到片区各楼长，有消息马上告诉您。", 300, "1"),
    *_served(
        "question-1",
        CHEN,
        12,
        "需要毕业证、报到证、户口迁移证和家里的户口本，到户籍窗口办，周三下午人少。",
        60,
        "1",
        "Friendly",
    ),
    *_served("outage-1", ZHOU, 1.9, "供电公司说是线路检修，预计 22 点恢复。", 130),
    *_served(
        "request-1", CHEN, 4.2, "今天下午去看望，到了给您拍照报平安。", 420, "1", "谢谢小陈警官，妈妈很高兴。"
    ),
    *_served("noise-2", SUN, 6.5, "已请烧烤摊收音响。", 70, "-1", "Too slow"),
    *_served("dispute-1", SUN, 1.2, "正在过去，请先不要动手。", 55),
    *_served("question-2", SUN, 5, "要办。带身份证和租房合同，社区警务室或手机上都能办。", 30),
    Act(When(1, "22:40").later(1.4), SUN, "acknowledge", tip="noise-3"),
    Act(When(1, "22:40").later(3), SUN, "progress", tip="noise-3", text="已联系物业上门，正在核实是哪一户。"),
)
