"""What a poster's code stands for; as public as the poster in the window."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from tipline.domain import shops
from tipline.web import current, guard
from tipline.web.limiting import limiter

blueprint = APIBlueprint("public_shops", __name__, url_prefix="/api/v1/public", tag="Reporter")
BY_ADDRESS = "60 per minute"


class ShopOut(BaseModel):
    name: str
    place: str = Field(description="Its address in words.")
    beat: str | None = Field(description="Code of its beat.")


@blueprint.get("/shops/<code>")
@guard.public
@limiter.limit(BY_ADDRESS)
@blueprint.output(ShopOut)
def get_shop(code: str) -> dict[str, Any]:
    """The shop of a poster, for filling in a form. Send its code as `shop` with the tip."""
    with current.services().database.reading() as tx:
        shop = shops.read_open(tx, code)
    return {"name": shop.name, "place": shop.place, "beat": shop.beat}
