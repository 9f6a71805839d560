"""Posters of beats: `tipline.web.admin.beat_posters`."""

from __future__ import annotations

from typing import Any

from tipline.domain import beats
from tipline.domain.actors import SYSTEM
from tipline.services import Services


def test_a_beat_has_a_poster_with_its_officer_and_the_way_to_its_page(
    services: Services, signed_in: Any
) -> None:
    with services.database.transaction() as tx:
        beats.add(tx, SYSTEM, "north", "航海路北片区").officer_name = "周警官"
        beats.add(tx, SYSTEM, "old", "旧片区").listed = False
    admin = signed_in("admin")

    page = admin.get("/desk/admin/beats/north/poster").text

    assert "有事@我，随时都在" in page
    assert "周警官" in page
    assert "http://127.0.0.1:8000/beats/north" in page
    assert "@ me, any time" in admin.get("/desk/admin/beats/north/poster?in=en").text
    assert admin.get("/desk/admin/beats/old/poster").status_code == 404
    made = admin.get("/desk/admin/beats/posters.pdf")
    assert (made.status_code, made.data[:5]) == (200, b"%PDF-")
    assert signed_in("investigator").get("/desk/admin/beats/north/poster").status_code == 403
