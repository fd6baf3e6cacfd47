"""The door for gunicorn: one application per worker process."""

import os

from django.core.wsgi import get_wsgi_application

from config import services

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
services.attach()
application = get_wsgi_application()
