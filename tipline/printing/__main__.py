"""The child that prints: a job as JSON on stdin, the PDF on stdout.

With `--check` it prints the name of the Chinese font instead; with `--attached` it takes a PDF and gives the
JSON file that lies in it. The only module that loads WeasyPrint and pypdf. Bounds itself first; fetches
nothing but data: addresses.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from datetime import UTC, datetime
from typing import Any

from tipline.printing import NO_CHINESE, NOTHING_ATTACHED, PARTS_MISSING, sheet

MEMORY_BYTES = 1536 * 1024**2
CPU_S, PATIENT_CPU_S = 40, 240
# Taking out a small file needs little; what needs more was made to.
LOOK_MEMORY_BYTES = 512 * 1024**2
LOOK_CPU_S = 5
LARGEST_FILE = 64 * 1024**2
# Archivable: fonts inside, the text can be searched and read aloud, files may lie in it.
VARIANT = "pdf/a-3u"
TRIED = "回执核验"


def main(options: list[str]) -> int:
    if options == ["--attached"]:
        _bound(LOOK_MEMORY_BYTES, LOOK_CPU_S)
        return _attached(sys.stdin.buffer.read())
    _bound(MEMORY_BYTES, PATIENT_CPU_S if options == ["--patient"] else CPU_S)
    try:
        import weasyprint  # noqa: F401 - whether it loads here is what matters
    except (ImportError, OSError) as fault:
        print(str(fault).strip().splitlines()[0], file=sys.stderr)
        return PARTS_MISSING
    if options == ["--check"]:
        return _check()
    job = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(_print(job["html"], job["attachments"]))
    return 0


def _bound(memory_bytes: int, cpu_s: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, bound))


def _page(html: str) -> Any:
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    return HTML(string=html, base_url=None, url_fetcher=URLFetcher(allowed_protocols=["data"]))


def _print(html: str, attachments: dict[str, str]) -> bytes:
    from weasyprint import Attachment

    lying_in_it = [
        Attachment(
            string=text,
            name=name,
            relationship="Source",
            created=datetime.now(UTC),
            modified=datetime.now(UTC),
        )
        for name, text in attachments.items()
    ]
    made: bytes = _page(html).write_pdf(pdf_variant=VARIANT, pdf_tags=True, attachments=lying_in_it)
    return made


def _check() -> int:
    """A real PDF is made; where the host has not the characters, a font stands in with boxes and says so."""
    html = f'<html lang="zh"><link rel="stylesheet" href="{sheet("frame")}"><title>x</title><p>{TRIED}</p>'
    page = _page(html).render()
    page.write_pdf()
    for font in page.fonts.values():
        if set(TRIED) <= set(font.to_unicode.values()) and not font.missing:
            print(font.family)
            return 0
    print("no font with Chinese characters", file=sys.stderr)
    return NO_CHINESE


def _attached(untrusted_pdf: bytes) -> int:
    from pypdf import PdfReader

    try:
        lying_in_it = PdfReader(io.BytesIO(untrusted_pdf)).attachments
        found = [one[0] for name, one in lying_in_it.items() if name.endswith(".json")]
    except Exception as fault:  # noqa: BLE001 - whatever a broken PDF does to its reader, it holds no receipt
        print(type(fault).__name__, file=sys.stderr)
        found = []
    if not found:
        return NOTHING_ATTACHED
    sys.stdout.buffer.write(found[0])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
