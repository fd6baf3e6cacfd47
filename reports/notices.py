"""The kinds of notice about reports."""

from django.utils.translation import gettext_lazy as _

from notifications.kinds import Group, Kind

KINDS = {
    "report_ready": Kind(_("The report of %(unit)s for %(year)s is ready"), Group.ACCOUNT, outside=None),
    "report_failed": Kind(_("The report of %(unit)s for %(year)s could not be made"), Group.ACCOUNT, outside=None),
}
