"""Clients that are signed in: of the pages, and of the API."""

from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def api_of(user: User | None = None) -> APIClient:
    """Of an anonymous caller without ``user``."""
    client = APIClient()
    if user:
        client.force_authenticate(user)
    return client
