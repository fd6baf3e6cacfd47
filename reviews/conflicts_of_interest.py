"""Conflicts of interest: who may not review or decide an application, and why (回避, practice §3); set-based, for many
at once.

Excluded are: those who filled in, answered, attached evidence or signed for the unit, even if others have since changed
it; those who hold or held a post in it; for the county, those who scored or decided the application in the township;
and nobody decides an application that they scored.
"""

from collections.abc import Collection

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.models import Appointment
from accounts.role_holders import has_post
from ratings.models import Answer, Application, Decision, Evidence, Stage, Transition
from ratings.models.lifecycle import DECIDE_COUNTY, DECIDE_TOWNSHIP, STEPS, ApplicationState, with_former
from reviews.models import Appeal, Sheet

VERDICTS = with_former(step.verb for step in STEPS.offered if {DECIDE_TOWNSHIP, DECIDE_COUNTY} & {*step.permissions})
IN_TOWNSHIP = Q(verb__in=VERDICTS, from_state=ApplicationState.TOWNSHIP_REVIEW)
"""A verdict of the township's."""
FILLED, ATTACHED, SIGNED, POST, SCORED, DECIDED = "filled", "attached", "signed", "post", "scored", "decided"
EVENT = "event"
WORDS = {
    FILLED: _("Filled in this application."),
    ATTACHED: _("Attached evidence to this application."),
    SIGNED: _("Signed this application."),
    POST: _("Holds or held a post in this unit."),
    SCORED: _("Scored this application."),
    DECIDED: _("Decided on this application."),
    EVENT: _("Recorded this event, or settled what follows from it."),
}

VILLAGE = "village"
AnswerEvent, EvidenceEvent = Answer.pgh_event_model, Evidence.pgh_event_model
"""What was ever typed and attached: the conflict of interest remains when somebody else continues."""

Pair = tuple[int, int]


def conflicts(applications: Collection[int], people: Collection[int], stage: str) -> dict[Pair, str]:
    """The conflict (a key of ``WORDS``) of each pair (application id, user id) at ``stage``."""
    people = set(people)
    by_pair: dict[Pair, str] = {}
    if stage == Stage.COUNTY:
        by_pair |= dict.fromkeys(_township_scorers(applications, people), SCORED)
        by_pair |= dict.fromkeys(_township_deciders(applications, people), DECIDED)
    rows = list(
        Application.objects.filter(pk__in=applications).values_list("pk", "unit_id", "filled_by_id", "signed_by_id")
    )
    posts = _posts({unit for _pk, unit, _f, _s in rows}, people)
    by_pair |= {(pk, user): POST for pk, unit, _f, _s in rows for user in posts.get(unit, ())}
    by_pair |= dict.fromkeys(_attachers(applications, people), ATTACHED)
    typed = AnswerEvent.objects.filter(application__in=applications, by__in=people, source=VILLAGE)
    by_pair |= dict.fromkeys(typed.values_list("application_id", "by_id").distinct(), FILLED)
    by_pair |= {(pk, user): FILLED for pk, _u, user, _s in rows if user in people}
    signed = Transition.objects.filter(application__in=applications, by__in=people, verb="submit")
    by_pair |= dict.fromkeys(signed.values_list("application_id", "by_id").distinct(), SIGNED)
    return by_pair | {(pk, user): SIGNED for pk, _u, _f, user in rows if user in people}


def hearing_conflicts(appeal: Appeal, people: Collection[int]) -> dict[int, str]:
    """The conflict (a key of ``WORDS``) that keeps each of ``people`` (by id) from hearing it: any part in what
    is appealed."""
    by_person = {user: POST for users in _posts({appeal.unit_id}, people).values() for user in users}
    if appeal.event:
        settled = appeal.event.proposals.filter(settled_by__in=people).values_list("settled_by_id", flat=True)
        by_person |= dict.fromkeys({appeal.event.recorded_by_id, *settled} & set(people), EVENT)
    if appeal.decision and appeal.decision.decided_by_id in people:
        by_person[appeal.decision.decided_by_id] = DECIDED
    return by_person | (_conflicts_with(appeal.application_id, people) if appeal.application_id else {})


