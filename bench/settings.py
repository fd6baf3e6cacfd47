"""The system's settings, with the bare page beside its own pages."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
SECOND_FACTOR_REQUIRED = False
ALLOWED_HOSTS = ["testserver"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
