"""Renders a public page of the station in the frame that reporters know."""

from __future__ import annotations

from typing import Any

from flask import render_template

from tipline.web import current
from tipline.web.intake import language, words


def render(template: str, address: str, **values: Any) -> str:
    """`address` is where the page stands; the other language leads there too."""
    return render_template(
        f"community/{template}.html",
        other_languages=language.others(address),
        words=words.of_script(),
        exit_url=current.settings().exit_url,
        faults={},
        **values,
    )
