"""What reviews register: help, notices, guards, deputies' permissions, explanation, integrity checks, to-dos, menu."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import audit_words, deputies, menu, page_help, saved_filters, todo_list, usual_times
from accounts.authority import held_anywhere, reached
from followups import time_limits
from followups.time_limits import Limit
from notifications import kinds
from ratings import explanation
from ratings.allowance import reviewed
from ratings.application.access import VIEW
from ratings.cycle import closing_consequences
from ratings.models import Application
from ratings.workflow import actions
from records import integrity, openable, proof
from reviews import disclosure, help_topics, menu_entries, notices
from reviews.appeals import appealed_closing
from reviews.appeals.appeal_rules import HEARING, appeals_for
from reviews.decisions.release_due import RELEASE
from reviews.decisions.visibility import objections_for, own_batches
from reviews.department_checks.assignments import CHECK, checks_for
from reviews.integrity.draw_integrity import DRAWS
from reviews.integrity.point_integrity import POINTS
from reviews.models import Addendum, AppealPaper, BatchEntry, Candidate, Correction, Draw, Finding
from reviews.models.lifecycle import APPEAL_STEPS, BATCH_STEPS, CONVENE, HEAR, OBJECTION_STEPS, SHEET_STEPS, either
from reviews.models.review_levels import permissions
from reviews.panels.found import found_in_review
from reviews.presenters.own_sheet import SCORE, own_sheets
from reviews.results.explanation import CHAPTERS
from reviews.results.public_notices import notices as notices_out
from reviews.todos import appeal_todos, check_todos, review_todos
from reviews.todos.usual_times import TIMES
from reviews.workflow.guards import GUARDS
from villages.forms.township_filter import TownshipFilterForm

TABLES = (SHEET_STEPS, BATCH_STEPS, OBJECTION_STEPS, APPEAL_STEPS)
RIGHTS = {
    **dict.fromkeys(("convene", "draw"), either("convene")),
    **dict.fromkeys(("open_check", "note_lapse"), ["reviews.open_check"]),
    **dict.fromkeys(("answer_check", "find_vetoes"), ["reviews.answer_check"]),
    **dict.fromkeys(("settle", "add_to_settlement"), [*either("score"), *either("convene")]),
    **dict.fromkeys(("pass_seat", "pass_hearing"), ["accounts.appoint"]),
    "reverse_event": HEAR,
}
"""The rights of steps that are in no table of steps (``accounts.deputies``)."""

LIMITS = {
    RELEASE: Limit(10, pgettext_lazy("due", "Release")),
    HEARING: Limit(20, pgettext_lazy("due", "Appeals")),
    CHECK: Limit(5, _("Joint department check"), offered=True),
}


def register() -> None:
    page_help.register(*help_topics.TOPICS)
    openable.register_prepared(
        result=lambda user: reached(user, VIEW, Application.objects.all()), review_check=checks_for
    )
    openable.register(
        public_notice=lambda user: notices_out(),
        review_appeal=appeals_for,
        review_appeals=held_anywhere(*CONVENE, *HEAR),
        review_batch=own_batches,
        review_decisions=held_anywhere(*permissions("decide")),
        review_desk=held_anywhere(*SCORE),
        review_objection=objections_for,
        review_objections=held_anywhere(*permissions("answer_objection")),
        review_panels=held_anywhere(*permissions("convene")),
        review_sheet=own_sheets,
    )
    for verb, allowed in GUARDS.items():
        actions.guard(verb, allowed)
    deputies.register(RIGHTS)
    for table in TABLES:
        deputies.register(table.rights)
        audit_words.register(table.trail)
    kinds.register(**notices.KINDS)
    explanation.register(*CHAPTERS)
    reviewed.READINGS.register(found_in_review)
    closing_consequences.register(hindrance=appealed_closing.appealed)
    proof.prove(BatchEntry, Draw, Addendum, Candidate, Finding, AppealPaper, Correction)
    time_limits.register(**LIMITS)
    integrity.register(DRAWS, POINTS)
    disclosure.redact_audit_trail()
    todo_list.register(review_todos, check_todos, appeal_todos)
    usual_times.register(TIMES)
    saved_filters.register(**dict.fromkeys(("review_decisions", "review_batches", "review_checks"), TownshipFilterForm))
    menu.register(*menu_entries.MENU)
