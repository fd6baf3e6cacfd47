"""To-dos about reviews: sheets to score, decisions to make, batches to release, objections to answer."""

from typing import Any

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Appointment, User
from accounts.todo_list import Todo, of_several
from ratings.models import Application, Decision, Points, Transition
from ratings.todos.usual_times import step_at
from ratings.workflow.window import closes_for
from records.deadlines import end_of
from reviews.decisions.release_due import release_dues
from reviews.decisions.visibility import objections_for
from reviews.models import Objection, Panel, Settlement, Sheet
from reviews.models.review_levels import REVIEW_LEVELS
from reviews.sheets.queue import TO_SCORE, sheets_of, with_deadline
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
    waiting = Q(pk__in=[])
    for review_level in REVIEW_LEVELS.values():
        if codes := user.reach(review_level.permission("convene")):
            place = Substr(OuterRef("unit_id"), 1, review_level.code_length)
            panel = Exists(Panel.objects.filter(cycle=OuterRef("cycle"), stage=review_level.stage, unit=place))
            waiting |= below_any(codes, "unit_id") & Q(state=review_level.state) & ~Q(panel)
    if waiting == Q(pk__in=[]):
        return None
    found = _entered(Application.objects.filter(waiting), "pk").aggregate(**_OF_APPLICATIONS)
    if not found["count"]:
        return None
    return Todo(title=_("A panel is to be convened"), url=reverse("review_panels"), urgent=True, **_origin(found))


def _to_replace(user: User) -> Todo | None:
    """Reviewers who left their post with villages still to score: nobody else will score these."""
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
    if waiting == Q(pk__in=[]):
        return None
    left = list(Sheet.objects.filter(waiting, state=Sheet.State.OPEN).values_list("reviewer__name", flat=True))
    if not left:
        return None
    names = "、".join(sorted(set(left)))
    return Todo(
        title=_("%(names)s has left office: %(count)s score sheets are open") % {"names": names, "count": len(left)},
        url=reverse("review_panels"),
        detail=_("Please seat another reviewer in the panel."),
        urgent=True,
    )


def _to_score(user: User) -> Todo | None:
    if not any(user.reach(review_level.permission("score")) for review_level in REVIEW_LEVELS.values()):
        return None
    mine = _entered(with_deadline(sheets_of(user).filter(TO_SCORE)), "application")
    open_sheets = mine.aggregate(
        count=Count("pk"), due=Min("closes"), since=Min("entered"), first=Min("application__unit__name")
    )
    if not open_sheets["count"]:
        return None
    return Todo(
        title=ngettext("%(count)s village to score", "%(count)s villages to score", open_sheets["count"]) % open_sheets,
        url=reverse("review_desk"),
        due=open_sheets["due"],
        takes=SCORING,
        **_origin(open_sheets),
    )


def _to_settle(user: User) -> Todo | None:
    """Spreads of the user's panel above the tolerance: nothing is decided until a member has written the note."""
    if not any(user.reach(review_level.permission("score")) for review_level in REVIEW_LEVELS.values()):
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
    waiting, closes = Q(pk__in=[]), []
    for review_level in REVIEW_LEVELS.values():
        if codes := user.reach(review_level.permission("decide")):
            end = closes_for(review_level.window, cycle="cycle", unit="unit")
            closes.append(When(state=review_level.state, then=end))
            scored = Exists(Points.objects.filter(application=OuterRef("pk"), stage=review_level.stage))
            apart = Exists(Settlement.objects.waiting().filter(application=OuterRef("pk"), stage=review_level.stage))
            waiting |= below_any(codes, "unit_id") & Q(state=review_level.state) & Q(scored) & ~Q(apart)
    if not closes:
        return None
    rows = _entered(Application.objects.filter(waiting), "pk").annotate(closes=Case(*closes))
    found = rows.aggregate(**_OF_APPLICATIONS, due=Min("closes"))
    count = found["count"]
    if not count:
        return None
    return Todo(
        title=ngettext("%(count)s application to decide", "%(count)s applications to decide", count) % found,
        url=reverse("review_decisions"),
        due=found["due"],
        takes=DECIDING,
        **_origin(found),
    )


def _to_release(user: User) -> Todo | None:
    waiting = Q(pk__in=[])
    for review_level in REVIEW_LEVELS.values():
        if codes := user.reach(review_level.permission("release")):
            waiting |= below_any(codes, "unit_id") & Q(origin=review_level.origin)
    if waiting == Q(pk__in=[]):
        return None
    found = Decision.objects.filter(waiting, state=Decision.State.DECIDED).aggregate(
        count=Count("pk"), since=Min("decided_at"), first=Min("unit__name"), code=Min("unit_id")
    )
    count = found["count"]
    if not count:
        return None
    return Todo(
        title=ngettext("%(count)s decision to release", "%(count)s decisions to release", count) % found,
        url=reverse("review_batches"),
        due=release_dues()(found["code"], found["since"]),
        takes=step_at(Application.State.DECIDED),
        **_origin(found),
    )


def _to_answer(user: User) -> Todo | None:
    if not any(user.reach(review_level.permission("answer_objection")) for review_level in REVIEW_LEVELS.values()):
        return None
    open_objections = (
        objections_for(user)
        .filter(state__in=Objection.State.UNANSWERED)
        .aggregate(
            count=Count("pk"),
            last_day=Min("decision__batch_entry__batch__last_day"),
            since=Min("made_at"),
            first=Min("unit__name"),
        )
    )
    if not open_objections["count"]:
        return None
    return Todo(
        title=ngettext("%(count)s objection to answer", "%(count)s objections to answer", open_objections["count"])
        % open_objections,
        url=reverse("review_objections"),
        due=end_of(last_day) if (last_day := open_objections["last_day"]) else None,
        urgent=last_day is not None and last_day < timezone.localdate(),
        detail=of_several(open_objections["first"], open_objections["count"]),
        since=open_objections["since"],
        takes=OBJECTION,
    )


_OF_APPLICATIONS = {"count": Count("pk"), "since": Min("entered"), "first": Min("unit__name")}


def _entered(rows: QuerySet, application: str) -> QuerySet:
    """Annotate ``entered``: when the application came to where it is."""
    came = Transition.objects.filter(application=OuterRef(application)).exclude(from_state=F("to_state"))
    return rows.annotate(entered=Subquery(came.order_by("-id").values("at")[:1]))


def _origin(found: dict[str, Any]) -> dict[str, Any]:
    return {"since": found["since"], "whom": of_several(found["first"], found["count"])}
