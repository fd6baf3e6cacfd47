"""Revoking access for good: no existing session and no existing token opens the account ever again."""

from django.utils import timezone

from accounts.models import ApiToken, User


def end_access(user: User, *changed: str) -> None:
    """Called within the step that revokes it, with ``user`` locked in the database. Also saves the ``changed``
    fields."""
    user.access_ended_at = timezone.now()
    user.save(update_fields=["access_ended_at", *changed])
    end_tokens(user)


def end_tokens(user: User) -> None:
    ApiToken.objects.filter(user=user).delete()
