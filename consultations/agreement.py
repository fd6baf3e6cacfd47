"""Whether a draft is agreed on: what still keeps it from being issued.

What was reviewed is what is issued: after the joint review only the places of accepted proposals may differ, unless the
city has turned the joint review off since.
"""

from django.utils.translation import gettext as _

from consultations import places
from consultations.models import (
    Consultation,
    ConsultationState,
    DraftProposal,
    SchemePaper,
    city_of,
    joint_review_is_on,
)
from ratings.models import Scheme

State = ConsultationState


def current(scheme: Scheme) -> Consultation | None:
    """The consultation on a draft that is not taken back, with the draft as the caller has it."""
    found = Consultation.objects.filter(scheme=scheme).exclude(state=State.WITHDRAWN)
    consultation = found.select_related("unit").first()
    if consultation is not None:
        consultation.scheme = scheme
    return consultation


def joint_review_applies(unit: str) -> bool:
    """Whether the drafts of a unit are reviewed by the city's counties: those of its counties, unless turned off."""
    return len(unit) > len(city_of(unit)) and joint_review_is_on(city_of(unit))


def unagreed_changes(consultation: Consultation) -> dict[str, str]:
    """The places, with their names, that differ from what was reviewed last although no proposal about them was
    accepted in that review, in whichever it was made."""
    if consultation.reviewed_body is None:
        return {}
    last = DraftProposal.objects.filter(consultation=consultation, settled_at__gte=consultation.sent_at)
    accepted = set(last.filter(outcome=DraftProposal.Outcome.ACCEPTED).values_list("place", flat=True))
    differing = places.changed(consultation.reviewed_body, consultation.scheme.body)
    return {name: title for name, title in differing.items() if name not in accepted}


def steps_missing(scheme: Scheme) -> list[str]:
    """What is still to be done with a draft before it can be issued, in words."""
    consultation = current(scheme)
    if consultation is None:
        return [_("Nobody has been asked for comments yet."), *papers_missing(scheme)]
    return [*_step_missing(consultation), *papers_missing(scheme)]


def _step_missing(consultation: Consultation) -> list[str]:
    match consultation.state:
        case State.CONSULTING:
            return [_("The consultation is not closed yet.")]
        case State.CONSULTED if joint_review_applies(consultation.unit_id):
            return [_("The joint review of the city is still to come.")]
        case State.REVIEWING:
            return [_("The joint review of the city is not concluded yet.")]
        case State.REVIEWED if joint_review_applies(consultation.unit_id) and (
            changed := unagreed_changes(consultation)
        ):
            told = _("Changed after the joint review: %(places)s. Send the draft to the joint review again.")
            return [told % {"places": _(", ").join(changed.values())}]
    return []


def papers_missing(scheme: Scheme) -> list[str]:
    there = set(SchemePaper.objects.filter(scheme=scheme).values_list("kind", flat=True))
    return [_("The paper is missing: %s.") % kind.label for kind in SchemePaper.Kind if kind.value not in there]
