"""The demonstration and real data never meet: it loads only under ``DEMO=1``; nothing else starts on its database."""

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.management.base import CommandError
from django.db import DatabaseError, connections

from reports.models import DemonstrationStep

LOADED = "This database holds the demonstration (invented results, a known password), but DEMO is off."
HINT = "Start with DEMO=1, or point DATABASE_URL or DATA_DIR to an empty database."


def require_demo() -> None:
    """Raise ``CommandError`` unless ``DEMO=1``."""
    if not settings.DEMO:
        raise CommandError("The demonstration is loaded only with DEMO=1: its accounts have a known password.")


def loaded(database: str = "default") -> bool:
    """Whether any part of the demonstration was ever loaded into ``database``."""
    if DemonstrationStep._meta.db_table not in connections[database].introspection.table_names():
        return False
    return DemonstrationStep.objects.using(database).exists()


def refuse_outside_demo() -> None:
    """Raise ``CommandError`` if the demonstration is in the database while DEMO is off. Servers call it at start."""
    if not settings.DEMO and loaded():
        raise CommandError(f"{LOADED} {HINT}")


@register(Tags.database)
def demonstration_only_under_demo(app_configs, databases, **kwargs) -> list[Error]:
    """The same as a system check (``manage.py check --database default``, and before ``migrate``)."""
    if settings.DEMO or "default" not in (databases or []):
        return []
    try:
        return [Error(LOADED, hint=HINT, id="reports.E001")] if loaded() else []
    except DatabaseError:
        return []  # no database yet: other commands report that better
