"""What of a text is compared: pairs of Chinese characters, and words. Pure; knows neither tips nor rarity."""

# ruff: noqa: E501, SIM905 - lists of characters and words, to be read as such
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from tipline.domain import methods

LONGEST = 16
MOST = 400  # of one tip: the first pages of a long story tell what it is about
# Characters that glue sentences together; a pair with one of them says little.
_GLUE = frozenset(
    "的了是在我他她它们你您这那有就也都和与及或个一不没还很又被把从到对给让向着过得地吗呢吧啊之其但而因为所以说看请要会能可以们上下里来去"
)
_GLUE_WORDS = frozenset(
    "the a an and or of to in on at by for from with is are was were be been it its this that these those there here he she they them his her"
    " their my our your me we us you i not no but so as if then than who which what when where how has have had do does did will would can"
    " could just again about into out off up down over under after before around very some any all one two same".split()
)  # fmt: skip
_PARTS = re.compile(r"[㐀-鿿]+|[a-z][a-z'-]+")
# Traditional forms that reporters' phones write, where the station writes the others.
_SIMPLE = str.maketrans("車電門樓這個來時說國過對現後間員沒開關錢號話機場東區園單報發點見長張馬買賣帶圖風書學師雞鳥魚麗黃頂邊灣廣畢業戶證預約辦領",
                        "车电门楼这个来时说国过对现后间员没开关钱号话机场东区园单报发点见长张马买卖带图风书学师鸡鸟鱼丽黄顶边湾广毕业户证预约办领")  # fmt: skip


def plain(text: str) -> str:
    """Full-width and traditional forms as the others, lower case."""
    return unicodedata.normalize("NFKC", text).translate(_SIMPLE).lower()


def grams(text: str, without: Iterable[str] = ()) -> list[str]:
    """Each once, in the order of the text. `without`: names of places, which are compared as places."""
    kept = methods.weighed(plain(text))
    for name in without:
        kept = kept.replace(plain(name), " ") if name else kept
    found: dict[str, None] = {}
    for part in _PARTS.findall(kept):
        if part[0].isascii():
            if part not in _GLUE_WORDS and len(part) > 2:
                found[_stem(part)[:LONGEST]] = None
        else:
            pairs = (part[at : at + 2] for at in range(len(part) - 1))
            found.update(dict.fromkeys(pair for pair in pairs if not _GLUE.intersection(pair)))
    return list(found)[:MOST]


def _stem(word: str) -> str:
    """`batteries`, `battery` → `batter`: enough to meet, no more."""
    word = word.strip("'-").removesuffix("'s")
    for ending in ("ies", "ing", "ed", "es", "s", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def shared_words(one: str, other: str, telling: Iterable[str]) -> list[str]:
    """Shared pairs put together again to what people wrote: `撬棍`, `两个人拿` rather than halves of them."""
    text, there = methods.weighed(plain(one)), methods.weighed(plain(other))
    wanted = set(telling)
    found: list[str] = []
    for part in _PARTS.findall(text):
        if part[0].isascii():
            if _stem(part)[:LONGEST] in wanted and part not in found:
                found.append(part)
            continue
        at = 0
        while at < len(part) - 1:
            end = at + 2
            if part[at:end] not in wanted:
                at += 1
                continue
            while end < len(part) and part[end - 1 : end + 1] in wanted and part[at : end + 1] in there:
                end += 1
            found.append(part[at:end])
            at = end
    whole = dict.fromkeys(found)
    return [one for one in whole if not any(one != other and one in other for other in whole)]
