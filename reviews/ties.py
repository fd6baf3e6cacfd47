"""Who may not review or decide an application, and why (回避, domain §3): set-based, for many at once.

Whoever filled in, answered or signed for the unit; whoever holds or held a post in it; for the county's panel whoever
scored or decided the application in the township.
"""

from collections.abc import Collection

from django.utils.translation import gettext as _

from accounts.models import Appointment
from ratings.models import Answer, Application, Decision, Stage, Transition
from reviews.models import Sheet

TOWNSHIP_VERDICTS = ("decide_township", "recommend", "reject")

Ties = dict[tuple[int, int], str]


def ties(applications: Collection[int], people: Collection[int], stage: str) -> Ties:
    """The reason for every pair (application id, user id) that must be kept apart at ``stage``."""
    found = _of_the_township(applications, people) if stage == Stage.COUNTY else {}
    return found | _of_the_village(applications, people)


def tie(application: Application, person: int, stage: str) -> str | None:
    """Why ``person`` (a user id) must not review ``application``; None when nothing is known."""
    return ties([application.pk], [person], stage).get((application.pk, person))


def deciding_ties(applications: Collection[int], person: int, stage: str) -> dict[int, str]:
    """Why ``person`` must not decide these applications at ``stage``, by id: whoever scored one does not decide it."""
    found = {pk: reason for (pk, _user), reason in ties(applications, [person], stage).items()}
    scored = Sheet.objects.filter(application__in=applications, reviewer=person).exclude(state=Sheet.State.RECUSED)
    return found | dict.fromkeys(scored.values_list("application_id", flat=True), _("Scored this application."))


def _of_the_village(applications: Collection[int], people: Collection[int]) -> Ties:
    people = set(people)
    rows = list(
        Application.objects.filter(pk__in=applications).values_list("pk", "unit_id", "filled_by_id", "signed_by_id")
    )
    found: Ties = {}
    posts = Appointment.objects.filter(user__in=people, unit__in={unit for _pk, unit, _f, _s in rows})
    at_home: dict[str, list[int]] = {}
    for unit, user in posts.values_list("unit_id", "user_id").distinct():
        at_home.setdefault(unit, []).append(user)
    for pk, unit, _filled, _signed in rows:
        found |= {(pk, user): _("Holds or held a post in this village.") for user in at_home.get(unit, ())}
    answers = Answer.objects.filter(application__in=applications, by__in=people, source="village")
    filled = {*answers.values_list("application_id", "by_id").distinct(), *((pk, user) for pk, _u, user, _s in rows)}
    found |= {pair: _("Filled in this application.") for pair in filled if pair[1] in people}
    signed = Transition.objects.filter(application__in=applications, by__in=people, verb="submit")
    signers = {*signed.values_list("application_id", "by_id").distinct(), *((pk, user) for pk, _u, _f, user in rows)}
    return found | {pair: _("Signed this application.") for pair in signers if pair[1] in people}


def _of_the_township(applications: Collection[int], people: Collection[int]) -> Ties:
    sheets = Sheet.objects.filter(application__in=applications, reviewer__in=people, stage=Stage.TOWNSHIP)
    scored = sheets.exclude(state=Sheet.State.RECUSED).values_list("application_id", "reviewer_id").distinct()
    steps = Transition.objects.filter(application__in=applications, by__in=people, verb__in=TOWNSHIP_VERDICTS)
    decisions = Decision.objects.filter(
        application__in=applications, decided_by__in=people, origin=Decision.Origin.TOWNSHIP
    )
    decided = {
        *steps.values_list("application_id", "by_id").distinct(),
        *decisions.values_list("application_id", "decided_by_id").distinct(),
    }
    return dict.fromkeys(scored, _("Scored this application in the township.")) | dict.fromkeys(
        decided, _("Decided on this application in the township.")
    )
