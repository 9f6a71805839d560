"""Media on a host of their own: signed links of one visit, no cookie, nothing else behind that host."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests import factories
from tests.conftest import PEOPLE, browser, csrf_of, sign_in
from tipline.app import create_app
from tipline.domain.accounts import Account
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services
from tipline.settings import SettingsError, load
from tipline.web import media_links

MEDIA, PAGES = "http://media.example.org", "http://localhost"
LINK = re.compile(r'src="(http://media\.example\.org/[^"]+)"')


@pytest.fixture
def apart(services: Services) -> APIFlask:
    """The application with a host for media."""
    settings = replace(services.settings, media_url=MEDIA, public_url=PAGES)
    made = create_app(replace(services, settings=settings))
    made.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False)
    return made


@pytest.fixture
def film(services: Services, tip: Tip, add_file: Callable[..., Evidence]) -> Evidence:
    return factories.examine(services, add_file(tip, b"\0\0\0\x18ftypmp42" + bytes(4000), "cam1.mp4"))


@pytest.fixture
def officer(apart: APIFlask, people: dict[str, Account]) -> FlaskClient:
    made = browser(apart)
    assert sign_in(made, PEOPLE["investigator"]).status_code in (302, 303)
    return made


def links(officer: FlaskClient, tip: Tip) -> list[str]:
    found = LINK.findall(officer.get(f"/desk/tips/{tip.reference}").text)
    assert found
    return [one.replace("&amp;", "&") for one in found]


def fetch(client: FlaskClient, url: str, **headers: str) -> Any:
    """As a browser does it: host and address of the link."""
    parts = urlsplit(url)
    return client.get(
        f"{parts.path}?{parts.query}", base_url=f"{parts.scheme}://{parts.netloc}", headers=headers
    )


def test_a_page_draws_links_that_open_without_a_cookie_and_run_nothing(
    apart: APIFlask, officer: FlaskClient, tip: Tip, film: Evidence
) -> None:
    stranger = browser(apart)
    for url in links(officer, tip):
        answer = fetch(stranger, url)
        assert answer.status_code == 200, url
        headers = answer.headers
        assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert headers["Cross-Origin-Resource-Policy"] == "same-site"
        assert headers["Access-Control-Allow-Origin"] == PAGES
        assert "Set-Cookie" not in headers
    policy = officer.get("/desk/queue").headers["Content-Security-Policy"]
    assert f"media-src 'self' blob: {MEDIA}" in policy


def test_a_link_opens_one_object_for_one_visit_for_a_while(
    apart: APIFlask, officer: FlaskClient, tip: Tip, film: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger, url = browser(apart), links(officer, tip)[0]
    other = next(one for one in links(officer, tip) if urlsplit(one).path != urlsplit(url).path)
    signed = urlsplit(url).query

    assert fetch(stranger, f"{MEDIA}{urlsplit(other).path}?{signed}").status_code == 404
    assert fetch(stranger, re.sub(r"for=d\.[0-9a-f]+", "for=d." + "0" * 24, url)).status_code == 404
    assert fetch(stranger, re.sub(r"until=\d+", "until=99999999999", url)).status_code == 404
    assert fetch(stranger, f"{MEDIA}{urlsplit(url).path}").status_code == 404
    now = media_links.time.time()
    monkeypatch.setattr(media_links.time, "time", lambda: now + 2 * media_links.WINDOW_S)
    assert fetch(stranger, url).status_code == 410


def test_after_sign_out_a_link_is_over(
    apart: APIFlask, officer: FlaskClient, tip: Tip, film: Evidence
) -> None:
    url = links(officer, tip)[0]
    officer.post("/desk/sign-out", data={"csrf_token": csrf_of(officer.get("/desk/queue").text)})

    assert fetch(browser(apart), url).status_code == 410


def test_a_right_that_was_taken_away_is_noticed(
    apart: APIFlask, officer: FlaskClient, services: Services, tip: Tip, film: Evidence, people: Any
) -> None:
    url = links(officer, tip)[0]
    with services.database.transaction() as tx:
        tx.get_one(Account, people["investigator"].id).role = "partner"

    assert fetch(browser(apart), url).status_code == 403


def test_nothing_but_media_answers_at_their_host_and_a_cookie_opens_nothing_there(
    apart: APIFlask, officer: FlaskClient, tip: Tip, film: Evidence
) -> None:
    original = f"/api/v1/evidence/{film.id}/original"
    for path in ("/", "/desk/queue", "/report", "/api/v1/queue", "/static/x", "/healthz", original):
        assert officer.get(path, base_url=MEDIA).status_code == 404, path
    assert officer.post("/desk/sign-in", base_url=MEDIA).status_code in (400, 403, 404, 422)


def test_the_pages_host_sends_a_browser_on_and_still_serves_programs(
    apart: APIFlask, officer: FlaskClient, film: Evidence, headers: Callable[..., dict[str, str]]
) -> None:
    original = f"/api/v1/evidence/{film.id}/original"

    sent_on = officer.get(original)
    assert (sent_on.status_code, sent_on.data.count(b"ftyp")) == (303, 0)
    assert fetch(browser(apart), sent_on.headers["Location"]).data.startswith(b"\0\0\0\x18ftyp")
    assert browser(apart).get(original).status_code == 401
    assert browser(apart).get(original, headers=headers()).status_code == 200


# The page's script in a browser of a few lines: what becomes of a picture whose link is refused, and again.
REFUSED = """
import { readFileSync } from "node:fs";
let hear;
globalThis.location = new URL("https://tips.example.org/desk/tips/T-1001");
globalThis.document = { addEventListener: (_name, listener) => { hear = listener; } };
globalThis.HTMLMediaElement = class {};
globalThis.HTMLImageElement = class { src = "https://media.example.org/api/v1/x?v=1&for=d.1&until=2&sig=3"; };
await import("data:text/javascript," + encodeURIComponent(readFileSync(process.argv[1], "utf-8")));
const picture = new HTMLImageElement();
const others = [];
for (const _time of [1, 2]) {
  let isHeard = true;
  hear({ target: picture, stopImmediatePropagation: () => { isHeard = false; } });
  others.push(isHeard);
}
console.log(JSON.stringify([picture.src, others]));
"""


BROKEN = """
import { readFileSync } from "node:fs";
const part = encodeURIComponent(readFileSync(process.argv[1], "utf-8"));
const { why } = await import("data:text/javascript," + part);
const said = [];
for (const status of [200, 206, 404, 410, 503, 0]) {
  globalThis.fetch = async () => (status ? { status } : Promise.reject(new Error("no line")));
  said.push(await why("/x"));
}
console.log(JSON.stringify(said));
"""


def node(script: str, part: str) -> Any:
    """What a script says of one of the pages' own."""
    path = Path(media_links.__file__).parents[1] / "static/js/parts" / part
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script, str(path)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_store_that_is_away_is_not_called_a_film_that_does_not_play() -> None:
    assert node(BROKEN, "desk_broken.js") == ["unplayable", "unplayable", "lost", "lost", "away", "away"]


def test_a_page_renews_a_refused_link_once_before_anything_is_called_lost() -> None:
    assert node(REFUSED, "desk_media.js") == ["/api/v1/x?v=1", [False, True]]


@pytest.mark.parametrize(
    "value", ["media.example.org", "https://media.example.org/x", "https://a b", "ftp://x", "https://x?y"]
)
def test_a_host_that_is_none_is_refused_at_the_start(value: str) -> None:
    with pytest.raises(SettingsError):
        load({"TIPLINE_MEDIA_URL": value})


def test_the_host_of_pages_is_no_host_for_media() -> None:
    same = "https://tips.example.org"
    with pytest.raises(SettingsError):
        load({"TIPLINE_MEDIA_URL": same, "TIPLINE_PUBLIC_URL": same})
