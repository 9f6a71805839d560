"""The matrix: every route, called by every role, by strangers, by narrowed tokens, for what is not theirs.

The routes are those of the URL map; `access.txt` says of each who may call it. One app and one database for
all of it, so that a thousand calls cost seconds.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from apiflask import APIFlask

from tests import factories
from tests.conftest import PEOPLE, browser
from tests.laws.sources import ROOT
from tipline import settings as settings_module
from tipline.bell import SilentBell
from tipline.domain import accounts, cases, clock, ids, links, receipts, rights, tips, tokens
from tipline.domain.actors import SYSTEM, reporter
from tipline.domain.evidence import Evidence
from tipline.domain.packages import Package
from tipline.domain.reports import Report
from tipline.domain.uploads import Announced
from tipline.services import Services, build
from tipline.web import guard

TABLE = ROOT / "tests" / "laws" / "access.txt"
DOORS = ("public", "reporter", "sender")
# Routes of parts we use, which no decorator of ours can reach.
OF_PARTS = {"openapi.spec": "public", "static": "public"}
# Whatever a form may hold, so that a call gets as far as what it is about.
TYPED = {
    "text": "x", "reason": "x", "state": "triage", "kind": "note", "title": "x", "username": "li", "t": 1.0,
    "name": "x", "into": "A-2026-1", "due": "", "usual": "x", "category": "theft",
}  # fmt: skip
# What differs from answer to answer whoever asks: the short name of the request, the form's token.
OF_THE_REQUEST = re.compile(r"\b[0-9a-f]{8}\b|value=\"[\w.-]{60,}\"")


PLACE = re.compile(r"<(?:(?:any\((\w+)[^)]*\)|\w+):)?(\w+)>")


class Row(NamedTuple):
    method: str
    rule: str
    who: str
    whose: str

    @property
    def name(self) -> str:
        return f"{self.method} {self.rule}"


class World(NamedTuple):
    """What fills the places of an address: a closed tip with its file and case, or nothing at all."""

    app: APIFlask
    tokens: dict[str, str]
    theirs: dict[str, str]
    nothing: dict[str, str]


def table() -> list[Row]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [Row(*line.split()) for line in lines if line and not line.startswith("#")]


ROWS = table()
GUARDED = [row for row in ROWS if row.who in rights.RIGHTS]


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory, migrated_file: Path, password_hash: str
) -> Iterator[World]:
    data = tmp_path_factory.mktemp("access")
    chosen = settings_module.load(
        {"TIPLINE_DATA": str(data), "TIPLINE_MIN_FREE_BYTES": "1000000", "TIPLINE_SECRET_KEY": "k" * 48}
    )
    shutil.copy(migrated_file, data / "tipline.db")
    services = build(chosen, bell=SilentBell())
    try:
        yield _filled(services, password_hash)
    finally:
        services.close()


def _filled(services: Services, password_hash: str) -> World:
    from tipline.app import create_app

    app = create_app(services)
    app.config["TESTING"], app.config["PROPAGATE_EXCEPTIONS"] = True, False
    made: dict[str, str] = {}
    with services.database.transaction() as tx:
        people = {
            role: accounts.add(tx, SYSTEM, name, role=role, password_hash=password_hash)
            for role, name in PEOPLE.items()
        }
        people["outsider"] = accounts.add(tx, SYSTEM, "he", role="investigator", password_hash=password_hash)
        for role, account in people.items():
            made[role] = tokens.create(tx, services.key, SYSTEM, account)
        for scope in ("reply:manage", "beat:manage"):
            made[scope] = tokens.create(tx, services.key, SYSTEM, people["admin"], scopes=[scope])
        tip = tips.begin(tx, Report("theft", "有人撬门", "学府路"), language="en", door="web", ack_minutes=2)
        tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2)
        made["reporter"] = receipts.open_access(tx, services.key, tip)
    upload = services.receiver.begin(tip.id, Announced(404, "IMG.jpg"))
    services.receiver.append(upload.id, tip.id, 0, [b"\xff\xd8\xff\xe0" + bytes(400)])
    with services.database.reading() as tx:
        file = factories.examine(services, tx.get_one(Evidence, upload.evidence_id), pictures=1)
    with services.database.transaction() as tx:
        lead = people["investigator"].actor
        case = cases.open_case(tx, lead, "closed to others", year=2026)
        case.access = cases.MEMBERS
        links.link(tx, lead, case, tips.read_tip(tx, tip.reference), "same coat")
        package = Package(
            id=ids.new_id(), case_id=case.id, author_id=people["investigator"].id, reason="x", state="done",
            name="x.zip", size=1, sha256="0" * 64, created_at=clock.now(), expires_at=clock.now(),
        )  # fmt: skip
        tx.add(package)
    services.store.put(package.key, b"x")
    theirs = {"reference": tip.reference, "tip": tip.reference, "other": tip.reference,
              "evidence_id": file.id, "number": case.number, "package_id": package.id}  # fmt: skip
    nothing = {"reference": "T-9999", "tip": "T-9999", "other": "T-9999", "evidence_id": "0" * len(file.id),
               "number": "A-2026-999", "package_id": "0" * 26}  # fmt: skip
    return World(app, made, theirs, nothing)


def call(world: World, row: Row, who: str | None, names: dict[str, str] | None = None) -> Any:
    """The answer to this person; `None` is somebody with a token of their own making."""
    path = PLACE.sub(lambda place: (names or {}).get(place[2], place[1] or "1"), row.rule)
    token = world.tokens[who] if who else "nothing"
    typed = {**TYPED, **(names or {})}
    body: dict[str, Any] = {"json": typed} if path.startswith("/api/") else {"data": typed}
    if row.method in ("GET", "HEAD"):
        body = {}
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en", "If-Match": "*"}
    return browser(world.app).open(path, method=row.method, headers=headers, **body)


def test_every_route_has_its_row_and_every_row_its_route(app: APIFlask) -> None:
    there = {}
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        who = OF_PARTS.get(rule.endpoint) or guard.declared(view)
        methods = rule.methods or set()
        for method in sorted(methods - {"HEAD", "OPTIONS"}) or sorted(methods - {"OPTIONS"}) or ["OPTIONS"]:
            there[f"{method} {rule.rule}"] = who
    stands = {row.name: row.who for row in ROWS}

    missing = sorted(f"{name} {who}" for name, who in there.items() if name not in stands)
    assert missing == [], "add these to tests/laws/access.txt, each with tip, file, case or -"
    assert sorted(set(stands) - set(there)) == [], "rows without a route"
    assert {name: who for name, who in there.items() if stands[name] != who} == {}


def test_what_names_a_tip_a_file_or_a_case_says_so() -> None:
    wrong = []
    for row in GUARDED:
        named = (
            "file" if "<evidence_id>" in row.rule
            else "case" if "/cases/<number>" in row.rule
            else "tip" if row.rule.startswith(("/desk/tips/<reference>", "/api/v1/tips/<reference>"))
            else None
        )  # fmt: skip
        if named and row.whose != named:
            wrong.append(row.name)
    assert wrong == []


def test_nobody_gets_in_without_credentials_and_a_receipt_is_none_for_the_desk(world: World) -> None:
    past = []
    for row in ROWS:
        if row.who != "public":
            status = call(world, row, None).status_code
            # tus wants to see its own protocol first, whoever asks.
            past += [f"{row.name}: {status}"] if status not in (401, 412) else []
        if row.who in rights.RIGHTS and row.method == "GET":
            status = call(world, row, "reporter").status_code
            past += [f"{row.name} with a receipt: {status}"] if status != 401 else []
    assert past == []


@pytest.mark.parametrize("role", rights.ROLES)
def test_a_role_opens_its_doors_and_no_others(world: World, role: str) -> None:
    actor = accounts.Account(username="x", role=role, id=1).actor
    wrong = []
    for row in GUARDED:
        if not rights.may(actor, row.who):
            status = call(world, row, role).status_code
            wrong += [f"{row.name} open to {role}: {status}"] if status != 403 else []
        elif row.method == "GET" and row.whose == "-" and "<" not in row.rule:
            answer = call(world, row, role)
            is_closed = answer.status_code in (401, 403) and b"account:in-person" not in answer.data
            is_fresh = getattr(_view(world, row), "is_fresh", False)
            wrong += [f"{row.name} shut to {role}"] if is_closed and not is_fresh else []
    assert wrong == []


def _view(world: World, row: Row) -> Any:
    rule = next(one for one in world.app.url_map.iter_rules() if one.rule == row.rule)
    return world.app.view_functions[rule.endpoint]


def test_a_token_opens_no_more_than_its_scopes(world: World) -> None:
    past = []
    for row in GUARDED:
        if row.who == "partner:send":
            continue
        answer = call(world, row, "beat:manage" if row.who == "reply:manage" else "reply:manage")
        if answer.status_code != 403 or (answer.json or {"code": "token:narrow"})["code"] != "token:narrow":
            past.append(f"{row.name}: {answer.status_code}")
    assert past == []


def test_what_is_not_yours_looks_like_what_is_not_there(world: World) -> None:
    """Threats 22 and 28: same status, same bytes, whatever is asked of a tip, a file or a case."""
    told = []
    for row in GUARDED:
        if row.whose == "-":
            continue
        theirs, nothing = (call(world, row, "outsider", names) for names in (world.theirs, world.nothing))
        if _plain(theirs, world.theirs) != _plain(nothing, world.nothing) or theirs.status_code < 400:
            told.append(f"{row.name}: {theirs.status_code} {nothing.status_code}")
    assert told == []


def _plain(answer: Any, names: dict[str, str]) -> tuple[int, str, list[str]]:
    """Status, body and headers without the names that were asked for."""
    body = OF_THE_REQUEST.sub("", answer.data.decode(errors="replace"))
    for name in names.values():
        body = body.replace(name, "NAME")
    return answer.status_code, body, sorted(answer.headers.keys())


def test_what_is_yours_opens(world: World) -> None:
    """Otherwise the law above would hold of doors that are shut to everybody."""
    shut = []
    for row in GUARDED:
        if row.who == "contact:read":
            continue  # no program opens what is sealed to its officers
        named = {name for _, name in PLACE.findall(row.rule)}
        is_whole = named <= set(world.theirs) and "<int:" not in row.rule
        if row.whose != "-" and row.method == "GET" and is_whole:
            status = call(world, row, "investigator", world.theirs).status_code
            shut += [f"{row.name}: {status}"] if status >= 400 else []
    assert shut == []
