"""The roles of practice §6 as data: where each is held, what it may do there and below, and who may give it.

A new role is one entry here (and a migration for the choice). Permissions are "app.verb" and are declared in the
``Meta.permissions`` of the app that checks them; permission on an object is answered by ``authority.py``.
"""

from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from villages.models import Level, is_station


class Role(models.TextChoices):
    FILLER = "filler", _("Filler")
    SIGNER = "signer", _("Signer")
    TOWNSHIP_FILLER = "township_filler", _("Township's filler")
    TOWNSHIP_SIGNER = "township_signer", _("Township's signer")
    TOWNSHIP_OFFICE = "township_office", _("Township office")
    TOWNSHIP_REVIEWER = "township_reviewer", _("Township reviewer")
    TOWNSHIP_LEADER = "township_leader", _("Township leader")
    COUNTY_REVIEWER = "county_reviewer", _("County reviewer")
    COUNTY_OFFICE = "county_office", _("County leading-group office")
    DISCIPLINE = "discipline", _("County discipline commission")
    DEPARTMENT = "department", pgettext_lazy("role", "Department")
    FINANCE = "finance", _("Finance")
    HELPER = "helper", _("Helper unit")
    CITY_OFFICE = "city_office", _("City leading-group office")
    CITY_DISCIPLINE = "city_discipline", _("City discipline commission")
    CITY_LEADER = "city_leader", _("City or province leader")
    SYSADMIN = "sysadmin", _("System administrator")
    SECADMIN = "secadmin", _("Security administrator")
    AUDITOR = "auditor", _("Audit administrator")


THREE_ADMINISTRATORS = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR})
OFFICE_HEADS = frozenset({Role.COUNTY_OFFICE, Role.CITY_OFFICE})
VILLAGE_POSTS = (Role.FILLER, Role.SIGNER)
RATED_POSTS = (*VILLAGE_POSTS, Role.TOWNSHIP_FILLER, Role.TOWNSHIP_SIGNER)
"""Those who fill in and sign for a rated unit: a village or a station, and a township that is rated itself."""
OWN_UNIT_ONLY = frozenset({"ratings.fill", "ratings.sign", "reviews.appeal"})
"""What the people of a rated unit do for it alone: those of a township never for its villages."""

HEAD_OF_STATION = _("Head of the station")


def office_name(role: str, place: str) -> str:
    """The office ``role`` in words, as it is called at ``place`` (a code): at a station nobody is head of a village."""
    if role == Role.SIGNER and is_station(place):
        return str(HEAD_OF_STATION)
    return str(Role(role).label)


@dataclass(frozen=True)
class RoleSpec:
    """``levels``: where the role is held. ``appointed_by``: the roles whose holders may give it within their scope.

    ``audience``: "cadre" (18 px, phone first) or "desk". ``second_factor``: decides, pays or administers. ``deputy``:
    while the holder is away, a deputy may act. ``named``: the appointment must say for which department or helper unit.
    """

    levels: frozenset[str]
    permissions: frozenset[str]
    appointed_by: frozenset[str] = field(default_factory=frozenset)
    audience: str = "desk"
    second_factor: bool = False
    deputy: bool = False
    named: bool = False


COUNTIES = frozenset({Level.COUNTY, Level.ZONE})
CITIES = frozenset({Level.CITY, Level.PROVINCE})
VIEW = frozenset(
    {
        "villages.view_unit",
        "ratings.view_application",
        "ratings.view_register",
        "ratings.view_scheme",
        "followups.view_followup",
    }
)
WATCH = VIEW | {
    "ratings.view_event",
    "ratings.view_register_run",
    "incentives.view_incentive",
    "improvements.view_plan",
    "honours.view_honour",
    "reminders.view_due",
    "reports.view_dashboard",
    "reports.view_report",
}

