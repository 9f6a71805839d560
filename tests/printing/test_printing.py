"""Paper: Chinese comes out with its font inside, nothing is fetched, nothing odd does harm."""

from __future__ import annotations

import http.server
import io
import json
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from markupsafe import escape
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from tests.laws.sources import ROOT
from tipline import printing
from tipline.errors import TiplineError

HOSTILE = {
    "markup": '"><script>alert(1)</script><img src=x>',
    "right to left": "\u202egnp.exe\u2066",
    "five thousand signs": "长" * 5000,
    "one long word": "x" * 5000,
    "emoji": "👮🏽‍♀️🎥👨‍👩‍👧‍👦.mp4",
    "control": "a\x00b\x01\x1b[31m\x7f\ufffe",
    "many marks on one letter": "e" + "\u0301" * 2000,
    "every script": "中文 العربية עברית हिन्दी ไทย မြန်မာ",
    "css": "</style>@import url(file:///etc/passwd)",
}


def page(body: str) -> str:
    head = (
        f'<meta charset="utf-8"><title>回执</title><link rel="stylesheet" href="{printing.sheet("frame")}">'
    )
    return f'<!doctype html><html lang="zh-CN"><head>{head}</head><body>{body}</body></html>'


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    """What can be searched. Where a font holds an emoji the reader gives two-byte letters byte by byte."""
    return "\n".join(one.extract_text() for one in read(pdf).pages).replace("\0", "")


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """Name of a font → whether it lies in the file."""
    found = {}
    for one in read(pdf).pages:
        for font in one["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            descriptor = inner.get_object() if isinstance(inner, IndirectObject) else inner
            found[str(font.get_object()["/BaseFont"])] = any("/FontFile" in key for key in descriptor)
    return found


def test_chinese_can_be_read_back_and_every_font_lies_in_the_file() -> None:
    pdf = printing.pdf(page('<p class="footing">航海路派出所</p><h1>回执</h1><p>完整性校验值</p>'))

    assert "完整性校验值" in text_of(pdf)
    assert "航海路派出所" in text_of(pdf)
    assert "1 / 1" in text_of(pdf)
    fonts = fonts_of(pdf)
    assert fonts
    assert all(fonts.values()), fonts
    # A subset, not the whole font of megabytes.
    assert len(pdf) < 200_000


def test_files_lie_in_the_pdf_under_their_names() -> None:
    pdf = printing.pdf(page("<p>x</p>"), attachments={"T-1.json": '{"站": "航海路"}'})

    assert dict(read(pdf).attachments) == {"T-1.json": ['{"站": "航海路"}'.encode()]}


def test_the_file_that_lies_in_a_pdf_can_be_taken_out_again() -> None:
    pdf = printing.pdf(page("<p>x</p>"), attachments={"T-1.json": '{"站": "航海路"}'})

    assert printing.attached(pdf) == '{"站": "航海路"}'.encode()


def test_a_host_too_slow_to_look_says_nothing_about_the_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "LONGEST_LOOK_S", 0.01)
    with pytest.raises(TiplineError) as told:
        printing.attached(b"%PDF-1.7")
    assert told.value.code == "print:busy"


