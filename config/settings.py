"""Settings of the whole system; site-specific ones come from the environment (README, "Settings")."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import environ
import pghistory
import pgtrigger
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import services, trigger_registry
from config.account_platform import origin, providers
from config.logs import configured
from config.secret_key import kept_secret
from notifications.sms import gateway as sms_gateway

trigger_registry.install()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DATA_DIR = services.data_dir()
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
SECRET_KEY = env("SECRET_KEY", default="") or kept_secret(DATA_DIR / "secret_key")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
PROXIES = [ip_network(proxy.strip()) for proxy in env.list("PROXIES", default=[])]  # whose X-Forwarded-For is trusted
HTTPS = env.bool("HTTPS", default=False)  # a proxy in front of us speaks https; cookies and links then require it

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "csp",
    "django_htmx",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "guardian",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "pgtrigger",
    "pghistory",
    "records",
    "villages",
    "notifications",
    "accounts",
    "followups",
    "reminders",
    "ratings",
    "consultations",
    "reviews",
    "programmes",
    "incentives",
    "improvements",
    "honours",
    "reports",
    "config",
]

MIDDLEWARE = [
    "config.stack_room.StackRoomMiddleware",
    "config.request_ids.RequestIdMiddleware",
    "config.metrics.counting.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.caching.NoStoreMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.sessions.SessionEndMiddleware",
    "config.body_sizes.BodySizeMiddleware",
    "records.audit.AuditMiddleware",
    "accounts.middleware.OneTimePasswordMiddleware",
    "accounts.middleware.RightsMiddleware",
    "accounts.middleware.TodoMiddleware",
    "config.second_factor.SecondFactorMiddleware",
    "config.errors.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "config.form_renderer.FormRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.page_context.shell",
            ],
            "libraries": dict.fromkeys(["i18n", "static"], "config.constant_tags"),
            "builtins": ["config.address_tags", "records.kept_includes"],
        },
    },
]

DATABASES = {"default": env.db_url_config(services.database_url())}
DATABASE_ROLE = DATABASES["default"]["USER"]  # the role to which ``migrate`` grants the rights of the running system
DATABASE_OWNER = env.db_url_config(services.database_owner_url())  # the role that migrates (config/owner_role.py)
for database in (DATABASES["default"], DATABASE_OWNER):  # a socket's folder, where ``dbshell`` looks for it, too
    database["HOST"] = database.get("OPTIONS", {}).pop("host", database["HOST"])
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = env.bool(
    "DISABLE_SERVER_SIDE_CURSORS", default=False
)  # PgBouncer
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.authority.AppointmentBackend",
]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_GET_INIT_ANONYMOUS_USER = None
# The first hasher is for new passwords; hashes of the last one are upgraded at the first sign-in.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", "accounts.passwords.OneTimeHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.LongEnough", "OPTIONS": {"min_length": 12}},
    {"NAME": "accounts.passwords.NotDigitsAlone"},
    {"NAME": "accounts.passwords.WithoutTheName", "OPTIONS": {"user_attributes": ("username", "name", "email")}},
    {"NAME": "accounts.passwords.HardToGuess"},
    {"NAME": "accounts.passwords.NotTheOldPassword"},
]

# Sign-in: allauth's pages without sign-up (config/urls.py lists those in use); axes counts failures.
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True  # lasts for SESSION_COOKIE_AGE; the page does not ask
ACCOUNT_USER_DISPLAY = str
ACCOUNT_FORMS = {
    "login": "config.guarded_forms.SignInForm",
    "change_password": "config.guarded_forms.NewPasswordForm",
    "reauthenticate": "config.guarded_forms.PasswordAgainForm",
}
ACCOUNT_ADAPTER = "config.account_adapter.AccountAdapter"
# An office shares one address, so axes counts failures per account and address (codes: accounts/workflow/codes.py).
ACCOUNT_RATE_LIMITS = {"login": "600/m/ip", "login_failed": None}
AXES_HANDLER = "config.sign_in_locks.LockHandler"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # while an account is locked, nothing is checked or counted
AXES_LOCKOUT_CALLABLE = "config.errors.locked_out"
AXES_VERBOSE = False
AXES_USERNAME_CALLABLE = "config.sign_in_locks.counted_name"
AXES_CLIENT_IP_CALLABLE = "records.client_ip.line_of"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "评星晋级"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ADAPTER = "config.account_adapter.FactorAdapter"
MFA_FORMS = {
    "authenticate": "config.guarded_forms.CodeForm",
    "reauthenticate": "config.guarded_forms.CodeAgainForm",
    "activate_totp": "config.guarded_forms.FirstCodeForm",
}
# A government account platform for signing in (OpenID Connect): off unless all three are set.
OIDC_SERVER = env("OIDC_SERVER", default="")
OIDC_NAME = env("OIDC_NAME", default="政务统一身份认证")
SOCIALACCOUNT_PROVIDERS = providers(
    OIDC_SERVER, env("OIDC_CLIENT_ID", default=""), env("OIDC_CLIENT_SECRET", default=""), OIDC_NAME
)
SOCIALACCOUNT_ADAPTER = "config.sign_on.SignOnAdapter"
# retention of the log of sign-ins and failures, with their addresses
SIGN_IN_DAYS = env.int("SIGN_IN_DAYS", default=180)
# How long after the answer the name and contact of whoever objected are kept; the objection stays.
OBJECTION_CONTACT_DAYS = env.int("OBJECTION_CONTACT_DAYS", default=1095)
# Those who decide, pay or administer must have a second factor; the demonstration's accounts have none (formats §5).
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=not DEMO)

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 60 * env.int("SESSION_MINUTES", default=480)
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=60)
# With these prefixes, browsers accept the cookies over https only from this very host, never from a sibling subdomain.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}django_language"
MESSAGES_COOKIE_NAME = f"{COOKIE_PREFIX}messages"
MESSAGE_STORAGE = "config.messages.MessageStorage"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
CSRF_FAILURE_VIEW = "config.sessions.without_cookies"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$", "^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # reviewers see PDF evidence inside a page
# No inline script or style anywhere; ``data:`` is for the icons of the style sheet.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF, *origin(OIDC_SERVER)],
        "frame-ancestors": [SELF],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
FORMAT_MODULE_PATH = "config.formats"
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # no page asks for another
MEDIA_ROOT = DATA_DIR / "files"  # never served by address: a view checks permission
STORAGES = {
    "default": {"BACKEND": "records.storage.DurableStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # of a form without its files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 20

REDIS_URL = services.redis_url()
CACHES = {
    "default": {
        # Django's own backend fails every page while the server is down; this one treats it as a cache miss.
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": env("CACHE_URL", default="") or services.with_database(REDIS_URL, 1),
        "KEY_PREFIX": "cache",
        "OPTIONS": {
            "IGNORE_EXCEPTIONS": True,
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",  # nothing stored there can execute code here
            "SOCKET_CONNECT_TIMEOUT": 2,
            "SOCKET_TIMEOUT": 5,
        },
    }
}

SITE_URL = env("SITE_URL", default=f"http://127.0.0.1:{env('PORT', default='8000')}")  # for links in e-mails
# Unset, e-mails are written to files, so that nothing leaves this machine by accident.
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
if env("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("EMAIL_FROM", default="pingxing@localhost")

# Robots of work groups (formats §8). Hosts, or host:port, that may be reached although their addresses are private.
ROBOT_HOSTS = frozenset(host.strip().lower() for host in env.list("ROBOT_HOSTS", default=[]))
ROBOT_PROXY = env("ROBOT_PROXY", default="")  # http:// or https://, where only a proxy leads outside
ROBOT_SECONDS = 10  # for all of a try

MESSAGES_A_MINUTE = env.int("MESSAGES_A_MINUTE", default=500)  # what is more waits for the next minute

# The gateway for short messages: a file that describes it (docs/operations.md); off without one.
SMS_GATEWAY = sms_gateway.read(env("SMS_GATEWAY", default=""))

CELERY_BROKER_URL = services.broker_url(REDIS_URL)
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True  # job results are stored in the database, by records
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,  # when the task of a killed worker is redelivered
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1}
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "config.celery.HeartbeatScheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat")
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
# Keys are the names of tasks in an app's tasks.py; times are China Standard Time.
CELERY_BEAT_SCHEDULE = {
    "deliver": {"task": "notifications.tasks.deliver_due", "schedule": 60},
    "forgotten jobs": {"task": "records.tasks.make_forgotten_jobs", "schedule": 20},
    "missed": {"task": "records.tasks.catch_up", "schedule": 60},
    "handovers": {"task": "accounts.tasks.pass_on_tasks", "schedule": crontab(hour=0, minute=2)},
    "retention": {"task": "accounts.tasks.forget_old_sign_ins", "schedule": crontab(hour=1, minute=40)},
    "files": {"task": "accounts.tasks.check_files", "schedule": crontab(hour=3, minute=40)},
    "leftovers": {"task": "records.tasks.sweep_leftovers", "schedule": crontab(hour=4, minute=10)},
    "warnings": {"task": "reports.tasks.refresh_warnings", "schedule": crontab(minute=40)},
    "leads": {"task": "reports.tasks.refresh_leads", "schedule": crontab(hour=2, minute=20)},
    "rollups": {"task": "reports.tasks.refresh_rollups", "schedule": crontab(minute=35)},
    "late follow-ups": {"task": "followups.tasks.escalate", "schedule": crontab(minute=10)},
    "reminders": {"task": "reminders.tasks.remind", "schedule": crontab(hour="8-17", minute=15)},
    "confirm": {"task": "reviews.tasks.confirm_due", "schedule": crontab(minute=5)},
    "objectors": {"task": "reviews.tasks.forget_old_objectors", "schedule": crontab(hour=1, minute=50)},
    "objectors of rounds": {"task": "honours.tasks.forget_old_objectors", "schedule": crontab(hour=1, minute=55)},
    "rerate": {"task": "ratings.tasks.rerate_all", "schedule": crontab(hour=0, minute=20)},
    "not begun": {"task": "ratings.tasks.remind_to_begin", "schedule": crontab(hour=7, minute=30)},
    "clawbacks": {"task": "incentives.tasks.review_clawbacks", "schedule": crontab(hour=0, minute=50)},
    "honours": {"task": "honours.tasks.follow_honours", "schedule": crontab(hour=0, minute=55)},
}

REST_FRAMEWORK = {
    # The first one makes the answer to an anonymous request 401.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "config.api_tokens.GuardedToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": [
        "config.json_bodies.BoundedJSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["config.api_filters.KnownFilters"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.errors.api_exception",
}
KNOX_TOKEN_MODEL = "accounts.ApiToken"  # noqa: S105 - the name of a model
MIGRATION_MODULES = {"knox": None}  # they would create the table that ours replaces
SPECTACULAR_SETTINGS = {
    "TITLE": "评星晋级",
    "DESCRIPTION": "Every page's rules hold here too: what lies outside your units is 404.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "ApplicationStateEnum": "ratings.models.Application.State",
        "DecisionStateEnum": "ratings.models.Decision.State",
        "ObjectionStateEnum": "reviews.models.Objection.State",
        "SourceStateEnum": "incentives.models.Source.State",
        "FollowUpStateEnum": "followups.models.lifecycle.FollowUpState",
        "PayeeStateEnum": "incentives.models.PayeeAccount.State",
        "AssessmentStateEnum": "reports.models.AssessmentState",
        "RoleEnum": "accounts.roles.Role",
        "SchemeStateEnum": "ratings.models.Scheme.State",
        "StageEnum": "ratings.models.Stage",
        "ReviewStageEnum": "reviews.api.scoring.REVIEW_STAGES",
        "FigureEnum": "incentives.models.source.RewardFigure",
        "LevelEnum": "villages.models.Level",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.openapi.document_refusals",
    ],
}

METRICS_TOKEN = env("METRICS_TOKEN", default="")  # for Prometheus; without it /metrics is a 404

LOGGING = configured(
    django={"handlers": [], "propagate": True},
    # Clients' mistakes (404, 403, a foreign host) are not our errors, and would fill the disk.
    **{"django.request": {"level": "ERROR"}, "django.security": {"level": "CRITICAL"}},
    axes={"level": "ERROR"},  # it names those who failed to sign in; the database keeps that
)

UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_MB", default=20) * 1024 * 1024
UPLOADS_PER_CRITERION = 20

PGHISTORY_APPEND_ONLY = True
PGHISTORY_LEVEL = pgtrigger.Statement
# The context is copied into each history row, so that no later step of the same request can change it.
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField()
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(related_name="history")

# Guardian's rows are read by accounts.authority, which also checks dates and the units above; guardian's own backend
# does not.
# Our tags take the place of Django's of the same names (config/constant_tags.py, config/address_tags.py).
SILENCED_SYSTEM_CHECKS = ["guardian.W001", "templates.W003"]
