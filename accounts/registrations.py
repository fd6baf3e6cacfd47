"""What accounts registers: help, notices, integrity checks, deputies' permissions, redactions, to-dos, menu."""

from allauth.mfa.models import Authenticator

from accounts import (
    audit_trail,
    deputies,
    factor_secrets,
    grant_integrity,
    help_topics,
    integrity_run,
    menu,
    menu_entries,
    notices,
    page_help,
    role_holders,
    saved_filters,
    todo_list,
    todos,
    working_days,
)
from accounts.authority import held_anywhere
from accounts.forms import AppointmentSearch, TrailFilter
from accounts.models import (
    ApiToken,
    Appointment,
    AppointmentReview,
    CalendarDay,
    CalendarYear,
    Identity,
    SeenAppointmentChange,
    TrailExport,
    UnitPermission,
    User,
)
from accounts.prepared import asked
from notifications import kinds, offices, quiet
from notifications.bell_filter import BellFilter
from notifications.models import Robot
from records import encrypting_anew, integrity, jobs, openable, proof
from records.encrypting_anew import Encrypted
from records.models import IntegrityRun
from villages.forms.units import UnitSearch
from villages.models import Profile, Unit

RIGHTS = {
    **dict.fromkeys(("villages.order", "villages.tag"), ["villages.manage_unit"]),
    "villages.make": ["villages.manage_unit", "villages.make_zone"],
    "villages.report_profile": ["villages.report_profile"],
    **dict.fromkeys(
        (
            "notifications.add_robot",
            "notifications.change_robot",
            "notifications.test_robot",
            "notifications.send_robot_message_again",
        ),
        ["notifications.manage_robot"],
    ),
    **dict.fromkeys(
        ("accounts.appoint", "accounts.end", "accounts.hand_over", "accounts.open_account", "accounts.reset_password"),
        ["accounts.appoint"],
    ),
}
"""Which rights the steps of these two apps need (``accounts.deputies``)."""


def register() -> None:
    page_help.register(*help_topics.TOPICS)
    openable.ask_with(asked)
    openable.register(
        appointments=held_anywhere("accounts.appoint"),
        home=openable.to_everybody,
        locks=held_anywhere("accounts.unlock"),
        password_resets=held_anywhere("accounts.appoint"),
        proof=held_anywhere(integrity_run.READ_TRAIL),
    )
    kinds.register(**notices.KINDS)
    quiet.register(working_days.next_working_day)
    offices.register(role_holders.offices_of)
    proof.prove(UnitPermission)
    proof.prove(SeenAppointmentChange)
    # Excluded from the history: the password.
    proof.prove(User, omit=("last_login",))
    proof.prove(Authenticator, omit=("last_used_at",))
    robots = Encrypted(Robot, ("address_encrypted", "secret_encrypted"), Robot.encrypt_anew)
    factors = Encrypted(Authenticator, ("data",), factor_secrets.encrypt_anew)
    encrypting_anew.register({"robots of work groups": robots, "second factors": factors})
    integrity.register(grant_integrity.GRANTS)
    jobs.register(IntegrityRun, integrity_run.make)
    deputies.register(RIGHTS)
    audit_trail.redact(ApiToken, audit_trail.Redaction(cells="true", columns=("digest",)))
    audit_trail.show_openly("who may do what: the auditor is there to watch it", Appointment, Identity, User)
    audit_trail.show_openly("what the auditors themselves did", AppointmentReview, TrailExport)
    audit_trail.show_openly("where work groups are told how much waits; the secrets are in no history", Robot)
    audit_trail.show_openly(
        "facts about places and days, open to all offices", CalendarDay, CalendarYear, Profile, Unit
    )
    todo_list.register(todos.Vacancies(), todos.Locks(), todos.Trail(), integrity_run)
    saved_filters.register(  # lists of the apps below, too
        appointments=AppointmentSearch, trail=TrailFilter, sms_log=("state",), units=UnitSearch, notices=BellFilter
    )
    menu.register(*menu_entries.MENU)
