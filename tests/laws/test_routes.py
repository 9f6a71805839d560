"""Every route says who may call it, in a place nobody can forget, and the answer is kept at the door."""

from __future__ import annotations

import re

from apiflask import APIFlask
from werkzeug.routing import Rule

from tests.laws.sources import ROOT, files
from tipline.domain import rights
from tipline.web import guard

# Routes of parts we use, which no decorator of ours can reach.
OF_PARTS = {"openapi.spec": "public"}
# The way into the desk, and out of it, is open to whoever stands before it.
OPEN_AT_THE_DESK = {"/desk/sign-in", "/desk/sign-in/factor", "/desk/sign-in/passkey", "/desk/sign-out"}
FORM = re.compile(r"<form\b(?P<opening>[^>]*)>(?P<inside>.*?)</form>", re.DOTALL | re.IGNORECASE)
POSTS = re.compile(r"""method\s*=\s*["']?post""", re.IGNORECASE)


def _who(app: APIFlask, rule: Rule) -> str | None:
    return OF_PARTS.get(rule.endpoint) or guard.declared(app.view_functions[rule.endpoint])


def _rules(app: APIFlask) -> list[Rule]:
    return list(app.url_map.iter_rules())


def test_every_route_says_who_may_call_it(app: APIFlask) -> None:
    silent = [f"{rule.rule} ({rule.endpoint})" for rule in _rules(app) if not _who(app, rule)]

    assert silent == []


def test_what_a_route_says_is_a_door_or_a_right_of_the_table(app: APIFlask) -> None:
    known = {"public", "reporter", "sender", *rights.RIGHTS}

    assert [f"{rule.rule}: {_who(app, rule)}" for rule in _rules(app) if _who(app, rule) not in known] == []


def test_exceptions_for_parts_are_still_needed(app: APIFlask) -> None:
    assert set(OF_PARTS) <= {rule.endpoint for rule in _rules(app)}


def test_the_desk_is_for_staff_and_the_public_side_is_not(app: APIFlask) -> None:
    wrong = []
    for rule in _rules(app):
        who = _who(app, rule)
        is_desk = rule.rule.startswith("/desk") and rule.rule not in OPEN_AT_THE_DESK
        is_desk_api = rule.rule.startswith("/api/") and not rule.rule.startswith("/api/v1/public/")
        if (
            (is_desk or is_desk_api)
            and rule.endpoint not in OF_PARTS
            and who in ("public", "reporter", "sender")
        ):
            wrong.append(f"{rule.rule} is open to {who}")
        if rule.rule.startswith(("/report", "/status", "/api/v1/public/")) and who in rights.RIGHTS:
            wrong.append(f"{rule.rule} asks for {who}")
    assert wrong == []


def test_every_form_that_changes_something_carries_the_token() -> None:
    bare = []
    for path in files("templates", ".html"):
        for form in FORM.finditer(path.read_text(encoding="utf-8")):
            if POSTS.search(form["opening"]) and "csrf" not in form["inside"]:
                bare.append(f"{path.relative_to(ROOT)}: <form{form['opening']}>")
    assert bare == []


def test_every_form_is_closed_so_that_the_law_above_sees_it() -> None:
    for path in files("templates", ".html"):
        text = path.read_text(encoding="utf-8")
        assert text.count("<form") == text.count("</form>"), path
