from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class RecordsConfig(AppConfig):
    name = "records"

    def ready(self) -> None:
        from records import file_faults, integrity, proof, proof_faults, rights, schema
        from records.models import IssuedDocument, SchemaObject, StoredFile

        proof.prove(IssuedDocument, SchemaObject, StoredFile)
        integrity.register(*proof_faults.CHECKS, *schema.CHECKS, rights.CHECK, file_faults.CHECK)
        pre_migrate.connect(schema.look, sender=self)
        post_migrate.connect(proof.install, sender=self)
        post_migrate.connect(rights.give, sender=self)
        post_migrate.connect(schema.keep, sender=self)
