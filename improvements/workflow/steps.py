"""The steps that people take with a plan.

Each raises ``NotAllowed``; ``WrongState`` where somebody was quicker; ``Outdated`` when the plan differs from what the
page showed (``expected``, of ``standing_of``). ``at`` is the moment of the step (now when absent).
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.impartial import tell_where_nobody_may
from accounts.models import User
from accounts.roles import Role
from followups import time_limits
from followups import workflow as followups
from followups.offices import Office
from followups.workflow import Opening
from improvements.models import Agreement, Measure, Party, Plan, PlanState, Progress, ProgressFile
from improvements.parties import helper_posts, reports_for
from improvements.standing import standing_of
from improvements.telling import tell
from improvements.workflow.actions import open_parties, require
from improvements.workflow.ending import call_off
from improvements.workflow.library import take_up
from records import audit
from records.deadlines import end_of
from records.files import store
from records.previews import require_unchanged
from records.refusals import Incomplete, require_reason
from villages.models import county_of

State = PlanState
MOST_FILES = 9


@dataclass(frozen=True)
class PlannedMeasure:
    """A measure as it is typed: ``due`` is the plan's day when absent."""

    problem: int
    text: str
    party: str = Party.VILLAGE
    due: date | None = None


@dataclass(frozen=True)
class Terms:
    """What a draft says. ``person``: the id of one of the helper unit's people, if one is in charge."""

    due: date
    helper: str = ""
    person: int | None = None
    money: Decimal | None = None
    money_source: str = ""
    measures: list[PlannedMeasure] = field(default_factory=list)


def draw_up(plan: Plan, terms: Terms, *, by: User, expected: Any = None, at: datetime | None = None) -> Plan:
    """Keep what the draft says, however unfinished it is; what is wrong in itself is refused."""
    with _step("draw_up_plan", plan, by, expected=expected) as fresh:
        _check_terms(fresh, terms, timezone.localdate(at))
        fresh.due, fresh.helper, fresh.person_id = terms.due, terms.helper, terms.person
        fresh.money, fresh.money_source, fresh.drawn_up_by = terms.money, terms.money_source, by
        Measure.objects.filter(problem__plan=fresh).delete()
        fresh.save()
        Measure.objects.bulk_create(
            Measure(problem_id=one.problem, text=one.text.strip(), party=one.party, due=one.due or terms.due)
            for one in terms.measures
        )
    return fresh


def propose(plan: Plan, *, by: User, expected: Any = None, at: datetime | None = None) -> Plan:
    """Send the draft to village, helper unit and township. Raises ``Incomplete`` while something is missing."""
    with _step("propose_plan", plan, by, expected=expected) as fresh:
        if missing := missing_of(fresh, timezone.localdate(at)):
            raise Incomplete(missing[0])
        fresh.state, fresh.proposed_at, fresh.drawn_up_by = State.PROPOSED, at or timezone.now(), by
        fresh.reason = ""  # of the draft before, for which changes were asked
        fresh.revision += 1
        fresh.save()
        tell(fresh, "plan_proposed")
    return fresh


def missing_of(plan: Plan, today: date | None = None) -> list[str]:
    """What a draft lacks before it can be sent on the day ``today``."""
    found = []
    if not plan.helper:
        found.append(_("Choose the helper unit."))
    elif plan.helper not in {post.department for post in helper_posts(county_of(plan.unit_id))}:
        found.append(_("Nobody is appointed for this helper unit: choose another one."))
    if not Measure.objects.filter(problem__plan=plan).exists():
        found.append(_("Write at least one measure."))
    if plan.due < (today or timezone.localdate()):
        found.append(_("The day of the plan is past: choose a later one."))
    return found


def agree(plan: Plan, *, by: User, expected: Any = None, at: datetime | None = None) -> Plan:
    """Agree for one's party; with the third agreement the plan is binding."""
    at = at or timezone.now()
    with _step("agree_plan", plan, by, expected=expected) as fresh:
        party = open_parties(by, fresh)[0]
        Agreement.objects.create(plan=fresh, party=party, revision=fresh.revision, by=by, at=at)
        if Agreement.objects.filter(plan=fresh, revision=fresh.revision).count() == len(Party):
            fresh.state, fresh.agreed_at = State.ACTIVE, at
            fresh.save()
            take_up(fresh)
            followups.finish("plan_agree", [fresh.pk], by=by)
            _carry_out(fresh, by)
            tell(fresh, "plan_agreed")
    return fresh


def decline(plan: Plan, *, by: User, reason: str, expected: Any = None) -> Plan:
    """Ask the township's office for changes, for a ``reason``; nothing that was agreed holds any more."""
    said = require_reason(reason)
    with _step("decline_plan", plan, by, reason=said, expected=expected) as fresh:
        fresh.state, fresh.proposed_at, fresh.reason = State.DRAFT, None, said
        fresh.save()
        tell(fresh, "plan_declined")
    return fresh


def report_progress(
    plan: Plan,
    *,
    by: User,
    text: str,
    measure: Measure | None = None,
    done: bool = False,
    files: Collection[Any] = (),
    expected: Any = None,
    at: datetime | None = None,
) -> Plan:
    """What has been done, with ``files`` (uploads); ``done``: the ``measure`` is finished with it."""
    with _step("progress_plan", plan, by, expected=expected) as fresh:
        _keep_progress(fresh, by, text, measure, done, files, at)
    return fresh


