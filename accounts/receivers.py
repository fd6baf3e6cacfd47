"""The signals that this app receives."""

from typing import Any

from allauth.account.signals import password_changed, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib import messages
from django.contrib.auth import user_logged_in
from django.db.models.signals import post_migrate, pre_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts import role_rights, workflow
from accounts.models import User
from accounts.workflow import succession
from notifications.workflow import announce
from villages.signals import units_passed

# The permissions of every app exist once the last app with models has been migrated.
LAST_WITH_MODELS = [app for app in apps.get_app_configs() if app.models_module is not None][-1]
post_migrate.connect(role_rights.follow, sender=LAST_WITH_MODELS)
units_passed.connect(succession.pass_on)


@receiver([password_changed, password_set])
def end_one_time_password(user: User, **_kwargs: object) -> None:
    """A password chosen by its owner replaces the one-time password, and revokes the access that the old one gave.

    The owner is told of any later one, which somebody else in an open session may have chosen.
    """
    workflow.end_tokens(user)
    if user.must_change_password:
        user.must_change_password = False
        user.save(update_fields=["must_change_password"])
    else:
        announce([user.pk], "password_changed", day=timezone.localdate().isoformat())


@receiver([authenticator_added, authenticator_removed])
def tell_of_a_new_factor(user: User, authenticator: Authenticator, **_kwargs: object) -> None:
    """Recovery codes come and go with the factor that they stand in for."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        announce([user.pk], "second_factor_changed", day=timezone.localdate().isoformat())


@receiver(authenticator_reset)
def tell_of_new_recovery_codes(user: User, **_kwargs: object) -> None:
    announce([user.pk], "second_factor_changed", day=timezone.localdate().isoformat())


@receiver(pre_save, sender=AccessAttempt)
def keep_nothing_typed(instance: AccessAttempt, **_kwargs: Any) -> None:
    """Of a failed sign-in axes would keep the whole form, and masks the field ``password`` alone: not a new password
    that was typed beside a wrong old one."""
    instance.get_data = instance.post_data = ""


@receiver(user_logged_in)
def warn_after_a_reset(request: HttpRequest, user: User, **_kwargs: object) -> None:
    """Somebody who signs in with a password that an office reset is told so: they may not have asked for it."""
    if user.must_change_password:
        reset = user.notices.filter(kind="password_reset").first()
        if reset is not None:
            messages.warning(request, reset.text, fail_silently=True)
