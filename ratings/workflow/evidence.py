"""Evidence (佐证材料): files attached to a criterion, and documents of the application, while it is open to the
filler."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from ratings.application import questions
from ratings.models import Absence, Application, Evidence
from ratings.models.application import Paper
from ratings.workflow.answers import note_filler
from ratings.workflow.filling_rights import criteria_of, locked_row, require_fillable
from records import audit
from records.files import sha256_of, store
from records.refusals import Incomplete, WrongState

MOST_REASON = 300


@transaction.atomic
def attach(
    application: Application, criterion: str, upload: UploadedFile[Any], *, name: str = "", by: User
) -> Evidence:
    """Attach ``upload`` to a criterion (by code); ``name`` is the piece that the scheme asks for, if it is one.

    Raises ``NotAllowed``, ``WrongState`` (not open to the filler), ``Incomplete`` (an invalid file, one too many, a
    piece that nobody asked for). Idempotent: the same file is attached once.
    """
    application = locked_row(application)
    if name not in _pieces(application, criterion, by) | {""}:
        raise _not_asked()
    attached = _keep(application, upload, criterion, name, by)
    with audit.acting(by, "attach"):
        application.absences.filter(criterion=criterion, name=name).delete()
    return attached


@transaction.atomic
def declare_absent(application: Application, criterion: str, name: str, *, reason: str, by: User) -> Absence:
    """The unit has no such document this year, and says why: that replaces only the document, never points.

    Raises as ``attach`` does; also ``Incomplete`` without a reason, and where a file is attached already.
    """
    application = locked_row(application)
    if name not in _pieces(application, criterion, by):
        raise _not_asked()
    reason = reason.strip()
    if not reason:
        raise Incomplete(_("Please write why there is none this year."))
    if len(reason) > MOST_REASON:
        raise Incomplete(_("At most %s characters.") % MOST_REASON)
    if application.evidence.filter(criterion=criterion, name=name).exists():
        raise Incomplete(_("A file is attached here. Remove it first if there is no such document."))
    note_filler(application, by)
    with audit.acting(by, "declare_absent"):
        absence, _created = Absence.objects.update_or_create(
            application=application, criterion=criterion, name=name, defaults={"reason": reason, "by": by}
        )
    return absence


@transaction.atomic
def take_back_absence(application: Application, criterion: str, name: str, *, by: User) -> None:
    """The document exists after all. Raises as ``attach`` does."""
    application = locked_row(application)
    if name not in _pieces(application, criterion, by):
        raise _not_asked()
    with audit.acting(by, "take_back_absence"):
        application.absences.filter(criterion=criterion, name=name).delete()


def _pieces(application: Application, criterion: str, by: User) -> set[str]:
    """The pieces that the scheme asks for in a criterion that is open to ``by``. Raises ``WrongState``."""
    require_fillable(application, by, [criterion])
    asked = {c.code: c for c in criteria_of(application) if questions.by_village(c)}
    if criterion not in asked:
        raise WrongState(_("This question is locked: others answer it."))
    return {piece.name for piece in asked[criterion].evidence}


def _not_asked() -> Incomplete:
    return Incomplete(_("This piece of evidence is not asked for."))


@transaction.atomic
def attach_paper(application: Application, paper: str, upload: UploadedFile[Any], *, by: User) -> Evidence:
    """Attach a document of the whole application (``Paper``): minutes, the stamped form. Raises as ``attach`` does."""
    application = locked_row(application)
    require_fillable(application, by)
    if paper not in Paper.values:
        raise _not_asked()
    return _keep(application, upload, "", paper, by)


def _keep(application: Application, upload: UploadedFile[Any], criterion: str, name: str, by: User) -> Evidence:
    there = list(application.evidence.filter(criterion=criterion).select_related("file"))
    sha256 = sha256_of(upload)
    for evidence in there:  # checked first: a retry did not get the response to the first upload
        if evidence.file.sha256 == sha256 and evidence.name == name:
            return evidence
    if len(there) >= settings.UPLOADS_PER_CRITERION:
        raise Incomplete(_("At most %s files for one question.") % settings.UPLOADS_PER_CRITERION)
    stored = store(upload, by=by)
    note_filler(application, by)
    with audit.acting(by, "attach"):
        return Evidence.objects.create(application=application, criterion=criterion, name=name, file=stored)


@transaction.atomic
def detach(evidence: Evidence, *, by: User) -> None:
    """Remove a file from the form; its bytes are kept. Raises ``NotAllowed``, ``WrongState``."""
    application = locked_row(evidence.application)
    require_fillable(application, by, [evidence.criterion] if evidence.criterion else [])
    with audit.acting(by, "detach"):
        Evidence.objects.filter(pk=evidence.pk).delete()


@transaction.atomic
def attach_many(pieces: Iterable[Evidence]) -> None:
    """Attach files that are stored already to many drafts at once (taking over evidence from elsewhere).

    Raises ``WrongState`` if an application is not a draft.
    """
    pieces = list(pieces)
    if any(piece.application.state != Application.State.DRAFT for piece in pieces):
        raise WrongState(_("Evidence can only be attached before the application is submitted."))
    with audit.acting(None, "attach"):
        Evidence.objects.bulk_create(pieces, batch_size=2000)
