"""What those concerned by a programme are told."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from notifications.kinds import Group, Kind

NOTICES = {
    "programme_opened": Kind(
        _("%(unit)s: “%(programme)s” of %(year)s asks what the application does not hold, until %(until)s"),
        Group.APPLICATION,
        outside=ngettext_lazy("%(count)s programme asks for answers", "%(count)s programmes ask for answers", "count"),
        until="until",
    ),
    "programme_amended": Kind(
        _("%(unit)s: the new version of “%(programme)s” of %(year)s asks something new, until %(until)s"),
        Group.APPLICATION,
        outside=ngettext_lazy("%(count)s programme asks for answers", "%(count)s programmes ask for answers", "count"),
        until="until",
    ),
    "programme_needs_time": Kind(
        _(
            "The new version of “%(programme)s” of %(year)s asks something new, but the time for answers is over."
            " Please give more time."
        ),
        Group.APPLICATION,
        outside=None,
        to_doer=True,
    ),
    "programme_published": Kind(
        _("%(unit)s: the results of “%(programme)s” of %(year)s are published"), Group.STAR, outside=None
    ),
}
