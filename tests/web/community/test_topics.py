"""Topics as residents use them, without a script: read, tick, book, ask, search; and officers at it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from tests.conftest import csrf_of
from tipline.domain import appointments, clock, questions, topics
from tipline.domain.accounts import Account
from tipline.domain.grids import Grid
from tipline.domain.tips import Tip
from tipline.domain.topics import Described, Topic
from tipline.services import Services
from tipline.web.community import topics as topic_pages

ZONE = ZoneInfo("Asia/Shanghai")
ANSWER = (
    "毕业两年内可在本所落户。\n\n1. 先预约\n2. 带齐材料\n见 https://www.gov.cn/fuwu 。"
    "<script>alert(1)</script>"
)
CODE = re.compile(r'id="code">(.*?)</p>', re.DOTALL)


def opened(services: Services, people: dict[str, Account]) -> Topic:
    """Open, with two papers and a time for one person each on the next days."""
    today, actor = clock.now().astimezone(ZONE).date(), people["investigator"].actor
    with services.database.transaction() as tx:
        made = topics.begin(tx, actor, "应届毕业生落户")
        papers = [("毕业证原件", "复印件一份"), ("户口迁移证", "")]
        topics.change(tx, actor, made, Described(made.title, ANSWER, papers=papers), today)
        topics.open_topic(tx, actor, made, today)
        days = frozenset(range(1, 8))
        grid = Grid(
            today + timedelta(days=1),
            today + timedelta(days=2),
            days,
            time(9),
            time(10),
            30,
            place="户籍窗口",
        )
        appointments.plan(tx, actor, made, grid, ZONE)
    return made


@pytest.fixture
def topic(services: Services, people: dict[str, Account]) -> Topic:
    return opened(services, people)


@pytest.fixture
def slots(services: Services, topic: Topic) -> list[int]:
    with services.database.reading() as tx:
        return [one.slot.id for one in appointments.list_slots(tx, topic)]


@pytest.fixture
def desk(signed_in: Callable[..., FlaskClient]) -> FlaskClient:
    return signed_in("investigator")


def send(client: FlaskClient, page: str, path: str, **form: object) -> str:
    token = csrf_of(client.get(page).text)
    answer = client.post(path, data={"csrf_token": token, **form}, follow_redirects=True)
    return answer.text


def code_on(page: str) -> str:
    found = CODE.search(page)
    assert found
    return re.sub(r"<[^>]*>", "", found[1]).strip()


def test_the_answer_is_drawn_and_nothing_of_it_runs(client: FlaskClient, topic: Topic) -> None:
    page = client.get(f"/topics/{topic.handle}").text

    assert "<ol><li>先预约</li><li>带齐材料</li></ol>" in page
    assert '<a href="https://www.gov.cn/fuwu" rel="nofollow noopener noreferrer">' in page
    assert "<script>alert" not in page
    assert "毕业证原件" in page
    assert client.get("/topics/nothng").status_code == 404


def test_a_time_is_booked_moved_and_called_off_by_its_code(
    client: FlaskClient, app: object, topic: Topic, slots: list[int]
) -> None:
    page = send(
        client, f"/topics/{topic.handle}", f"/topics/{topic.handle}/bookings", slot=slots[0], name="小陈"
    )
    code = code_on(page)
    assert "小陈" in page
    number = int(re.search(r'id="booking-(\d+)"', page)[1])  # type: ignore[index]

    calendar = client.get(f"/topics/mine/{number}.ics")
    assert calendar.mimetype == "text/calendar"
    assert "STATUS:CONFIRMED" in calendar.text
    assert "LOCATION:户籍窗口" in calendar.text
    assert code not in calendar.text

    other = client.application.test_client()
    assert other.get(f"/topics/mine/{number}.ics").status_code == 404
    taken = send(other, f"/topics/{topic.handle}", f"/topics/{topic.handle}/bookings", slot=slots[0])
    assert "刚被别人约满了" in taken
    page = send(other, "/topics/mine", "/topics/mine", receipt_code=code.lower())
    assert "小陈" in page
    page = send(other, "/topics/mine", f"/topics/mine/{number}/move", slot=slots[1])
    assert "09:30" in page
    page = send(other, "/topics/mine", f"/topics/mine/{number}/cancel")
    assert "您已取消" in page
    calendar = other.get(f"/topics/mine/{number}.ics")
    assert "METHOD:CANCEL" in calendar.text
    assert "STATUS:CANCELLED" in calendar.text
    assert (
        send(other, "/topics/mine", "/topics/mine", receipt_code="K7Q2-9MXW-3TDE-58RA").count("没有找到") > 0
    )


def test_a_script_behind_one_address_does_not_get_all_times_of_a_week(
    client: FlaskClient, topic: Topic, slots: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topic_pages, "BOOKINGS_OF_A_DAY", topic_pages.BOOKINGS_OF_A_DAY._replace(most=2))
    client.environ_base["REMOTE_ADDR"] = "203.0.113.21"
    page = f"/topics/{topic.handle}"
    told = [send(client, page, f"{page}/bookings", slot=one) for one in slots[:3]]
    refused = "Very many appointments were booked from your network today"

    assert [refused in one for one in told] == [False, False, True]


def test_a_flood_of_questions_is_refused_kindly_and_what_was_typed_stays(
    client: FlaskClient, topic: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topic_pages, "QUESTIONS_OF_A_DAY", topic_pages.QUESTIONS_OF_A_DAY._replace(most=6))
    client.environ_base["REMOTE_ADDR"] = "203.0.113.22"
    page = f"/topics/{topic.handle}"
    told = [send(client, page, f"{page}/questions", question=f"第{number}问") for number in range(4)]
    assert "Already 3 of your questions wait here" in told[3]
    assert ">\n第3问</textarea>" in told[3]
    # Without its cookies the same network is still one.
    other = client.application.test_client()
    other.environ_base["REMOTE_ADDR"] = "203.0.113.22"
    told = [send(other, page, f"{page}/questions", question=f"又{number}") for number in range(3)]
    assert "今天从您所在的网络收到的提问太多" in told[2]


def test_what_was_typed_while_a_topic_closed_is_still_there(
    client: FlaskClient, desk: FlaskClient, topic: Topic
) -> None:
    page, at = f"/topics/{topic.handle}", f"/desk/topics/{topic.handle}"
    token = csrf_of(client.get(page).text)
    assert desk.post(f"{at}/close", data={"csrf_token": csrf_of(desk.get(at).text)}).status_code == 303
    told = client.post(f"{page}/questions", data={"csrf_token": token, "question": "能代办吗"})
    assert told.status_code == 409
    assert "What you wrote was not sent" in told.text
    assert "能代办吗</textarea>" in told.text
    assert "Book a time" not in told.text


def test_times_in_several_places_each_say_where_and_a_full_one_is_not_chosen(
    client: FlaskClient, topic: Topic, slots: list[int], services: Services, people: dict[str, Account]
) -> None:
    page, today = f"/topics/{topic.handle}", clock.now().astimezone(ZONE).date()
    assert client.get(page).text.count("户籍窗口") == 1
    with services.database.transaction() as tx:
        day = today + timedelta(days=3)
        grid = Grid(day, day, frozenset(range(1, 8)), time(9), time(10), 30, place="二楼")
        appointments.plan(tx, people["investigator"].actor, topic, grid, ZONE)
    shown = client.get(page).text
    assert (shown.count("户籍窗口"), shown.count("二楼")) == (4, 2)
    send(client.application.test_client(), page, f"{page}/bookings", slot=slots[0])
    told = send(client, page, f"{page}/bookings", slot=slots[0])
    assert f'value="{slots[0]}" disabled' in told
    assert " checked" not in told.partition('id="book"')[2]


def test_without_a_time_the_form_says_so_and_keeps_what_was_typed(client: FlaskClient, topic: Topic) -> None:
    page = send(client, f"/topics/{topic.handle}", f"/topics/{topic.handle}/bookings", name="小陈")

    assert "Choose a time first." in page
    assert 'value="小陈"' in page


def test_a_question_is_moderated_and_its_asker_reads_the_answer(
    client: FlaskClient, desk: FlaskClient, services: Services, topic: Topic
) -> None:
    asked = "我是李雷，电话13812345678，没有档案能办吗"
    page = send(client, f"/topics/{topic.handle}", f"/topics/{topic.handle}/questions", question=asked)
    code = code_on(page)
    assert "李雷" not in client.get(f"/topics/{topic.handle}").text

    there = f"/desk/topics/{topic.handle}/questions"
    with services.database.reading() as tx:
        number = questions.list_questions(tx, topic)[0].id
    assert "13812345678" in desk.get(there).text
    refused = send(desk, there, f"{there}/{number}", do="answer", text=asked, answer="可以。")
    assert "13812345678. Take it out" in refused
    send(desk, there, f"{there}/{number}", do="answer", text="没有档案能办吗？", answer="可以。")

    public = client.get(f"/topics/{topic.handle}").text
    assert "没有档案能办吗？" in public
    assert "李雷" not in public
    other = client.application.test_client()
    assert "可以。" in send(other, "/topics/mine", "/topics/mine", receipt_code=code)


def test_answers_are_found_and_an_empty_search_says_what_to_do(client: FlaskClient, topic: Topic) -> None:
    assert topic.handle in client.get("/answers?q=毕业生怎么落户").text
    assert "<mark>落户</mark>" in client.get("/answers?q=落户").text
    assert "Nothing answers this yet" in client.get("/answers?q=护照").text


# --- the desk


def test_an_officer_writes_previews_opens_and_closes(desk: FlaskClient, client: FlaskClient) -> None:
    page = send(desk, "/desk/topics", "/desk/topics", title="居住证办理")
    handle = re.search(r"/desk/topics/([0-9a-z]{6})/slots", page)[1]  # type: ignore[index]
    there = f"/desk/topics/{handle}"
    form = {"title": "居住证办理", "answer": "咨询 13812345678", "papers": "身份证 | 原件\n合同"}

    preview = send(desk, there, there, do="preview", **form)
    assert "Not saved yet" in preview
    assert "原件" in preview
    refused = send(desk, there, there, do="open", **form)
    assert "These numbers may be somebody&#39;s: 13812345678" in refused
    assert client.get(f"/topics/{handle}").status_code == 404
    send(desk, there, there, do="open", confirmed="1", **form)
    assert "身份证" in client.get(f"/topics/{handle}").text
    assert "poster" in desk.get(f"{there}/poster").text
    send(desk, there, f"{there}/close")
    assert "This topic is closed" in client.get(f"/topics/{handle}").text


def test_times_are_planned_and_cancelled_in_the_grid(
    desk: FlaskClient, client: FlaskClient, topic: Topic, slots: list[int]
) -> None:
    send(client, f"/topics/{topic.handle}", f"/topics/{topic.handle}/bookings", slot=slots[0], name="小陈")
    there = f"/desk/topics/{topic.handle}/slots"
    day = (clock.now().astimezone(ZONE).date() + timedelta(days=1)).isoformat()

    added = send(
        desk, there, there, first_day=day, last_day=day, weekdays=list("1234567"),
        starts="14:00", ends="15:00", minutes="30", capacity="2", place="户籍窗口",
    )  # fmt: skip
    assert "2 times added." in added
    assert "at least one weekday" in send(
        desk, there, there, first_day=day, last_day=day, starts="9:00", ends="10:00"
    )
    told = send(desk, there, f"{there}/change", do="cancel", slots=[slots[0]])
    assert "1 person had booked" in told
    assert "The station had to cancel this time" in client.get("/topics/mine").text
    send(desk, there, f"{there}/change", do="restore", slots=[slots[0]])
    listed = desk.get(f"/desk/topics/{topic.handle}/day?on={day}").text
    number = int(re.search(r'id="booking-(\d+)"', listed)[1])  # type: ignore[index]
    came = send(
        desk, f"/desk/topics/{topic.handle}/day", f"/desk/topics/{topic.handle}/bookings/{number}", do="came"
    )
    assert "小陈" in came


def test_a_topic_out_of_a_tip_answers_it(
    desk: FlaskClient, client: FlaskClient, make_tip: Callable[..., Tip]
) -> None:
    tip, other = (make_tip("毕业生怎么落户？", category="question") for _ in range(2))
    assert "Open a topic from this question" in desk.get(f"/desk/tips/{tip.reference}").text

    page = send(desk, "/desk/topics", "/desk/topics", tip=tip.reference)
    handle = re.search(r"/desk/topics/([0-9a-z]{6})/slots", page)[1]  # type: ignore[index]
    assert tip.reference in page
    there = f"/desk/topics/{handle}"
    send(desk, there, there, do="open", title="毕业生落户", answer="请预约。", answer_tips="1")

    assert f"/topics/{handle}" in desk.get(f"/desk/tips/{tip.reference}").text
    waiting = desk.get("/desk/topics/tips").text
    assert other.reference in waiting
    assert f'value="{tip.reference}"' not in waiting
    told = send(
        desk, "/desk/topics/tips", "/desk/topics/tips", tips=[other.reference], topic=handle, words="请看"
    )
    assert "1 question answered." in told


def test_programs_read_what_everybody_reads_and_write_as_the_desk(
    client: FlaskClient, headers: Callable[..., dict[str, str]], topic: Topic
) -> None:
    whole = client.get(f"/api/v1/public/topics/{topic.handle}").json
    assert [one["text"] for one in whole["papers"]] == ["毕业证原件", "户口迁移证"]
    assert whole["times"][0]["free"] == 1
    found = client.get("/api/v1/public/answers?q=毕业生落户").json["items"]
    assert [one["topic"]["handle"] for one in found] == [topic.handle]

    body = {"title": "居住证", "answer": "请预约。", "papers": [{"text": "身份证"}]}
    made = client.post("/api/v1/topics", json=body, headers=headers()).json
    assert made["state"] == "draft"
    assert client.get(f"/api/v1/public/topics/{made['handle']}").status_code == 404
    opened = client.post(f"/api/v1/topics/{made['handle']}/open", headers=headers()).json
    assert opened["state"] == "open"
    assert client.post("/api/v1/topics", json=body, headers=headers("auditor")).status_code == 403


def test_the_list_of_the_desk_counts_what_waits(desk: FlaskClient, client: FlaskClient, topic: Topic) -> None:
    send(client, f"/topics/{topic.handle}", f"/topics/{topic.handle}/questions", question="还能办吗？")

    assert "1 question waits" in desk.get("/desk/topics").text
    at = f"/desk/topics/{topic.handle}/questions"
    send(client, f"/topics/{topic.handle}", f"/topics/{topic.handle}/questions", question="骂人的话")
    assert topic.title in desk.get(at).text
    numbers = re.findall(r'name="chosen" value="(\d+)"', desk.get(at).text)
    assert len(numbers) == 2
    assert "Choose the questions first" in send(desk, at, f"{at}/hide", reason="与本话题无关")
    told = send(desk, at, f"{at}/hide", chosen=numbers, reason="与本话题无关")
    assert "2 questions are not published" in told
    assert 'name="chosen"' not in told
