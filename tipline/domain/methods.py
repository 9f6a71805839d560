"""How something was done, in a short list of tags found in free text of either language.

A tag is what an officer would underline: the trick, the tool, the target. It makes a Chinese and an English
tip about one trick find each other. Words for how people look weigh nothing, and words for where they come
from are cut out of whatever is compared: neither may ever speak for a link.
"""

# ruff: noqa: E501 - a table of words has one row a tag, however many words say it

from __future__ import annotations

import re
from typing import NamedTuple


class Method(NamedTuple):
    """Chinese words apart by blanks; English ones by commas, as the beginning of a word, or whole before a $."""

    tag: str
    zh: str
    en: str


# fmt: off
METHODS = (
    # the trick
    Method("booking", "订包间 订包厢 订房 订桌 定包间 看包厢 看包间 预订 订座 订位 订餐 请客吃饭 要两桌", "reserve, book$, booked, booking, reservation"),
    Method("private-room", "包间 包厢 雅间", "private room, dining room, banquet"),
    Method("distract", "支开 转身 引开 趁我 趁他 趁店员 让我帮忙 叫我帮忙 帮忙找 另一个", "while i, distract, turned around, turned away, the other one, while the other, her friend, his friend"),
    Method("hot-water", "热水 奶瓶 奶粉", "hot water, baby bottle, milk powder"),
    Method("grab-and-run", "抓起 抢了就跑 拿了就跑 转身就跑 拿到手里 冲出去 冲出来 被抢", "snatch, grabbed, bolted, ran out, ran off"),
    Method("accomplice", "接应 同伙 望风 搭档", "accomplice, lookout, waiting outside"),
    Method("advance", "垫付 垫钱 先垫 代买 帮忙买 代购", "pay first, in advance, pay his supplier, his supplier"),
    Method("bulk-order", "份快餐 份盒饭 盒饭 项目部 采购", "lunch box, ordered 3, ordered 4, ordered 5, construction project"),
    Method("screen-share", "屏幕共享 共享屏幕 打开屏幕 会议软件 云会议", "screen shar, share my screen, share the screen, meeting app, remote control"),
    Method("safe-account", "安全账户 洗钱 涉嫌 通缉令 专案组 冒充公安 冒充警察 警号 警官", "safe account, money laundering, money-laundering, arrest warrant, task force, police officer, officer"),
    Method("service-call", "客服 会员 百万保障 百万医疗 误开", "customer service, membership, paid insurance, insurance by mistake"),
    Method("refund", "退款 理赔 退货 赔付", "refund, compensation"),
    Method("loan", "贷款 刷流水 解冻 征信", "loan, credit score, unfreeze"),
    Method("task-pay", "刷单 兼职 做任务 返利 点赞", "part-time, rebate, commission"),
    Method("invest", "投资 炒股 理财 荐股 虚拟币 比特币 内幕", "invest, stock tip, crypto, bitcoin, trading platform"),
    Method("romance", "网恋 交友 裸聊 相亲", "dating$, romance, nude chat"),
    Method("impersonate", "冒充领导 冒充老板 冒充校长 冒充亲友 经理", "pretended to be my boss, impersonat, manager"),
    Method("fake-note", "假钞 假币 假百元 验钞", "fake note, counterfeit, fake 100, forged note"),
    Method("small-change", "找零 找钱", "the change, gave change"),
    Method("guess-codes", "取件码 试码 一个一个试", "pickup code, trying codes, codes one after"),
    Method("tailing", "尾随 跟踪", "followed me, tailing"),
    Method("expose", "露阴 猥亵 偷拍", "exposed himself, indecent, upskirt, secretly film"),
    Method("smash", "砸玻璃 砸窗 砸门 砸车 破窗", "smashed, broke the window, broken window, shattered"),
    Method("pry", "撬", "pry$, prying, pried, prise, crowbar, forced open, jimm"),
    Method("cut-lock", "剪锁 剪断 液压钳 断线钳 割断 锁被剪", "bolt cutter, cut a, cut through, cut clean, lock was cut"),
    Method("lock-pick", "技术开锁 没有撬痕 无撬痕", "lock pick, picked the lock, no sign of forced"),
    Method("climb", "翻墙 翻窗 爬窗 攀爬 爬进", "climbed, scaled, over the wall, through the window"),
    Method("pickpocket", "扒窃 摸包 掏口袋 夹包", "pickpocket, out of my pocket, from my bag"),
    Method("try-doors", "拉车门 拉门把", "door handle, trying doors, trying handles"),
    Method("utility-visit", "查水表 查电表 查燃气 检查燃气 修水管", "gas check, meter read, plumber, utility worker"),
    Method("health-gift", "免费体检 保健品 送鸡蛋 神医", "free check-up, health product, miracle cure"),
    Method("blessing", "消灾 做法事 算命 化缘", "fortune tell, bless, curse"),
    Method("begging", "乞讨 讨钱 借路费", "begging, bus fare"),
    Method("fuel", "加油逃单 偷油 放油", "siphon, fuel, diesel"),
    Method("dumping", "倾倒 偷倒 倒垃圾 倒建筑 往河边倒 填了一大堆", "dumping, tipping rubble, fly-tip, dumped"),
    Method("hit-and-run", "肇事逃逸 撞了就跑 逃逸", "hit and run, drove off, fled the scene"),
    Method("fight", "斗殴 打架 打人 殴打", "fight, beat up, assault, brawl"),
    Method("drugs", "吸毒 贩毒 毒品 针管", "drug, needle, syringe"),
    Method("gambling", "赌博 赌钱 聚众打牌", "gambl, mahjong for money"),
    Method("arson", "纵火 点火 烧车 放火", "arson, set fire"),
    Method("graffiti", "涂鸦 喷漆 小广告", "graffiti, spray paint"),
    Method("poison", "毒狗 投毒 毒饵", "poison"),
    Method("lights-off", "关灯 不开灯 关了车灯", "switched off the lights, lights off"),
    # the target
    Method("till", "收银 吧台 柜台 收款 钱箱 抽屉", "till$, cash register, cash box, behind the counter"),
    Method("handbag", "手提包 挎包 钱包 背包", "handbag, purse, wallet, backpack"),
    Method("phone", "手机 iphone", "phone, handset, mobile store"),
    Method("battery", "电瓶 电平 蓄电池", "batter"),
    Method("e-bike", "电动车 电单车", "e-bike, scooter, electric bike"),
    Method("bicycle", "自行车 山地车", "bicycle, mountain bike"),
    Method("motorcycle", "摩托", "motorbike, motorcycle, black scooter"),
    Method("car", "轿车 私家车 车窗", "car$, cars$, sedan"),
    Method("van", "面包车", "van$, vans$, minivan"),
    Method("truck", "货车 泥头车 渣土车 卡车", "truck, lorry"),
    Method("parcel", "快递 包裹 驿站", "parcel, package, locker, courier"),
    Method("cable", "电缆 电线 铜线 钢筋 扣件", "cable, copper, rebar, scaffold"),
    Method("tobacco", "香烟 中华烟 烟酒", "cigarette, tobacco, liquor"),
    Method("jewellery", "金店 首饰 项链 黄金", "jewel, necklace, gold$"),
    Method("pharmacy", "药店 药房", "pharmac, drugstore, vitamin"),
    Method("restaurant", "饭店 餐馆 酒楼 餐厅", "restaurant, diner, eatery"),
    Method("market-stall", "摊 菜市场 早餐", "stall, market, breakfast"),
    Method("shop", "便利店 超市 小卖部", "convenience store, supermarket, grocery"),
    Method("construction", "工地 建筑垃圾 碎砖 渣土", "construction waste, rubble, debris, building site"),
    Method("river", "河边 小溪 水沟 江边", "creek, stream, river"),
    Method("lift", "电梯", "lift$, lifts$, elevator"),
    Method("loud-music", "广场舞 音响 喇叭 低音炮", "loudspeaker, dancing music, loud music"),
    Method("dog", "柯基 狗", "dog, corgi, puppy"),
    Method("cat", "猫", "cat$, cats$, kitten"),
    Method("registration", "户口 落户 迁户 居住证", "hukou, household registration, residence permit"),
    Method("lamp", "路灯", "street lamp, street light, streetlight"),
    Method("delivery", "外卖", "food-delivery, food delivery, takeaway"),
    Method("metro", "地铁", "metro, subway"),
    Method("pushchair", "婴儿车", "pushchair, stroller, pram"),
    Method("drone", "无人机", "drone"),
    Method("manhole", "井盖", "manhole"),
)
# How people look: shown where it is quoted, weighed nowhere.
LOOKS = Method(
    "looks",
    "帽 外套 夹克 上衣 衣服 工装 裤 鞋 裙 口罩 眼镜 墨镜 胡子 头发 染黄 黄发 光头 纹身 高个 矮个 跛 瘸 中年 年轻 小伙 老头 老伯 老人 大妈 男的"
    " 女的 男子 女子 妇女 男人 女人 男孩 女孩",
    "hat, cap, jacket, coat, clothes, shirt, trousers, jeans, shoes, skirt, mask, glasses, beard, hair, bald, tattoo, tall, short, slim, fat,"
    " limp, limping, young, old, elderly, middle-aged, man, men, woman, women, boy, girl, lady, guy, male, female, dyed, wearing, dressed",
)
# Where people come from, or are taken to come from.
ORIGINS = Method(
    "origins",
    "口音 外地人 外地 外省 外国人 外国 老外 少数民族 民族 维吾尔 维族 新疆人 藏族 西藏人 回族 蒙古族 彝族 苗族 壮族 满族 汉族 朝鲜族 东北人 河南人"
    " 安徽人 四川人 湖南人 湖北人 贵州人 云南人 广西人 福建人 温州人 江西人 黑人 白人 非洲人 越南人 缅甸人 韩国人 日本人 印度人 俄罗斯人 方言 穆斯林 清真",
    "accent, accented, dialect, foreign, foreigner, foreigners, immigrant, immigrants, migrant, migrants, ethnic, ethnicity, race, racial, asian,"
    " african, arab, caucasian, latino, hispanic, black man, black men, black male, black guy, black woman, black boy, black person, black people,"
    " white man, white men, white male, white guy, white woman, dark-skinned, light-skinned, skin, uyghur, uighur, tibetan, mongolian, muslim,"
    " islamic, jewish, gypsy, romani, nigerian, vietnamese, burmese, korean, japanese, indian, russian, pakistani, nationality, religion",
)
# fmt: on