def _conflicts_with(application: int, people: Collection[int]) -> dict[int, str]:
    """Any part in the application, at any stage."""
    by_person = {person: conflict for (_pk, person), conflict in conflicts([application], people, Stage.COUNTY).items()}
    sheets = Sheet.objects.filter(application=application, reviewer__in=people)
    sheets = sheets.exclude(state__in=Sheet.State.STEPPED_BACK)
    by_person |= dict.fromkeys(sheets.values_list("reviewer_id", flat=True), SCORED)
    steps = Transition.objects.filter(application=application, by__in=people, verb__in=[*VERDICTS, "uphold"])
    decided = Decision.objects.filter(application=application, decided_by__in=people)
    who = {*steps.values_list("by_id", flat=True), *decided.values_list("decided_by_id", flat=True)}
    return by_person | dict.fromkeys(who, DECIDED)


def with_deciding_conflict(applications: QuerySet[Application], person: int, stage: str) -> QuerySet[Application]:
    """Annotate ``conflict`` (a key of ``WORDS``, or ""): what keeps ``person`` from deciding at ``stage``."""
    scored = When(Exists(_scored_by(person)), then=Value(SCORED))
    return _with_conflict(applications, [scored, *_own_hand(person, stage)])


def has_conflict(application: int, person: int, stage: str) -> bool:
    """Whether a conflict of interest keeps ``person`` from the panel's work on this application; one query."""
    cases = _own_hand(person, stage)
    if stage == Stage.COUNTY:
        cases.append(When(Exists(_scored_by(person).filter(stage=Stage.TOWNSHIP)), then=Value(SCORED)))
    return _with_conflict(Application.objects.filter(pk=application), cases).exclude(conflict="").exists()


def _with_conflict(applications: QuerySet[Application], cases: list[When]) -> QuerySet[Application]:
    return applications.annotate(conflict=Case(*cases, default=Value(""), output_field=CharField()))


def _scored_by(person: int) -> QuerySet[Sheet]:
    return Sheet.objects.filter(application=OuterRef("pk"), reviewer=person).exclude(state__in=Sheet.State.STEPPED_BACK)


def _own_hand(person: int, stage: str) -> list[When]:
    """What ``person`` did for the village, and for the county's stage in the township."""
    of_it = {"application": OuterRef("pk")}
    typed = AnswerEvent.objects.filter(**of_it, by=person, source=VILLAGE)
    attached = EvidenceEvent.objects.filter(**of_it, file__uploaded_by=person)
    steps = Transition.objects.filter(**of_it, by=person)
    cases = [
        When(Q(filled_by=person) | Exists(typed), then=Value(FILLED)),
        When(Exists(attached), then=Value(ATTACHED)),
        When(Q(signed_by=person) | Exists(steps.filter(verb="submit")), then=Value(SIGNED)),
        When(has_post(person, "unit"), then=Value(POST)),
    ]
    if stage == Stage.COUNTY:
        cases.append(When(Exists(steps.filter(IN_TOWNSHIP)), then=Value(DECIDED)))
    return cases


def deciding_conflicts(applications: Collection[int], person: int, stage: str) -> dict[int, str]:
    """The conflict that keeps ``person`` from deciding these applications (by id); one query."""
    chosen = Application.objects.filter(pk__in=applications)
    conflicting = with_deciding_conflict(chosen, person, stage).exclude(conflict="")
    return dict(conflicting.values_list("pk", "conflict"))


def _posts(units: Collection[str], people: Collection[int]) -> dict[str, list[int]]:
    by_unit: dict[str, list[int]] = {}
    for unit, user in Appointment.objects.filter(user__in=people, unit__in=units).values_list("unit_id", "user_id"):
        by_unit.setdefault(unit, []).append(user)
    return by_unit


def _township_scorers(applications: Collection[int], people: Collection[int]) -> QuerySet:
    sheets = Sheet.objects.filter(application__in=applications, reviewer__in=people, stage=Stage.TOWNSHIP)
    return sheets.exclude(state__in=Sheet.State.STEPPED_BACK).values_list("application_id", "reviewer_id").distinct()


def _attachers(applications: Collection[int], people: Collection[int]) -> QuerySet:
    """Who attached a file, even if it was removed again."""
    attached = EvidenceEvent.objects.filter(application__in=applications, file__uploaded_by__in=people)
    return attached.values_list("application_id", "file__uploaded_by").distinct()


def _township_deciders(applications: Collection[int], people: Collection[int]) -> set[Pair]:
    steps = Transition.objects.filter(IN_TOWNSHIP, application__in=applications, by__in=people)
    decisions = Decision.objects.filter(
        application__in=applications, decided_by__in=people, origin=Decision.Origin.TOWNSHIP
    )
    return {
        *steps.values_list("application_id", "by_id").distinct(),
        *decisions.values_list("application_id", "decided_by_id").distinct(),
    }
