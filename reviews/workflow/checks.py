"""The joint department check: opened by the county's office, answered by departments, required for the release."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.departments import speakers
from accounts.impartial import of_any, tell_where_no_speaker_may
from accounts.models import User
from accounts.role_holders import holders
from accounts.roles import Role
from notifications.workflow import announce
from ratings.allowance import allowed_star
from ratings.allowance.allowed_star import Allowed
from ratings.models import Application, Cycle, Decision, Points, Stage
from ratings.scheme.spec import SchemeSpec
from ratings.workflow import veto
from records import audit
from records.deadlines import deadline
from records.previews import require_unchanged
from records.refusals import Incomplete, NotAllowed, WrongState
from reviews.department_checks.assignments import (
    ANSWER,
    OPEN,
    departments,
    on_no_list,
    outstanding,
    speaks_for,
)
from reviews.models import Candidate, DepartmentAnswer, DepartmentCheck, Finding, Lapse
from villages.models import Unit

LINK = "/reviews/checks/{}/"


@dataclass(frozen=True)
class CheckFinding:
    """A veto item (by code) that a department names for an application (by id), met on the day ``on``."""

    application: int
    veto: str
    on: date
    document: str


@transaction.atomic
def open_check(
    cycle: Cycle,
    unit: Unit,
    *,
    due: datetime,
    by: User,
    chosen: Collection[int] | None = None,
    expected: Collection[int] | None = None,
    at: datetime | None = None,
) -> DepartmentCheck:
    """Submit the candidates that are on no list yet (those ``chosen``, by application id, or all) to the departments.

    They have until ``due`` to answer. Raises ``NotAllowed``; ``Outdated`` when they are not the ``expected`` ones;
    ``WrongState`` when there are no candidates; ``Incomplete`` for a deadline in the past.
    """
    at = at or timezone.now()
    if not by.has_perm(OPEN, unit) or unit.pk != cycle.unit_id:
        raise NotAllowed
    if due <= at:
        raise Incomplete(_("This deadline is over already."), {"due": _("This deadline is over already.")})
    asked = cycle.scheme.spec.departments
    waiting = on_no_list([unit.code]).filter(cycle=cycle).order_by("pk")
    if chosen is not None:
        waiting = waiting.filter(pk__in=list(chosen))
    listed = list(waiting.select_for_update(of=("self",)).values_list("pk", flat=True))
    listed = list(waiting.filter(pk__in=listed).values_list("pk", flat=True))  # another list may just have taken some
    require_unchanged(None if expected is None else sorted(set(expected)), sorted(listed))
    if not listed or not asked:
        raise WrongState(_("Every candidate is on a list already."))
    with audit.acting(by, "open_check"):
        check = DepartmentCheck.objects.create(cycle=cycle, unit=unit, due=due, opened_by=by, opened_at=at)
        Candidate.objects.bulk_create(Candidate(of=check, application_id=pk) for pk in listed)
    _tell_opened(check, asked, len(listed))
    return check


def _tell_opened(check: DepartmentCheck, asked: Collection[str], count: int) -> None:
    """Those who answer for a department; where all of them have a post in a unit of the list, who appoints them."""
    people, unit = speakers(check.unit_id), check.unit
    listed = list(Candidate.objects.filter(of=check).values_list("application__unit", flat=True))
    told = {user for name in asked for user in people.get(name, ())} - of_any(listed)
    about = {"unit_code": unit.code, "unit": unit.name}
    announce(told, "check_opened", link=LINK.format(check.pk), count=count, until=deadline(check.due), **about)
    tell_where_no_speaker_may(unit, asked, listed)


@transaction.atomic
def answer(
    check: DepartmentCheck,
    department: str,
    findings: Sequence[CheckFinding] = (),
    *,
    by: User,
    reason: str = "",
    at: datetime | None = None,
    expected: Mapping[str, Any] | None = None,
) -> DepartmentAnswer:
    """Sign for ``department`` what it knows of the whole list: ``findings``, and nothing about all others.

    An answer is immutable; a second one corrects it and needs a ``reason``. A finding becomes a dated veto fact at
    once, and one that a correction no longer names is withdrawn. Raises ``NotAllowed`` unless ``by`` answers for the
    department; ``Incomplete`` for an invalid finding (by application id); ``WrongState`` for one on a village whose
    result is released, or when a colleague was quicker; ``Outdated`` when the list or the current answer differs from
    what the person was shown (``expected``, a ``standing_of``).
    """
    check, at = _locked(check), at or timezone.now()
    if not by.has_perm(ANSWER, check) or department not in speaks_for(by, check):
        raise NotAllowed
    earlier = check.answers.filter(department=department, corrected_by=None).first()
    listed = {one.pk: one for one in Application.objects.filter(candidacy__of=check).select_related("unit")}
    require_unchanged(expected, standing_of(listed.values(), earlier))
    _require_sound(check, findings, listed, timezone.localdate(at))
    _require_unreleased(earlier, findings, listed)
    if earlier and not reason.strip():
        message = _("Answered already, by %(who)s. To correct it, please write why.") % {"who": earlier.by}
        raise Incomplete(message, {"reason": message})
    with audit.acting(by, "answer_check", reason):
        signed = DepartmentAnswer.objects.create(
            of=check, department=department, by=by, at=at, corrects=earlier, reason=reason.strip() if earlier else ""
        )
        Finding.objects.bulk_create(
            Finding(answer=signed, application_id=f.application, veto=f.veto, on=f.on, document=f.document.strip())
            for f in findings
        )
    _keep_vetoes(listed, department, findings, by=by, reason=reason, day=timezone.localdate(at))
    announce(
        holders([Role.COUNTY_OFFICE], [check.unit_id]).get(check.unit_id, []),
        "check_found" if findings else "check_answered",
        link=LINK.format(check.pk),
        unit_code=check.unit_id,
        department=department,
        count=len({finding.application for finding in findings}),
    )
    return signed


def try_answer(
    check: DepartmentCheck, department: str, findings: Sequence[CheckFinding], *, by: User, reason: str
) -> None:
    """Dry run: raise what ``answer`` would raise now; nothing is signed."""
    with transaction.atomic():
        answer(check, department, findings, by=by, reason=reason)
        transaction.set_rollback(True)


def standing_of(candidates: Iterable[Application], earlier: DepartmentAnswer | None) -> dict[str, Any]:
    """What a department signs for: the villages with their state, and the current answer."""
    villages = sorted([one.unit_id, one.pk, str(one.state)] for one in candidates)
    return {"villages": villages, "earlier": earlier and earlier.pk}


@transaction.atomic
def note_lapse(check: DepartmentCheck, department: str, *, by: User, note: str, at: datetime | None = None) -> Lapse:
    """Proceed without a department that has missed the deadline; it may still answer.

    Raises ``NotAllowed``; ``WrongState`` before the deadline, when it has answered or was recorded; ``Incomplete``.
    """
    check, at = _locked(check), at or timezone.now()
    if not by.has_perm(OPEN, check) or department not in departments(check):
        raise NotAllowed
    if at < check.due:
        raise WrongState(_("The department may still answer until %s.") % deadline(check.due))
    if department not in outstanding({check.pk: departments(check)})[check.pk]:
        raise WrongState(_("%s has answered, or a missed deadline has been noted already.") % department)
    if not note.strip():
        raise Incomplete(_("Please write the note."), {"note": _("Please write the note.")})
    with audit.acting(by, "note_lapse", note):
        lapse = Lapse.objects.create(of=check, department=department, note=note.strip(), by=by, at=at)
    announce(
        speakers(check.unit_id).get(department, []),
        "check_lapsed",
        link=LINK.format(check.pk),
        unit_code=check.unit_id,
        unit=check.unit.name,
    )
    return lapse


def not_listed() -> str:
    return _("This unit is not on the list.")


def hindrances(
    chosen: Sequence[Decision],
    spec: SchemeSpec,
    stage: str,
    day: date,
    judged: Iterable[Allowed] | None = None,
) -> list[str]:
    """Why these decisions, with their applications and candidacies, cannot be released on ``day``.

    Departments that were not asked or have not answered, and vetoes that bar what was decided. ``judged``: what their
    points allow on that day, where the caller knows it.
    """
    if not chosen:
        return []
    if judged is None:
        applications = Application.objects.filter(pk__in={one.application_id for one in chosen})
        judged = allowed_star.allowed(allowed_star.applications(applications, stage, day))
    return [*_unanswered(chosen, spec, stage), *_barred(chosen, judged)]


def require_checked(chosen: Collection[int], spec: SchemeSpec, stage: str, day: date) -> None:
    """Raise ``Incomplete`` with every hindrance. Until the transaction ends no department can answer."""
    candidates = Candidate.objects.filter(application__decisions__in=chosen)
    list(DepartmentCheck.objects.filter(candidates__in=candidates).order_by("pk").select_for_update(of=("self",)))
    decided = Decision.objects.filter(pk__in=chosen).select_related("unit", "application__candidacy")
    if hindered := hindrances(list(decided), spec, stage, day):
        raise Incomplete(" ".join(hindered))


def _unanswered(chosen: Sequence[Decision], spec: SchemeSpec, stage: str) -> list[str]:
    asked = [one for one in chosen if stage == Stage.COUNTY and one.star > spec.townships_decide_up_to]
    if not asked or not spec.departments:
        return []
    said = []
    if unlisted := [one.unit.name for one in asked if not hasattr(one.application, "candidacy")]:
        said.append(_("The departments have not been asked about: %s.") % _listed(unlisted))
    lists = {
        one.application.candidacy.of_id for one in asked if one.application and hasattr(one.application, "candidacy")
    }
    silent = {name for names in outstanding(dict.fromkeys(lists, spec.departments)).values() for name in names}
    if silent:
        said.append(_("Not answered yet: %s.") % _listed(name for name in spec.departments if name in silent))
    return said


def _barred(chosen: Sequence[Decision], judged: Iterable[Allowed]) -> list[str]:
    """A veto that was met and became known after the decision blocks the release: the decision must be made again."""
    decided = {one.application_id: one for one in chosen}
    barred = [decided[int(of.entry)].unit.name for of in judged if of.barred and of.star < decided[int(of.entry)].star]
    if not barred:
        return []
    return [
        _("A veto item bars the star decided: %s. Please take the decision back and decide anew.") % _listed(barred)
    ]


def _listed(names: Iterable[str]) -> str:
    return "、".join(names)


def _locked(check: DepartmentCheck) -> DepartmentCheck:
    rows = DepartmentCheck.objects.select_for_update(of=("self",)).select_related("unit", "cycle__scheme")
    return rows.get(pk=check.pk)


def _require_sound(
    check: DepartmentCheck, findings: Sequence[CheckFinding], listed: dict[int, Application], today: date
) -> None:
    known = {item.code for item in check.cycle.scheme.spec.vetoes}
    problems: dict[str, str] = {}
    seen: set[tuple[int, str, date]] = set()
    for finding in findings:
        if finding.application not in listed:
            problems[str(finding.application)] = not_listed()
        elif finding.veto not in known:
            problems[str(finding.application)] = _("Please choose a veto item.")
        elif finding.on > today:
            problems[str(finding.application)] = _("This day is still to come.")
        elif not finding.document.strip():
            problems[str(finding.application)] = _("Please name the document.")
        elif (finding.application, finding.veto, finding.on) in seen:
            problems[str(finding.application)] = _("The same item appears twice for the same day.")
        seen.add((finding.application, finding.veto, finding.on))
    if problems:
        raise Incomplete(_("The answer could not be signed yet."), problems)


def _require_unreleased(
    earlier: DepartmentAnswer | None, findings: Sequence[CheckFinding], listed: dict[int, Application]
) -> None:
    """Added or withdrawn findings must not concern a village whose result is released: that needs a new step
    (practice §3)."""
    before = set(earlier.findings.values_list("application", "veto", "on")) if earlier else set()
    now = {(finding.application, finding.veto, finding.on) for finding in findings}
    late = {pk for pk, _veto, _on in before ^ now if listed[pk].state in Application.State.RESULT_OUT}
    if late:
        names = _listed(listed[pk].unit.name for pk in sorted(late))
        raise WrongState(
            _("%s: the result has been released. Please make an objection, or have an event recorded.") % names
        )


def _keep_vetoes(
    listed: dict[int, Application],
    department: str,
    findings: Sequence[CheckFinding],
    *,
    by: User,
    reason: str,
    day: date,
) -> None:
    veto.replace(
        [application.unit_id for application in listed.values()],
        department,
        (veto.MetVeto(listed[f.application].unit_id, f.veto, f.on, f.document.strip()) for f in findings),
        by=by,
        reason=reason,
    )
    scored = Points.objects.filter(application__in=listed, stage=Stage.COUNTY).values("application")
    unreleased = Application.objects.filter(pk__in=scored, state__in=Application.State.COUNTY_UNRELEASED)
    allowed_star.store(unreleased, Stage.COUNTY, day)
