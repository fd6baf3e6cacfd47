"""The government account platform through which people may sign in (OpenID Connect), as configured in the settings."""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

PROVIDER = "platform"
"""What its addresses are called here."""


def providers(server: str, client_id: str, secret: str, name: str) -> dict[str, Any]:
    """``SOCIALACCOUNT_PROVIDERS``: none unless all three are given. Raises ``ImproperlyConfigured`` if some are."""
    given = [server, client_id, secret]
    if not any(given):
        return {}
    if not all(given):
        raise ImproperlyConfigured("OIDC_SERVER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET: all three, or none.")
    app = {
        "provider_id": PROVIDER,
        "name": name,
        "client_id": client_id,
        "secret": secret,
        # Only the signed subject is used: no name, no e-mail.
        "settings": {"server_url": server, "fetch_userinfo": False},
    }
    return {"openid_connect": {"APPS": [app], "SCOPE": ["openid"], "OAUTH_PKCE_ENABLED": True}}


def origin(server: str) -> list[str]:
    """The origin that the sign-in form may redirect to, for the content security policy."""
    parts = urlsplit(server)
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []
