"""The papers by which a scheme is issued, and the record of how it was agreed on."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.agreement import current, steps_missing, unagreed_changes
from consultations.models import WRITE, ConsultationState, Issue, Issuer, SchemePaper
from consultations.parties import had_their_say, office
from consultations.telling import tell, tell_of_issue
from consultations.workflow import deadlines
from ratings.models import Scheme
from ratings.scheme.drafting import digest
from records import audit
from records.files import store
from records.known import known
from records.refusals import Incomplete, NotAllowed, WrongState

State = ConsultationState


@transaction.atomic
def attach(
    scheme: Scheme, kind: str, *, number: str, issuers: Collection[str], file: File[Any], by: User
) -> SchemePaper:
    """Attach the paper of a kind with its document number, instead of the one there was."""
    scheme = _draft(scheme, by)
    if not number.strip():
        message = _("Please give the document number.")
        raise Incomplete(message, {"number": message})
    chosen = [one.value for one in Issuer if one.value in issuers]
    if not chosen:
        message = _("Please say who issues it.")
        raise Incomplete(message, {"issuers": message})
    with audit.acting(by, "attach_scheme_paper"):
        SchemePaper.objects.filter(scheme=scheme, kind=kind).delete()
        return SchemePaper.objects.create(
            scheme=scheme, kind=kind, number=number.strip(), issuers=chosen, file=store(file, by=by), added_by=by
        )


@transaction.atomic
def detach(paper: SchemePaper, *, by: User) -> None:
    """Remove a paper that was attached by mistake."""
    _draft(paper.scheme, by)
    with audit.acting(by, "detach_scheme_paper"):
        SchemePaper.objects.filter(pk=paper.pk).delete()


def record(scheme: Scheme, *, by: User | None) -> Issue:
    """Keep how a scheme that is being issued was agreed on, in the same transaction.

    Without an agreement (issued by the command) it is recorded as without review, and the consultation is called off.
    """
    consultation = current(scheme)
    agreed = consultation is not None and by is not None and not steps_missing(scheme)
    review = Issue.Review.NONE
    if consultation is not None and agreed:
        reviewed = consultation.state == State.REVIEWED and not unagreed_changes(consultation)
        review = Issue.Review.JOINT if reviewed else Issue.Review.OFF
    with audit.acting(by, "issue_agreed_scheme"):
        made = Issue.objects.create(
            scheme=scheme,
            review=review,
            consultation=consultation if agreed else None,
            digest=digest(scheme.body),
            at=known(scheme.issued_at),
            by=by,
        )
        if consultation is None:
            return made
        if agreed:
            consultation.state = State.ISSUED
            consultation.save()
            tell_of_issue(consultation, (had_their_say(consultation) | office(consultation.city)) - {_pk(by)})
        else:
            reason = _("The scheme was put in force without review.")
            consultation.state, consultation.reason = State.WITHDRAWN, reason
            consultation.save()
            deadlines.call_off(consultation, reason, by=by)
            tell(consultation, "draft_withdrawn", had_their_say(consultation), reason=reason)
    return made


def _draft(scheme: Scheme, by: User) -> Scheme:
    scheme = Scheme.with_programmes.select_for_update(of=("self",)).get(pk=scheme.pk)
    if not by.has_perm(WRITE, scheme):
        raise NotAllowed
    if scheme.state != Scheme.State.DRAFT:
        raise WrongState(_("This scheme is issued already."))
    return scheme


def _pk(by: Any) -> int | None:
    return by.pk if by else None
