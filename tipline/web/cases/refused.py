"""A form that was refused: its name, what was typed, and the sentence beside each faulty field."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import request

from tipline.errors import TiplineError
from tipline.web import errors


@dataclass
class Failed:
    """Empty when no form was refused."""

    form: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    code: str = ""

    @classmethod
    def of(cls, form: str, fault: TiplineError) -> Failed:
        """From the form of this request."""
        faults = {name: errors.field_sentence(code, fault) for name, code in fault.fields.items()}
        return cls(form, dict(request.form), faults, fault.code)
