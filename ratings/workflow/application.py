"""The life of an application up to its review (practice §3): begin, submit, withdraw, accept, return, resubmit.

Steps that many take at once have a bulk form; the single form is the same rule for one. ``by`` is a person, or None for
the scheduler and commands. ``at`` is the time of the step (default now).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Case, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from ratings import notices
from ratings.application import questions
from ratings.models import Application, Cycle, Decision, Return, ReturnedCriterion, Stage, Transition
from ratings.models.application import first_stage
from ratings.models.cycle import CycleStep
from ratings.workflow import correction_deadlines
from ratings.workflow import decision as decisions
from ratings.workflow.actions import by_level, own_step, require, require_all
from ratings.workflow.answers import add_up, given_of, reread
from ratings.workflow.completeness import no_star, require_whole
from ratings.workflow.computed_figures import keep_computed_figures
from ratings.workflow.filling_rights import (
    ON_BEHALF,
    OWN,
    criteria_of,
    filling_verb,
    filling_verbs,
    locked_row,
    open_return,
    require_in_time,
)
from ratings.workflow.transition import move
from ratings.workflow.unit_lock import hold_standing, hold_standing_of
from ratings.workflow.window import hold_open, require_applying, require_not_over
from records import audit, previews
from records.deadlines import deadline
from records.refusals import Incomplete, WrongState
from villages.models import Unit

State = Application.State
FIRST_WINDOW = {Stage.TOWNSHIP: CycleStep.TOWNSHIP_REVIEW, Stage.COUNTY: CycleStep.COUNTY_REVIEW}
Pairs = Iterable[tuple[Application, Any]]


@transaction.atomic
def begin_many(cycle: Cycle, starters: Iterable[tuple[Unit, Any]], *, at: datetime | None = None) -> list[Application]:
    """Open an empty application for each (unit, person). Raises ``NotAllowed``, or ``WrongState`` outside the window,
    for a unit that the cycle does not rate, or where one exists already."""
    starters = list(starters)
    hold_open([cycle.pk])
    cycle.refresh_from_db(fields=["state"])
    verbs = filling_verbs((unit.code, by) for unit, by in starters)
    require_applying(cycle, {unit.code for unit, _by in starters}, at)
    drafts = [
        Application(cycle=cycle, unit=unit, filled_by=by, on_behalf=verb == ON_BEHALF)
        for (unit, by), verb in zip(starters, verbs, strict=True)
    ]
    return open_drafts(cycle, drafts, at=at)


def begin(unit: Unit, cycle: Cycle, *, by: User) -> Application:
    """``begin_many`` for one unit."""
    return begin_many(cycle, [(unit, by)])[0]


@transaction.atomic
def open_drafts(cycle: Cycle, drafts: list[Application], *, at: datetime | None = None) -> list[Application]:
    """Save new drafts of ``cycle`` with the first row of their timeline."""
    codes = [draft.unit_id for draft in drafts]
    hold_standing(set(codes))
    if cycle.rated_units().filter(code__in=codes).count() != len(set(codes)):
        raise WrongState(_("This unit is not rated in this cycle."))
    people = {draft.filled_by for draft in drafts}
    try:
        with transaction.atomic(), audit.acting(people.pop() if len(people) == 1 else None, "begin"):
            begun = Application.objects.bulk_create(drafts, batch_size=2000)
    except IntegrityError:
        raise WrongState(_("This application has been begun already.")) from None
    Transition.objects.bulk_create(
        (
            Transition(
                application=draft,
                verb="begin",
                to_state=State.DRAFT,
                by=draft.filled_by,
                at=at or timezone.now(),
                address=audit.sender(),
            )
            for draft in begun
        ),
        batch_size=2000,
    )
    keep_computed_figures(begun)
    return begun


def stars_of(cycle: Cycle) -> list[int]:
    """The stars that a unit may apply for, lowest first."""
    spec = cycle.scheme.spec
    if spec.rule == "areas":
        return list(range(1, 1 + sum(area.kind == "base" for area in spec.areas)))
    return sorted(line.star for line in spec.stars)


@transaction.atomic
def choose_star(application: Application, star: int, *, by: User) -> Application:
    """Set the star that the unit applies for. Raises ``Incomplete`` for one that the scheme does not have."""
    application = locked_row(application)
    require(filling_verb(application, by), by, application)
    if application.state != State.DRAFT:
        raise WrongState(_("The star applied for can only be changed before the application is submitted."))
    require_applying(application.cycle, [application.unit_id])
    if star not in stars_of(application.cycle):
        raise no_star()
    application.applied_star = star
    with audit.acting(by, "choose_star"):
        application.save(update_fields=["applied_star"])
    return application


@transaction.atomic
def choose_stars(aims: Iterable[tuple[Application, Any, int]], *, at: datetime | None = None) -> None:
    """``choose_star`` for many drafts at once: (application, person, star)."""
    aims = list(aims)
    require_all(OWN, [(by, application) for application, by, _star in aims])
    applications = _locked(application for application, _by, _star in aims)
    if any(application.state != State.DRAFT for application in applications):
        raise WrongState(_("The star applied for can only be changed before the application is submitted."))
    stars = {application.pk: star for application, _by, star in aims}
    for cycle in _cycles(applications):
        require_applying(cycle, {a.unit_id for a in applications if a.cycle_id == cycle.pk}, at)
    if any(stars[application.pk] not in stars_of(application.cycle) for application in applications):
        raise no_star()
    with audit.acting(None, "choose_star"):
        _rows(applications).update(applied_star=Case(*(When(pk=pk, then=Value(star)) for pk, star in stars.items())))


def _locked(applications: Iterable[Application]) -> list[Application]:
    """The applications as they are now, locked, with shared locks on their cycles and schemes."""
    ids = [application.pk for application in applications]
    hold_standing_of(ids)
    chosen = Application.objects.filter(pk__in=ids).order_by("pk")
    list(chosen.select_for_update().values_list("pk"))
    return list(chosen.select_related("unit").prefetch_related("cycle__scheme", "cycle__windows"))


def _reviewed_in(application: Application) -> str:
    """The state in which the level above its unit reviews it: to which accepting leads."""
    return str(own_step("accept", application.unit_id).to)


def _cycles(applications: Iterable[Application]) -> list[Cycle]:
    return list({application.cycle_id: application.cycle for application in applications}.values())


def _rows(applications: Iterable[Application]) -> QuerySet[Application]:
    return Application.objects.filter(pk__in=[application.pk for application in applications])


def standing_of(application: Application) -> list[Any]:
    """Where the application stands: its state and the last step that led there."""
    last = Transition.objects.filter(application=application).order_by("-pk").values_list("pk", flat=True).first()
    return [application.state, last]


def content_of(application: Application) -> dict[str, Any]:
    """What one signs for when sending: where it stands, the star, every answer, file and absence."""
    answers = application.answers.order_by("item").values_list("item", "typed", "saved_at")
    return {
        "standing": standing_of(application),
        "star": application.applied_star,
        "answers": list(answers),
        "files": list(application.evidence.order_by("pk").values_list("pk", flat=True)),
        "absent": list(application.absences.order_by("pk").values_list("pk", flat=True)),
    }


@transaction.atomic
def submit_many(signed: Pairs, *, at: datetime | None = None, expected: Any = None) -> None:
    """Send many drafts to their townships, each signed by its person: (application, person).

    Raises ``NotAllowed``, ``WrongState``, or ``Incomplete`` with what is missing (of the first that lacks something);
    then none is sent. ``expected``: what the page of the only one showed (``content_of``); ``Outdated`` when that has
    changed.
    """
    signed = list(signed)
    signers = {application.pk: by for application, by in signed}
    hold_open({application.cycle_id for application, _by in signed})
    applications = _locked(application for application, _by in signed)
    require_all("submit", [(signers[a.pk], a) for a in applications])
    if expected is not None:
        previews.require_unchanged(expected, content_of(applications[0]))
    for cycle in _cycles(applications):
        require_applying(cycle, {a.unit_id for a in applications if a.cycle_id == cycle.pk}, at)
    require_whole(applications, given_of(applications))
    at = at or timezone.now()
    changes = {"submitted_at": at, "signed_by": _each(signers), "submitted_tags": _tags(applications)}
    move(signers, "submit", State.SUBMITTED, by=signers, at=at, **changes)
    _keep_self_assessment(applications)
    notices.tell_township(applications, "application_submitted")
    notices.tell_where_nobody_accepts(applications)


def submit(application: Application, *, by: User, expected: Any = None) -> None:
    """Send the application to the township, signed by ``by``. Raises ``NotAllowed``, ``WrongState``, ``Incomplete``."""
    submit_many([(application, by)], expected=expected)


def _each(signers: Mapping[int, Any]) -> Any:
    people = set(signers.values())
    if len(people) == 1:
        return people.pop()
    return Case(*(When(pk=pk, then=Value(by and by.pk)) for pk, by in signers.items()))


def _tags(applications: list[Application]) -> Case:
    """The tags with which each application was found complete."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for application in applications:
        alike.setdefault(tuple(application.unit.tags), []).append(application.pk)
    field = Application._meta.get_field("submitted_tags")
    return Case(*(When(pk__in=pks, then=Value(list(tags), field)) for tags, pks in alike.items()), output_field=field)


