"""The auditor's check of all stored data (``records/proof.py``): requested, run in the background, reported."""

import logging
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Appointment, User
from accounts.roles import Role
from accounts.todo_list import Todo
from notifications.workflow import announce
from records import file_faults, integrity
from records.chain_head import Head
from records.models import IntegrityRun
from records.outage import database_is_away
from records.proof_faults import head_faults
from records.refusals import NotAllowed
from records.tasks import enqueue

State = IntegrityRun.State
READ_TRAIL = "accounts.read_trail"
FAULTS_KEPT = 200
logger = logging.getLogger(__name__)


@transaction.atomic
def ask(head: Head | None, *, by: User) -> IntegrityRun:
    """Request a check, also against an exported ``head``; one that is waiting or running is not requested twice."""
    if not by.reach(READ_TRAIL):
        raise NotAllowed
    User.objects.select_for_update().get(pk=by.pk)
    text = head.text if head else ""
    if there := IntegrityRun.objects.filter(by=by, head=text).asked_already():
        return there
    asked = IntegrityRun.objects.create(by=by, head=text)
    enqueue(asked)
    return asked


def make(pk: int) -> None:
    """Run the check and store the result. Idempotent."""
    asked = IntegrityRun.objects.take(pk)
    if asked is None:
        return
    try:
        with asked.kept_alive():
            _check(asked)
    except Exception as failure:
        if database_is_away(failure):
            raise  # ``jobs.make_forgotten`` starts it again
        logger.exception("check %s failed", pk)
        _end(asked, State.FAILED, error=f"{type(failure).__name__}: {failure}")


@transaction.atomic
def check_files(day: date, last: date | None = None) -> int:
    """Check the shares of the stored files that are due on ``day`` and on the days missed since ``last``; the auditors
    are notified of damaged ones."""
    missed = (day - last).days - 1 if last else 0
    due = {(day.toordinal() - back) % file_faults.SHARES for back in range(max(missed, 0) + 1)}
    count = 0
    for fault in file_faults.faults(due):
        count += 1
        logger.error("%s: expected %s, found %s", fault.row, fault.expected, fault.found)
    if count:
        posts = Appointment.objects.on(day).filter(role=Role.AUDITOR)
        announce(
            sorted(set(posts.values_list("user_id", flat=True))), "files_damaged", link=reverse("proof"), count=count
        )
    return count


def _check(asked: IntegrityRun) -> None:
    checks = integrity.checks()
    if asked.head:
        head = Head.read(asked.head)
        checks.append(integrity.IntegrityCheck(f"head {head.number}", lambda: head_faults(head)))
    newest, count, faults = Head.newest(), 0, []
    for done, check in enumerate(checks):
        asked.come_to(100 * done // len(checks))
        with transaction.atomic():
            for fault in check.faults():
                count += 1
                if len(faults) < FAULTS_KEPT:
                    faults.append([check.name, fault.row, fault.expected, fault.found])
    _end(asked, State.READY, progress=100, faults=count, found=faults, sealed=newest.text if newest else "")


@transaction.atomic
def _end(asked: IntegrityRun, state: str, **changes: object) -> None:
    if asked.end(state, **changes):
        announce([asked.by_id], f"check_{state}", link=reverse("proof"), count=changes.get("faults", 0))


def seen(runs: QuerySet[IntegrityRun], by: User) -> None:
    """The person has seen the results: they leave the to-do list."""
    runs.filter(by=by, ended_at__isnull=False, seen_at=None).update(seen_at=timezone.now())


def entries(user: User) -> list[Todo]:
    """The result of the check, until it has been seen."""
    if not user.reach(READ_TRAIL):
        return []
    ended = IntegrityRun.objects.filter(by=user, seen_at=None, ended_at__isnull=False)[:5]
    return [_entry(one) for one in ended]


def _entry(one: IntegrityRun) -> Todo:
    if one.state == State.FAILED:
        title = _("The stored data could not be checked")
        return Todo(title, reverse("proof"), over=_("Proof"), action=_("See why"), since=one.ended_at)
    if not one.faults:
        return Todo(
            _("The stored data was checked: everything is intact"),
            reverse("proof"),
            over=_("Proof"),
            action=_("Look"),
            since=one.ended_at,
        )
    title = ngettext(
        "%(count)d row is not as it was written", "%(count)d rows are not as they were written", one.faults
    )
    title %= {"count": one.faults}
    return Todo(title, reverse("proof"), over=_("Proof"), action=_("See which"), since=one.ended_at)
