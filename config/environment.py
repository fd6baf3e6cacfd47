"""Validates the environment before anything starts: a mistake is reported on one line, at every entry point."""

import gc
import os
import re
import tempfile
import time
import warnings
from contextlib import closing
from typing import Any

import django
import environ
import psycopg2
import redis
from django.core.exceptions import ImproperlyConfigured

from config import services
from config.services.service_directory import ServiceDirectory
from notifications.sms import gateway as sms_gateway
from records.ports import has_true_port, is_port

BOUNDS = {
    "CONN_MAX_AGE": (0, 86400),
    "MESSAGES_A_MINUTE": (1, 100_000),
    "SESSION_IDLE_MINUTES": (1, 1440),
    "SESSION_MINUTES": (1, 1440),
    "SIGN_IN_DAYS": (1, 3650),
    "OBJECTION_CONTACT_DAYS": (30, 36500),
    "UPLOAD_MAX_MB": (1, 200),
    "WEB_PROCESSES": (1, 64),
    "WEB_THREADS": (1, 64),
}
"""What each number may be. A file is looked into as a whole, in memory; a session ends within a day."""
DATABASES = ("DATABASE_URL", "DATABASE_OWNER_URL")
SUPERVISED = "PINGXING_SUPERVISED"
OLDEST_POSTGRESQL = 15
ANSWER_SECONDS = 5
START_SECONDS = 120
HOST = re.compile(r"(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[?[0-9a-f:.]+\]?)(?::(?P<port>\d+))?", re.IGNORECASE)
COMING = re.compile("starting up|shutting down|recovery")


class Unusable(Exception):
    """A setting has an invalid value; the message names it."""


class ServerUnreachable(Unusable):
    """Nothing answers at the address that a setting names."""


def demand_usable(*, servers: bool = True) -> None:
    """Raise ``Unusable`` for a setting that nothing could start with; with ``servers``, the configured ones
    must answer."""
    if not is_port(port := os.environ.get("PORT") or "8000"):
        raise Unusable(f"PORT={port}: expected a number from 1 to 65535")
    for name, (least, most) in BOUNDS.items():
        if (typed := os.environ.get(name)) and not (re.fullmatch(r"[0-9]{1,9}", typed) and least <= int(typed) <= most):
            raise Unusable(f"{name}={typed[:40]}: expected a number from {least} to {most}")
    if (typed := os.environ.get("LOG_FORMAT") or "plain") not in ("plain", "json"):
        raise Unusable(f"LOG_FORMAT={typed}: expected plain or json")
    _demand_robots()
    _demand_sms()
    _demand_directory()
    for name in DATABASES:
        if url := os.environ.get(name):
            _demand_database(name, url, servers)
    for name in ("REDIS_URL", "CACHE_URL"):
        if url := os.environ.get(name):
            _demand_redis(name, url, servers)


def set_up_django() -> None:
    """Raise ``Unusable`` for errors that the settings themselves find."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    gc.disable()  # what is imported stays: looking through it while it grows takes a sixth of the time
    try:
        django.setup()
    except (ImproperlyConfigured, ValueError) as wrong:
        raise Unusable(f"settings: {one_line(wrong)}") from None
    finally:
        gc.freeze()
        gc.enable()


def is_door() -> bool:
    """False in a child of the supervisor, which has checked that the configured servers answer: they may be
    down later on."""
    return SUPERVISED not in os.environ


def _demand_robots() -> None:
    """Hosts whose addresses may be private, and a proxy: a mistake would send secrets astray, or open too much."""
    for host in filter(None, map(str.strip, os.environ.get("ROBOT_HOSTS", "").split(","))):
        found = HOST.fullmatch(host)
        if not found or (found["port"] and not is_port(found["port"])):
            raise Unusable(f"ROBOT_HOSTS={host[:80]}: expected hosts, or host:port, separated by commas")
    proxy = os.environ.get("ROBOT_PROXY")
    if proxy and not (re.fullmatch(r"https?://(?:[^@/\s]+@)?[^@/\s]+/?", proxy) and has_true_port(proxy)):
        raise Unusable("ROBOT_PROXY: expected http://host:port")  # it may hold a password


def _demand_sms() -> None:
    try:
        sms_gateway.read(os.environ.get("SMS_GATEWAY", ""))
    except sms_gateway.Undescribed as wrong:
        raise Unusable(f"SMS_GATEWAY: {wrong}") from None


def _demand_directory() -> None:
    place = ServiceDirectory(services.data_dir())
    try:
        place.prepare()
        with tempfile.TemporaryFile(dir=place.data_dir):
            pass
    except OSError as refused:
        raise Unusable(f"DATA_DIR cannot be used: {refused}") from None


def _demand_database(name: str, url: str, answers: bool) -> None:
    try:
        with warnings.catch_warnings(action="ignore"):  # of what is refused here
            parts = environ.Env.db_url_config(url)
    except ValueError as wrong:
        raise Unusable(f"{name}: {wrong}") from None
    if not parts.get("ENGINE", "").endswith(".postgresql"):
        raise Unusable(f"{name}: expected postgres://user:password@host/database")
    if not answers:
        return
    given = {key.lower(): parts[key] for key in ("USER", "PASSWORD", "HOST", "PORT") if parts[key]}
    given |= {"dbname": parts["NAME"], "connect_timeout": ANSWER_SECONDS} | parts.get("OPTIONS", {})
    try:
        with closing(_connected(given)) as connection, closing(psycopg2.connect(**given)) as beside:
            version, pooled = connection.server_version // 10000, _served_by(connection) == _served_by(beside)
    except psycopg2.Error as failed:
        raise ServerUnreachable(f"{name}: {one_line(failed)}") from None
    if version < OLDEST_POSTGRESQL:
        raise Unusable(f"{name}: PostgreSQL {version}, expected {OLDEST_POSTGRESQL} or later")
    if pooled:
        _demand_ready_for_pool(name)


def _connected(given: dict[str, Any]) -> Any:
    """A server that is starting is waited for."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return psycopg2.connect(**given)
        except psycopg2.Error as failed:
            if not COMING.search(str(failed)) or time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def _served_by(connection: Any) -> int:
    """The number of the server's process. Of two open connections it differs, unless a pooler such as PgBouncer lends
    them one process for each transaction."""
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _demand_ready_for_pool(name: str) -> None:
    """What a connection keeps is lost between transactions: statements would not be found, locks not be held."""
    if name == "DATABASE_OWNER_URL":
        raise Unusable(f"{name}: leads through a pooler, expected PostgreSQL itself")
    if not environ.Env().bool("DISABLE_SERVER_SIDE_CURSORS", default=False):
        raise Unusable(f"{name}: leads through a pooler by transactions, which needs DISABLE_SERVER_SIDE_CURSORS=1")


def _demand_redis(name: str, url: str, answers: bool) -> None:
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=ANSWER_SECONDS, socket_timeout=ANSWER_SECONDS)
        if answers:
            client.ping()
    except redis.BusyLoadingError:
        return
    except ValueError as wrong:
        raise Unusable(f"{name}: {wrong}") from None
    except redis.RedisError as failed:
        raise ServerUnreachable(f"{name}: {one_line(failed)}") from None


def one_line(failed: Exception) -> str:
    return " ".join(str(failed).split())
