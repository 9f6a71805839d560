"""The words that lie in a package as plain text, in Chinese and English: whoever opens it may know neither Tipline nor bags."""

# ruff: noqa: E501, RUF001 - sentences stand on one line; Chinese has its own punctuation
from __future__ import annotations

from tipline.domain.packing import Item
from workers.packing.writing_state import State

TEXT = """\
证据包 · Evidence package
{station} · {case} · {package}

一、怎样核验
  需要 Python 3.8 或更新版本，不用安装其他软件，不用联网：
    python data/verify.py 证据包.zip --fingerprint "派出所公示的密钥指纹"
  对解压后的文件夹同样有效。结果为“完整”才可使用；否则会逐项列出问题。
  任何支持 BagIt（RFC 8493）的工具也可以核对清单，但不核对签名和保管链。

二、里面有什么
  data/originals     原件，一字节未改；文件名由系统编成，真实名称见 data/metadata
  data/renditions    由原件制成的画面与副本
  data/redacted      遮盖副本
  data/metadata      案件、线索、证据清单、真实时间；missing.json 是制作时尚未到达的文件
  data/custody       保管记录、每条的存在证明、已签名的检查点
  data/keys          派出所的公钥与指纹
  data/report.pdf    报告（电子数据提取固定清单、时间线、签名栏）；文件很多时分册：report-2.pdf……
  data/verify.py     核验程序
  其中没有报案人、提供人的联系方式。

三、快照
  保管日志第 {snapshot} 条为止；此后到达的文件不在包内。尚未到达：{missing} 个；已被改动的原件：{altered}；读不到的原件：{lost}。

HOW TO CHECK
  With Python 3.8 or newer and nothing else, without a network:
    python data/verify.py PACKAGE.zip --fingerprint "the fingerprint the station hangs up"
  It works on the unpacked folder, too. Rely on the package only if it says “Whole”; otherwise it names each fault.
  Any BagIt tool (RFC 8493) can check the lists, but neither the signature nor custody.

WHAT IS IN IT
  data/originals     originals, not one byte changed; names are made by us, the true ones stand in data/metadata
  data/renditions    pictures and copies made from originals
  data/redacted      covered copies
  data/metadata      case, tips, list of evidence, true times; missing.json is what had not arrived
  data/custody       custody entries, a proof for each, the signed checkpoint
  data/keys          the station's public keys and their fingerprints
  data/report.pdf    the report: list of evidence with integrity values, timeline, lines to sign; of many files in parts: report-2.pdf …
  data/verify.py     the check
  No contact details of any reporter are in it.

SNAPSHOT
  The custody log up to entry {snapshot}; what arrived later is not in it. Not arrived yet: {missing}. Originals that were altered: {altered}. Originals that cannot be read: {lost}.
"""
ALTERED = """\
警告：编号 {number} 的文件不是收到时的原件。存储中的内容在收到之后被改动，不得作为原件使用。
WARNING: file {number} is not the original as it was received. Its bytes were changed in the store afterwards. Do not use it as the original.

收到时 / on receipt  SHA-256 {listed}
现在   / now         SHA-256 {found}
"""
DIFFERS = """\
警告：这个副本的内容与登记的不同，请勿使用。
WARNING: this copy is not what was recorded of it. Do not use it.
"""


def text(state: State) -> str:
    made = state.made
    told = {name: " ".join(made[name]) or "0" for name in ("altered", "lost")}  # type: ignore[arg-type]
    return TEXT.format(
        station=state.services.settings.station or "Tipline", case=state.contents.case.number,
        package=state.package.id, snapshot=state.contents.snapshot, missing=made["missing"], **told,
    )  # fmt: skip


def warning(item: Item, found: str) -> str:
    return ALTERED.format(number=item.number, listed=item.file.sha256, found=found)
