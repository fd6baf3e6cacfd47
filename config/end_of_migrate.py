"""The last thing that ``migrate`` does: it keeps the schema, which marks that it came to its end.

This app is the last one, so its receiver runs after those of all others. What was killed before is found by
``startup_checks.demand_migrated``.
"""

from django.db.models.signals import post_migrate

from accounts.receivers import LAST_WITH_MODELS
from records import schema

post_migrate.connect(schema.keep, sender=LAST_WITH_MODELS)
