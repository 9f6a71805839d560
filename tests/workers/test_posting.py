"""A still of an appeal from end to end: covered, confirmed, made anew, read by residents, and gone."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests import footage
from tests.conftest import csrf_of
from tipline.bell import SilentBell
from tipline.domain import erasing, posting, redacting, redactions, stills
from tipline.domain.accounts import Account
from tipline.domain.derivatives import Derivative
from tipline.domain.evidence import Evidence
from tipline.domain.posting import Said
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.services import Services
from workers import deriving

BOX = [0.0, 0.2, 0.2, 0.4, 0.4]


@pytest.fixture
def covered(
    services: Services, bell: SilentBell, people: dict[str, Account], tip: Tip, add_file: Any, tmp_path: Path
) -> tuple[Evidence, Derivative]:
    """A photo with one box burned in, confirmed."""
    path = footage.photo(tmp_path / "a.jpg", gps=(31.2, 121.4), make="CAMERA-SERIAL")
    file, officer = add_file(tip, path.read_bytes(), "till.jpg"), people["investigator"].actor
    with services.database.transaction() as tx:
        row = tx.get_one(Evidence, file.id)
        row.kind, row.state, row.media = "photo", "ready", json.dumps({"mime": "image/jpeg"})
        tracks = [{"id": "h-1", "source": "hand", "boxes": [BOX]}]
        saved = redactions.save(tx, officer, row, 0, {"tracks": tracks})
        burned = redacting.burn(tx, bell, officer, row, version=saved.version)
    deriving.work(services, bell.rung[-1][1])
    with services.database.transaction() as tx:
        made = tx.get_one(Derivative, burned.id)
        redacting.confirm(tx, officer, made)
        return tx.get_one(Evidence, file.id), made


def test_a_still_is_shown_while_its_covering_holds_and_holds_no_original_pixel(
    services: Services, bell: SilentBell, people: dict[str, Account], tip: Tip, client: Any, signed_in: Any,
    covered: tuple[Evidence, Derivative],
) -> None:  # fmt: skip
    file, burned = covered
    officer, chief = people["investigator"].actor, people["supervisor"].actor
    with services.database.transaction() as tx:
        row = posting.draft(tx, officer, Said("appeal", "征集线索", "您见过此人吗？"))
        with pytest.raises(TiplineError) as unfit:
            stills.add(tx, bell, officer, row, file, "original", alt="一名男子")
        assert unfit.value.code == "bulletin:still-unfit"
        with pytest.raises(TiplineError) as wordless:
            stills.add(tx, bell, officer, row, file, str(burned.rendition), alt=" ")
        assert wordless.value.fields == {"alt": "bulletin:alt-needed"}
        still = stills.add(tx, bell, officer, row, file, str(burned.rendition), alt="一名男子")
        with pytest.raises(TiplineError) as making:
            posting.publish(tx, chief, row, looked=[still.id])
        assert making.value.code == "bulletin:still-making"
    deriving.work(services, bell.rung[-1][1])

    # Nobody publishes what nobody looked at; the page of the second look says so beside the still.
    desk = signed_in("supervisor")
    check = desk.get(f"/desk/bulletins/{row.handle}/check").text
    token = {"csrf_token": csrf_of(check)}
    refused = desk.post(f"/desk/bulletins/{row.handle}/publish", data={**token, "when": "now"})
    assert refused.status_code == 422
    assert "nobody innocent can be recognised" in refused.text
    looked = {**token, "when": "now", "looked": str(still.id)}
    assert desk.post(f"/desk/bulletins/{row.handle}/publish", data=looked).status_code == 303

    page = client.get(f"/bulletins/{row.handle}").text
    assert 'alt="一名男子"' in page
    assert tip.reference not in page
    address = page.partition('src="/bulletins/pictures/')[2].partition('"')[0]
    picture = client.get(f"/bulletins/pictures/{address}")
    assert picture.status_code == 200
    assert picture.headers["Cache-Control"] == "no-cache"
    assert picture.headers["Content-Security-Policy"].startswith("sandbox")
    assert b"CAMERA-SERIAL" not in picture.data
    with Image.open(io.BytesIO(picture.data)) as shown:
        assert dict(shown.getexif()) == {}
        pixels = np.asarray(shown.convert("L")).astype(int)
    height, width = pixels.shape
    inside = pixels[int(0.25 * height) : int(0.55 * height), int(0.25 * width) : int(0.55 * width)]
    assert np.ptp(inside) <= 8
    sheet = client.get(f"/bulletins/{row.handle}/poster.pdf")
    assert (sheet.status_code, sheet.data[:5]) == (200, b"%PDF-")

    # The covering is taken back: gone from the page and from its address, in that very moment.
    with services.database.transaction() as tx:
        redacting.withdraw(tx, officer, tx.get_one(Derivative, burned.id))
    assert "/bulletins/pictures/" not in client.get(f"/bulletins/{row.handle}").text
    gone = client.get(f"/bulletins/pictures/{address}")
    assert (gone.status_code, "is not shown any more" in gone.text) == (410, True)
    with services.database.transaction() as tx:
        redacting.confirm(tx, officer, tx.get_one(Derivative, burned.id))
    assert client.get(f"/bulletins/pictures/{address}").status_code == 200
    with services.database.transaction() as tx:
        posting.withdraw(tx, chief, tx.merge(row), "人已找到，感谢大家。")
    over = client.get(f"/bulletins/{row.handle}")
    assert (over.status_code, "人已找到" in over.text, "征集线索" in over.text) == (410, True, False)
    assert client.get(f"/bulletins/pictures/{address}").status_code == 410
    # Put back; then its tip is erased.
    with services.database.transaction() as tx:
        posting.restore(tx, chief, tx.merge(row))
    assert client.get(f"/bulletins/pictures/{address}").status_code == 200
    with services.database.transaction() as tx:
        erasing.close_doors(tx, tx.merge(tip))
    assert client.get(f"/bulletins/pictures/{address}").status_code == 410
    with services.database.transaction() as tx:
        erasing.wipe(tx, tx.merge(tip))
    assert "pictures/" not in client.get(f"/bulletins/{row.handle}").text
