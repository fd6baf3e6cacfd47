"""Who sees what of an assessment: everybody assessed sees their own figure, only some the figures of all."""

from accounts.models import User
from reports.models import Assessment, ComparisonSetting
from reports.models.assessment import MANAGE, VIEW
from villages.models import CODE_LENGTHS

CITY_LENGTH = CODE_LENGTHS[1]


def own_places(user: User, one: Assessment) -> list[str]:
    """The units assessed in which ``user`` holds a post."""
    codes = user.reach(VIEW)
    return sorted(code for code in codes if code.startswith(one.unit_id) and len(code) == one.digits)


def compares(user: User, one: Assessment) -> bool:
    """Whether ``user`` sees the figures of all: the office that makes it; others where the city shows them."""
    return user.has_perm(MANAGE, one) or shown_in(one.unit_id[:CITY_LENGTH])


def shown_in(city: str) -> bool:
    return ComparisonSetting.objects.filter(unit=city, shown=True).exists()
