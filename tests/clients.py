"""Clients that are signed in: of the pages, and of the API."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.cached_db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django.utils.crypto import get_random_string
from rest_framework.test import APIClient

from accounts.models import User


class PageClient(Client):
    """A browser that is given the session of somebody who has just signed in. What else signing in does (the log, the
    day of the last one, the end of the session before) costs as much as a page; tests of it sign in on the page."""

    def force_login(self, user: User, backend: str | None = None) -> None:
        key, now = get_random_string(32, VALID_KEY_CHARS), timezone.now()
        content: dict[str, Any] = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: backend or self._get_backend(),
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            "began": int(now.timestamp()),
            "seen": int(now.timestamp()),
        }
        store, age = SessionStore(key), settings.SESSION_COOKIE_AGE
        expires = now + timedelta(seconds=age)
        Session.objects.create(session_key=key, session_data=store.encode(content), expire_date=expires)
        cache.set(store.cache_key, content, age)
        self.cookies[settings.SESSION_COOKIE_NAME] = key


def client_of(user: User) -> PageClient:
    client = PageClient()
    client.force_login(user)
    return client


def api_of(user: User | None = None) -> APIClient:
    """Of an anonymous caller without ``user``."""
    client = APIClient()
    if user:
        client.force_authenticate(user)
    return client
