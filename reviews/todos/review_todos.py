"""To-dos about reviews: sheets to score, decisions to make, batches to release, objections to answer."""

from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Appointment, User
from accounts.prepared import Totals, asked
from accounts.todo_list import Todo, of_several
from ratings.models import Application, Decision, Points, Transition
from ratings.todos.usual_times import step_at
from ratings.workflow.window import closes_for
from records.deadlines import end_of
from reviews.decisions.release_due import release_dues
from reviews.decisions.visibility import objections_for
from reviews.models import Objection, Panel, Settlement, Sheet
from reviews.models.review_levels import REVIEW_LEVELS
from reviews.sheets.queue import TO_SCORE, begun, sheets_of, with_deadline
from reviews.todos.usual_times import DECIDING, OBJECTION, SCORING
from villages.models import below_any


def entries(user: User) -> list[Todo]:
    """At most one line each, counted in one query per permission held."""
    return [
        todo
        for todo in (
            _to_convene(user),
            _to_replace(user),
            _to_score(user),
            _to_settle(user),
            _to_decide(user),
            _to_release(user),
            _to_answer(user),
        )
        if todo is not None
    ]


def _to_convene(user: User) -> Todo | None:
    """A unit whose applications are under review while nobody sits on its panel."""
    if not _reaches(user, "convene"):
        return None
    ((count, since, first),) = asked(_without_panel, user)
    if not count:
        return None
    return Todo(
        title=_("A panel is to be convened"),
        url=reverse("review_panels"),
        urgent=True,
        action=_("Convene the panel"),
        **_origin(count, since, first),
    )


def _without_panel(user: User) -> Totals:
    waiting = Q(pk__in=[])
    for review_level in REVIEW_LEVELS.values():
        if codes := user.reach(review_level.permission("convene")):
            place = Substr(OuterRef("unit_id"), 1, review_level.code_length)
            panel = Exists(Panel.objects.filter(cycle=OuterRef("cycle"), stage=review_level.stage, unit=place))
            waiting |= below_any(codes, "unit_id") & Q(state=review_level.state) & ~Q(panel)
    return Totals(_entered(Application.objects.filter(waiting), "pk"), _OF_APPLICATIONS)


def _to_replace(user: User) -> Todo | None:
    """Reviewers who left their post with villages still to score: nobody else will score these."""
    if not _reaches(user, "convene"):
        return None
    left = [name for (name,) in asked(_left_behind, user)]
    if not left:
        return None
    names = "、".join(sorted(set(left)))
    return Todo(
        title=_("%(names)s has left office: %(count)s score sheets are open") % {"names": names, "count": len(left)},
        url=reverse("review_panels"),
        detail=_("Please seat another reviewer in the panel."),
        urgent=True,
        action=_("Seat another"),
    )


def _left_behind(user: User) -> QuerySet:
    waiting = Q(pk__in=[])
    today = Appointment.objects.on(timezone.localdate())
    for review_level in REVIEW_LEVELS.values():
        if codes := user.reach(review_level.permission("convene")):
            place = Substr(OuterRef("application__unit_id"), 1, review_level.code_length)
            in_office = today.filter(user=OuterRef("reviewer"), role=review_level.reviewer, unit=place)
            here = below_any(codes, "application__unit_id") & Q(
                stage=review_level.stage, application__state=review_level.state
            )
            waiting |= here & ~Q(Exists(in_office))
    return Sheet.objects.filter(waiting, state=Sheet.State.OPEN).values_list("reviewer__name")


def _to_score(user: User) -> Todo | None:
    if not _reaches(user, "score"):
        return None
    ((count, due, since, first),) = asked(_open_sheets, user)
    if not count:
        return None
    return Todo(
        title=ngettext("%(count)s application to score", "%(count)s applications to score", count) % {"count": count},
        url=reverse("review_desk"),
        due=due,
        action=_("Begin to score"),
        takes=SCORING,
        **_origin(count, since, first),
    )


def _open_sheets(user: User) -> Totals:
    mine = _entered(begun(with_deadline(sheets_of(user).filter(TO_SCORE))), "application")
    of_sheets = {"since": Min("entered"), "first": Min("application__unit__name")}
    return Totals(mine, {"count": Count("pk"), "due": Min("closes"), **of_sheets})


