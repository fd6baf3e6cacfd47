"""The settings of the system as tests use them: their own ``DATA_DIR``, cheap passwords, tasks done at once."""

import os
from pathlib import Path

# Before the settings are read: a test never touches what `make run` keeps.
os.environ["DATA_DIR"] = os.environ.get("TEST_DATA_DIR") or str(Path(__file__).resolve().parent.parent / ".data/test")

from config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", "accounts.passwords.OneTimeHasher"]
# A manifest would have to be collected first.
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
# Tests make their databases and empty their tables; what the running system may do is tried by tests of its own.
DATABASES["default"] |= DATABASE_OWNER  # noqa: F405
# A live server's threads live as long as a browser's lines to it: many browsers would hold every slot of the server.
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
# What a test leaves need not outlive the power: no commit waits for the disk.
DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"  # noqa: F405
