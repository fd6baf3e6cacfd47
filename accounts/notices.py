"""The kinds of notice about accounts, appointments and stored data."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from notifications.kinds import Group, Kind

KINDS = {
    "unit_unattended": Kind(
        _(
            "Nobody at %(place)s may act on %(unit)s: whoever could holds or held a post in it. Please appoint "
            "somebody else, or name a deputy"
        ),
        Group.ACCOUNT,
        outside=ngettext_lazy(
            "%(count)s unit has nobody who may act on it", "%(count)s units have nobody who may act on them", "count"
        ),
        to_doer=True,
    ),
    "check_unattended": Kind(
        _(
            "Nobody may answer the joint check of %(unit)s for %(department)s: whoever could holds or held a post in a "
            "unit of the list. Please appoint somebody else, or name a deputy"
        ),
        Group.REVIEW,
        outside=ngettext_lazy(
            "%(count)s joint check has nobody who may answer it",
            "%(count)s joint checks have nobody who may answer them",
            "count",
        ),
        to_doer=True,
    ),
    "check_ready": Kind(
        _("The stored data was checked: %(count)s rows have been changed"), Group.ACCOUNT, outside=None, to_doer=True
    ),
    "files_damaged": Kind(_("%(count)s stored files are missing or damaged"), Group.ACCOUNT, outside=None),
    "check_failed": Kind(_("The stored data could not be checked"), Group.ACCOUNT, outside=None, to_doer=True),
    "appointed": Kind(_("You were appointed %(role)s of %(unit)s"), Group.ACCOUNT, outside=None),
    "codes_locked_you": Kind(
        _(
            "Your account is locked for %(minutes)s minutes: five wrong codes were typed after your password. "
            "If that was not you, somebody knows your password: change it, and tell the security administrator."
        ),
        Group.ACCOUNT,
        outside=None,
        security=True,
        to_doer=True,
    ),
    "codes_locked": Kind(
        _("%(name)s (%(username)s) is locked for %(minutes)s minutes: five wrong codes were typed after the password"),
        Group.ACCOUNT,
        outside=None,
        security=True,
    ),
    "password_reset": Kind(
        _(
            "%(by)s made a new password for your account on %(day)s. "
            "If you did not ask for it, tell the security administrator at once."
        ),
        Group.ACCOUNT,
        outside=None,
        security=True,
    ),
    "password_changed": Kind(
        _(
            "The password of your account was changed on %(day)s. "
            "If that was not you, tell the security administrator at once."
        ),
        Group.ACCOUNT,
        outside=None,
        security=True,
        to_doer=True,
    ),
    "second_factor_changed": Kind(
        _(
            "The second factor of your account was changed on %(day)s. "
            "If that was not you, tell the security administrator at once."
        ),
        Group.ACCOUNT,
        outside=None,
        security=True,
        to_doer=True,
    ),
    "second_factor_forgotten": Kind(
        _(
            "%(by)s removed the second factor of your account on %(day)s. "
            "If you did not ask for it, call your office at once."
        ),
        Group.ACCOUNT,
        outside=None,
        security=True,
    ),
    "signer_password_reset": Kind(
        _("%(by)s made a new password for %(name)s, who signs for %(unit)s, on %(day)s"),
        Group.ACCOUNT,
        outside=None,
        security=True,
    ),
    "appointment_ends": Kind(_("Your office of %(role)s of %(unit)s ends with %(day)s"), Group.ACCOUNT, outside=None),
}
