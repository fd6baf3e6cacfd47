"""Ending what opens an account for good: no session and no token that was there before opens it ever again."""

from django.utils import timezone

from accounts.models import ApiToken, User


def end_access(user: User, *changed: str) -> None:
    """Inside the step that ends it; ``user`` is locked in the database. Writes the ``changed`` fields with it."""
    user.access_ended_at = timezone.now()
    user.save(update_fields=["access_ended_at", *changed])
    end_tokens(user)


def end_tokens(user: User) -> None:
    ApiToken.objects.filter(user=user).delete()
