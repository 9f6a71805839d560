"""A share from the officer's form to the recipient's phone, and all the ways in which it ends."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from storage import keys
from tests.conftest import browser, csrf_of
from tipline.domain import clock, custody, derivatives, renditions, shares, sharing
from tipline.domain.actors import SYSTEM
from tipline.domain.evidence import Evidence
from tipline.domain.shares import Share
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.services import Services

SHARED = {
    "source": "original", "recipient": "邻区 王警官", "usual": "Identify a person or vehicle",
    "reason": "同一嫌疑人", "days": "7", "share": "0" * 26,
    "place": "幸福路 12 号", "message": "请看左边的人", "show_category": "1", "show_place": "1",
}  # fmt: skip
LINK = re.compile(r'data-copy="http://[^"/]+(/share/[0-9a-z]{26})#([0-9A-Z-]+)"')


@pytest.fixture
def photo(services: Services, tip: Tip, add_file: Callable[..., Evidence]) -> Evidence:
    file = add_file(tip)
    with services.database.transaction() as tx:
        tx.get_one(Evidence, file.id).kind = "photo"
    return file


@pytest.fixture
def officer(signed_in: Callable[..., FlaskClient]) -> FlaskClient:
    return signed_in("investigator")


def made(services: Services, share_id: str, size: int = 0) -> None:
    """What the worker does: the copy is there."""
    out = io.BytesIO()
    Image.new("RGB", (320, 200), (90, 90, 90)).save(out, "JPEG")
    data = out.getvalue() + bytes(size)
    with services.database.transaction() as tx:
        share = shares.read_share(tx, share_id)
        name = f"shared-{share.derivative_id}.jpg"
        services.store.put(keys.rendition(share.evidence_id, name), io.BytesIO(data))
        sha256 = "ab" * 32
        renditions.keep(
            tx, share.evidence_id, name=name, kind="shared", provenance={}, mime="image/jpeg", size=len(data),
            sha256=sha256, width=320, height=200, t=None, frame=None,
        )  # fmt: skip
        derivatives.finish(tx, share.derivative_id or 0, rendition=name, found={}, sha256=sha256)


def offer(client: FlaskClient, tip: Tip, file: Evidence, **more: str) -> Any:
    url = f"/desk/tips/{tip.reference}/evidence/{file.id}/share"
    page = client.get(url).text
    number = re.search(r'name="share" value="([0-9a-z]{26})"', page)
    assert number
    form = {**SHARED, "csrf_token": csrf_of(page), "share": number[1], **more}
    return client.post(url, data={name: value for name, value in form.items() if value})


def link(answer: Any) -> tuple[str, str]:
    """Where the link leads, and the secret behind its #."""
    assert answer.status_code == 200, answer.text
    found = LINK.search(answer.text)
    assert found
    return found[1], found[2]


def enter(client: FlaskClient, url: str, code: str, **more: str) -> Any:
    page = client.get(url)
    return client.post(url, data={"csrf_token": csrf_of(page.text), "code": code, **more})


def test_a_recipient_opens_a_share_and_sees_only_what_was_ticked(
    app: Any, officer: FlaskClient, services: Services, tip: Tip, photo: Evidence
) -> None:
    url, code = link(offer(officer, tip, photo))
    made(services, url[7:])
    outside = browser(app)

    door = outside.get(url)
    assert code not in door.text
    assert "noindex" in door.text
    assert door.headers["Cache-Control"] == "no-store"
    assert enter(outside, url, code.lower()).headers["Location"] == f"{url}/look"
    page = outside.get(f"{url}/look").text

    assert "邻区 王警官" in page
    assert "请看左边的人" in page
    assert "幸福路 12 号" in page
    assert "Theft on the premises" in page
    for secret in (tip.reference, photo.filename, photo.id, tip.text, "同一嫌疑人", photo.sha256 or "-"):
        assert secret not in page, secret
    file = outside.get(f"{url}/file")
    assert (file.status_code, file.mimetype) == (200, "image/jpeg")
    assert file.headers["Content-Disposition"] == f'inline; filename="S-{url[7:15].upper()}.jpg"'
    assert file.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("anonymous", "told"), [
    (False, "2018-05-21 12:30:01"), (True, "2018-05-21 12:00–13:00"),
])  # fmt: skip
def test_of_an_anonymous_tip_the_hour_alone_is_told(
    services: Services, tip: Tip, photo: Evidence, anonymous: bool, told: str
) -> None:
    read = {"readings": [{"t": 0.0, "text": "", "at": "2018-05-21T12:30:00"}], "agreeing": 5, "looked": 5,
            "pace": None, "started_at": "2018-05-21T12:30:00", "ambiguous": [], "jumps": [],
            "offset_s": 1526905800.0}  # fmt: skip
    with services.database.transaction() as tx:
        file = tx.get_one(Evidence, photo.id)
        file.kind, file.media = "video", json.dumps({"duration_s": 60.0, "clock": read})
        file.clock_offset_s, file.clock_source = 0.0, "desk"
        tx.get_one(Tip, tip.id).anonymous = anonymous
        tx.flush()

        assert sharing.true_time(tx, file, 1.0, "Asia/Shanghai") == told


