"""Members, tasks, descriptions and the list of evidence of a case, for programs of the desk."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from tipline.db import Transaction
from tipline.domain import accounts, cases, chronology, exhibits, members, merging, subjects, tasks
from tipline.domain.cases import Case
from tipline.domain.exhibits import Page, Wanted
from tipline.domain.subjects import Subject
from tipline.domain.tasks import Task
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.api import desk_shapes, versions
from tipline.web.api.case_models import (
    CaseMerged,
    CaseSubject,
    CaseTask,
    DeskCase,
    ExhibitPage,
    ExhibitsQuery,
    MemberAdded,
    SubjectAdded,
    SubjectChange,
    SubjectList,
    TaskAdded,
    TaskChange,
    TaskList,
)

blueprint = APIBlueprint("api_case_parts", __name__, url_prefix="/api/v1/cases", tag="Cases")


OF_FILE = ("id", "filename", "kind", "size", "sha256", "state")


def read(tx: Transaction, number: str) -> Case:
    """The case, if it exists for the program's account."""
    return cases.read_case(tx, number, current.actor())


@blueprint.post("/<number>/members")
@guard.staff("case:act")
@blueprint.input(MemberAdded)
@blueprint.output(DeskCase, 201)
def post_member(number: str, json_data: MemberAdded) -> Any:
    """Somebody assists from now on, or leads. Whoever led before assists then."""
    with current.services().database.transaction() as tx:
        row = read(tx, number)
        change = members.set_lead if json_data.part == members.LEAD else members.add
        change(tx, current.actor(), row, json_data.member)
        return desk_shapes.case(tx, row), 201, versions.etag(row.version)


@blueprint.delete("/<number>/members/<member>")
@guard.staff("case:act")
@blueprint.output({}, 204)
def delete_member(number: str, member: str) -> str:
    """Somebody assists no more. The lead stays until there is another one."""
    with current.services().database.transaction() as tx:
        members.end(tx, current.actor(), read(tx, number), member)
    return ""


@blueprint.post("/<number>/merge")
@guard.staff("case:act")
@blueprint.input(CaseMerged)
@blueprint.output(DeskCase)
def post_merge(number: str, json_data: CaseMerged) -> Any:
    """Let another case go on with everything of this one; the answer is that case."""
    with current.services().database.transaction() as tx:
        into = read(tx, json_data.into)
        merging.merge(tx, current.actor(), read(tx, number), into, json_data.reason)
        return desk_shapes.case(tx, into), 200, versions.etag(into.version)


@blueprint.get("/<number>/evidence")
@guard.staff("case:read")
@blueprint.input(ExhibitsQuery, location="query")
@blueprint.output(ExhibitPage)
def list_evidence(number: str, query_data: ExhibitsQuery) -> Any:
    """The numbered list of evidence."""
    if query_data.sort.removeprefix("-") not in exhibits.SORTS:
        raise TiplineError("request:invalid", fields={"sort": "request:field-unclear"})
    wanted = Wanted(**query_data.model_dump(include={"sort", "q", "kind", "integrity"}))
    with current.services().database.reading() as tx:
        row = read(tx, number)
        page = page_of(tx, row, wanted, cursor=query_data.cursor, limit=query_data.limit)
        made = exhibits.made_of(tx, [one.file.id for one in page.exhibits])
    items = [
        {
            **{name: getattr(one.file, name) for name in OF_FILE},
            "number": one.number,
            "tip": one.tip.reference,
            "received_at": one.file.received_at,
            "integrity": exhibits.integrity_of(one.file),
            **made.get(one.file.id, exhibits.Made())._asdict(),
        }
        for one in page.exhibits
    ]
    return {"items": items, "next_cursor": page.next_cursor}


@blueprint.get("/<number>/tasks")
@guard.staff("case:read")
@blueprint.output(TaskList)
def list_tasks(number: str) -> Any:
    """What is to be done, and what was."""
    with current.services().database.reading() as tx:
        found = tasks.list_of(tx, read(tx, number))
        return {"items": _tasks(tx, found)}


@blueprint.post("/<number>/tasks")
@guard.staff("case:act")
@blueprint.input(TaskAdded)
@blueprint.output(CaseTask, 201)
def post_task(number: str, json_data: TaskAdded) -> Any:
    """Write down what is to be done."""
    with current.services().database.transaction() as tx:
        row = tasks.add(
            tx, current.actor(), read(tx, number), json_data.text, assignee=json_data.assignee or "",
            due_on=json_data.due_on,
        )  # fmt: skip
        return _tasks(tx, [row])[0], 201


