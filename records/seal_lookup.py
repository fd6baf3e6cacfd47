"""The link of the chain (``proof.py``) that holds the last change of a tracked row."""

from django.db.models import Model

from records.chain import Seal
from records.chain_head import Head


def last_change_sealed(row: Model) -> Head | None:
    """The link that holds the last change of ``row``; None until its transaction is sealed. One statement."""
    history = row.pgh_event_model
    last = history.objects.filter(pgh_obj_id=row.pk).order_by("-pgh_id").values("pgh_id")[:1]
    seal = (
        Seal.objects.filter(
            digests__columns__relation_name=history._meta.db_table, digests__key=last, number__isnull=False
        )
        .order_by("-number")
        .first()
    )
    return Head.of(seal) if seal else None