def _keep_self_assessment(applications: list[Application]) -> None:
    """Points of the unit's own answers, and the total and star that they would give today."""
    keep_computed_figures(applications)
    add_up(applications)


@transaction.atomic
def withdraw(application: Application, *, by: User, reason: str, expected: Any = None) -> None:
    """Take the application back to the village before its result is released; an unreleased decision is overturned with
    it. To send it again, the window must be open. Once the review has begun it needs a ``reason``.

    ``expected`` (here and in the steps below): what the page showed (``standing_of``); ``Outdated`` when that has
    changed.
    """
    hold_open([application.cycle_id])
    application = locked_row(application)
    require("withdraw", by, application)
    _require_standing(application, expected)
    if not reason.strip() and application.state != State.SUBMITTED:
        raise _no_reason()
    if pending := application.decisions.filter(state=Decision.State.DECIDED).first():
        decisions.overturn(pending, decisions.REVIEW_OF[pending.origin], verb="reconsider", by=by, reason=reason)
    move([application.pk], "withdraw", State.DRAFT, by=by, reason=reason, township_star=None, submitted_tags=None)
    application.submitted_tags = None
    with audit.acting(by, "withdraw", reason):
        reread([application])
    correction_deadlines.drop([application], by=by, verb="withdraw", reason=_("The application was withdrawn."))
    notices.tell_township([application], "application_withdrawn", reason=reason.strip() or _("no reason given"))


