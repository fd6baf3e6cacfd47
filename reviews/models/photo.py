"""What a reviewer saw on the spot (实地查看, practice §3 "Review")."""

import pghistory
from django.db import models

from records.models import StoredFile
from reviews.models.panel import Sheet


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class FieldPhoto(models.Model):
    """A photo taken in the village for one criterion of a reviewer's own sheet; as visible to others as the sheet."""

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="photos")
    criterion = models.CharField(max_length=20)
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.criterion}"
