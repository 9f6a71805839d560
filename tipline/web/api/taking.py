"""What every body that is sent to us has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Taken(BaseModel):
    """Something sent to us: a field we do not know is most often a slip of the pen, so it is refused."""

    model_config = ConfigDict(extra="forbid")
