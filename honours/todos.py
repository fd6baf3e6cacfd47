"""What waits for a person in rounds of model villages (a source of ``accounts.todo_list``)."""

from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.prepared import asked
from accounts.role_holders import has_post
from accounts.todo_list import Todo
from honours.candidates import may_enter
from honours.models import Nomination, NominationState, OpinionLevel, Round, RoundAward, RoundObjection
from honours.models.lifecycle import NOMINATE, OPINE, RUN
from honours.workflow import checking, objections
from incentives.models import RewardPolicy
from records.addresses import address
from records.deadlines import end_of
from reviews.department_checks.assignments import ANSWER
from villages.models import above, below_any

SHOWN = 20


def entries(user: User) -> list[Todo]:
    return [*_opinions(user), *_answers(user), *_objections(user), *_rounds(user), *_awards(user)]


def _opinions(user: User) -> list[Todo]:
    if not any(user.reach(OPINE[level]) for level in OpinionLevel):
        return []
    return [
        Todo(
            title=_("%(unit)s: give your opinion on the nomination for “%(round)s”")
            % {"unit": one.unit.name, "round": one.round.name},
            url=one.get_absolute_url(),
            over=_("Model villages"),
            action=_("Read"),
        )
        for one in asked(_without_opinion, user)
    ]


def _without_opinion(user: User) -> QuerySet[Nomination]:
    waits = Q(pk__in=[])
    for level in OpinionLevel:
        if codes := user.reach(OPINE[level]):
            waits |= below_any(codes, "unit_id") & Q(state=level)
    rows = Nomination.objects.filter(waits, round__state=Round.State.OPEN).exclude(has_post(user.pk, "unit"))
    rows = rows.select_related("unit", "round")
    return rows.order_by("pk")[:SHOWN]


def _answers(user: User) -> list[Todo]:
    found = []
    for round in asked(_checked, user) if user.reach(ANSWER) else []:
        silent = {(unit.pk, name) for unit, name in checking.silent(round)}
        found += [
            Todo(
                title=_("Answer for %(department)s on the villages of “%(round)s”")
                % {"department": name, "round": round.name},
                url=address("honour_reply", round.pk, county, round.departments.index(name)),
                due=round.check_due,
                over=_("Joint department check"),
                action=_("Answer"),
            )
            for county, name in checking.answers_for(user, round)
            if (county, name) in silent
        ]
    return found


def _checked(user: User) -> QuerySet[Round]:
    around = reduce(or_, (above(code, "unit_id") for code in user.reach(ANSWER)))
    rounds = Round.objects.filter(around, state=Round.State.CHECK).select_related("unit")
    return rounds.order_by("check_due", "pk")[:SHOWN]


def _objections(user: User) -> list[Todo]:
    codes = user.reach(objections.ANSWER)
    if not codes:
        return []
    return [
        Todo(
            title=_("%(unit)s: answer the objection to its nomination for “%(round)s”")
            % {"unit": one.unit.name, "round": one.nomination.round.name},
            url=address("honour_objection", one.pk),
            over=_("Objection to a nomination"),
            action=_("Answer"),
        )
        for one in asked(_unanswered, user)
    ]


def _unanswered(user: User) -> QuerySet[RoundObjection]:
    waiting = objections.shown_to(user).filter(state=RoundObjection.State.OPEN)
    return waiting.select_related("unit", "nomination__round").order_by("pk")[:SHOWN]


def _rounds(user: User) -> list[Todo]:
    """For the office that runs a round: its next step, when it is due. For a village: rounds that it may enter."""
    found = []
    if user.reach(RUN):
        for round in asked(_over, user):
            open_still = round.state == Round.State.OPEN
            words = _("“%s”: close the list") if open_still else _("“%s”: name the villages")
            found.append(
                Todo(title=words % round.name, url=round.get_absolute_url(), over=_("Model villages"), action=_("Open"))
            )
    for round in asked(_open_to, user) if user.reach(NOMINATE) else []:
        found.append(
            Todo(
                title=_("“%s” takes nominations") % round.name,
                url=round.get_absolute_url(),
                due=end_of(round.nominate_until),
                over=_("Model villages"),
                action=_("See"),
            )
        )
    return found


def _over(user: User) -> QuerySet[Round]:
    today = timezone.localdate()
    ended = Q(state=Round.State.OPEN, nominate_until__lt=today) | Q(state=Round.State.NOTICE, last_day__lt=today)
    return Round.objects.filter(ended, unit__in=user.reach(RUN)).order_by("pk")[:SHOWN]


def _awards(user: User) -> list[Todo]:
    """For finance: the rounds that have named villages of its county and whose award is not drafted."""
    codes = user.reach(RewardPolicy.MANAGE)
    if not codes:
        return []
    return [
        Todo(
            title=_("“%s” has named villages: draft their award") % round.name,
            url=round.get_absolute_url(),
            over=_("Model villages"),
            action=_("Open"),
        )
        for round in asked(_without_award, user)
    ]


def _without_award(user: User) -> QuerySet[Round]:
    codes = user.reach(RewardPolicy.MANAGE)
    drafted = RoundAward.objects.filter(round=OuterRef("pk"), county__in=codes)
    named = Nomination.objects.filter(below_any(codes, "unit_id"), round=OuterRef("pk"), state=NominationState.NAMED)
    waiting = Round.objects.filter(Exists(named), ~Exists(drafted), state=Round.State.NAMED, award__isnull=False)
    return waiting.order_by("pk")[:SHOWN]


def _open_to(user: User) -> QuerySet[Round]:
    codes = user.reach(NOMINATE)
    open_ones = Round.objects.seen_by(user).filter(state=Round.State.OPEN, nominate_until__gte=timezone.localdate())
    nominated = Nomination.objects.filter(unit__in=codes).values("round")
    return open_ones.exclude(pk__in=nominated).filter(may_enter(codes))[:SHOWN]
