"""A consultation as its page shows it to one reader, and what the pages of a scheme say of how it was agreed on."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import cached_property

from consultations.agreement import current, steps_missing
from consultations.models import (
    LEAD,
    WRITE,
    Comment,
    Consultation,
    ConsultationState,
    DraftChange,
    DraftProposal,
    Issue,
    SchemePaper,
)
from consultations.parties import commenting_post, reviewing_post
from ratings.models import Scheme
from ratings.presenters.scheme_comparison import SchemeSection, compared
from ratings.presenters.scheme_page import SchemeView
from ratings.scheme.spec import SchemeSpec


class ConsultationPage:
    """Of ``consultation``, which ``user`` may see; the public has no ``user``."""

    def __init__(self, consultation: Consultation, user: Any = None) -> None:
        self.consultation, self.user = consultation, user

    @cached_property
    def writes(self) -> bool:
        return self.user is not None and self.user.has_perm(WRITE, self.consultation)

    @cached_property
    def oversees(self) -> bool:
        """The offices that read every comment and proposal."""
        return self.writes or self.user is not None and self.user.has_perm(LEAD, self.consultation)

    @cached_property
    def post(self) -> Any:
        """The post in which the reader comments."""
        return commenting_post(self.user, self.consultation) if self.user else None

    @cached_property
    def reviews(self) -> bool:
        return self.user is not None and reviewing_post(self.user, self.consultation) is not None

    @cached_property
    def view(self) -> SchemeView:
        return SchemeView.of(self.consultation.scheme)

    @cached_property
    def comments(self) -> QuerySet[Comment]:
        """All of them for the offices; otherwise one's own and those that are answered."""
        rows: QuerySet[Comment] = self.consultation.comments.select_related("by", "unit", "answered_by").order_by("pk")
        if self.oversees:
            return rows
        answered = Q(answered_at__isnull=False)
        return rows.filter(answered | Q(by=self.user.pk) if self.user else answered)

    @cached_property
    def proposals(self) -> list[DraftProposal]:
        """For those who take part in the joint review and for who writes the draft."""
        if not (self.oversees or self.reviews):
            return []
        return list(self.consultation.draftproposals.select_related("by", "unit", "settled_by").order_by("pk"))

    @cached_property
    def changes(self) -> list[DraftChange]:
        return list(self.consultation.changes.order_by("-day", "pk"))

    @cached_property
    def differences(self) -> list[SchemeSection]:
        """What reads differently since the present step began."""
        if not self.changes or self.consultation.body == self.consultation.scheme.body:
            return []
        before = SchemeView(SchemeSpec.model_validate(self.consultation.body), self.consultation.scheme.unit_id)
        return [section for section in compared(before, self.view) if section.differences]

    @cached_property
    def missing(self) -> list[str]:
        """What is still to be done before the scheme can be issued, for who writes it."""
        open_draft = self.consultation.state in ConsultationState.OPEN
        return steps_missing(self.consultation.scheme) if self.writes and open_draft else []


def draft_panel(user: Any, scheme: Scheme) -> dict[str, Any] | None:
    """On the pages of a draft, for who writes it: how far it is agreed on."""
    if scheme.state != Scheme.State.DRAFT or user is None or not user.has_perm(WRITE, scheme):
        return None
    papers = SchemePaper.objects.filter(scheme=scheme).select_related("file")
    return {"scheme": scheme, "consultation": current(scheme), "papers": list(papers)}


def issue_panel(user: Any, scheme: Scheme) -> dict[str, Any] | None:
    """On the pages of an issued scheme: its papers, and how it was agreed on."""
    if scheme.state != Scheme.State.ISSUED:
        return None
    issue = Issue.objects.filter(scheme=scheme).first()
    papers = list(SchemePaper.objects.filter(scheme=scheme).select_related("file"))
    return {
        "scheme": scheme,
        "issue": issue,
        "papers": papers,
        "public": user is None,
        "consultation": _to_read(user, issue) if issue else None,
    }


def _to_read(user: Any, issue: Issue) -> Consultation | None:
    """The consultation before the issue, if the reader finds its page."""
    found = Consultation.objects.public_now() if user is None else Consultation.objects.seen_by(user)
    return found.filter(pk=issue.consultation_id).first()
