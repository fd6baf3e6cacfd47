"""The hash chain that makes tampering evident: digests of rows, sealed per transaction (``proof.py``)."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Seal(models.Model):
    """A link of the chain: the seal over all digests of one transaction. Written only by ``proof.sql``.

    ``contents`` is the hash of its ``count`` digests, ``hash`` of the link before, number, moment and contents. Open
    seals (no number) exist only while their transaction runs; ``xid`` is that transaction.
    """

    xid = models.BigIntegerField()
    number = models.BigIntegerField(null=True, unique=True)
    sealed_at = models.DateTimeField(null=True)
    count = models.BigIntegerField(null=True)
    contents = models.BinaryField(null=True)
    hash = models.BinaryField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["xid"], condition=Q(number=None), name="one_open_seal")]
        triggers = [
            pgtrigger.Protect(name="seal_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="closed_seal_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__number__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {bytes(self.hash or b'').hex()}"


class ProvedColumns(models.Model):
    """The columns of a table (name and type, sorted by name) that digests cover. ``retired``: no longer computable."""

    relation_name = models.CharField(max_length=63)
    columns = ArrayField(models.TextField())
    retired = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["relation_name", "columns"], name="proved_columns_once")]

    def __str__(self) -> str:
        return self.relation_name


class Digest(models.Model):
    """The state of a proved row after a change: the SHA-256 of its columns as jsonb text, in UTC. Append-only.

    ``until``: the last key of a digest over many rows inserted at once; ``key`` is the first.

    ``acted``: the change carried a person's or command's verb, or one of our addresses, in its context.
    """

    class Operation(models.TextChoices):
        INSERT = "I"
        UPDATE = "U"
        DELETE = "D"
        ADOPT = "A"  # adopted in its present state (``proof.install``)
        BLOCK = "B"  # many rows at once, inserted or adopted

    seal = models.ForeignKey(Seal, on_delete=models.DO_NOTHING, db_constraint=False, related_name="digests")
    columns = models.ForeignKey(
        ProvedColumns, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    key = models.BigIntegerField()
    until = models.BigIntegerField(null=True)
    operation = models.CharField(max_length=1, choices=Operation)
    acted = models.BooleanField()
    digest = models.BinaryField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["key", "columns"], name="digests_of_row")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.columns_id} {self.key}"
