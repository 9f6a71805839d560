"""What is to be done: the tab of a case, and everybody's own list over all cases."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import accounts, tasks
from tipline.domain.cases import Case
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.cases import blueprint, frame
from tipline.web.cases.doing import act
from tipline.web.cases.pages import today
from tipline.web.review import notices
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext


@blueprint.get("/desk/cases/<number>/tasks")
@guard.staff("case:read")
def task_tab(number: str) -> ResponseReturnValue:
    return show(number)


def show(number: str, **refusal: Any) -> ResponseReturnValue:
    return frame.show(number, "tasks", "cases/tasks.html", _listed, **refusal)


def _listed(tx: Transaction, row: Case) -> dict[str, Any]:
    return {"tasks": tasks.list_of(tx, row), "today": today()}


@blueprint.get("/desk/tasks")
@guard.staff("case:read")
def my_tasks() -> ResponseReturnValue:
    """Mine, or everybody's, by day."""
    everybody = request.args.get("of") == "all"
    with current.services().database.reading() as tx:
        viewer = current.actor()
        found = tasks.list_open(tx, viewer, mine=not everybody)
        return render_template(
            "cases/my_tasks.html",
            found=found,
            people=accounts.names(tx, {task.assignee_id for task, _case in found if task.assignee_id}),
            everybody=everybody,
            mine_count=tasks.count_mine(tx, viewer),
            today=today(),
            notice=notices.take(),
        )


@blueprint.post("/desk/cases/<number>/tasks")
@guard.staff("case:act")
@act("task", show, "/tasks")
def add_task(tx: Transaction, case: Case) -> Notice:
    form = request.form
    tasks.add(
        tx, current.actor(), case, form.get("text", ""), assignee=form.get("assignee", ""), due_on=_day()
    )
    return Notice(gettext("Task written down."))


@blueprint.post("/desk/cases/<number>/tasks/<int:task>/change")
@guard.staff("case:act")
@act("task", show, "/tasks")
def change_task(tx: Transaction, case: Case, task: int) -> Notice:
    form, row = request.form, tasks.read_task(tx, case, task)
    tasks.change(
        tx, current.actor(), case, row, text=form.get("text", ""), assignee=form.get("assignee", ""),
        due_on=_day(),
    )  # fmt: skip
    return Notice(gettext("Task corrected."))


@blueprint.post("/desk/cases/<number>/tasks/<int:task>/done")
@guard.staff("case:act")
@act("task", show, "/tasks")
def finish_task(tx: Transaction, case: Case, task: int) -> Notice:
    row = tasks.read_task(tx, case, task)
    tasks.finish(tx, current.actor(), case, row)
    return Notice(gettext("Done: %(text)s", text=row.text))


@blueprint.post("/desk/cases/<number>/tasks/<int:task>/open")
@guard.staff("case:act")
@act("task", show, "/tasks")
def reopen_task(tx: Transaction, case: Case, task: int) -> Notice:
    row = tasks.read_task(tx, case, task)
    tasks.reopen(tx, current.actor(), case, row)
    return Notice(gettext("To be done again: %(text)s", text=row.text))


@blueprint.post("/desk/cases/<number>/tasks/<int:task>/remove")
@guard.staff("case:act")
@act("task", show, "/tasks")
def remove_task(tx: Transaction, case: Case, task: int) -> Notice:
    row = tasks.read_task(tx, case, task)
    tasks.remove(tx, current.actor(), case, row)
    return Notice(gettext("Taken off the list: %(label)s", label=row.text))


def _day() -> date | None:
    typed = request.form.get("due_on", "").strip()
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise TiplineError("task:day-unclear", fields={"due_on": "task:day-unclear"}) from None
