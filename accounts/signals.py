"""What this app does when others announce something."""

from allauth.account.signals import password_changed, password_set
from django.dispatch import receiver

from accounts import workflow
from accounts.models import User


@receiver([password_changed, password_set])
def password_is_own_now(user: User, **_kwargs: object) -> None:
    """A password chosen by its owner replaces the one-time password, and shuts the doors that the old one opened."""
    workflow.end_tokens(user)
    if user.must_change_password:
        user.must_change_password = False
        user.save(update_fields=["must_change_password"])
