"""Pages and built files go over the line in the smallest form a browser reads; the API stays as it is."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import brotli
import pytest
from flask.testing import FlaskClient

from tipline.domain.tips import Tip
from tipline.web.assets import BUILT

SMALL = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.mark.parametrize(("accepted", "form"), [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("", None)])
def test_a_page_comes_in_the_smallest_form_the_browser_reads(
    client: FlaskClient, accepted: str, form: str | None
) -> None:
    plain = client.get("/report").data
    answer = client.get("/report", headers={"Accept-Encoding": accepted})

    assert answer.headers.get("Content-Encoding") == form
    unpacked = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[form](answer.data)
    assert unpacked[:200] == plain[:200]
    assert form is None or len(answer.data) < len(plain) / 2


@pytest.mark.parametrize(("accepted", "form"), [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("", None)])
def test_a_built_file_lies_ready_in_every_form(client: FlaskClient, accepted: str, form: str | None) -> None:
    name = next(BUILT.glob("desk-*.css")).name
    with client.get(f"/static/{name}", headers={"Accept-Encoding": accepted}) as answer:
        packed = answer.data

    assert answer.headers.get("Content-Encoding") == form
    assert answer.mimetype == "text/css"
    assert "Accept-Encoding" in answer.headers["Vary"]
    unpacked = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[form](packed)
    assert unpacked == (BUILT / name).read_bytes()


def test_an_answer_of_the_api_keeps_the_tag_that_programs_send_back(
    client: FlaskClient, headers: Callable[..., dict[str, str]], tip: Tip
) -> None:
    answer = client.get(f"/api/v1/tips/{tip.reference}", headers=headers(**SMALL))

    assert "Content-Encoding" not in answer.headers
    assert ":" not in answer.headers["ETag"]
