"""Our own PostgreSQL as tests want it: what they leave need not survive a power cut, who owns the tables may switch
their triggers off to empty them (``tests.as_migrated``; a server that is given has to grant that), and may drop a
database through which an autovacuum worker just goes (``tests.migrated``)."""

import psycopg2

from config import services
from config.services.access import OWNER, SUPERUSER
from config.services.servers import PostgreSQL
from config.services.service_directory import ServiceDirectory

STATEMENTS = (
    "ALTER SYSTEM SET fsync = off",
    "ALTER SYSTEM SET full_page_writes = off",
    "ALTER SYSTEM SET checkpoint_timeout = '1h'",
    "SELECT pg_reload_conf()",
    f"GRANT SET ON PARAMETER session_replication_role TO {OWNER}",
    f"GRANT pg_signal_backend TO {OWNER}",
)


def make_ready() -> None:
    socket = PostgreSQL(ServiceDirectory(services.data_dir())).socket_dir
    connection = psycopg2.connect(host=str(socket), user=SUPERUSER, dbname="postgres")
    connection.autocommit = True  # as ALTER SYSTEM demands
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement)
    connection.close()
