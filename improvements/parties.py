"""The people of a plan: who acts for which party, and whom to tell."""

from collections.abc import Iterable

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


def helper_posts(county: str) -> list[Appointment]:
    """The appointments of helper units' people in ``county`` today, by unit and name."""
    held = Appointment.objects.on(timezone.localdate()).filter(role=Role.HELPER, unit=county).exclude(department="")
    return list(held.select_related("user").order_by("department", "user__name", "pk"))


def people_of(plan: Plan, parties: Iterable[str]) -> set[int]:
    """The user ids of those who act for ``parties`` today."""
    found: set[int] = set()
    for party in parties:
        if party == Party.HELPER:
            posts = helper_posts(county_of(plan.unit_id))
            found |= {post.user_id for post in posts if post.department == plan.helper}
        elif party == Party.VILLAGE:
            found |= set(holders([Role.FILLER, Role.SIGNER], [plan.unit_id]).get(plan.unit_id, ()))
        else:
            office = township_of(plan.unit_id)
            found |= set(holders([Role.TOWNSHIP_OFFICE, Role.TOWNSHIP_LEADER], [office]).get(office, ()))
    return found
