"""What waits for a person about draft schemes (a source of ``accounts.todo_list``)."""

from datetime import datetime

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.prepared import asked
from accounts.todo_list import Todo
from consultations.kinds import REVIEWS
from consultations.models import (
    COMMENT,
    LEAD,
    REVIEW,
    WRITE,
    Acknowledgement,
    Comment,
    Consultation,
    ConsultationState,
    DraftProposal,
    Phase,
    asking,
)
from followups.models import FollowUp
from records.deadlines import is_over
from villages.models import below_any

SHOWN = 20
State = ConsultationState
WAITS = {
    "comment": (gettext_lazy("Say what you think of the draft “%(name)s” of %(year)s"), gettext_lazy("Read")),
    "answer": (gettext_lazy("Answer the comments on “%(name)s” of %(year)s"), gettext_lazy("Answer")),
    "close": (gettext_lazy("Close the consultation on “%(name)s” of %(year)s"), gettext_lazy("Look")),
    "send": (gettext_lazy("“%(name)s” of %(year)s: send it on, or issue it"), gettext_lazy("Look")),
    "settle": (gettext_lazy("Settle the proposed changes of “%(name)s” of %(year)s"), gettext_lazy("Settle")),
    "review": (gettext_lazy("%(unit)s: review the draft “%(name)s” of %(year)s"), gettext_lazy("Read")),
    "conclude": (gettext_lazy("%(unit)s: conclude the joint review of “%(name)s” of %(year)s"), gettext_lazy("Look")),
    "issue": (gettext_lazy("“%(name)s” of %(year)s is reviewed: issue it"), gettext_lazy("Look")),
}


def entries(user: User) -> list[Todo]:
    """One query."""
    if not any(user.reach(right) for right in (WRITE, COMMENT, REVIEW, LEAD)):
        return []
    return [_todo(*row) for row in asked(_waiting, user)]


def _waiting(user: User) -> QuerySet:
    what = Case(*(When(wanted, then=Value(key)) for key, wanted in _waits(user)), output_field=CharField())
    rows = Consultation.objects.open().annotate(what=what).filter(what__isnull=False).order_by("pk")
    named = ("unit__name", "scheme__name", "scheme__year")
    return rows.values_list("pk", "what", *named, "comments_until", "review_until")[:SHOWN]


def _waits(user: User) -> list[tuple[str, Q]]:
    writes, leads = below_any(user.reach(WRITE), "unit_id"), below_any(user.reach(LEAD), "unit_id")
    now = timezone.now()
    unanswered = Exists(Comment.objects.filter(consultation=OuterRef("pk"), answered_at=None))
    unsettled = Exists(DraftProposal.objects.filter(consultation=OuterRef("pk"), settled_at=None))
    return [
        ("answer", writes & Q(state=State.CONSULTING) & unanswered),
        ("close", writes & Q(state=State.CONSULTING, comments_until__lte=now)),
        ("send", writes & Q(state=State.CONSULTED)),
        ("settle", writes & Q(state=State.REVIEWING) & unsettled),
        ("issue", writes & Q(state=State.REVIEWED)),
        ("conclude", leads & Q(state=State.REVIEWING, review_until__lte=now) & ~unsettled),
        ("review", _to_review(user) & Q(state=State.REVIEWING, review_until__gt=now)),
        ("comment", _to_comment(user) & Q(state=State.CONSULTING, comments_until__gt=now)),
    ]


def _to_comment(user: User) -> Q:
    """Asked, and this person has neither said anything nor that there is nothing to add."""
    said = Comment.objects.filter(consultation=OuterRef("pk"), by=user)
    read = Acknowledgement.objects.filter(consultation=OuterRef("pk"), by=user, phase=Phase.COMMENTS)
    return asking(user) & ~Exists(said) & ~Exists(read)


def _to_review(user: User) -> Q:
    """A follow-up of an office of another county waits."""
    subject = Concat(Cast(OuterRef("pk"), CharField()), Value(":"))
    waiting = FollowUp.objects.waiting().filter(
        kind=REVIEWS, responsible_unit__in=user.reach(REVIEW), subject__startswith=subject
    )
    return Q(Exists(waiting))


def _todo(
    pk: int, what: str, unit: str, name: str, year: int, comments_until: datetime | None, review_until: datetime | None
) -> Todo:
    title, action = WAITS[what]
    due = review_until if what in ("settle", "review", "conclude") else None
    if what in ("comment", "answer", "close"):
        due = comments_until
    return Todo(
        title=title % {"unit": unit, "name": name, "year": year},
        url=Consultation(pk=pk).get_absolute_url(),
        due=due,
        urgent=what not in ("comment", "review") and due is not None and is_over(due),
        over=_("Draft scheme"),
        action=action,
    )