def test_pieces_of_one_visit_are_one_view_and_stand_in_the_log_without_an_address(
    app: Any, officer: FlaskClient, services: Services, tip: Tip, photo: Evidence
) -> None:
    url, code = link(offer(officer, tip, photo, most_views="2"))
    made(services, url[7:], 4000)
    outside = browser(app)
    outside.environ_base["REMOTE_ADDR"] = "203.0.113.77"
    enter(outside, url, code)
    for part in ("bytes=0-99", "bytes=100-199", "bytes=0-"):
        assert outside.get(f"{url}/file", headers={"Range": part}).status_code == 206
    outside.get(f"{url}/look")

    with services.database.reading() as tx:
        share = shares.read_share(tx, url[7:])
        log = custody.list_of(tx, subject=f"share:{share.id}")
        assert (share.views, len(shares.list_views(tx, share))) == (1, 1)
        assert [one.action for one in log] == ["share:make", "share:open"]
        assert log[-1].actor == f"recipient:{share.number}"
        assert "203.0.113.77" not in "".join(one.detail + one.actor for one in log)
    # Back at the door within the visit, nobody uses a view up by pressing again.
    door = outside.get(url).text
    assert f'href="{url}/look"' in door
    assert "<form" not in door
    # The second view is the last; whoever is at it may go on, nobody else gets in.
    last = browser(app)
    enter(last, url, code)
    assert last.get(f"{url}/file").status_code == 200
    assert "Go on looking" in last.get(url).text
    late = browser(app).get(url)
    assert late.status_code == 410
    assert "opened as often as was allowed" in late.text


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_revoked_share_opens_to_nobody_from_that_moment_on(
    app: Any, officer: FlaskClient, services: Services, tip: Tip, photo: Evidence, language: str
) -> None:
    url, code = link(offer(officer, tip, photo))
    made(services, url[7:])
    outside = browser(app, language)
    enter(outside, url, code)
    assert outside.get(f"{url}/file").status_code == 200

    page = officer.get(f"/desk{url.replace('/share/', '/shares/')}")
    officer.post(f"/desk/shares/{url[7:]}/revoke", data={"csrf_token": csrf_of(page.text), "reason": "误发"})

    for where in (url, f"{url}/look", f"{url}/file"):
        gone = outside.get(where)
        assert gone.status_code == 410
        assert ("withdrawn" if language == "en" else "撤回") in gone.text
    with services.database.reading() as tx:
        log = custody.list_of(tx, subject=f"share:{url[7:]}")
        assert [one.action for one in log] == ["share:make", "share:open", "share:revoke", "share:late"]
        assert log[2].reason == "误发"


def test_a_share_ends_on_its_day(
    app: Any, officer: FlaskClient, services: Services, tip: Tip, photo: Evidence
) -> None:
    url, code = link(offer(officer, tip, photo, days="1"))
    made(services, url[7:])
    outside = browser(app)
    enter(outside, url, code)

    with clock.frozen(clock.now() + timedelta(hours=2)):
        over = outside.get(f"{url}/file")
        assert over.status_code == 401  # a visit lasts an hour
    with clock.frozen(clock.now() + timedelta(days=1, minutes=1)):
        assert browser(app).get(url).status_code == 410
        assert outside.get(f"{url}/file").status_code == 410


def test_the_second_code_is_needed_and_wrong_ones_run_out(
    app: Any, officer: FlaskClient, services: Services, tip: Tip, photo: Evidence
) -> None:
    answer = offer(officer, tip, photo, second="1")
    url, code = link(answer)
    told = re.search(r'share-code mono">([0-9 ]+)<', answer.text)
    assert told
    made(services, url[7:])
    outside = browser(app)

    assert enter(outside, url, code).status_code == 403
    assert enter(outside, url, "0000-0000-0000-0000", second=told[1]).status_code == 403
    assert enter(outside, url, code, second=told[1]).status_code == 303
    outside = browser(app)
    for _ in range(20):
        enter(outside, url, code, second="1234 5678")
    refused = enter(outside, url, code, second=told[1])
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "3600"


def test_only_the_keyed_hash_of_a_link_is_kept(
    officer: FlaskClient, services: Services, tip: Tip, photo: Evidence
) -> None:
    answer = offer(officer, tip, photo, second="1")
    url, code = link(answer)

    with services.database.reading() as tx:
        kept = repr(vars(shares.read_share(tx, url[7:])))
        kept += "".join(one.detail for one in custody.list_of(tx, tip=tip.reference))
    assert code not in kept
    assert code.replace("-", "") not in kept
    assert code not in officer.get(f"/desk/shares/{url[7:]}").text


