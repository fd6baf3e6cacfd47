"""The kinds of notice about accounts, appointments and stored data."""

from django.utils.translation import gettext_lazy as _

KINDS = {
    "check_ready": _("The stored data was checked: %(count)s rows have been changed"),
    "files_damaged": _("%(count)s stored files are missing or damaged"),
    "check_failed": _("The stored data could not be checked"),
    "appointed": _("You were appointed %(role)s of %(unit)s"),
    "codes_locked_you": _(
        "Your account is locked for %(minutes)s minutes: five wrong codes were typed after your password. "
        "If that was not you, somebody knows your password: change it, and tell the security administrator."
    ),
    "codes_locked": _(
        "%(name)s (%(username)s) is locked for %(minutes)s minutes: five wrong codes were typed after the password"
    ),
    "password_reset": _(
        "%(by)s made a new password for your account on %(day)s. "
        "If you did not ask for it, tell the security administrator at once."
    ),
    "signer_password_reset": _("%(by)s made a new password for %(name)s, who signs for %(unit)s, on %(day)s"),
    "appointment_ends": _("Your office of %(role)s of %(unit)s ends with %(day)s"),
}
