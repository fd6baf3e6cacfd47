"""The people of a plan: who acts for which party, and whom to tell."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.utils import timezone

from accounts.models import Appointment, User
from accounts.role_holders import holders
from accounts.roles import Role
from improvements.models import Party, Plan
from improvements.models.lifecycle import AGREE, REPORT
from villages.models import county_of, township_of


def agrees_for(user: User, plan: Plan) -> list[Party]:
    """The parties that ``user`` may agree for; one person may hold several posts."""
    return [party for party, perm in AGREE.items() if user.has_perm(perm, plan)]


def reports_for(user: User, plan: Plan) -> Party | None:
    return next((party for party, perm in REPORT.items() if user.has_perm(perm, plan)), None)


def helper_posts(*counties: str) -> list[Appointment]:
    """The appointments of helper units' people in ``counties`` today, by unit and name."""
    held = Appointment.objects.on(timezone.localdate()).filter(role=Role.HELPER, unit__in=counties)
    return list(held.exclude(department="").select_related("user").order_by("department", "user__name", "pk"))


class People(NamedTuple):
    """User ids of those who act for the parties of a plan today: of the village and township, and of the helper."""

    by_place: set[int]
    helpers: set[int]


def people_of(plans: Iterable[Plan], parties: Collection[Party]) -> dict[int, People]:
    """By plan (id), those who act for ``parties``."""
    plans = list(plans)
    posts = helper_posts(*{county_of(plan.unit_id) for plan in plans}) if Party.HELPER in parties else []
    helpers = defaultdict(set)
    for post in posts:
        helpers[post.unit_id, post.department].add(post.user_id)
    offices = {
        Party.VILLAGE: ([Role.FILLER, Role.SIGNER], {plan.pk: plan.unit_id for plan in plans}),
        Party.TOWNSHIP: (
            [Role.TOWNSHIP_OFFICE, Role.TOWNSHIP_LEADER],
            {plan.pk: township_of(plan.unit_id) for plan in plans},
        ),
    }
    found = {plan.pk: People(set(), set(helpers[county_of(plan.unit_id), plan.helper])) for plan in plans}
    for party, (roles, places) in offices.items():
        held = holders(roles, set(places.values())) if party in parties else {}
        for plan, place in places.items():
            found[plan].by_place.update(held.get(place, ()))
    return found
