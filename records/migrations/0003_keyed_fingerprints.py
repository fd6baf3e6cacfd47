"""Key the fingerprints of requests that were answered before, so that what was sent cannot be guessed from them."""

from django.conf import settings
from django.db import migrations

from records.idempotency import keyed


def key_fingerprints(apps, _schema_editor):
    answers = apps.get_model("records", "IdempotentAnswer").objects
    for answer in answers.only("fingerprint").iterator():
        answers.filter(pk=answer.pk).update(fingerprint=keyed(answer.fingerprint, settings.SECRET_KEY))


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0002_idempotent_answers"),
    ]

    operations = [migrations.RunPython(key_fingerprints)]
