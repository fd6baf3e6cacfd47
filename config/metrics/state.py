"""The state of the system on each scrape: a figure that cannot be determined is left out, and never fails the
response."""

import logging
from collections.abc import Callable, Iterator

from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from config import health
from config.backup import taking
from config.celery import app
from records import jobs

logger = logging.getLogger(__name__)


def queue_length() -> float:
    with app.connection_for_read() as broker:
        return broker.default_channel.client.llen(app.conf.task_default_queue)


def jobs_late() -> float:
    return jobs.late()


def database_up() -> float:
    return health.state(health.database) == "ok"


def backup_age() -> float | None:
    taken = taking.last_taken()
    return (timezone.now() - taken).total_seconds() if taken else None


GAUGES: dict[str, tuple[str, Callable[[], float | None]]] = {
    "pingxing_queue_length": ("Tasks that no worker has taken", queue_length),
    "pingxing_jobs_late": ("Jobs that people asked for and nobody has in hand after two minutes", jobs_late),
    "pingxing_database_up": ("1 if the database answers, may be written to and has room", database_up),
    "pingxing_backup_age_seconds": ("Since the last backup taken on this machine began", backup_age),
}


class StateCollector(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, (says, find_out) in GAUGES.items():
            try:
                value = find_out()
            except Exception as failure:  # noqa: BLE001 - whatever a driver raises; the missing figure is the signal
                logger.warning("%s cannot be found out: %s", name, type(failure).__name__)
                continue
            if value is not None:
                yield GaugeMetricFamily(name, says, value=value)
