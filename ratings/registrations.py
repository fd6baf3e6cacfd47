"""What ratings registers: help, notices, integrity checks, deputies' permissions, panels, explanation, to-dos, menu."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import audit_words, deputies, home, menu, page_help, saved_filters, todo_list, usual_times
from accounts.authority import held_anywhere, reached
from followups import kinds as follow_up_kinds
from followups import time_limits
from followups.kinds import FollowUpKind
from followups.time_limits import Limit
from notifications import kinds
from ratings import disclosure, explanation, help_topics, menu_entries, notices
from ratings.application.access import FILL, VIEW
from ratings.application.correction import FOLLOW_UP as CORRECTION
from ratings.events.proposals import FOLLOW_UP, SETTLE, to_settle
from ratings.events.rectification import FOLLOW_UP as RECTIFICATION
from ratings.forms.register_forms import EventFilterForm, RegisterFilterForm
from ratings.home.office_home import applied
from ratings.home.village_home import own_star, progress, unit_star
from ratings.integrity import application_integrity, kept_points_integrity, register_integrity
from ratings.models import Application, Event, EventPerson, Points, ReturnedCriterion, Scheme, Transition
from ratings.models.decision_lifecycle import DECISION_STEPS
from ratings.models.lifecycle import FORMER_VERBS, STEPS
from ratings.presenters import star_history, trail_names
from ratings.todos import event_todos
from ratings.todos.application_todos import SOURCES
from ratings.todos.usual_times import APPLICATIONS, PROPOSALS
from ratings.workflow.cycle import GIVE_TIME
from records import encrypting_anew, integrity, openable, proof
from records.encrypting_anew import Encrypted
from villages import unit_panels
from villages.forms.township_filter import TownshipFilterForm
from villages.models import Unit

RIGHTS = {
    **dict.fromkeys(
        ("open_cycle", "set_windows", "ask_for_minutes", "extend", "close_scoring", "close_cycle"),
        ["ratings.manage_cycle"],
    ),
    "reopen": ["ratings.accept", "ratings.manage_cycle"],
    **dict.fromkeys(("import_scheme", "write_scheme", "issue_scheme"), ["ratings.manage_scheme"]),
    **dict.fromkeys(
        ("record_event", "import_events", "close_event", "release_event", "attach_event_file", "detach_event_file"),
        ["ratings.record_event"],
    ),
    **dict.fromkeys(("confirm_proposal", "decline_proposal"), SETTLE),
    **dict.fromkeys(("begin", "choose_star", "attach", "detach", "declare_absent", "take_back_absence"), FILL),
}
"""The rights of steps that are in no table of steps (``accounts.deputies``)."""


FOLLOW_UPS = {
    CORRECTION: FollowUpKind(
        pgettext_lazy("due", "Correction"),
        notices.TO_CORRECT,
        needs=["ratings.view_application"],
        own_todo=True,
        own_steps=True,
        told_elsewhere=True,
        warned=True,
    ),
    RECTIFICATION: FollowUpKind(
        _("Rectification"),
        notices.TO_RECTIFY,
        needs=["ratings.view_event"],
        signed=True,
        lasting=True,  # an event that is not rectified always has somebody due
    ),
    FOLLOW_UP: FollowUpKind(
        _("Change of a star"),
        notices.TO_SETTLE,
        needs=["ratings.view_event"],
        own_todo=True,
        own_steps=True,
    ),
}


def register() -> None:
    page_help.register(*help_topics.TOPICS)
    openable.register_prepared(
        application=lambda user: reached(user, VIEW, Application.objects.all()), event=Event.objects.seen_by
    )
    openable.register(
        apply=held_anywhere("ratings.fill"),
        applications_not_begun=lambda user: any(map(user.reach, GIVE_TIME)),
        cycles=held_anywhere("ratings.manage_cycle"),
        proposal_settle=lambda user: reached(user, "ratings.view_event", to_settle(user)),
        public_scheme=lambda user: Scheme.with_programmes.issued(),
        register_unit=lambda user: reached(user, "ratings.view_register", Unit.objects.all(), "code"),
        scheme=Scheme.with_programmes.seen_by,
    )
    kinds.register(**notices.KINDS)
    follow_up_kinds.register(**FOLLOW_UPS)
    time_limits.register(**{CORRECTION: Limit(5, offered=True), FOLLOW_UP: Limit(10)})
    integrity.register(
        register_integrity.REGISTER, application_integrity.APPLICATIONS, kept_points_integrity.KEPT_POINTS
    )
    disclosure.redact_audit_trail()
    _register_steps()
    columns = ("name_encrypted", "post_encrypted", "encrypted_at")
    persons = Encrypted(EventPerson, columns, EventPerson.encrypt_anew, verb=EventPerson.ENCRYPT_ANEW)
    encrypting_anew.register({"persons named in events": persons})
    audit_words.register({EventPerson.ENCRYPT_ANEW: pgettext_lazy("step", "encrypt the persons of events anew")})
    trail_names.name_codes()
    proof.prove(Points, ReturnedCriterion, Transition)
    _register_panels()
    todo_list.register(*SOURCES, event_todos)
    usual_times.register(APPLICATIONS, PROPOSALS)
    applications = saved_filters.extended(TownshipFilterForm, "year", "unit", "state")
    saved_filters.register(applications=applications, register=RegisterFilterForm, events=EventFilterForm)
    menu.register(*menu_entries.MENU)


def _register_steps() -> None:
    """Rights for deputies and names for the audit trail, also under the names that stored steps may have."""
    deputies.register(RIGHTS)
    for table in (STEPS, DECISION_STEPS):
        deputies.register(table.rights)
        audit_words.register(table.trail)
    formerly = {former: STEPS[verb] for former, verb in FORMER_VERBS.items()}
    deputies.register({former: step.permissions for former, step in formerly.items()})
    audit_words.register({former: step.trail for former, step in formerly.items()})


def _register_panels() -> None:
    home.register(
        home.HomePanel("ratings/home/progress.html", progress, order=10),
        home.HomePanel("ratings/home/office.html", applied, order=20),
        home.HomePanel("ratings/home/star_card.html", own_star, column=home.SIDE, order=10),
    )
    unit_panels.register(
        unit_panels.UnitPanel("ratings/home/star_card.html", unit_star, column=unit_panels.SIDE, order=10)
    )
    explanation.register(
        explanation.ExplanationChapter(
            _("Since then"), star_history.register_steps, star_history.register_queries, order=70
        )
    )
