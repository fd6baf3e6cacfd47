"""What honours register: pages' surroundings, kinds of follow-up and notice, words of the trail, what it may show."""

from django.utils.translation import pgettext_lazy

from accounts import audit_trail, audit_words, deputies, home, menu, page_help, todo_list, trail_values
from followups import kinds as followup_kinds
from honours import certificate, help_topics, menu_entries, todos
from honours.home import open_rounds, titles_of_unit
from honours.integrity import AWARDS
from honours.kinds import FOLLOWUPS, NOTICES
from honours.models import (
    NOMINATION_STEPS,
    ROUND_STEPS,
    DepartmentReply,
    EligibilityAnswer,
    Nomination,
    Opinion,
    ReplyFinding,
    Round,
    RoundAward,
    RoundObjection,
    Selection,
)
from honours.models.lifecycle import ASK, RUN
from honours.workflow import awards, objections
from incentives import one_off
from incentives.models import RewardPolicy
from notifications import kinds
from ratings.events.applicable_scheme import event_names_anywhere
from records import integrity, openable, proof, signed_codes
from reviews.department_checks import assignments
from villages import unit_panels

TRAIL = {
    "reply_to_round": pgettext_lazy("step", "answer the joint check of a round"),
    "answer_round_objection": pgettext_lazy("step", "answer an objection to a nomination"),
    "draft_award": pgettext_lazy("step", "draft the award of a round"),
    "make_selection": pgettext_lazy("step", "make a list for honours"),
    "answer_eligibility": pgettext_lazy("step", "answer whether a village may be honoured"),
}
RIGHTS = {
    "reply_to_round": [assignments.ANSWER],
    "note_lapse": [RUN],
    "answer_round_objection": [objections.ANSWER],
    "draft_award": [RewardPolicy.MANAGE],
    "make_selection": [ASK],
    "answer_eligibility": [ASK],
}
"""The permissions of the verbs that are no step of a lifecycle."""
GOES_ON = """exists (
    select from honours_round r where r.id = e.round_id and r.state in ('check', 'notice'))"""


def register() -> None:
    openable.register(honour_round=Round.objects.seen_by, nomination=Nomination.objects.seen_by)
    followup_kinds.register(**FOLLOWUPS)
    kinds.register(**NOTICES)
    deputies.register(ROUND_STEPS.rights | NOMINATION_STEPS.rights | RIGHTS)
    audit_words.register(ROUND_STEPS.trail | NOMINATION_STEPS.trail | TRAIL)
    audit_trail.show_openly(
        "who is nominated rests on stars and events that are out", Nomination, Opinion, Round, RoundAward
    )
    audit_trail.show_openly("what was asked and answered, of released facts", EligibilityAnswer, Selection)
    audit_trail.redact(DepartmentReply, audit_trail.Redaction(rows=GOES_ON))
    audit_trail.redact(RoundObjection, audit_trail.Redaction(cells="true", columns=("receipt",)))
    integrity.register(AWARDS)
    proof.prove(ReplyFinding)
    signed_codes.PAGES.register(certificate.page_of)
    page_help.register(*help_topics.TOPICS)
    menu.register(*menu_entries.MENU)
    todo_list.register(todos)
    home.register(home.HomePanel("honours/home_rounds.html", open_rounds, order=32))
    unit_panels.register(unit_panels.UnitPanel("honours/unit_titles.html", titles_of_unit, order=15))
    one_off.register(awards.named_for)
    for tracked in (Round, Selection):
        trail_values.name_codes(tracked, "barring", event_names_anywhere)