ROLES: dict[str, RoleSpec] = {
    Role.FILLER: RoleSpec(
        frozenset({Level.VILLAGE, Level.STATION}),
        VIEW
        | {
            "consultations.comment_draft",
            "ratings.fill",
            "ratings.view_event",
            "followups.answer_followup",
            "improvements.view_plan",
            "honours.view_honour",
            "improvements.carry_out_plan",
        },
        frozenset({Role.TOWNSHIP_OFFICE}),
        audience="cadre",
    ),
    Role.SIGNER: RoleSpec(
        frozenset({Level.VILLAGE, Level.STATION}),
        VIEW
        | {
            "consultations.comment_draft",
            "ratings.fill",
            "ratings.sign",
            "ratings.view_event",
            "reviews.appeal",
            "followups.answer_followup",
            "improvements.view_plan",
            "honours.view_honour",
            "honours.nominate",
            "improvements.agree_plan_village",
            "improvements.carry_out_plan",
        },
        frozenset({Role.TOWNSHIP_OFFICE}),
        audience="cadre",
    ),
    Role.TOWNSHIP_FILLER: RoleSpec(
        frozenset({Level.TOWNSHIP}),
        VIEW | {"consultations.comment_draft", "ratings.fill"},
        frozenset({Role.COUNTY_OFFICE}),
        audience="cadre",
    ),
    Role.TOWNSHIP_SIGNER: RoleSpec(
        frozenset({Level.TOWNSHIP}),
        VIEW
        | {
            "consultations.comment_draft",
            "ratings.fill",
            "ratings.sign",
            "ratings.view_event",
            "reviews.appeal",
        },
        frozenset({Role.COUNTY_OFFICE}),
        audience="cadre",
    ),
    Role.TOWNSHIP_OFFICE: RoleSpec(
        frozenset({Level.TOWNSHIP}),
        VIEW
        | {
            "reports.view_assessment",
            "villages.report_profile",
            "accounts.appoint",
            "consultations.comment_draft",
            "followups.answer_followup",
            "followups.supervise_followup",
            "ratings.accept",
            "ratings.fill_on_behalf",
            "ratings.view_event",
            "improvements.view_plan",
            "honours.view_honour",
            "improvements.draw_up_plan",
            "incentives.propose_payee",
            "reviews.convene_township",
            "reviews.release_township",
            "reviews.answer_objection_township",
            "reminders.view_due",
            "reminders.send_reminder",
            "notifications.manage_robot",
        },
        frozenset({Role.COUNTY_OFFICE}),
        deputy=True,
    ),
    Role.TOWNSHIP_REVIEWER: RoleSpec(
        frozenset({Level.TOWNSHIP}), VIEW | {"reviews.score_township"}, frozenset({Role.COUNTY_OFFICE})
    ),
    Role.TOWNSHIP_LEADER: RoleSpec(
        frozenset({Level.TOWNSHIP}),
        VIEW
        | {
            "consultations.comment_draft",
            "reports.view_assessment",
            "followups.answer_followup",
            "ratings.view_event",
            "ratings.settle_proposal_township",
            "improvements.view_plan",
            "honours.view_honour",
            "honours.opine_township",
            "improvements.agree_plan_township",
            "reviews.decide_township",
            "reminders.view_due",
            "reports.view_dashboard",
        },
        frozenset({Role.COUNTY_OFFICE}),
        second_factor=True,
        deputy=True,
    ),
    Role.COUNTY_REVIEWER: RoleSpec(
        COUNTIES, VIEW | {"reviews.score_county", "reviews.hear_appeal_county"}, frozenset({Role.COUNTY_OFFICE})
    ),
    Role.COUNTY_OFFICE: RoleSpec(
        COUNTIES,
        WATCH
        | {
            "reports.manage_assessment",
            "reports.view_assessment",
            "reports.set_thresholds",
            "reminders.set_rules",
            "villages.manage_unit",
            "villages.report_profile",
            "accounts.appoint",
            "consultations.review_draft",
            "followups.answer_followup",
            "followups.supervise_followup",
            "ratings.manage_scheme",
            "ratings.manage_cycle",
            "ratings.accept_county",
            "ratings.settle_proposal_county",
            "ratings.run_register",
            "programmes.run_programme",
            "reviews.convene_county",
            "reviews.open_check",
            "reviews.decide_county",
            "reviews.release_county",
            "reviews.convene_appeal_county",
            "reviews.hear_appeal_county",
            "incentives.give_opinion",
            "improvements.supervise_plan",
            "honours.run_round",
            "honours.opine_county",
            "honours.ask_eligibility",
            "reminders.send_reminder",
            "notifications.manage_robot",
        },
        frozenset({Role.SYSADMIN}),
        second_factor=True,
        deputy=True,
    ),
    Role.DISCIPLINE: RoleSpec(
        COUNTIES,
        WATCH
        | {
            "reports.view_assessment",
            "reports.set_thresholds",
            "reports.view_leads",
            "reminders.set_rules",
            "consultations.comment_draft",
            "ratings.record_event",
            "ratings.supply",
            "reviews.answer_check",
            "reviews.answer_objection_county",
            "reminders.send_reminder",
            "followups.answer_followup",
            "followups.supervise_followup",
        },
        frozenset({Role.COUNTY_OFFICE}),
        deputy=True,
    ),
    Role.DEPARTMENT: RoleSpec(
        COUNTIES,
        VIEW
        | {
            "consultations.comment_draft",
            "ratings.supply",
            "incentives.write_own",
            "reviews.answer_check",
            "followups.answer_followup",
            "honours.view_honour",
            "honours.ask_eligibility",
        },
        frozenset({Role.COUNTY_OFFICE}),
    ),
    Role.FINANCE: RoleSpec(
        COUNTIES,
        VIEW
        | {
            "incentives.view_incentive",
            "honours.view_honour",
            "incentives.manage_policy",
            "incentives.manage_fund",
            "incentives.disburse",
            "incentives.propose_payee",
            "incentives.confirm_payee",
            "reports.view_report",
            "followups.answer_followup",
        },
        frozenset({Role.COUNTY_OFFICE}),
        second_factor=True,
        deputy=True,
    ),
    # Its reach is not its unit: only the plans that name its helper unit (``Plan.admits``).
    Role.HELPER: RoleSpec(COUNTIES, frozenset({"improvements.help_plan"}), frozenset({Role.COUNTY_OFFICE}), named=True),
    Role.CITY_OFFICE: RoleSpec(
        CITIES,
        WATCH
        | {
            "reports.manage_assessment",
            "reports.set_thresholds",
            "reminders.set_rules",
            "accounts.appoint",
            "villages.make_zone",
            "consultations.lead_review",
            "consultations.review_draft",
            "ratings.settle_proposal_city",
            "ratings.run_register",
            "programmes.run_programme",
            "honours.run_round",
            "honours.opine_city",
            "honours.ask_eligibility",
            "reviews.convene_appeal_city",
            "reviews.hear_appeal_city",
            "reminders.send_reminder",
            "notifications.manage_robot",
            "followups.answer_followup",
            "followups.supervise_followup",
        },
        frozenset({Role.SYSADMIN}),
        second_factor=True,
        deputy=True,
    ),
    Role.CITY_DISCIPLINE: RoleSpec(
        CITIES,
        WATCH
        | {
            "reports.set_thresholds",
            "reports.view_leads",
            "reminders.set_rules",
            "ratings.record_event",
            "followups.answer_followup",
            "followups.supervise_followup",
            "reminders.send_reminder",
        },
        frozenset({Role.CITY_OFFICE}),
    ),
    Role.CITY_LEADER: RoleSpec(CITIES, WATCH, frozenset({Role.CITY_OFFICE})),
    Role.SYSADMIN: RoleSpec(
        CITIES,
        frozenset({"villages.view_unit", "villages.make_zone", "accounts.appoint", "accounts.configure"}),
        second_factor=True,
    ),
    Role.SECADMIN: RoleSpec(CITIES, frozenset({"villages.view_unit", "accounts.unlock"}), second_factor=True),
    Role.AUDITOR: RoleSpec(CITIES, frozenset({"villages.view_unit", "accounts.read_trail"}), second_factor=True),
}
