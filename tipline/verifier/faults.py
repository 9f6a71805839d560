"""What can be wrong with a package: a code, and a sentence in Chinese and English for each."""

# ruff: noqa: E501, RUF001 - one row a fault, however long; Chinese has its own punctuation
from __future__ import annotations

import sys
from typing import Any, NamedTuple

MOST_FAULTS = 500  # more than anybody reads; a hostile file must not fill a screen for ever

SENTENCES: dict[str, tuple[str, str]] = {
    # --- the file itself
    "unreadable": ("读不了这个文件（{fault}）。请检查路径。", "This cannot be read ({fault}). Check the path."),
    "not-a-package": ("这不是证据包。请选择下载的 .zip 文件或解压后的文件夹。", "This is no package. Choose the downloaded .zip or the unpacked folder."),
    "cut-short": ("文件不完整：结尾缺失，只有 {size} 字节。请重新下载（可断点续传）。", "The file was cut short: its end is missing after {size} bytes. Download it again; a download can be resumed."),
    "too-many": ("条目多得不像证据包（{number}）。没有检查其内容。", "It holds more entries than any package ({number}). Its content was not looked at."),
    "envelope": ("压缩包外壳与本站写出的不同（{where}）：文件被改动过，或被重新打包。内容请看其余各行。", "The zip around the files is not as the station wrote it ({where}): it was altered or packed anew. What the other lines say of the content still holds."),
    "damaged": ("读不出来：{name}（{fault}）。", "Cannot be read: {name} ({fault})."),
    "compressed": ("{name} 是压缩或加密存放的；证据包从不压缩，未读取其内容。", "{name} is compressed or encrypted. Packages never are; it was not opened."),
    # --- names
    "name-unsafe": ("危险的文件名，未读取：{name}（{why}）。", "A dangerous name, not read: {name} ({why})."),
    "name-twice": ("同一个名字出现两次：{name}。", "The same name stands in it twice: {name}."),
    "link": ("{name} 是链接，证据包里没有链接；未跟随。", "{name} is a link. Packages hold none; it was not followed."),
    # --- the bag
    "bagit-missing": ("缺少 {name}，因此这不是完整的证据包。", "{name} is missing, so this is not a whole package."),
    "bagit-form": ("{name} 不是应有的写法（第 {line} 行）。", "{name} is not written as it should be (line {line})."),
    "file-missing": ("清单里有、包里没有：{name}。", "Listed, but missing: {name}."),
    "file-added": ("包里多出一个清单之外的文件：{name}。", "Added, for no list names it: {name}."),
    "file-renamed": ("文件被改名：{old} 变成了 {name}。", "Renamed: {old} is now {name}."),
    "file-changed": ("文件内容被改动：{name}。清单的 {kind} 是 {listed}，实际是 {found}。", "Changed: {name}. Its {kind} should be {listed} and is {found}."),
    "oxum": ("总字节数或文件数与 bag-info.txt 不符：应为 {listed}，实际 {found}。", "Bytes and files do not add up to what bag-info.txt says: {listed} there, {found} found."),
    # --- the signature
    "unsigned": ("没有签名（{name} 缺失或不完整），无法证明出自本站。", "It bears no signature ({name} is missing or not whole), so nothing proves where it comes from."),
    "signature": ("签名不符：清单在签名之后被改过，或是别的密钥签的。", "The signature does not fit: the lists were altered after they were signed, or another key signed."),
    "list-unsigned": ("{name} 不是签名时的那一份：清单被改写过。", "{name} is not the one that was signed: the list was written anew."),
    "not-signed": ("签名之后加进来的，本站没有为它签名：{name}。", "Added after the signature; the station did not sign it: {name}."),
    "key-id": ("签名所写的密钥编号 {said} 与公钥不符（应为 {key}）。", "The key it names ({said}) is not the key that lies in it ({key})."),
    "key-unlisted": ("签名的密钥 {key} 不在包内的密钥列表里。", "The key {key} that signed is not among the keys in the package."),
    "key-retired": ("密钥 {key} 在 {at} 之后已停用，签名时间却更晚。", "The key {key} signed nothing any more after {at}, but this is dated later."),
    "fingerprint": ("密钥指纹不是您给出的那一个：包内是 {found}。", "This was signed with a key of another fingerprint than the one you gave: {found}."),
    # --- custody
    "custody-missing": ("缺少 {name}，保管链无法核验。", "{name} is missing, so custody cannot be checked."),
    "custody-form": ("{name} 第 {line} 行不是应有的写法（{why}）。", "{name}, line {line}, is not written as it should be ({why})."),
    "entry-changed": ("保管记录第 {seq} 条在写入之后被改动。", "Custody entry {seq} was changed after it was written."),
    "entry-order": ("保管记录顺序不对或重复：第 {seq} 条。", "Custody entries are out of order or stand twice: entry {seq}."),
    "entry-chain": ("保管记录第 {seq} 条接不上前一条。", "Custody entry {seq} does not follow the one before it."),
    "entry-unproved": ("保管记录第 {seq} 条不在签名的日志里（证明不成立）。", "Custody entry {seq} is not part of the signed log: its proof fails."),
    "entry-number": ("包里应有 {listed} 条保管记录，实际 {found} 条。", "The package should hold {listed} custody entries and holds {found}."),
    "checkpoint-form": ("保管日志的检查点不是应有的写法。", "The checkpoint of the custody log is not written as it should be."),
    "checkpoint-key": ("保管日志的检查点不是本站密钥签的。", "The checkpoint of the custody log was not signed by a key of this station."),
    "checkpoint-size": ("检查点只覆盖 {size} 条记录，而包内写明的是 {head}。", "The checkpoint covers {size} entries, but the package was made at {head}."),
    # --- originals
    "metadata": ("{name} 读不懂：{why}。", "{name} cannot be understood: {why}."),
    "original-altered": ("{name}（编号 {number}）不是收到时的原件：入库时 SHA-256 为 {listed}，现在是 {found}。不得作为原件使用。", "{name} (number {number}) is not the original as it was received: SHA-256 {listed} then, {found} now. Do not use it as the original."),
    "original-unproved": ("编号 {number}：保管链里没有它的接收记录，无法证明是原件。", "Number {number}: no custody entry tells of its receipt, so nothing proves that it is the original."),
    "original-claim": ("编号 {number}：清单写的 SHA-256 与保管链的接收记录不同。", "Number {number}: its SHA-256 in the list of evidence is not the one that custody recorded on receipt."),
    "original-missing": ("编号 {number} 的原件应在 {name}，却不在包里。", "The original of number {number} should lie at {name} and does not."),
}  # fmt: skip


