"""The Celery application: tasks are in the apps' ``tasks.py``, the schedule is in settings."""

import os
import signal
import time
from threading import Thread
from typing import Any

from celery import Celery, Task
from celery.beat import PersistentScheduler
from celery.signals import beat_init, setup_logging, worker_init, worker_process_init, worker_ready
from django.core.cache import cache

from config import services
from config.services.parent_death import die_with_parent
from config.stack_room import with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

HEARTBEAT_KEY = "scheduler:heartbeat"
HEARTBEAT_SECONDS = 30
POOL_KEY = "worker:heartbeat"
POOL_SECONDS = 15


class NamedTask(Task):
    """A task that names itself in the audit context: what it writes on its own is not recorded as done by hand, nor by
    the person or for the reason of the task that ran before it. One of the timetable is done once for each of its times
    at least, and never twice at once."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from records import timetable  # holds a model: Django is set up by now

        if self.name not in timetable.times_of(self.app):
            return self.run_in_own_name(*args, **kwargs)
        with timetable.kept(self.name).tried() as alone:
            return self.run_in_own_name(*args, **kwargs) if alone else None

    def run_in_own_name(self, *args: Any, **kwargs: Any) -> Any:
        from records import audit

        with audit.acting(None, self.name):
            return with_room(super().__call__, *args, **kwargs)


app = Celery("config", task_cls=NamedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class HeartbeatScheduler(PersistentScheduler):
    """Celery's own scheduler, with a heartbeat at every tick (``/readyz`` checks it)."""

    def tick(self, *args, **kwargs) -> float:
        cache.set(HEARTBEAT_KEY, time.time(), HEARTBEAT_SECONDS)
        return super().tick(*args, **kwargs)


@setup_logging.connect
def log_as_django_does(**_: object) -> None:
    """While this signal has a receiver, Celery configures no loggers of its own: every line goes through
    ``LOGGING``."""


@worker_init.connect
@beat_init.connect
def begin(**_: object) -> None:
    """What every entry point does first (Django is set up by now): attach to the services, refuse data that
    does not fit."""
    from config import environment, startup_checks

    try:
        environment.demand_usable(servers=environment.is_door())
        services.attach()
        startup_checks.demand_fit()
    except (environment.Unusable, services.ServiceFailed, startup_checks.Unfit) as refused:
        raise SystemExit(str(refused)) from None


@worker_ready.connect
def requeue_forgotten_jobs(**_: object) -> None:
    """Requeue what was requested while no worker ran, and whatever the queue has lost."""
    app.send_task("records.tasks.make_forgotten_jobs")


@worker_process_init.connect
def begin_in_pool(**_: object) -> None:
    """A pool process ends with its worker, however that ends; its task is then redelivered. It keeps a heartbeat while
    it can work: the worker itself answers even when all of its pool processes are stuck."""
    die_with_parent(signal.SIGKILL, os.getppid())
    Thread(target=_give_signs, daemon=True).start()


def _give_signs() -> None:
    while True:
        cache.set(POOL_KEY, time.time(), POOL_SECONDS)
        time.sleep(POOL_SECONDS / 3)