def _to_settle(user: User) -> Todo | None:
    """Spreads of the user's panel above the tolerance: nothing is decided until a member has written the note."""
    if not _reaches(user, "score"):
        return None
    counted = Sheet.objects.filter(application=OuterRef("application"), stage=OuterRef("stage"), reviewer=user)
    mine = Settlement.objects.waiting().filter(Exists(counted.filter(state=Sheet.State.HANDED_IN)))
    last = Sheet.objects.filter(application=OuterRef("application"), stage=OuterRef("stage"))
    mine = mine.annotate(since=Subquery(last.order_by("-handed_in_at").values("handed_in_at")[:1]))
    mine = mine.filter(since__isnull=False).order_by("application")
    places = list(mine.values_list("application", "application__unit__name", "since"))
    if not places:
        return None
    count = len(places)
    return Todo(
        title=ngettext(
            "%(count)s criterion with widely differing points",
            "%(count)s criteria with widely differing points",
            count,
        )
        % {"count": count},
        url=reverse("review_application", args=[places[0][0]]),
        detail=_("Please talk it over and write the panel's note; nothing is decided before."),
        urgent=True,
        action=_("Write the note"),
        since=min(since for _pk, _name, since in places),
        whom=of_several(places[0][1], len({pk for pk, *_of in places})),
    )


def _to_decide(user: User) -> Todo | None:
    if not _reaches(user, "decide"):
        return None
    ((count, since, first, due),) = asked(_undecided, user)
    if not count:
        return None
    return Todo(
        title=ngettext("%(count)s application to decide", "%(count)s applications to decide", count) % {"count": count},
        url=reverse("review_decisions"),
        due=due,
        action=_("Go and decide"),
        takes=DECIDING,
        **_origin(count, since, first),
    )


def _undecided(user: User) -> Totals:
    waiting, closes = Q(pk__in=[]), []
    for review_level in REVIEW_LEVELS.values():
        if codes := user.reach(review_level.permission("decide")):
            end = closes_for(review_level.window, cycle="cycle", unit="unit")
            closes.append(When(state=review_level.state, then=end))
            scored = Exists(Points.objects.filter(application=OuterRef("pk"), stage=review_level.stage))
            apart = Exists(Settlement.objects.waiting().filter(application=OuterRef("pk"), stage=review_level.stage))
            waiting |= below_any(codes, "unit_id") & Q(state=review_level.state) & Q(scored) & ~Q(apart)
    rows = _entered(Application.objects.filter(waiting), "pk").annotate(closes=Case(*closes))
    return Totals(rows, {**_OF_APPLICATIONS, "due": Min("closes")})


def _to_release(user: User) -> Todo | None:
    if not _reaches(user, "release"):
        return None
    ((count, since, first, code),) = asked(_unreleased, user)
    if not count:
        return None
    return Todo(
        title=ngettext("%(count)s decision to release", "%(count)s decisions to release", count) % {"count": count},
        url=reverse("review_batches"),
        due=release_dues(user)(code, since),
        action=_("Go and release"),
        takes=step_at(Application.State.DECIDED),
        **_origin(count, since, first),
    )


def _unreleased(user: User) -> Totals:
    waiting = Q(pk__in=[])
    for review_level in REVIEW_LEVELS.values():
        if codes := user.reach(review_level.permission("release")):
            waiting |= below_any(codes, "unit_id") & Q(origin=review_level.origin)
    rows = Decision.objects.filter(waiting, state=Decision.State.DECIDED)
    first = {"first": Min("unit__name"), "code": Min("unit_id")}
    return Totals(rows, {"count": Count("pk"), "since": Min("decided_at"), **first})


def _to_answer(user: User) -> Todo | None:
    if not _reaches(user, "answer_objection"):
        return None
    ((count, last_day, since, first),) = asked(_unanswered, user)
    if not count:
        return None
    return Todo(
        title=ngettext("%(count)s objection to answer", "%(count)s objections to answer", count) % {"count": count},
        url=reverse("review_objections"),
        due=end_of(last_day) if last_day else None,
        urgent=last_day is not None and last_day < timezone.localdate(),
        detail=of_several(first, count),
        action=_("Go and answer"),
        since=since,
        takes=OBJECTION,
    )


def _unanswered(user: User) -> Totals:
    last_day = Min("decision__batch_entry__batch__last_day")
    of_objections = {"last_day": last_day, "since": Min("made_at"), "first": Min("unit__name")}
    rows = objections_for(user).filter(state__in=Objection.State.UNANSWERED)
    return Totals(rows, {"count": Count("pk"), **of_objections})


def _reaches(user: User, step: str) -> bool:
    return any(user.reach(review_level.permission(step)) for review_level in REVIEW_LEVELS.values())


_OF_APPLICATIONS = {"count": Count("pk"), "since": Min("entered"), "first": Min("unit__name")}


def _entered(rows: QuerySet, application: str) -> QuerySet:
    """Annotate ``entered``: when the application came to where it is."""
    came = Transition.objects.filter(application=OuterRef(application)).exclude(from_state=F("to_state"))
    return rows.annotate(entered=Subquery(came.order_by("-id").values("at")[:1]))


def _origin(count: int, since: datetime, first: str) -> dict[str, Any]:
    return {"since": since, "whom": of_several(first, count)}
