"""The joint review of a draft: the city's other counties propose changes, the county settles each, the city concludes.

Each step raises what those of ``consulting`` raise.
"""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.role_holders import holders
from accounts.roles import Role
from consultations.models import LEAD, Consultation, ConsultationState, DraftProposal, JointReview
from consultations.parties import COUNTIES, office, other_counties, reviewers, reviewing_post
from consultations.telling import tell
from consultations.workflow import deadlines
from consultations.workflow.actions import taking
from consultations.workflow.consulting import title_of
from notifications.workflow import announce
from ratings.scheme.drafting import digest
from ratings.workflow.scheme_drafts import written
from records import audit
from records.deadlines import end_of, is_over
from records.known import known
from records.previews import require_unchanged
from records.refusals import Incomplete, NotAllowed, WrongState, require_reason
from villages.models import Level, Unit

State = ConsultationState


def send(consultation: Consultation, *, by: User, until: date, expected: Any = None) -> Consultation:
    """Open the draft to the offices of the city's other counties, until the end of the day ``until``."""
    with taking("send_to_review", consultation, by, expected=expected) as fresh:
        if until <= timezone.localdate():
            message = _("Give people at least until tomorrow.")
            raise Incomplete(message, {"until": message})
        if written(fresh.scheme)[0] != fresh.scheme.body:
            raise Incomplete(_("The draft still has errors. Please fix them first: others read it as it is kept."))
        fresh.state, fresh.review_until, fresh.sent_at = State.REVIEWING, end_of(until), timezone.now()
        fresh.body, fresh.reason = fresh.scheme.body, ""
        fresh.save()
        deadlines.open_review(fresh, until, other_counties(fresh), by=by)
        if DraftProposal.objects.filter(consultation=fresh, settled_at=None).exists():  # of a review before this one
            deadlines.open_settling(fresh, by=by)
    return fresh


def propose(consultation: Consultation, *, by: User, place: str, text: str, why: str) -> DraftProposal:
    """Propose a change of one place, with its reason. The same proposed twice is proposed once, but what an earlier
    review has settled may be proposed again."""
    said, reason = require_reason(text, "text"), require_reason(why, "why")
    if not place:
        message = _("Say which place of the draft should read otherwise.")
        raise Incomplete(message, {"place": message})
    with taking("propose_change", consultation, by) as fresh:
        post = known(reviewing_post(by, fresh))
        given = {"consultation": fresh, "place": place, "text": said, "by": by}
        deadlines.reviewed_by(fresh, post.unit_id, by=by)
        if there := DraftProposal.objects.filter(Q(settled_at=None) | Q(at__gte=fresh.sent_at), **given).first():
            return there
        made = DraftProposal.objects.create(**given, about=title_of(fresh, place), unit=post.unit, why=reason)
        deadlines.open_settling(fresh, by=by)
        tell(fresh, "draft_proposed", office(fresh.unit_id), about=made.about)
    return made


def settle(proposal: DraftProposal, *, by: User, outcome: str, answer: str) -> DraftProposal:
    """The county accepts or declines a proposed change, for a reason that whoever proposed it reads."""
    said = require_reason(answer, "answer")
    with taking("settle_change", proposal.consultation, by) as fresh:
        one = DraftProposal.objects.select_for_update().get(pk=proposal.pk, consultation=fresh)
        if one.is_settled:
            raise WrongState(_("This proposal has been settled already."))
        one.outcome, one.answer, one.settled_by, one.settled_at = outcome, said, by, timezone.now()
        one.save()
        if not DraftProposal.objects.filter(consultation=fresh, settled_at=None).exists():
            deadlines.settled(fresh, by=by)
        tell(fresh, "draft_settled", {one.by_id}, about=one.about, outcome=one.get_outcome_display())
    return one


def conclude(consultation: Consultation, *, by: User, reason: str = "", expected: Any = None) -> Consultation:
    """The city has reviewed the draft as it stands now; before the day a reason is needed."""
    with taking("conclude_review", consultation, by, reason=reason, expected=expected) as fresh:
        fresh.reason = reason.strip() if is_over(known(fresh.review_until)) else require_reason(reason)
        fresh.state, fresh.reviewed_by, fresh.reviewed_at = State.REVIEWED, by, timezone.now()
        fresh.reviewed_body, fresh.digest = fresh.scheme.body, digest(fresh.scheme.body)
        fresh.save()
        deadlines.review_over(fresh, by=by)
        tell(fresh, "draft_reviewed", office(fresh.unit_id) | reviewers(fresh))
    return fresh


def give_back(consultation: Consultation, *, by: User, reason: str, expected: Any = None) -> Consultation:
    """The city gives the draft back to the county; it can be sent again."""
    said = require_reason(reason)
    with taking("return_draft", consultation, by, reason=said, expected=expected) as fresh:
        fresh.state, fresh.reason = State.CONSULTED, said
        fresh.save()
        deadlines.call_off(fresh, said, by=by)
        tell(fresh, "draft_returned", office(fresh.unit_id), reason=said)
    return fresh


@transaction.atomic
def set_joint_review(city: Unit, *, on: bool, reason: str, by: User, expected: Any = None) -> JointReview:
    """Turn the joint review of a city on or off; its counties are told."""
    said = require_reason(reason)
    city = Unit.objects.select_for_update().get(pk=city.pk)
    if city.level != Level.CITY or not by.has_perm(LEAD, city):
        raise NotAllowed
    there = JointReview.objects.filter(unit=city).first()
    require_unchanged(expected, setting_of(city))
    if there and there.on == on:
        return there
    with audit.acting(by, "set_joint_review", said):
        made, _new = JointReview.objects.update_or_create(
            unit=city, defaults={"on": on, "reason": said, "set_by": by, "set_at": timezone.now()}
        )
    counties = Unit.objects.within(city).filter(level__in=COUNTIES)
    offices = holders([Role.COUNTY_OFFICE], counties.values_list("code", flat=True))
    announce(
        {user for users in offices.values() for user in users},
        "joint_review_on" if on else "joint_review_off",
        unit_code=city.code,
        unit=city.name,
        reason=said,
    )
    return made


def setting_of(city: Unit) -> dict[str, Any]:
    """What the page of the setting shows."""
    there = JointReview.objects.filter(unit=city).first()
    return {"on": there.on if there else True, "reason": there.reason if there else ""}
