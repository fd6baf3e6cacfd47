"""To-dos of reports: requests that are ready or failed and not seen yet; what is late."""

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.prepared import Totals, asked
from accounts.todo_list import Todo, of_several
from followups.models import FollowUp
from reports.kept_warnings import KINDS
from reports.models import ReportRequest
from reports.warning_colours import Colour, of_colour
from reports.workflow import VIEW_REPORT

RECORD_EVENT = "ratings.record_event"


def entries(user: User) -> list[Todo]:
    return [*_reports(user), *_warnings(user)]


def _warnings(user: User) -> list[Todo]:
    """What is late, for those who oversee a unit for the discipline commission."""
    if not user.reach(RECORD_EVENT):
        return []
    ((red, since, first),) = asked(_late, user)
    if not red:
        return []
    title = ngettext("%(red)s red warning: something is late", "%(red)s red warnings: something is late", red)
    return [
        Todo(
            title % {"red": red},
            f"{reverse('warnings')}?colour={Colour.RED}",
            detail=_("Please follow up with those who are late."),
            action=_("See what is late"),
            since=since,
            whom=of_several(first, red),
        )
    ]


def _late(user: User) -> Totals:
    late = FollowUp.objects.seen_by(user).filter(of_colour(Colour.RED, timezone.now()), kind__in=KINDS)
    return Totals(late, {"red": Count("pk"), "since": Min("due_at"), "first": Min("unit__name")})


def _reports(user: User) -> list[Todo]:
    if not user.reach(VIEW_REPORT):
        return []
    return [_entry(request) for request in asked(_ended, user)]


def _ended(user: User) -> QuerySet[ReportRequest]:
    return ReportRequest.objects.filter(by=user, seen_at=None, ended_at__isnull=False).select_related("unit")


def _entry(request: ReportRequest) -> Todo:
    about = {"unit": request.unit.name, "year": request.year}
    if request.state == ReportRequest.State.READY:
        title = _("The report of %(unit)s for %(year)s is ready") % about
        return Todo(title, request.get_absolute_url(), action=_("Download it"), since=request.ended_at)
    title = _("The report of %(unit)s for %(year)s could not be made") % about
    return Todo(title, request.get_absolute_url(), action=_("See why"), since=request.ended_at)
