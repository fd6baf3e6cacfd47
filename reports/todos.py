"""What reports put on a person's to-do list: those that are ready, or failed, and not looked at yet."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.todo import Todo
from reports.models import ReportRequest
from reports.workflow import VIEW_REPORT


def entries(user: User) -> list[Todo]:
    if not user.reach(VIEW_REPORT):
        return []
    ended = ReportRequest.objects.filter(by=user, seen_at=None, ended_at__isnull=False).select_related("unit")
    return [_entry(request) for request in ended]


def _entry(request: ReportRequest) -> Todo:
    about = {"unit": request.unit.name, "year": request.year}
    if request.state == ReportRequest.State.READY:
        title = _("The report of %(unit)s for %(year)s is ready") % about
        return Todo(title, request.get_absolute_url(), action=_("Fetch it"))
    title = _("The report of %(unit)s for %(year)s could not be made") % about
    return Todo(title, request.get_absolute_url(), detail=request.error, action=_("See why"))
