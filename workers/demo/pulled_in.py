"""Partners of the invented district, services that residents are sent to, and whom officers pulled in."""

# ruff: noqa: E501 - prose in Chinese counts two columns a character

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from tipline import i18n
from tipline.db import Transaction
from tipline.domain import partners, referrals, referring
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.partners import Described
from tipline.domain.referral_steps import Say
from tipline.domain.referring import Wish
from tipline.domain.tips import Tip
from tipline.services import Services
from workers.demo.people import CHEN
from workers.demo.terms import Act, When

HANGHAI, NANBEI = "hanghai-lu", "nanbei-jie"
LIFT, SCHOOL = "江南电梯维保站", "航海中学保卫处"
PARTNERS = (
    Described("lift", LIFT, "0371-6655 4321", HANGHAI, "锦绣苑、锦绣花园电梯，24 小时"),
    Described("property", "锦绣苑物业服务中心", "0371-6655 1200", HANGHAI, "监控室 24 小时有人"),
    Described("school", SCHOOL, "0371-6655 4433", HANGHAI, "操场、看台、南门"),
    Described("property", "南北街社区物业", "0371-6620 3301", NANBEI, "8:00–20:00，夜间转值班手机"),
    Described("water", "自来水抢修", "0371-6699 9610", "", "全区，24 小时"),
    Described("power", "供电所抢修班", "0371-6688 9559", "", "全区，24 小时"),
    Described("public", "12345 政务服务便民热线", "12345", "", "城市管理、油烟噪声、占道、物业等"),
    Described("public", "国家电网供电服务", "95598", "", "停电、电表、电力设施"),
    Described("public", "12348 公共法律服务热线", "12348", "", "邻里、劳动、婚姻家庭纠纷咨询"),
    Described("public", "12315 消费者投诉热线", "12315", "", "购物、服务、价格纠纷"),
)
ACTS = (
    Act(When(minutes=20), CHEN, "refer", tip="shared-lift-0", text="三人困在七八楼之间，请带盘车工具马上来。", more=LIFT),
    Act(When(minutes=18), CHEN, "helper", tip="shared-lift-0", more="come"),
    Act(When(minutes=4), CHEN, "helper", tip="shared-lift-0", more="arrive", text="门机故障，正在手动盘车，预计十分钟放人。"),
    Act(When(minutes=5), CHEN, "refer", tip="shared-noise-8", text="操场后院放音响，请保安先到看台劝离。", more=SCHOOL),
)  # fmt: skip


def settle(tx: Transaction) -> None:
    """The directory as it stands when the story begins."""
    for one in PARTNERS:
        partners.add(tx, SYSTEM, one)


def refer(tx: Transaction, services: Services, actor: Actor, tip: Tip, act: Act) -> None:
    """An officer asks a partner."""
    partner = next(one for one in partners.list_partners(tx) if one.name == act.more)
    wish = Wish(act.text, [referrals.PLACE, referrals.TIME, referrals.WORDS])
    referring.make(tx, services.key, actor, tip, partner, wish, _say(services))


def helped(tx: Transaction, services: Services, _actor: Actor, tip: Tip, act: Act) -> None:
    """The partner answers by its link."""
    referral = referrals.list_of_tip(tx, tip)[-1]
    minutes = 14 if act.more == "come" else None
    referring.step(tx, referral, act.more, minutes=minutes, words=act.text, say=_say(services))


def _say(services: Services) -> Say:
    return partial(i18n.say, services.settings.locale)


PULLED_IN: Mapping[str, Callable[[Transaction, Services, Actor, Tip, Act], None]] = {
    "refer": refer, "helper": helped,
}  # fmt: skip
