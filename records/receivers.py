"""The signals that this app receives: what runs after ``migrate``."""

from django.apps import apps
from django.db.models.signals import post_migrate, pre_migrate

from records import history_indexes, proof, rights, schema

_RECORDS = apps.get_app_config("records")
pre_migrate.connect(schema.look, sender=_RECORDS)
post_migrate.connect(proof.install, sender=_RECORDS)
post_migrate.connect(rights.give, sender=_RECORDS)
post_migrate.connect(history_indexes.install, sender=_RECORDS)