def test_what_is_wrong_with_the_form_is_said_beside_each_field_and_nothing_typed_is_lost(
    officer: FlaskClient, services: Services, tip: Tip, photo: Evidence
) -> None:
    refused = offer(
        officer, tip, photo, recipient="", usual="", reason="", days="91", most_views="0", message="保留"
    )

    assert refused.status_code == 422
    for sentence in ("Write who receives it", "Write why it is shared", "from 1 to 90 days", "1 to 1000"):
        assert sentence in refused.text
    assert "保留" in refused.text
    with services.database.reading() as tx:
        assert shares.list_shares(tx) == []


def test_a_form_sent_twice_makes_one_share(
    officer: FlaskClient, services: Services, tip: Tip, photo: Evidence
) -> None:
    same = "a" * 26
    link(offer(officer, tip, photo, share=same))
    again = offer(officer, tip, photo, share=same)

    assert again.status_code == 409
    with services.database.reading() as tx:
        assert len(shares.list_shares(tx)) == 1


def test_making_a_share_can_be_taken_back(
    app: Any, officer: FlaskClient, services: Services, tip: Tip, photo: Evidence
) -> None:
    answer = offer(officer, tip, photo)
    url, code = link(answer)
    made(services, url[7:])
    undo = re.search(r'action="(/desk/acts/\d+/undo)"', answer.text)
    assert undo

    officer.post(undo[1], data={"csrf_token": csrf_of(answer.text), "here": "/desk/shares"})

    assert browser(app).get(url).status_code == 410
    with services.database.reading() as tx:
        actions = [one.action for one in custody.list_of(tx, subject=f"share:{url[7:]}")]
    assert actions[:2] == ["share:make", "share:revoke"]


def test_a_share_being_prepared_says_so_and_counts_no_view(
    app: Any, officer: FlaskClient, services: Services, tip: Tip, photo: Evidence
) -> None:
    url, code = link(offer(officer, tip, photo))

    early = enter(browser(app), url, code)

    assert early.status_code == 503
    assert "still being prepared" in early.text
    with services.database.reading() as tx:
        assert shares.read_share(tx, url[7:]).views == 0


def test_erasing_a_tip_ends_its_shares_and_names_the_bytes_to_delete(
    app: Any, officer: FlaskClient, services: Services, tip: Tip, photo: Evidence, people: Any
) -> None:
    url, code = link(offer(officer, tip, photo))
    made(services, url[7:])

    with services.database.transaction() as tx:
        going = tx.get_one(Tip, tip.id)
        going.erased_at = clock.now()  # as an erasure that has begun leaves it
        keys_ = sharing.drop_of_tip(tx, going, people["supervisor"].actor)

    with services.database.reading() as tx:
        share = tx.get_one(Share, url[7:])
        assert keys_ == [keys.rendition(photo.id, f"shared-{share.derivative_id}.jpg")]
        assert renditions.list_of(tx, photo.id, renditions.SHARED) == []
        assert (share.message, share.facts, share.revoked_at is not None) == ("", {}, True)
    assert browser(app).get(url).status_code == 410


def test_the_list_names_recipients_and_hides_cases_one_may_not_see(
    officer: FlaskClient, signed_in: Callable[..., FlaskClient], services: Services, tip: Tip, photo: Evidence
) -> None:
    link(offer(officer, tip, photo))

    page = signed_in("auditor").get("/desk/shares")
    assert page.status_code == 200
    assert "邻区 王警官" in page.text
    assert "Revoke<" not in page.text
    assert signed_in("auditor").get("/desk/shares?case=A-1999-1").status_code == 404


@pytest.mark.parametrize("where", ["", "/look", "/file"])
def test_a_link_that_never_was_is_not_found(client: FlaskClient, where: str) -> None:
    assert client.get(f"/share/{'z' * 26}{where}").status_code == 404


def test_a_share_is_revoked_from_the_command_line_by_its_number(
    officer: FlaskClient, services: Services, tip: Tip, photo: Evidence
) -> None:
    url, _code = link(offer(officer, tip, photo))
    number = f"s-{url[7:15]}"

    with services.database.transaction() as tx:
        found = shares.read_numbered(tx, number)
        sharing.revoke(tx, SYSTEM, found, "lost phone")
        assert shares.state_of(found, shares.copy_of(tx, found)) == shares.REVOKED
    for wrong in ("", "S-", "S-%%%%%%%%", "S-00000000", url[7:]):
        with services.database.reading() as tx, pytest.raises(TiplineError):
            shares.read_numbered(tx, wrong)
