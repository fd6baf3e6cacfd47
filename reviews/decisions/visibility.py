"""Which decisions a person may see: once released, everyone within reach; before that, only the deciding office.

And which objections: those who answer them, never those who decided or scored or have a post in the unit.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from accounts.authority import reached
from accounts.models import User
from accounts.prepared import asked
from accounts.role_holders import has_post
from followups.kinds import OF_THE_UNIT, KeptFrom
from ratings.application.access import VIEW
from ratings.disclosure import DECIDED, DECIDING, shown_state
from ratings.models import Application, Decision
from records.kept_statements import rows_of
from reviews.models import Batch, Objection, Sheet
from reviews.models.review_levels import REVIEW_LEVELS
from villages.models import below_any


def decisions_for(user: Any) -> QuerySet[Decision]:
    """Every decision that ``user`` may see."""
    visible = reached(user, VIEW, Decision.objects.filter(state__in=Decision.State.PUBLISHED))
    for origin, permissions in DECIDING.items():
        for permission in permissions:
            if user.reach(permission):
                own = Decision.objects.filter(state=Decision.State.DECIDED, origin=origin)
                visible = visible | reached(user, permission, own)
    return visible


def decision_of(user: Any, application: Application) -> Decision | None:
    """The current decision, if ``user`` may see it; the application must have been opened for ``user``."""
    states = [*Decision.State.PUBLISHED]
    if application.state == DECIDED and shown_state(user, application) == DECIDED:
        states.append(Decision.State.DECIDED)
    for decision in asked(_latest_decision, None, application.pk, states=tuple(states)):
        decision.application = application
        return decision
    return None


def _latest_decision(_user: User, application: int, *, states: tuple[str, ...]) -> QuerySet[Decision]:
    decisions = Decision.objects.filter(application=application, state__in=states)
    return decisions.select_related("batch_entry__batch", "replaces").order_by("-pk")[:1]


def own_batches(user: Any) -> QuerySet[Batch]:
    """The batches of the offices where ``user`` decides or releases; nobody else sees one before its release."""
    batches = Batch.objects.none()
    for review_level in REVIEW_LEVELS.values():
        codes = {code for verb in ("release", "decide") for code in user.reach(review_level.permission(verb))}
        if codes:
            batches = batches | Batch.objects.filter(below_any(codes, "unit_id"), stage=review_level.stage)
    return batches


def objections_for(user: Any) -> QuerySet[Objection]:
    """The objections that ``user`` may be asked to answer; those who decided or scored, or have a post in the unit,
    do not learn who objected."""
    objections = Objection.objects.none()
    for review_level in REVIEW_LEVELS.values():
        if codes := user.reach(review_level.permission("answer_objection")):
            objections = objections | Objection.objects.filter(
                below_any(codes, "unit_id"), decision__origin=review_level.origin
            )
    return objections.exclude(has_post(user.pk, "unit")).exclude(_own_hand(user))


def _own_hand(user: Any) -> Q:
    """Objections to what ``user`` decided or scored."""
    scored = Sheet.objects.filter(reviewer=user).exclude(state__in=Sheet.State.STEPPED_BACK)
    return Q(decision__decided_by=user) | Q(decision__application__in=scored.values("application"))


# The query builder would take longer for them than the database does.
_BARRED = """
select objection.id, objection.unit_id, person from reviews_objection objection
join ratings_decision decision on decision.id = objection.decision_id
cross join lateral (
    select decision.decided_by_id
    union select reviewer_id from reviews_sheet
        where application_id = decision.application_id and not state = any(%s)
    union select user_id from accounts_appointment where unit_id = objection.unit_id
) barred (person)
where person is not null
"""
_FROM_THESE = _BARRED + " and objection.id = any(%s)"
_THERE = _BARRED + " and objection.unit_id = any(%s) and objection.state = any(%s)"


def barred_from(objections: Collection[int]) -> dict[int, set[int]]:
    """By objection (id) the users who may neither answer it nor learn of it: the same rule as ``objections_for``, from
    the other side; one query."""
    barred: dict[int, set[int]] = {pk: set() for pk in objections}
    if barred:
        for pk, _unit, user in rows_of(_FROM_THESE, [list(Sheet.State.STEPPED_BACK), list(barred)]):
            barred[pk].add(user)
    return barred


def _kept_rows(user: Any) -> Q:
    objections = Objection.objects.filter(_own_hand(user)).annotate(key=Cast("pk", CharField()))
    return OF_THE_UNIT.rows(user) | Q(subject__in=objections.values("key"))


def _kept_people(units: Collection[str]) -> dict[str, set[int]]:
    barred: dict[str, set[int]] = defaultdict(set)
    states = (Sheet.State.STEPPED_BACK, units, Objection.State.UNANSWERED)
    for _objection, unit, user in rows_of(_THERE, [list(each) for each in states]):
        barred[unit].add(user)
    return barred


KEPT_FROM = KeptFrom(_kept_rows, _kept_people)
"""Who does not learn of a follow-up whose subject is an objection: the same people."""
