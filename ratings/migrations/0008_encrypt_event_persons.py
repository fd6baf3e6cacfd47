"""Encrypt the persons named in events, and leave no row behind that holds their names."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from records.encryption import encrypt

PURPOSE = "event person"


def encrypt_persons(apps, _schema_editor):
    people = apps.get_model("ratings", "EventPerson").objects
    for person in people.all():
        people.filter(pk=person.pk).update(
            name_encrypted=encrypt(person.name_encrypted, purpose=PURPOSE),
            post_encrypted=encrypt(person.post_encrypted, purpose=PURPOSE),
        )


class Migration(migrations.Migration):
    dependencies = [
        ("ratings", "0007_register_run_places"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(model_name="eventperson", name="append_only"),
        migrations.RenameField(model_name="eventperson", old_name="name", new_name="name_encrypted"),
        migrations.RenameField(model_name="eventperson", old_name="post", new_name="post_encrypted"),
        migrations.AlterField(model_name="eventperson", name="name_encrypted", field=models.TextField()),
        migrations.AlterField(model_name="eventperson", name="post_encrypted", field=models.TextField(blank=True)),
        migrations.RunPython(encrypt_persons),
        migrations.RunSQL(  # writes the table anew: an update alone leaves the names in rows that nobody sees
            "alter table ratings_eventperson "
            "alter column name_encrypted type text using name_encrypted || '', "
            "alter column post_encrypted type text using post_encrypted || ''"
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="eventperson",
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1a0c7b9d02d822da2755ffe251d771ab039c280d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_955db', table='ratings_eventperson', when='BEFORE')),
        ),
    ]
