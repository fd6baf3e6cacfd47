"""The short way of a draft to being issued, for tests of what comes after."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from consultations import workflow
from consultations.models import JointReview
from ratings.models import Scheme
from tests.small_files import PNG


def attach_papers(draft: Scheme, *, by) -> None:
    """Both papers by which the draft is issued."""
    for kind in ("measures", "standard"):
        file = SimpleUploadedFile(f"{kind}.png", PNG)
        workflow.attach(draft, kind, number=f"新评〔2027〕{kind}", issuers=["party", "government"], file=file, by=by)


def agree_on(draft: Scheme, *, by) -> None:
    """Nobody comments, and the city reviews no drafts."""
    JointReview.objects.get_or_create(unit_id=draft.unit_id[:4], defaults={"on": False, "reason": "试点", "set_by": by})
    one = workflow.begin(draft, by=by, until=timezone.localdate() + timedelta(days=10))
    workflow.close(one, by=by, reason="已当面征求")
    attach_papers(draft, by=by)
