"""What records registers: proved tables and integrity checks."""

from records import file_faults, integrity, proof, proof_faults, rights, schema
from records.models import IssuedDocument, SchemaObject, StoredFile


def register() -> None:
    proof.prove(IssuedDocument, SchemaObject, StoredFile)
    integrity.register(*proof_faults.CHECKS, *schema.CHECKS, rights.CHECK, file_faults.CHECK)
