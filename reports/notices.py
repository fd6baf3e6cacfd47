"""The kinds of notice about reports."""

from django.utils.translation import gettext_lazy as _

KINDS = {
    "report_ready": _("The report of %(unit)s for %(year)s is ready"),
    "report_failed": _("The report of %(unit)s for %(year)s could not be made"),
}
