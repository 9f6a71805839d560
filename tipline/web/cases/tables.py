"""Tables for spreadsheets. What came from outside never becomes a formula there."""

from __future__ import annotations

import csv as csv_module
import io

# A cell that begins so would be worked out, not shown.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - full width as well
BOM = "\ufeff"  # without it a spreadsheet of Windows reads Chinese as something else


def csv(rows: list[list[str]]) -> str:
    """Rows as CSV in UTF-8 with lines as RFC 4180 wants them."""
    return BOM + lines(rows)


def lines(rows: list[list[str]]) -> str:
    """What follows the first rows of the same file."""
    out = io.StringIO()
    writer = csv_module.writer(out, lineterminator="\r\n")
    writer.writerows([[plain(cell) for cell in row] for row in rows])
    return out.getvalue()


def plain(cell: str) -> str:
    """The cell as text: an apostrophe before it keeps a spreadsheet from reading a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell
