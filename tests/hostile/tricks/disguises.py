"""Files that are two things at once, or something else than their name says (rows 10, 11 and 12)."""

from __future__ import annotations

import io
import struct
import zipfile
from functools import partial
from pathlib import Path

from tests import footage
from tests.hostile.tricks import ACCEPT, CANNOT, EITHER, REJECT, Trick
from tests.hostile.tricks.boxes import box, good
from tests.hostile.tricks.lists import written

PAGE = b"<!doctype html><script>alert(document.domain)</script>"


def gif_and_script(path: Path) -> None:
    """A picture that is a programme in JavaScript as well."""
    head = b"GIF89a" + struct.pack("<HHBBB", 0x2A2F, 2, 0xF0, 0, 0) + bytes([0, 0, 0, 255, 255, 255])
    one = b"\x2c" + struct.pack("<HHHHB", 0, 0, 2, 2, 0) + b"\x02\x03\x44\x02\x05\x00"
    path.write_bytes(head + one + b"\x3b*/=1;alert(1);")


def film_and_page(path: Path) -> None:
    path.write_bytes(good() + box(b"free", PAGE))


def picture_and_document(path: Path) -> None:
    footage.photo(path)
    data = path.read_bytes()
    note = b"%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj"
    path.write_bytes(data[:2] + b"\xff\xfe" + struct.pack(">H", len(note) + 2) + note + data[2:])


def archive(name: str, path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(name, b"x" * 100)
    path.write_bytes(out.getvalue())


def as_it_is(form: str, path: Path) -> None:
    footage.photo(path, form)


TRICKS = [
    Trick("page-and-archive.jpg", 10, ACCEPT, footage.polyglot),
    Trick("script.gif", 10, EITHER, gif_and_script),
    Trick("page.mp4", 10, ACCEPT, film_and_page),
    Trick("document.jpg", 10, ACCEPT, picture_and_document),
    Trick("drawing.jpg", 11, REJECT, footage.drawing),
    Trick("page.png", 11, REJECT, partial(written, PAGE)),
    Trick("page-behind-space.mp4", 11, REJECT, partial(written, b"\r\n\t " + PAGE)),
    Trick("postscript.jpeg", 11, REJECT, footage.postscript),
    Trick("postscript-with-preview.jpg", 11, REJECT, partial(written, b"\xc5\xd0\xd3\xc6" + bytes(200))),
    Trick("program.mp4", 11, REJECT, partial(written, b"\x7fELF\x02\x01\x01" + bytes(200))),
    Trick("program.avi", 11, REJECT, partial(written, b"MZ\x90\x00" + bytes(200))),
    Trick("program-of-the-web.jpg", 11, REJECT, partial(written, b"\0asm\x01\0\0\0")),
    Trick("shell.mp4", 11, REJECT, partial(written, b"#!/bin/sh\nrm -rf /\n")),
    Trick("document.mp4", 11, CANNOT, partial(written, b"%PDF-1.7\n" + bytes(500))),
    Trick("archive.mp4", 11, CANNOT, partial(archive, "../../etc/passwd")),
    Trick("words.docx.jpg", 11, CANNOT, partial(archive, "word/document.xml")),
    Trick("empty.mp4", 11, REJECT, partial(written, b"")),
    Trick("one-byte.mp4", 11, CANNOT, partial(written, b"\0")),
    Trick("text.avi", 11, CANNOT, partial(written, b"only some words\n" * 50)),
    Trick("film-named.jpg", 12, ACCEPT, lambda path: path.write_bytes(good())),
    Trick("picture-named.mp4", 12, ACCEPT, partial(as_it_is, "PNG")),
    Trick("hostile-words.jpg", 12, ACCEPT, footage.hostile_exif),
]