def report_done(
    plan: Plan,
    *,
    by: User,
    text: str,
    files: Collection[Any] = (),
    expected: Any = None,
    at: datetime | None = None,
) -> Plan:
    """The village reports that the plan is carried out; the county checks it."""
    at = at or timezone.now()
    with _step("report_plan", plan, by, expected=expected) as fresh:
        _keep_progress(fresh, by, text, None, False, files, at)
        fresh.state, fresh.reported_by, fresh.reported_at = State.REPORTED, by, at
        fresh.save()
        followups.finish("plan_carry_out", [fresh.pk], by=by)
        office = Office(county_of(fresh.unit_id), Role.COUNTY_OFFICE)
        due = time_limits.due("plan_check", fresh.unit_id, timezone.localdate(at))
        opening = Opening("plan_check", fresh.pk, fresh.unit, office, due, fresh.get_absolute_url())
        followups.open_followup(opening, by=by)
        tell_where_nobody_may(office.role, {fresh.unit_id: office.unit})
    return fresh


def pass_check(plan: Plan, *, by: User, finding: str, expected: Any = None, at: datetime | None = None) -> Plan:
    """Checked by somebody who took no part, and found carried out."""
    said = require_reason(finding, "finding")
    with _step("pass_plan", plan, by, reason=said, expected=expected) as fresh:
        fresh.state, fresh.checked_by, fresh.finding, fresh.closed_at = State.PASSED, by, said, at or timezone.now()
        fresh.save()
        followups.finish("plan_check", [fresh.pk], by=by)
        tell(fresh, "plan_passed")
    return fresh


def send_back(plan: Plan, *, by: User, reason: str, expected: Any = None) -> Plan:
    """Checked, and something is missing; its day stays."""
    said = require_reason(reason)
    with _step("send_back_plan", plan, by, reason=said, expected=expected) as fresh:
        fresh.state, fresh.reason, fresh.reported_by, fresh.reported_at = State.ACTIVE, said, None, None
        fresh.save()
        followups.finish("plan_check", [fresh.pk], by=by)
        _carry_out(fresh, by)
        tell(fresh, "plan_sent_back")
    return fresh


def cancel(plan: Plan, *, by: User, reason: str, expected: Any = None) -> Plan:
    """The county needs the plan no longer, for a ``reason``."""
    said = require_reason(reason)
    with _step("cancel_plan", plan, by, reason=said, expected=expected) as fresh:
        call_off(Plan.objects.filter(pk=fresh.pk), said, by=by)
        fresh.refresh_from_db()
    return fresh


def _check_terms(plan: Plan, terms: Terms, today: date) -> None:
    problems: dict[str, str] = {}
    if not plan.begun_on < terms.due <= plan.latest_due or terms.due < today:
        problems["due"] = _("Choose a day from today on, within a year of the beginning.")
    if terms.person and (terms.helper, terms.person) not in {
        (post.department, post.user_id) for post in helper_posts(county_of(plan.unit_id))
    }:
        problems["person"] = _("This person does not work for that helper unit.")
    if (terms.money is None) != (not terms.money_source.strip()):
        problems["money_source"] = _("Sum and source of the money belong together.")
    if terms.money is not None and terms.money <= 0:
        problems["money"] = _("Enter more than 0 yuan, or nothing.")
    own = set(plan.problems.values_list("pk", flat=True))
    if any(one.problem not in own or not one.text.strip() for one in terms.measures):
        problems["measures"] = _("Each measure says something about a problem of this plan.")
    if any(one.due and one.due > terms.due for one in terms.measures):
        problems["measures"] = _("No measure may end later than the plan.")
    if len({(one.problem, one.text.strip()) for one in terms.measures}) < len(terms.measures):
        problems["measures"] = _("A measure stands here twice.")
    if problems:
        raise Incomplete(next(iter(problems.values())), problems)


def _keep_progress(
    plan: Plan,
    by: User,
    text: str,
    measure: Measure | None,
    done: bool,
    files: Iterable[Any],
    at: datetime | None,
) -> None:
    said = require_reason(text, "text")
    files = list(files)
    if len(files) > MOST_FILES:
        raise Incomplete(_("At most %d files.") % MOST_FILES, {"files": _("At most %d files.") % MOST_FILES})
    if measure is not None and measure.problem.plan_id != plan.pk:
        raise Incomplete(_("Choose a measure of this plan."), {"measure": _("Choose a measure of this plan.")})
    kept = Progress.objects.create(
        plan=plan,
        measure=measure,
        done=done and measure is not None,
        text=said,
        party=reports_for(by, plan) or Party.VILLAGE,
        by=by,
        at=at or timezone.now(),
    )
    stored = [store(one, by=by) for one in files]
    ProgressFile.objects.bulk_create(ProgressFile(progress=kept, file=one) for one in stored)


def _carry_out(plan: Plan, by: User) -> None:
    office = Office(plan.unit_id, Role.SIGNER)
    opening = Opening("plan_carry_out", plan.pk, plan.unit, office, end_of(plan.due), plan.get_absolute_url())
    followups.open_followup(opening, by=by)


@contextmanager
def _step(verb: str, plan: Plan, by: User, *, reason: str = "", expected: Any = None) -> Iterator[Plan]:
    """One transaction in which ``by`` takes the step with the plan as it is, locked."""
    with transaction.atomic(), audit.acting(by, verb, reason):
        fresh = Plan.objects.select_for_update(of=("self",)).select_related("unit").get(pk=plan.pk)
        require(verb, by, fresh)
        require_unchanged(expected, standing_of(fresh))
        yield fresh
