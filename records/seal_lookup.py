"""The link of the chain (``proof.py``) that holds the last change of a tracked row."""

from django.db.models import Model, QuerySet

from records.chain import Seal


def seals_of_last_change(model: type[Model], pk: int) -> QuerySet[Seal]:
    """The link of the row ``pk``, first; none until its transaction is sealed."""
    history = model.pgh_event_model
    last = history.objects.filter(pgh_obj_id=pk).order_by("-pgh_id").values("pgh_id")[:1]
    sealed = {"digests__columns__relation_name": history._meta.db_table, "digests__key": last, "number__isnull": False}
    return Seal.objects.filter(**sealed).order_by("-number")
