"""One key takes note and says so: ready sentences, two officers at once, and taking both back."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from tests.web.desk_forms import now, seen_on, send, undo_of
from tipline.domain import beats, messages, replies
from tipline.domain.actors import SYSTEM
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
MakeTip = Callable[..., Tip]
READY = "已联系航海片警，正在处理"


def said(services: Services, tip: Tip) -> list[tuple[str, bool]]:
    with services.database.reading() as tx:
        return [(one.text, bool(one.withdrawn_at)) for one in messages.list_public(tx, tip)]


def test_one_press_takes_note_and_says_so_and_undo_takes_both_back(
    client: FlaskClient, services: Services, make_tip: MakeTip, headers: Headers
) -> None:
    with services.database.transaction() as tx:
        beats.add(tx, SYSTEM, "hanghai", "航海片区")
    tip = make_tip(beat="hanghai")
    page = client.get(f"/desk/tips/{tip.reference}", headers=headers()).text
    assert f'name="text" value="{READY}"' in page
    assert "data-due=" in page

    answer = send(client, tip, "acknowledge", headers(), text=READY)
    assert said(services, tip) == [(READY, False)]
    assert now(services, tip).acknowledged_at
    address, fields = undo_of(client.get(answer.location, headers=headers()).text)
    client.post(address, headers=headers(), data=fields)
    assert now(services, tip).acknowledged_at is None
    assert now(services, tip).escalates_at is not None
    assert said(services, tip) == [("", True)]


def test_the_second_of_two_officers_reads_who_was_first_and_sends_nothing(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    seen = seen_on(client, tip.reference, headers("supervisor"))
    send(client, tip, "acknowledge", headers(), text="民警已收到，正在处理")
    late = send(client, tip, "acknowledge", headers("supervisor"), text="已在路上", seen=seen)

    assert late.status_code == 409
    assert "This tip was acknowledged already, by li on" in late.text
    assert [text for text, _gone in said(services, tip)] == ["民警已收到，正在处理"]


def test_the_station_sets_its_own_sentences_and_those_with_a_gap_are_left_out(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    for text in ("{beat}的民警马上到", "{station}已受理，稍后回电"):
        with services.database.transaction() as tx:
            replies.add(tx, SYSTEM, title="签收", text=text, language="zh_Hans_CN", kind="acknowledge")
    page = client.get(f"/desk/tips/{tip.reference}", headers=headers()).text

    assert "的民警马上到" not in page
    assert "已受理，稍后回电" in page
    assert 'value="民警已收到，正在处理"' in page


def test_own_words_are_sent_and_an_empty_field_acknowledges_without_a_word(
    client: FlaskClient, services: Services, make_tip: MakeTip, headers: Headers
) -> None:
    first, second = make_tip(), make_tip()
    send(client, first, "acknowledge", headers(), text="", own="我在楼下，两分钟到")
    send(client, second, "acknowledge", headers(), own="没有按这个按钮")

    assert said(services, first) == [("我在楼下，两分钟到", False)]
    assert said(services, second) == []
