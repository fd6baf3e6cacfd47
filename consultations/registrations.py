"""What consultations register: pages' surroundings, kinds of follow-up and notice, words of the trail, checks."""

from accounts import audit_trail, audit_words, deputies, menu, page_help, todo_list
from consultations import agreement, help_topics, integrity, menu_entries, todos
from consultations.kinds import FOLLOWUPS, NOTICES
from consultations.models import (
    STEPS,
    Acknowledgement,
    Comment,
    Consultation,
    DraftChange,
    DraftProposal,
    Issue,
    JointReview,
    SchemePaper,
)
from consultations.models.lifecycle import WRITE
from consultations.presenters import draft_panel, issue_panel
from followups import kinds as followup_kinds
from notifications import kinds
from ratings.presenters import scheme_panels
from ratings.workflow import scheme_issuing
from records import integrity as checks
from records import openable


def register() -> None:
    page_help.register(*help_topics.TOPICS)
    openable.register(consultation=Consultation.objects.seen_by)
    menu.register(*menu_entries.MENU)
    todo_list.register(todos)
    followup_kinds.register(**FOLLOWUPS)
    kinds.register(**NOTICES)
    deputies.register(STEPS.rights | {"issue_agreed_scheme": [WRITE]})
    audit_words.register(STEPS.trail)
    scheme_issuing.hindrances.register(agreement.steps_missing)
    scheme_panels.register(
        scheme_panels.SchemePanel("consultations/draft_panel.html", draft_panel),
        scheme_panels.SchemePanel("consultations/issue_panel.html", issue_panel),
    )
    checks.register(integrity.ISSUES)
    audit_trail.redact(Comment, audit_trail.Redaction(cells="true", columns=("name", "contact")))
    audit_trail.show_openly(
        "whoever reads the trail of a county may read how its scheme was agreed on",
        Acknowledgement,
        Consultation,
        DraftChange,
        DraftProposal,
        Issue,
        JointReview,
        SchemePaper,
    )
