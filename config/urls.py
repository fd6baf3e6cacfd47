"""Every URL of the system: pages by app, the API under /api/v1/.

An app takes part by having one of two modules, each with ``urlpatterns``; nothing has to be added here: ``APP/urls.py``
holds its pages, with whole paths from the root (``path("applications/<int:pk>/", …)``) and names that are unique in the
project; ``APP/api.py`` its API, with paths below ``/api/v1/`` (end it, for a router, with ``urlpatterns =
router.urls``).
"""

from collections import defaultdict
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec

from allauth.account import views as account
from allauth.mfa.recovery_codes.views import generate_recovery_codes
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.views import recovery_codes
from config import first_sign_in, own_password, sign_on
from config.health import healthz, readyz
from config.metrics.views import metrics
from config.openapi import SchemaMadeOnce
from config.sessions import keep_alive
from config.token import TokenView

APPS = [
    "accounts",
    "villages",
    "notifications",
    "followups",
    "ratings",
    "consultations",
    "reviews",
    "programmes",
    "incentives",
    "improvements",
    "honours",
    "reminders",
    "reports",
    "records",
]


def joined(module: str) -> list[URLPattern | URLResolver]:
    """The URL patterns of every app that has ``module``."""
    names = [f"{app}.{module}" for app in APPS]
    return [one for name in names if find_spec(name) for one in import_module(name).urlpatterns]


def by_first_segment(pages: Iterable[URLPattern]) -> list[URLResolver]:
    """The same addresses: one that is asked for is compared with those that begin as it does, not with every page."""
    found = defaultdict(list)
    for page in pages:
        first, slash, rest = str(page.pattern).partition("/")
        found[first + slash].append(path(rest, page.callback, page.default_args, page.name))
    return [path(first, include(pages)) for first, pages in found.items()]


# Of allauth's pages, those that this system uses: accounts are given by an office (no sign-up).
signing_in = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("first/", first_sign_in.first_sign_in, name="first_sign_in"),
    path("first/rules/", first_sign_in.password_rules, name="password_rules"),
    path("session/", keep_alive, name="session_keep_alive"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", own_password.reauthenticate, name="account_reauthenticate"),
    path("password/change/", own_password.change, name="account_change_password"),
    path("oidc/<slug:provider_id>/login/", sign_on.login, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/callback/", sign_on.callback, name="openid_connect_callback"),
    path("2fa/", include("allauth.mfa.base.urls")),
    path("2fa/totp/", include("allauth.mfa.totp.urls")),
    path("2fa/recovery-codes/", recovery_codes.codes, name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("2fa/recovery-codes/paper/", recovery_codes.paper, name="recovery_paper"),
]

api = [
    path("schema/", SpectacularAPIView.as_view(generator_class=SchemaMadeOnce), name="api-schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    path("token/", TokenView.as_view(), name="api-token"),
    *joined("api"),
]

handler404 = "config.not_taken.not_found"
handler500 = "config.errors.server_error"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include(signing_in)),
    path("api/v1/", include(api)),
    *by_first_segment(joined("urls")),
]
