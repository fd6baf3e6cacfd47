"""The entry point for gunicorn: the application that its processes share."""

import sys
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection

from config import environment, services
from config.startup_checks import Unfit, demand_fit

CANNOT_BOOT = 3  # for gunicorn: a retry would end the same way

try:
    services.attach()
    environment.set_up_django()
    application = get_wsgi_application()
    import_module(settings.ROOT_URLCONF)  # otherwise loaded at the first request of each process
    demand_fit()
    connection.close()  # a copy of this process must not use it
except (environment.Unusable, services.ServiceFailed, Unfit) as refused:
    sys.stderr.write(f"{refused}\n")
    sys.exit(CANNOT_BOOT)
