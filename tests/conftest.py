"""What every test may lean on. Each xdist worker has a database of its own on the server that they share."""

import os

from config import services

# Playwright keeps an event loop in the tests' thread, which Django would take for a reason to refuse its database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

services.attach()
