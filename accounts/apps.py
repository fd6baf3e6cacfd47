from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

RIGHTS = {
    **dict.fromkeys(("villages.order", "villages.tag"), ["villages.manage_unit"]),
    "villages.make": ["villages.manage_unit", "villages.make_zone"],
    "villages.report_profile": ["villages.report_profile"],
    **dict.fromkeys(("accounts.appoint", "accounts.open_account", "accounts.reset_password"), ["accounts.appoint"]),
}
"""Which rights the steps of these two apps need (``accounts.deputies``)."""


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from allauth.mfa.models import Authenticator
        from django.apps import apps
        from django.db.models.signals import post_migrate

        from accounts import (
            audit_trail,
            deputies,
            grant_integrity,
            help_topics,
            integrity_run,
            menu,
            menu_entries,
            page_help,
            receivers,  # noqa: F401 - connects its receivers
            role_rights,
            todo_list,
            todos,
        )
        from accounts.models import (
            ApiToken,
            Appointment,
            CalendarDay,
            CalendarYear,
            Identity,
            UnitPermission,
            User,
        )
        from accounts.workflow import succession
        from notifications import kinds
        from records import integrity, jobs, proof
        from records.models import IntegrityRun
        from villages.models import Profile, Unit
        from villages.signals import units_passed

        page_help.register(help_topics.TOPICS)
        kinds.register(
            check_ready=_("The stored data was checked: %(count)s rows have been changed"),
            files_damaged=_("%(count)s stored files are missing or damaged"),
            check_failed=_("The stored data could not be checked"),
            appointed=_("You were appointed %(role)s of %(unit)s"),
            codes_locked_you=_(
                "Your account is locked for %(minutes)s minutes: five wrong codes were typed after your password. "
                "If that was not you, somebody knows your password: change it, and tell the security administrator."
            ),
            codes_locked=_(
                "%(name)s (%(username)s) is locked for %(minutes)s minutes: "
                "five wrong codes were typed after the password"
            ),
            password_reset=_(
                "%(by)s made a new password for your account on %(day)s. "
                "If you did not ask for it, tell the security administrator at once."
            ),
            signer_password_reset=_("%(by)s made a new password for %(name)s, who signs for %(unit)s, on %(day)s"),
            appointment_ends=_("Your office of %(role)s of %(unit)s ends with %(day)s"),
        )
        proof.prove(UnitPermission)
        # Excluded from the history: the password.
        proof.prove(User, omit=("last_login",))
        proof.prove(Authenticator, omit=("last_used_at",))
        integrity.register(grant_integrity.GRANTS)
        # The permissions of every app exist once the last app with models has been migrated.
        last = [app for app in apps.get_app_configs() if app.models_module is not None][-1]
        post_migrate.connect(role_rights.follow, sender=last)
        jobs.register(IntegrityRun, integrity_run.make)
        deputies.register(RIGHTS)
        audit_trail.redact(ApiToken, audit_trail.Redaction(cells="true", columns=("digest",)))
        audit_trail.show_openly("who may do what: the auditor is there to watch it", Appointment, Identity, User)
        audit_trail.show_openly(
            "facts about places and days, open to all offices", CalendarDay, CalendarYear, Profile, Unit
        )
        units_passed.connect(succession.pass_on)
        for source in (todos.Vacancies(), todos.Locks(), todos.Trail(), integrity_run):
            todo_list.register(source)
        menu.register(*menu_entries.MENU)
