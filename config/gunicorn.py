"""How gunicorn serves the pages: a few processes of a few threads each, bound where the supervisor says."""

import os
import signal
from typing import Any

from config import environment
from config.services.lifetime import die_with_parent

try:
    environment.demand_usable(servers=environment.is_door())
except environment.Unusable as wrong:
    raise SystemExit(str(wrong)) from None

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
workers = int(os.environ.get("WEB_PROCESSES") or 2)
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS") or 4)
timeout = 60
graceful_timeout = 10
control_socket_disable = True
loglevel = "error"  # of itself: a stranger's malformed request is none
# Names of proxies whose X-Forwarded-Proto is believed; settings.HTTPS says that there is one.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS") or "127.0.0.1"


def post_fork(server: Any, worker: Any) -> None:
    die_with_parent(signal.SIGKILL, server.pid)
