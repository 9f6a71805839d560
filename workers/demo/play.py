"""Plays a story through the domain, step by step in the order of its time, as its people would have."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tipline import keyring, passwords
from tipline.db import Transaction
from tipline.domain import (
    accounts,
    acknowledging,
    beats,
    cases,
    clock,
    custody,
    district,
    duplicates,
    factors,
    grants,
    ids,
    links,
    messages,
    onetime,
    ratings,
    receipts,
    shops,
    tips,
)
from tipline.domain.actors import SYSTEM, Actor, reporter
from tipline.domain.areas import Area
from tipline.domain.reports import Report
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced
from tipline.services import Services
from workers.demo import casework, footage, pulled_in, rota, topic_pages
from workers.demo.casework import CASEWORK
from workers.demo.people import Person, Place
from workers.demo.pulled_in import PULLED_IN
from workers.demo.terms import Act, File, Sent
from workers.demo.together import TOGETHER

PIECE = 256 * 1024
MESSAGES = {"note", "progress", "question", "message"}


class Step(NamedTuple):
    """Something that happens at a moment."""

    at: datetime
    do: Callable[[], None]


class Stage:
    """One performance: who has become what while it is played."""

    def __init__(
        self,
        services: Services,
        now: datetime,
        drawn: Mapping[tuple[str, int], Path],
        case_words: Mapping[str, tuple[str, str]],
    ) -> None:
        self._services, self._now, self._drawn, self._case_words = services, now, drawn, case_words
        self._zone = ZoneInfo(services.settings.timezone)
        self._references: dict[str, str] = {}
        self._sent: dict[str, Sent] = {}
        self._numbers: dict[str, str] = {}
        self._actors: dict[str, Actor] = {}
        self._shops: dict[str, str] = {}
        self.passwords: dict[str, str] = {}
        # Username → what the app holds, of those whose role needs a second factor.
        self.apps: dict[str, bytes] = {}
        # Key of a tip → the code its reporter keeps.
        self.codes: dict[str, str] = {}

    def settle_in(
        self, people: Sequence[Person], areas: Mapping[str, str], places: Sequence[Place] = (),
        borders: Mapping[str, Sequence[tuple[float, float]]] | None = None,
    ) -> None:  # fmt: skip
        """The station is set up the day before anything happens."""
        with clock.frozen(self._now - timedelta(days=11)), self._services.database.transaction() as tx:
            custody.tell_set_back(tx)
            for code, name in areas.items():
                beats.add(tx, SYSTEM, code, name)
            drawn = [Area(code, areas[code], [[[*ring, ring[0]]]]) for code, ring in (borders or {}).items()]
            district.take(tx, SYSTEM, drawn)
            for one in places:
                shop = shops.add(tx, SYSTEM, shops.Described(one.name, one.place, one.beat, *one.position))
                self._shops[shop.words] = shop.code
            for person in people:
                secret = _new_password()
                account = accounts.add(
                    tx,
                    SYSTEM,
                    person.username,
                    role=person.role,
                    password_hash=passwords.make_hash(secret),
                    display_name=person.name,
                )
                self._actors[person.username] = account.actor
                self.passwords[person.username] = secret
                if factors.is_forced(account):
                    app = self.apps[person.username] = onetime.new_secret()
                    factors.set_totp(tx, self._services.key, account.actor, account, app, step=0)
            rota.settle(tx, self._actors, self._now, self._zone)
            pulled_in.settle(tx)
        with clock.frozen(self._now - timedelta(days=11)):
            self._hand_out_contact_key(people)

    def _hand_out_contact_key(self, people: Sequence[Person]) -> None:
        """The first officer takes the key to contact details and lets the others in, as at any station."""
        services, keys = self._services, dict[str, bytes]()
        for person in people:
            with services.database.reading() as tx:
                account = accounts.read_account(tx, person.username)
            if not grants.may_hold(account):
                continue
            keyring.enrol(services, account.actor, account, self.passwords[person.username])
            if not keys:
                keys, first = keyring.open_keys(services, account, self.passwords[person.username]), account
                continue
            with services.database.transaction() as tx:
                grants.give(tx, first.actor, accounts.read_account(tx, person.username), keys)

    def play(self, sent: Sequence[Sent], acts: Sequence[Act], more: Sequence[Step] = ()) -> None:
        """All of it, in the order in which it happened."""
        steps = [Step(tip.when.at(self._now), partial(self._send, tip)) for tip in sent]
        steps += more
        steps += [Step(act.when.at(self._now), partial(self._act, act)) for act in acts]
        for step in sorted(steps, key=lambda one: one.at):
            if step.at < self._now:
                with clock.frozen(step.at):
                    step.do()

    # --- what reporters do

    def _send(self, sent: Sent) -> None:
        services = self._services
        self._sent[sent.key] = sent
        happened = sent.happened.at(self._now)
        report = Report(
            category=sent.category,
            text=sent.text,
            place=sent.place,
            beat=sent.beat,
            occurred_at=happened,
            occurred_until=happened + timedelta(minutes=sent.lasted_min) if sent.lasted_min else None,
            lat=sent.position[0] if sent.position else None,
            lon=sent.position[1] if sent.position else None,
            contact=sent.contact,
            anonymous=sent.anonymous,
            clock_offset_s=sent.clock_offset_s,
            shop=self._shops.get(sent.place),
            overwrites_in_days=sent.overwrites_in_days,
        )
        minutes = services.settings.ack_minutes
        with services.database.transaction() as tx:
            tip = tips.begin(tx, report, language="zh_Hans_CN", door="web", ack_minutes=minutes)
            self.codes[sent.key] = receipts.issue(tx, services.key, tip)
            self._references[sent.key] = tip.reference
        for number, file in enumerate(sent.files):
            self._upload(tip, file, self._drawn[sent.key, number])
        with services.database.transaction() as tx:
            tips.submit(
                tx,
                tips.read_tip(tx, tip.reference),
                reporter(tip.reference),
                ack_minutes=minutes,
                zone=self._zone,
            )

    def _upload(self, tip: Tip, file: File, path: Path) -> None:
        data = path.read_bytes()
        kind = "video/mp4" if file.seconds else "image/jpeg"
        announced = Announced(
            len(data), footage.name_of(file, self._now), kind, hashlib.sha256(data).hexdigest()
        )
        upload = self._services.receiver.begin(tip.id, announced)
        pieces = (data[at : at + PIECE] for at in range(0, len(data), PIECE))
        self._services.receiver.append(upload.id, tip.id, 0, pieces)

    # --- what the desk does

    def _act(self, act: Act) -> None:
        with self._services.database.transaction() as tx:
            if act.verb == "open":
                title, summary = self._case_words[act.case]
                year = act.when.at(self._now).year
                case = cases.open_case(tx, self._actors[act.who], title, summary=summary, year=year)
                self._numbers[act.case] = case.number
            elif act.verb in PULLED_IN:
                tip = tips.read_tip(tx, self._references[act.tip])
                PULLED_IN[act.verb](tx, self._services, self._actors[act.who], tip, act)
            elif act.tip:
                self._act_on_tip(tx, act, tips.read_tip(tx, self._references[act.tip]))
            else:
                case = cases.read_case(tx, self._numbers[act.case])
                CASEWORK[act.verb](tx, self._actors[act.who], case, act, self._now)

    def _act_on_tip(self, tx: Transaction, act: Act, tip: Tip) -> None:
        if act.who == "reporter":
            _act_of_reporter(tx, act, tip)
            return
        actor = self._actors[act.who]
        if act.verb in TOGETHER:
            others = [
                tips.read_tip(tx, self._references[key])
                for key in act.more.split()
                if key in self._references
            ]
            TOGETHER[act.verb](tx, actor, tip, act, others)
            return
        if act.verb == "acknowledge":
            acknowledging.acknowledge(tx, actor, tip, act.text)
        elif act.verb == "assign":
            tips.assign(tx, actor, tip, self._actors[act.more].user_id, act.more)
        elif act.verb == "link":
            links.link(tx, actor, cases.read_case(tx, self._numbers[act.case]), tip, act.text)
        elif act.verb == "duplicate":
            duplicates.mark(tx, actor, tip, tips.read_tip(tx, self._references[act.more]), act.text)
        elif act.verb == "sight":
            case = cases.read_case(tx, self._numbers[act.case])
            casework.sight(tx, actor, case, tip, act)
        elif act.verb == "clock":
            files = self._sent[act.tip].files
            casework.read_clock(tx, actor, tip, files, act, self._now)
        elif act.verb in MESSAGES:
            messages.write(tx, actor, tip, act.text, kind=act.verb)
        else:
            tips.move(tx, actor, tip, act.verb, reason=act.text)

    def topics(self) -> list[Step]:
        """Answers for many, on pages of their own."""
        found = topic_pages.steps(self._services, self._actors, self._now, self._zone)
        return [Step(*one) for one in found]

    def actor(self, username: str) -> Actor:
        return self._actors[username]

    def reference(self, key: str) -> str:
        """How the tip of this key is called now."""
        return self._references[key]


def _act_of_reporter(tx: Transaction, act: Act, tip: Tip) -> None:
    if act.verb == "rate":
        ratings.rate(tx, reporter(tip.reference), tip, int(act.more), act.text)
    else:
        messages.write(tx, reporter(tip.reference), tip, act.text)


def _new_password() -> str:
    """Three groups that can be read out loud, 60 bits."""
    code = ids.new_receipt_code().lower().replace("-", "")
    return "-".join(code[at : at + 4] for at in range(0, 12, 4))