@transaction.atomic
def undo_submissions(
    applications: Iterable[Application], *, by: User, reason: str, expected: Any = None
) -> list[Application]:
    """The township office returns applications submitted by mistake to their villages, as drafts, before any review.

    ``expected``: the submissions that the person was shown (``submissions_of``). Raises ``NotAllowed``, ``WrongState``
    (one of them has moved on), ``Outdated``, ``Incomplete`` (no reason, no application); then none is returned.
    """
    applications = list(applications)
    hold_open({application.cycle_id for application in applications})
    applications = _locked(applications)
    require_all("undo_submission", [(by, application) for application in applications])
    previews.require_unchanged(expected, submissions_of(applications))
    if not reason.strip():
        raise _no_reason()
    if not applications:
        raise Incomplete(_("Please choose at least one application."))
    move([a.pk for a in applications], "undo_submission", State.DRAFT, by=by, reason=reason, submitted_tags=None)
    for application in applications:
        application.submitted_tags = None
    with audit.acting(by, "undo_submission", reason):
        reread(applications)
    notices.tell_village(applications, "submission_undone", reason=reason)
    return applications


def submissions_of(applications: Iterable[Application]) -> list[list[Any]]:
    """Identifies a submission of an application: one that was withdrawn and sent again is another."""
    return [[a.pk, a.submitted_at] for a in sorted(applications, key=lambda a: a.pk)]


def _no_reason() -> Incomplete:
    message = _("Please write the reason.")
    return Incomplete(message, {"reason": message})


