"""Codes are in the C collation, whose plain index serves prefixes: the pattern indexes beside it only slow imports.

A migration of its own, as Django makes indexes at the very end of the one that makes their table.
"""

from django.db import migrations

INDEXES = ["villages_unit_code_be22d0ef_like", "villages_unitevent_pgh_obj_id_be4a92b2_like"]


class Migration(migrations.Migration):
    dependencies = [("villages", "0001_schema")]

    operations = [migrations.RunSQL([f'DROP INDEX "{name}"' for name in INDEXES], migrations.RunSQL.noop)]
