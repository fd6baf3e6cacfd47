"""How gunicorn serves the pages: a few processes of a few threads each, bound to the address that the
supervisor gives."""

import gc
import os
import signal
from typing import Any

from config import environment, services
from config.logs import configured
from config.metrics import counting
from config.services.parent_death import die_with_parent

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
# Only its own errors: a stranger's malformed request is not one.
loglevel = "error"
logconfig_dict = configured(**{"gunicorn.error": {"level": "ERROR", "handlers": [], "propagate": True}})
# Proxies whose X-Forwarded-Proto is trusted; settings.HTTPS says that there is one.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS") or "127.0.0.1"


def on_starting(server: Any) -> None:
    if os.environ.get("METRICS_TOKEN"):
        counting.begin_anew(services.data_dir() / "metrics")


def when_ready(server: Any) -> None:
    """Load the application once, for all processes: each is its copy, and one that is killed is back at once. By now
    whoever asks for a page waits rather than being turned away."""
    server.app.wsgi()
    gc.freeze()  # otherwise each process would write to what they share when it collects


def child_exit(server: Any, worker: Any) -> None:
    """An ended process keeps its counters in the totals; its gauges are dropped."""
    if counting.FOLDER in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)


def post_fork(server: Any, worker: Any) -> None:
    die_with_parent(signal.SIGKILL, server.pid)