def _pattern(method: Method, *, whole: bool = False, before: str = "") -> re.Pattern[str]:
    """Longer words first; English ones as beginnings, or whole."""
    words = [re.escape(one) for one in method.zh.split()]
    for one in (each.strip() for each in method.en.split(",")):
        words.append(rf"\b{re.escape(one.removesuffix('$'))}" + (r"\b" if whole or one.endswith("$") else ""))
    either = "|".join(sorted(words, key=len, reverse=True))
    return re.compile(rf"{before}(?:{either})", re.IGNORECASE)


# A colour is a look where it stands before clothes or hair; a white van stays white.
_COLOUR = (
    r"(?:[红橙黄绿青蓝紫黑白灰棕粉米]色?的?[鸭舌渔夫棒球]{0,3}"
    r"|\b(?:red|orange|yellow|green|blue|purple|black|white|gr[ae]y|brown|pink|beige|dark|light)\s+)?"
)
_METHODS = {one.tag: _pattern(one) for one in METHODS}
_LOOKS, _ORIGINS = _pattern(LOOKS, whole=True, before=_COLOUR), _pattern(ORIGINS, whole=True)
_CUT = " ¦ "  # so that what stood on both sides does not become a word


def without_origins(text: str) -> str:
    """The text without words for where people come from."""
    return _ORIGINS.sub(_CUT, text)


def weighed(text: str) -> str:
    """What of a text may count: without origins, and without how people look."""
    return _LOOKS.sub(_CUT, without_origins(text))


def tags(text: str) -> frozenset[str]:
    """The tags of a text."""
    plain = without_origins(text)
    return frozenset(tag for tag, pattern in _METHODS.items() if pattern.search(plain))


def words_of(tag: str, text: str) -> str:
    """How this text says it, for people to judge; empty if it does not."""
    found = _METHODS[tag].search(without_origins(text)) if tag in _METHODS else None
    return found[0] if found else ""
