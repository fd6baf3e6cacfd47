"""What appeals mean for reversing a closing (``ratings.cycle.closing_consequences``)."""

from django.db.models import Q
from django.utils.translation import gettext as _

from ratings.cycle.closing_consequences import Closed
from reviews.models import Appeal


def appealed(closed: Closed) -> str:
    """Somebody has appealed against a decision of the closing."""
    rejected = Q(application__in=closed.applications, made_at__gte=closed.at)
    appeals = Appeal.objects.filter(Q(decision__in=closed.decisions) | rejected).filter(state__in=Appeal.State.COUNTED)
    appeal = appeals.select_related("unit").first()
    return _("%s has appealed against it.") % appeal.unit.name if appeal else ""
