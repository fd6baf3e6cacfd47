from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RecordsConfig(AppConfig):
    name = "records"

    def ready(self) -> None:
        from records import integrity, proof, proof_faults
        from records.models import StoredFile

        proof.prove(StoredFile)
        integrity.register(*proof_faults.CHECKS)
        post_migrate.connect(proof.install, sender=self)