class Found(NamedTuple):
    """One thing that is wrong, or worth knowing; `values` fill the places of its sentence."""

    code: str
    values: dict[str, str]

    @property
    def chinese(self) -> str:
        return SENTENCES[self.code][0].format(**self.values)

    @property
    def english(self) -> str:
        return SENTENCES[self.code][1].format(**self.values)


class Findings:
    """What a check has found so far, in order."""

    def __init__(self) -> None:
        self.faults: list[Found] = []
        self.number = 0
        self.facts: dict[str, Any] = {}

    def fault(self, code: str, **values: Any) -> None:
        self.number += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Found(code, {name: shown(value) for name, value in values.items()}))

    @property
    def whole(self) -> bool:
        return not self.number

    def has(self, code: str) -> bool:
        return any(one.code == code for one in self.faults)


def shown(value: Any, longest: int = 200) -> str:
    """A stranger's text on one line: nothing in it moves the cursor or colours the screen."""
    text = str(value)
    plain = "".join(one if one.isprintable() else f"\\x{ord(one):02x}" for one in text[:longest])
    return plain + ("…" if len(text) > longest else "")


def say(*lines: str) -> None:
    """Lines on the screen, also on consoles that know no Chinese."""
    encoding = sys.stdout.encoding or "utf-8"
    for line in lines:
        print(line.encode(encoding, "replace").decode(encoding))
