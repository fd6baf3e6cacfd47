"""Identities on the government account platform, and what is required before an account is linked to one."""

import time

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest

from accounts.models import Identity, User


def is_configured() -> bool:
    return bool(settings.OIDC_SERVER)


def holder_of(subject: str) -> User | None:
    """The person whose account is linked to ``subject`` of the platform in the settings."""
    tied = Identity.objects.here().filter(subject=subject).select_related("user").first()
    return tied and tied.user


def password_given(request: HttpRequest) -> bool:
    """Whether the signed-in person has entered the password within the last minutes."""
    since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "password" and record["at"] >= since for record in records)