@pytest.mark.parametrize("what", ["nothing", "bytes", "cut", "without"])
def test_a_pdf_without_one_gives_none(what: str) -> None:
    pdf = printing.pdf(page("<p>x</p>"), attachments={"T-1.txt" if what == "without" else "T-1.json": "{}"})
    given = {
        "nothing": b"", "bytes": b"\xff" * 1000, "cut": pdf[: len(pdf) // 2], "without": pdf,
    }[what]  # fmt: skip

    assert printing.attached(given) is None


def test_a_pdf_that_blows_up_is_given_up_and_keeps_nobody_from_printing() -> None:
    stream = zlib.compress(b"x" * 60_000_000)
    for _ in range(3):
        stream = zlib.compress(stream)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a.json)3 0 R]>>>>>>",
        b"<</Type/Pages/Kids[]/Count 0>>",
        b"<</Type/Filespec/F(a.json)/EF<</F 4 0 R>>>>",
        b"<</Length %d/Filter[/FlateDecode/FlateDecode/FlateDecode/FlateDecode]>>stream\n%s\nendstream"
        % (len(stream), stream),
    ]
    body = b"".join(b"%d 0 obj%s endobj\n" % (number, one) for number, one in enumerate(objects, 1))
    bomb = b"%PDF-1.7\n" + body + b"trailer<</Root 1 0 R/Size 5>>\n%%EOF"
    with ThreadPoolExecutor(3) as threads:
        looks = [threads.submit(printing.attached, bomb) for _ in range(2)]
        assert printing.pdf(page("<p>x</p>"))
        # A file of sixty million bytes is no receipt, whether it was given up or taken out.
        assert all(len(one.result() or b"") in (0, 60_000_000) for one in looks)


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback, and what it was asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def test_nothing_is_fetched_neither_from_the_network_nor_from_the_disk(
    canary: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, asked = canary
    picture = tmp_path / "kept.svg"
    picture.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text y="20">SECRET</text></svg>')
    body = f"""
      <img src="{address}/picture"><img src="file://{picture}"><img src="{picture}">
      <link rel="stylesheet" href="{address}/sheet"><link rel="attachment" href="{address}/attached">
      <link rel="attachment" href="file://{picture}"><a rel="attachment" href="file://{picture}">x</a>
      <style>@import url("{address}/import"); p {{ background: url("{address}/background") }}
        @font-face {{ font-family: x; src: url("{address}/font") }} p {{ font-family: x }}</style>
      <object data="{address}/object"></object><embed src="{address}/embed"><p>still here</p>"""

    pdf = printing.pdf(page(body))

    assert asked == []
    assert "still here" in text_of(pdf)
    assert "SECRET" not in text_of(pdf)
    assert dict(read(pdf).attachments) == {}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_does_no_harm(name: str) -> None:
    pdf = printing.pdf(page(f"<p>before <bdi>{escape(HOSTILE[name])}</bdi></p><p>after</p>"))

    said = text_of(pdf)
    assert "before" in said
    assert "after" in said


def test_a_page_of_three_hundred_files_is_printed() -> None:
    rows = "".join(f"<p>{n}. 监控_{n}.mp4 <span class=mono>{n:064x}</span></p>" for n in range(300))
    pdf = printing.pdf(page(rows))

    assert f"{299:064x}" in text_of(pdf).replace("\n", "")


def test_a_child_that_takes_too_long_is_ended_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "LONGEST_S", 0.05)
    with pytest.raises(TiplineError) as told:
        printing.pdf(page("<p>x</p>"))
    assert told.value.code == "print:failed"


def test_the_child_is_bounded_before_it_loads_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "weasyprint.py").write_text(
        "import resource\n"
        "names = ('AS', 'CPU', 'FSIZE', 'CORE')\n"
        "raise OSError([resource.getrlimit(getattr(resource, 'RLIMIT_' + one))[0] for one in names])\n"
    )
    monkeypatch.setattr(printing, "ROOT", f"{tmp_path}:{ROOT}")
    with pytest.raises(printing.CannotPrint) as told:
        printing.check()
    assert all(0 <= one <= 2 * 1024**3 for one in json.loads(str(told.value)))


def test_a_page_beyond_all_measure_is_not_begun() -> None:
    with pytest.raises(TiplineError) as told:
        printing.pdf("x" * (printing.LARGEST_PAGE + 1))
    assert told.value.code == "print:failed"


def test_who_waits_too_long_for_a_turn_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "WAITS_S", 0.01)
    with (
        printing._turn(printing._turns),
        printing._turn(printing._turns),
        pytest.raises(TiplineError) as told,
    ):
        printing.pdf(page("<p>x</p>"))
    assert told.value.code == "print:busy"
    assert printing.pdf(page("<p>x</p>"))


def test_the_child_learns_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIPLINE_SECRET_KEY", "s" * 48)
    seen: dict[str, str] = {}
    real = subprocess.run

    def spy(command: list[str], **how: object) -> subprocess.CompletedProcess[bytes]:
        seen.update(how["env"])  # type: ignore[call-overload]
        return real(command, **how)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(subprocess, "run", spy)
    printing.pdf(page("<p>x</p>"))
    assert seen
    assert not [name for name in seen if name.startswith(("TIPLINE_", "AWS_"))]


def test_the_check_names_the_font_of_this_host() -> None:
    assert printing.check()


def test_a_host_without_a_chinese_font_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(
        f"<fontconfig><dir>/usr/share/fonts/truetype/dejavu</dir><cachedir>{tmp_path}</cachedir></fontconfig>"
    )
    monkeypatch.setenv("FONTCONFIG_FILE", str(fonts))
    with pytest.raises(printing.CannotPrint) as told:
        printing.check()
    assert told.value.lacks_font


def test_a_host_without_the_libraries_is_told_in_the_loaders_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library libpango-1.0-0')\n")
    monkeypatch.setattr(printing, "ROOT", f"{tmp_path}:{ROOT}")
    with pytest.raises(printing.CannotPrint, match="libpango") as told:
        printing.check()
    assert not told.value.lacks_font
    with pytest.raises(TiplineError) as refused:
        printing.pdf(page("<p>x</p>"))
    assert refused.value.code == "print:failed"


def test_the_web_side_loads_nothing_that_draws() -> None:
    drawing = {"weasyprint", "pydyf", "fontTools", "pypdf"}
    looks = f"import sys, tipline.app, tipline.web.api; print({drawing} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", looks], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "set()"
