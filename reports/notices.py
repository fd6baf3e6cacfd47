"""The kinds of notice about reports."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from notifications.kinds import Group, Kind

KINDS = {
    "report_ready": Kind(_("The report of %(unit)s for %(year)s is ready"), Group.ACCOUNT, outside=None, to_doer=True),
    "report_failed": Kind(
        _("The report of %(unit)s for %(year)s could not be made"), Group.ACCOUNT, outside=None, to_doer=True
    ),
    "assessment_issued": Kind(
        _("%(unit)s is assessed by “%(name)s” for %(year)s: see the formula and what would raise your figure"),
        Group.REVIEW,
        outside=ngettext_lazy(
            "%(count)s assessment has been issued", "%(count)s assessments have been issued", "count"
        ),
    ),
    "assessment_frozen": Kind(
        _("%(unit)s: the figure of “%(name)s” for %(year)s has been decided (%(document)s)"),
        Group.REVIEW,
        outside=ngettext_lazy(
            "%(count)s assessment has been decided", "%(count)s assessments have been decided", "count"
        ),
    ),
}
