"""The check from end to end, and the words it ends with; also the command line of the file in a package."""

# ruff: noqa: E501, RUF001 - sentences stand on one line; Chinese has its own punctuation
from __future__ import annotations

import argparse
import sys
from typing import Sequence  # noqa: UP035 - Python 3.8 knows no other place for it

from tipline.verifier.bag import check_bag
from tipline.verifier.custody import check_custody
from tipline.verifier.faults import Findings, say, shown
from tipline.verifier.reading import open_files
from tipline.verifier.signing import check_signature, is_fingerprint

WHOLE = (
    "完整：每个文件都与签名时相同，保管记录都在签名的日志里。",
    "Whole: every file is as it was signed, every custody entry stands in the signed log.",
)
NOT_WHOLE = (
    "不可信：发现 {number} 处问题，逐一列出如下。",
    "Do not rely on it: {number} faults were found, as follows.",
)
COMPARE = (
    "密钥指纹取自包内：{fingerprint}。请与派出所公示的指纹核对，或用 --fingerprint 给出。",
    "The key lies in the package: {fingerprint}. Compare this fingerprint with the one the station hangs up, or give it with --fingerprint.",
)
KNOWN = ("密钥指纹与您给出的一致：{fingerprint}。", "The key has the fingerprint you gave: {fingerprint}.")
ABOUT = (
    "案件 {case}，{station}，制作于 {made_at}；原件 {originals} 个，保管记录 {entries} 条（日志第 {head} 条为止）。",
    "Case {case}, {station}, made {made_at}; {originals} originals, {entries} custody entries (log up to entry {head}).",
)
NOT_A_FINGERPRINT = (
    "--fingerprint 应为 32 位十六进制字符。",
    "--fingerprint takes 32 hexadecimal characters.",
)


def check(path: str, trusted: str = "") -> Findings:
    """All that is wrong with the package at this path; `trusted` is a fingerprint known from elsewhere."""
    found = Findings()
    files = open_files(path, found)
    if files is None:
        return found
    try:
        digests = check_bag(files, found)
        statement = check_signature(files, found, digests, trusted)
        check_custody(files, found, digests, statement)
        files.finish(found)
    except RecursionError:
        found.fault("not-a-package")
    finally:
        files.close()
    told = {name: statement.get(name) or "–" for name in ("station", "case", "made_at")}
    found.facts = {"originals": 0, "entries": 0, "head": 0, "fingerprint": "–", **found.facts, **told}
    return found


def tell(path: str, found: Findings, trusted: str = "") -> None:
    """Verdict first, then each fault, in Chinese and in English."""
    say(shown(path))
    if not found.whole:
        say(*(one.format(number=found.number) for one in NOT_WHOLE))
        for one in found.faults:
            say(f"  ✗ [{one.code}] {one.chinese}", f"    {one.english}")
        return
    facts = {name: shown(value) for name, value in found.facts.items()}
    say(*("✓ " + one for one in WHOLE))
    say(*("  " + one.format(**facts) for one in (*ABOUT, *(KNOWN if trusted else COMPARE))))


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 for a whole package, 1 with each fault, 2 for wrong usage."""
    parser = argparse.ArgumentParser(
        description="核验 Tipline 证据包（zip 或解压后的文件夹）。 Check a Tipline evidence package (zip or unpacked folder)."
    )
    parser.add_argument("file", help="package.zip | folder")
    parser.add_argument(
        "--fingerprint", default="", help="派出所公示的密钥指纹 / fingerprint of the station's key"
    )
    options = parser.parse_args(arguments)
    if options.fingerprint and not is_fingerprint(options.fingerprint):
        say(*NOT_A_FINGERPRINT)
        return 2
    found = check(options.file, options.fingerprint)
    tell(options.file, found, options.fingerprint)
    if found.has("unreadable"):
        return 2
    return 0 if found.whole else 1


if __name__ == "__main__":
    sys.exit(main())
