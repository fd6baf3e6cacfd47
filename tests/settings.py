"""The settings for tests: their own ``DATA_DIR``, a cheap password hasher, tasks executed at once."""

import os
from pathlib import Path

# Before the settings are read: a test never touches the data of `make run`.
os.environ["DATA_DIR"] = os.environ.get("TEST_DATA_DIR") or str(Path(__file__).resolve().parent.parent / ".data/test")

from config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", "accounts.passwords.OneTimeHasher"]
# A manifest would require collectstatic first.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
STATICFILES_DIRS = [folder for folder in STATICFILES_DIRS if folder.exists()]  # noqa: F405
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - whitenoise looks for it
# Tests of the second factor switch it on; the others sign in without one.
SECOND_FACTOR_REQUIRED = False
# Tests of sessions set these; the others move their clock as they like.
SESSION_IDLE_MINUTES = 10**7
SESSION_COOKIE_AGE = 10**9
# Tests create their databases and truncate their tables; the running system's privileges have tests of their own.
DATABASES["default"] |= DATABASE_OWNER  # noqa: F405
# A live server's threads live as long as a browser's connections: many browsers would use up the server's connections.
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
# What a test leaves need not survive a power cut: no commit waits for the disk.
DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"  # noqa: F405
