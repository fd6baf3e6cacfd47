"""The door for gunicorn: one application per worker process."""

import os

from django.core.wsgi import get_wsgi_application

from config import services

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
services.attach()
application = get_wsgi_application()

from config import demonstration  # noqa: E402 - the registered checks are there once Django is set up

demonstration.refuse_where_it_is_off()
