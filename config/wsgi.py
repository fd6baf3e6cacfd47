"""The entry point for gunicorn: one application per worker process."""

import sys

from django.core.wsgi import get_wsgi_application

from config import environment, services
from config.startup_checks import Unfit, demand_fit

CANNOT_BOOT = 3  # for gunicorn: a retry would end the same way

try:
    services.attach()
    environment.set_up_django()
    application = get_wsgi_application()
    demand_fit()
except (environment.Unusable, services.ServiceFailed, Unfit) as refused:
    sys.stderr.write(f"{refused}\n")
    sys.exit(CANNOT_BOOT)
