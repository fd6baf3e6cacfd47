"""Nobody outside the deciding office sees decisions before their release (practice §3).

For others such an application is still under review at the level that decided. Lists, counts, pages and the API read
``shown_state``, never ``state``.
"""

from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from accounts import audit_trail
from ratings.models import (
    Absence,
    Answer,
    Application,
    ClosingReversal,
    Cycle,
    Decision,
    Event,
    EventFile,
    EventPerson,
    Evidence,
    Extension,
    Programme,
    Proposal,
    Return,
    Reversal,
    Scheme,
    Transition,
    Veto,
    Window,
)
from villages.models import below_any

DECIDING = {
    Decision.Origin.TOWNSHIP: ("reviews.decide_township", "reviews.release_township"),
    Decision.Origin.COUNTY: ("reviews.decide_county", "reviews.release_county"),
}
DECIDED = Application.State.DECIDED
TOWNSHIP_REVIEW, COUNTY_REVIEW = Application.State.TOWNSHIP_REVIEW, Application.State.COUNTY_REVIEW


def with_shown_state(applications: QuerySet[Application], user: Any) -> QuerySet[Application]:
    """``applications`` with ``shown_state``: the state that ``user`` may know."""
    by_county = Exists(
        Decision.objects.filter(application=OuterRef("pk"), state=Decision.State.DECIDED, origin=Decision.Origin.COUNTY)
    )
    return applications.annotate(
        shown_state=Case(
            When(Q(state=DECIDED) & by_county & ~_deciding(user, Decision.Origin.COUNTY), then=Value(COUNTY_REVIEW)),
            When(
                Q(state=DECIDED) & ~by_county & ~_deciding(user, Decision.Origin.TOWNSHIP), then=Value(TOWNSHIP_REVIEW)
            ),
            default=F("state"),
        )
    )


_NOT_OUT = Application.State.RESULT_NOT_OUT.sql


def not_out(application: str) -> str:
    """SQL: the result of the application with this key is not released."""
    return f"(select a.state in {_NOT_OUT} from ratings_application a where a.id = {application})"  # noqa: S608 our own words


def held(event: str) -> str:
    """SQL: the event with this key is held."""
    return f"(select v.held from ratings_event v where v.id = {event})"  # noqa: S608 our own words


COVERED = f"""(
    select d.state in {Decision.State.NEVER_IN_FORCE.sql} and a.state in {_NOT_OUT}
    from ratings_decision d join ratings_application a on a.id = d.application_id where d.id = e.pgh_obj_id)"""  # noqa: S608 our own words
_FOUND_IN_REVIEW = f"""exists (
    select from ratings_application a
    where a.unit_id = e.unit_id and a.state in {_NOT_OUT} and a.submitted_at <= e.recorded_at)"""  # noqa: S608 our own words


def told(vetoes: QuerySet[Veto]) -> QuerySet[Veto]:
    """Those of ``vetoes`` that may be known outside: departments are asked once an application is sent, and what they
    have found since, for whichever year, is released with its result (as ``_FOUND_IN_REVIEW`` says it in SQL)."""
    waiting = Application.objects.filter(
        unit=OuterRef("unit"), state__in=Application.State.RESULT_NOT_OUT, submitted_at__lte=OuterRef("recorded_at")
    )
    return vetoes.exclude(Exists(waiting))


def redact_audit_trail() -> None:
    """Readers of the audit trail decide nothing: before the release they see neither a decision nor what reveals one,
    and nothing of a held event.

    A township's own star, given with its recommendation, is redacted until the county's decision is released as well.
    """
    audit_trail.redact(Decision, audit_trail.Redaction(rows=COVERED))
    audit_trail.redact(
        Application,
        audit_trail.Redaction(
            rows=f"e.state = 'decided' and {not_out('e.pgh_obj_id')}",
            cells=not_out("e.pgh_obj_id"),
            columns=("township_star", "panel_star", "panel_total"),
        ),
    )
    audit_trail.redact(Veto, audit_trail.Redaction(rows=_FOUND_IN_REVIEW))
    audit_trail.redact(Event, audit_trail.Redaction(rows=held("e.pgh_obj_id")))
    audit_trail.redact(EventFile, audit_trail.Redaction(rows=f"e.commission OR {held('e.event_id')}"))
    audit_trail.redact(EventPerson, audit_trail.HIDDEN)
    audit_trail.redact(Proposal, audit_trail.Redaction(rows=held("e.event_id")))
    audit_trail.redact(Reversal, audit_trail.Redaction(rows=held("e.event_id")))
    audit_trail.show_openly(
        "facts that a village reports, and how they came to the office", Absence, Answer, Evidence, Return
    )
    audit_trail.show_openly(
        "rules and times that hold for everybody", ClosingReversal, Cycle, Extension, Programme, Scheme, Window
    )


def _deciding(user: Any, origin: str) -> Q:
    return below_any({code for perm in DECIDING[origin] for code in user.reach(perm)}, "unit_id")


def shown_state(user: Any, application: Application) -> str:
    """The state of ``application`` that ``user`` may know; None is the system itself."""
    if user is None or application.state != DECIDED:
        return application.state
    if hasattr(application, "shown_state"):
        return application.shown_state
    return with_shown_state(Application.objects.filter(pk=application.pk), user).values_list("shown_state", flat=True)[
        0
    ]


def shown_steps(user: Any, application: Application, steps: list[Transition]) -> list[Transition]:
    """Those of ``steps`` (oldest first) that ``user`` may know: nothing of a decision before its release.

    Until then, only the deciding offices know why a township's own star, given with its recommendation, is lower.
    """
    if application.state == DECIDED and shown_state(user, application) == DECIDED:
        return steps
    released = max((n for n, step in enumerate(steps) if step.to_state == Application.State.PUBLIC_NOTICE), default=-1)
    decides = any(user.has_perm(perm, application) for perms in DECIDING.values() for perm in perms)
    for step in steps[released + 1 :]:
        if step.verb == "recommend" and not decides:
            step.reason = ""
    return [step for n, step in enumerate(steps) if n <= released or DECIDED not in (step.from_state, step.to_state)]