@blueprint.patch("/<number>/tasks/<int:task_id>")
@guard.staff("case:act")
@blueprint.input(TaskChange)
@blueprint.output(CaseTask)
def patch_task(number: str, task_id: int, json_data: TaskChange) -> Any:
    """Correct a task, or say that it is done."""
    said, actor = json_data.model_fields_set, current.actor()
    with current.services().database.transaction() as tx:
        case = read(tx, number)
        row = tasks.read_task(tx, case, task_id)
        if said & {"text", "assignee", "due_on"}:
            held = _tasks(tx, [row])[0] | json_data.model_dump(include=said)
            tasks.change(
                tx, actor, case, row, text=held["text"] or "", assignee=held["assignee"] or "",
                due_on=held["due_on"],
            )  # fmt: skip
        if json_data.done is not None:
            (tasks.finish if json_data.done else tasks.reopen)(tx, actor, case, row)
        return _tasks(tx, [row])[0]


@blueprint.delete("/<number>/tasks/<int:task_id>")
@guard.staff("case:act")
@blueprint.output({}, 204)
def delete_task(number: str, task_id: int) -> str:
    """Take a task off the list; the log keeps it."""
    with current.services().database.transaction() as tx:
        case = read(tx, number)
        tasks.remove(tx, current.actor(), case, tasks.read_task(tx, case, task_id))
    return ""


@blueprint.get("/<number>/subjects")
@guard.staff("case:read")
@blueprint.output(SubjectList)
def list_subjects(number: str) -> Any:
    """People, vehicles and objects as officers describe them."""
    with current.services().database.reading() as tx:
        case = read(tx, number)
        return {"items": _subjects(tx, case, subjects.list_of(tx, case))}


@blueprint.post("/<number>/subjects")
@guard.staff("case:act")
@blueprint.input(SubjectAdded)
@blueprint.output(CaseSubject, 201)
def post_subject(number: str, json_data: SubjectAdded) -> Any:
    """Describe somebody or something."""
    with current.services().database.transaction() as tx:
        case = read(tx, number)
        row = subjects.add(tx, current.actor(), case, **json_data.model_dump())
        return _subjects(tx, case, [row])[0], 201, versions.etag(row.version)


@blueprint.patch("/<number>/subjects/<int:subject_id>")
@guard.staff("case:act")
@blueprint.input(SubjectChange)
@blueprint.output(CaseSubject)
def patch_subject(number: str, subject_id: int, json_data: SubjectChange) -> Any:
    """Correct a description. If-Match is honoured when it is sent."""
    with current.services().database.transaction() as tx:
        case = read(tx, number)
        row = subjects.read_subject(tx, case, subject_id)
        versions.asked(row.version, changed="subject:changed")
        held = {name: getattr(row, name) for name in subjects.CORRECTED}
        held |= json_data.model_dump(exclude_none=True)
        subjects.change(tx, current.actor(), case, row, **held)
        return _subjects(tx, case, [row])[0], 200, versions.etag(row.version)


@blueprint.delete("/<number>/subjects/<int:subject_id>")
@guard.staff("case:act")
@blueprint.output({}, 204)
def delete_subject(number: str, subject_id: int) -> str:
    """Take a description off the list; its sightings stay, and the log keeps it."""
    with current.services().database.transaction() as tx:
        case = read(tx, number)
        subjects.remove(tx, current.actor(), case, subjects.read_subject(tx, case, subject_id))
    return ""


def page_of(tx: Transaction, row: Case, wanted: Wanted, **more: Any) -> Page:
    """In the order of numbers or of a column, or in that of true time."""
    if wanted.by == exhibits.BY_TIME:
        return chronology.list_page(tx, row, wanted, current.zone(), **more)
    return exhibits.list_exhibits(tx, row, wanted, **more)


def _tasks(tx: Transaction, rows: list[Task]) -> list[dict[str, Any]]:
    people = accounts.names(tx, {one for row in rows for one in (row.assignee_id, row.done_by_id) if one})
    usernames = {number: one.username for number, one in people.items()}
    return [
        {
            **{name: getattr(row, name) for name in ("id", "text", "due_on", "at", "done_at")},
            "assignee": usernames.get(row.assignee_id or 0),
            "done_by": usernames.get(row.done_by_id or 0),
        }
        for row in rows
    ]


def _subjects(tx: Transaction, case: Case, rows: list[Subject]) -> list[dict[str, Any]]:
    people = accounts.names(tx, {row.author_id for row in rows})
    sighted = subjects.count_sightings(tx, case)
    named = ("id", "kind", "label", "text", "at", "changed_at", "version")
    return [
        {
            **{name: getattr(row, name) for name in named},
            "author": people[row.author_id].username if row.author_id in people else None,
            "sightings": sighted.get(row.id, 0),
        }
        for row in rows
    ]
