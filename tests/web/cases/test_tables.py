"""Tables for spreadsheets: `tipline.web.cases.tables`."""

from __future__ import annotations

import csv
import io

import pytest

from tipline.web.cases import tables


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "\n=1"])  # noqa: RUF001
def test_what_a_spreadsheet_would_work_out_stays_text(cell: str) -> None:
    text = tables.csv([["a", cell]])
    read = next(csv.reader(io.StringIO(text.removeprefix(tables.BOM), newline="")))
    assert read == ["a", f"'{cell}"]


def test_other_cells_stay_as_they_are_with_chinese_commas_and_quotes() -> None:
    rows = [["1-1", "店内, 夜间.mp4", '"引号"', "a-b"], ["", "٢ ملف.mp4", "x\ny", "1.5"]]
    text = tables.csv(rows)
    assert text.startswith(tables.BOM)
    assert list(csv.reader(io.StringIO(text.removeprefix(tables.BOM), newline=""))) == rows