def _require_standing(application: Application, expected: Any) -> None:
    if expected is not None:
        previews.require_unchanged(expected, standing_of(application))


@transaction.atomic
def accept_many(
    applications: Iterable[Application], *, by: User, at: datetime | None = None, expected: Any = None
) -> None:
    """The office above accepts the applications for review. Raises ``NotAllowed``, ``WrongState``."""
    applications = _locked(applications)
    require_all("accept", [(by, application) for application in applications])
    if expected is not None:
        _require_standing(applications[0], expected)
    for cycle in _cycles(applications):
        units = {a.unit_id for a in applications if a.cycle_id == cycle.pk}
        require_not_over(cycle, FIRST_WINDOW[first_stage(next(iter(units)))], units, at)
    for of_level in by_level(applications).values():
        move([a.pk for a in of_level], "accept", _reviewed_in(of_level[0]), by=by, at=at)
    notices.tell_village(applications, "application_accepted")


def accept(application: Application, *, by: User, expected: Any = None) -> None:
    """``accept_many`` for one application."""
    accept_many([application], by=by, expected=expected)


@transaction.atomic
def return_(
    application: Application,
    reasons: Mapping[str, str],
    *,
    due: datetime,
    by: User,
    at: datetime | None = None,
    expected: Any = None,
) -> Return:
    """Return the named criteria (code → reason) to the village until ``due``; only these reopen (退回补正).

    Raises ``NotAllowed``, ``WrongState``, or ``Incomplete`` (no criterion, one that the village does not answer, a
    reason missing, a deadline in the past).
    """
    application = locked_row(application)
    require("return", by, application)
    _require_standing(application, expected)
    require_not_over(application.cycle, FIRST_WINDOW[application.first_stage], [application.unit_id], at)
    returnable = [c.code for c in criteria_of(application) if questions.by_village(c)]
    problems = {code: _("The unit does not answer this.") for code in reasons if code not in returnable}
    problems |= {code: _("Please write the reason.") for code, reason in reasons.items() if not reason.strip()}
    if not reasons:
        problems["criteria"] = _("Please choose at least one question.")
    if due <= (at or timezone.now()):
        problems["due"] = _("This deadline is over already.")
    if problems:
        raise Incomplete(_("It could not be returned yet."), problems)
    with audit.acting(by, "return"):
        question = Return.objects.create(application=application, by=by, due=due)
        ReturnedCriterion.objects.bulk_create(
            ReturnedCriterion(of=question, criterion=code, reason=reasons[code])
            for code in returnable
            if code in reasons
        )
    correction_deadlines.follow([question], by=by)
    move([application.pk], "return", State.RETURNED, by=by, at=at)
    notices.tell_village([application], "application_returned", count=len(reasons), until=deadline(due))
    return question


@transaction.atomic
def resubmit(application: Application, *, by: User, expected: Any = None) -> None:
    """Answer the return in time; ``expected``: ``content_of``.

    Raises ``NotAllowed``, ``WrongState``, ``Incomplete``.
    """
    application = locked_row(application)
    require("resubmit", by, application)
    if expected is not None:
        previews.require_unchanged(expected, content_of(application))
    require_in_time(open_return(application))
    require_whole([application], given_of([application]))
    move([application.pk], "resubmit", _reviewed_in(application), by=by)
    correction_deadlines.corrected(application, by=by, verb="resubmit")
    _keep_self_assessment([application])
    notices.tell_township([application], "application_resubmitted")


@transaction.atomic
def resume(application: Application, *, by: User, expected: Any = None) -> None:
    """The township office resumes the review after the deadline of a return has passed unanswered."""
    application = locked_row(application)
    require("resume", by, application)
    _require_standing(application, expected)
    question = open_return(application)
    if question is not None and timezone.now() < question.due:
        raise WrongState(_("The unit may still answer until %s.") % deadline(question.due))
    move([application.pk], "resume", _reviewed_in(application), by=by)
    correction_deadlines.drop([application], by=by, verb="resume", reason=_("The review goes on without changes."))
    _keep_self_assessment([application])
    notices.tell_village([application], "application_resumed")
