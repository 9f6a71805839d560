"""Bulletins that a station writes again and again, to begin from: usual advice in two languages, an appeal.

They are texts for residents and no words of the program, so they stand here and not in the catalogue.
"""

# ruff: noqa: E501 - a text stands in one line, however long it is
from __future__ import annotations

from typing import NamedTuple

ZH, EN = "zh_Hans_CN", "en"


class Template(NamedTuple):
    """`title` and `text` by language; places in 【】 or [ ] are filled in by whoever writes."""

    kind: str
    title: dict[str, str]
    text: dict[str, str]


TEMPLATES: dict[str, Template] = {
    "burglary": Template(
        "advice",
        {ZH: "室内盗窃防范提示", EN: "How to keep burglars out"},
        {
            ZH: "一、出门、睡前请锁好门窗，低层住户尤其注意厨房和卫生间的窗。\n二、店铺打烊不留过夜现金，收银抽屉敞开放空。\n三、监控对准门口和收银台，校准时间，录像保留 30 天以上。\n四、陌生人敲门先核实身份；发现门锁被撬，不要进屋，请立即拨打 110。",
            EN: "1. Lock doors and windows when you leave and before you sleep, kitchen and bathroom too.\n2. Leave no cash in the shop overnight, and the empty till open.\n3. Point cameras at the door and the till, set their clock, keep footage for 30 days or more.\n4. Ask strangers at the door who they are. If a lock is broken, do not go in: call 110.",
        },
    ),
    "telecom": Template(
        "advice",
        {ZH: "谨防电信网络诈骗", EN: "Beware of fraud by phone and internet"},
        {
            ZH: "凡是自称“公检法”要求转账到安全账户的，都是诈骗。\n凡是刷单返利、先垫付后返现的，都是诈骗。\n凡是索要短信验证码、要求共享屏幕的，都是诈骗。\n不轻信、不透露、不转账。已经转账的，请立即拨打 110，反诈专线 96110 的来电请务必接听。",
            EN: "Police, prosecutors and courts never ask you to move money to a safe account.\nPaid clicks and orders that you pay for first are fraud.\nNobody honest asks for a code sent to your phone, or to see your screen.\nIf you have paid already, call 110 at once.",
        },
    ),
    "bags": Template(
        "warning",
        {ZH: "近期餐厅包间内财物被盗，请注意看管", EN: "Thefts from private rooms of restaurants"},
        {
            ZH: "近期【片区】餐厅包间内发生多起随身财物被盗。\n请商家在客人离席敬酒时留意进出人员；请顾客把手机和包随身携带，不挂椅背。\n发现可疑人员不要上前，请拨打 110。",
            EN: "Bags and phones were stolen from private rooms of restaurants in [area].\nOwners: watch who goes in and out while guests are away from the table. Guests: keep phone and bag on you.\nDo not approach anybody; call 110.",
        },
    ),
    "appeal": Template(
        "appeal",
        {ZH: "征集线索：【什么时候、在哪里、发生了什么】", EN: "Can you help: [what happened, where, when]"},
        {
            ZH: "【某月某日某时】，【地点】发生【什么事】。\n如果您当时在场、店里有监控，或见过图中人员，请点“我知道情况”告诉我们。可以匿名。",
            EN: "On [day] at [time], [what] happened at [place].\nIf you were there, have a camera nearby, or have seen the person in the picture, please press “I know something”. You may stay anonymous.",
        },
    ),
}


def of(code: str, locale: str) -> tuple[str, str, str] | None:
    """Kind, title and text of a template; None if no template has this code."""
    found = TEMPLATES.get(code)
    language = locale if locale in (ZH, EN) else ZH
    return (found.kind, found.title[language], found.text[language]) if found else None
