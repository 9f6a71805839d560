"""One page to write to the officer: `tipline.web.community.writing`."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.web.reporting import PHOTO
from tipline.domain import beats, clock, contacts, evidence, tips
from tipline.domain.actors import SYSTEM
from tipline.domain.tips import Tip
from tipline.services import Services
from tipline.web import limiting


@pytest.fixture
def north(services: Services) -> str:
    with services.database.transaction() as tx:
        beats.add(tx, SYSTEM, "north", "航海路北片区").officer_name = "周警官"
    return "north"


def newest(services: Services) -> Tip:
    with services.database.reading() as tx:
        return tx.scalars(select(Tip).order_by(Tip.id.desc()).limit(1)).one()


def how_many(services: Services) -> int:
    with services.database.reading() as tx:
        return tx.scalar(select(func.count(Tip.id))) or 0


def test_what_goes_on_is_sent_on_one_page_and_the_receipt_comes_at_once(
    client: FlaskClient, services: Services, north: str
) -> None:
    assert "周警官" in client.get("/write/now?beat=north&kind=noise").text
    said = {
        "category": "noise",
        "place": "3号楼 2单元",
        "text": "装修队还在敲",
        "beat": north,
        "contact": "138",
    }

    answer = client.post("/write/now", data=said)

    assert answer.location == "/report/receipt"
    assert "Your message to the officer is T-1001" in client.get("/report/receipt").text
    tip = newest(services)
    assert (tip.state, tip.category, tip.beat, tip.text) == ("received", "noise", north, "装修队还在敲")
    assert tip.occurred_at is not None
    assert clock.now() - tip.occurred_at < timedelta(minutes=1)
    with services.database.reading() as tx:
        assert contacts.is_given(tx, tip.id)


def test_a_finger_that_trembles_sends_once(client: FlaskClient, services: Services, north: str) -> None:
    said = {"category": "lift", "place": "5号楼", "beat": north}
    client.post("/write/now", data=said)

    assert client.post("/write/now", data=said).location == "/report/receipt"
    assert how_many(services) == 1
    client.post("/write/now", data={**said, "place": "6号楼"})
    assert how_many(services) == 2


def test_files_without_a_script_come_in_the_same_form(client: FlaskClient, services: Services) -> None:
    said = {"category": "pet", "beat": "", "file": (BytesIO(PHOTO), "dog.jpg")}

    assert client.post("/write/now", data=said, content_type="multipart/form-data").status_code == 303
    tip = newest(services)
    with services.database.reading() as tx:
        assert [one.filename for one in evidence.list_of_tip(tx, tip)] == ["dog.jpg"]
    assert tip.state == "received"


def test_a_file_is_kept_while_the_form_is_put_right(client: FlaskClient, services: Services) -> None:
    wrong = {"category": "noise", "text": "x" * 10_001, "file": (BytesIO(PHOTO), "a.jpg")}
    answer = client.post("/write/now", data=wrong, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "1 file has arrived and is kept" in answer.text
    assert 'name="draft" value="T-1001"' in answer.text

    client.post("/write/now", data={"category": "noise", "text": "short", "draft": "T-1001"})
    tip = newest(services)
    assert (tip.reference, tip.state, tip.text) == ("T-1001", "received", "short")


def test_what_says_nothing_is_asked_for_more(client: FlaskClient, services: Services, north: str) -> None:
    for group, said in (("now", {"category": "noise"}), ("question", {"text": " "}), ("now", {"text": "x"})):
        answer = client.post(f"/write/{group}", data={**said, "beat": north})
        assert answer.status_code == 422, group
    assert "Choose what it is about" in answer.text
    assert how_many(services) == 0
    # Sound or pictures that follow the receipt are enough; so is a beat that was drawn anew since.
    client.post("/write/question", data={"files_follow": "1", "beat": "gone"})
    assert (newest(services).category, newest(services).beat) == ("question", None)


def test_only_what_belongs_there_is_taken(client: FlaskClient, services: Services) -> None:
    assert client.get("/write/theft").status_code == 404
    assert client.post("/write/now", data={"category": "theft", "text": "x"}).status_code == 422
    assert client.post("/write/request", data={"category": "theft", "text": "开证明"}).status_code == 303
    assert newest(services).category == "request"
    foreign = {"Origin": "https://evil.example"}
    assert client.post("/write/now", data={"text": "x"}, headers=foreign).status_code == 403


def test_abusive_words_are_kept_as_they_are(client: FlaskClient, services: Services) -> None:
    client.post("/write/now", data={"category": "dispute", "text": "你们这帮废物 <b>"})

    assert newest(services).text == "你们这帮废物 <b>"
    assert tips.digest(newest(services))


def test_a_flood_is_asked_to_wait_and_what_was_typed_stays(
    client: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiting, "TIPS", limiting.TIPS._replace(most=1))
    client.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    client.post("/write/now", data={"category": "noise", "text": "第一条"})

    answer = client.post("/write/now", data={"category": "noise", "text": "还在吵"})

    assert answer.status_code == 429
    assert "还在吵" in answer.text
    assert "If it is urgent, call 110" in answer.text
    assert how_many(services) == 1
