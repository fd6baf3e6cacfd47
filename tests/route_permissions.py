"""Every address of the system with an object of the first county behind it, and who may open it.

A new address needs its line here, or ``test_access_isolation.py`` fails. A line says, by method, which permission gives
access: ``At`` on the unit that the address is about, ``Anywhere`` for lists that show everybody their own, ``Only``
where access is personal (a score sheet, a notice). A method that is not listed is closed to all.
"""

from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.urls import reverse

from tests.two_tenants import Person

OWN_ACCOUNT = "own account"
"""A library's pages of one's second factor: some are there only for who has one."""
PUBLIC = "public"
"""Open to everyone without an account."""
SIGNED_IN = "signed in"
"""Open to everyone with an account; it shows only one's own."""


@dataclass(frozen=True)
class At:
    """Those who hold one of ``permissions`` on the village, township or county of the address."""

    place: str
    permissions: tuple[str, ...]

    def lets_in(self, person: Person, world: SimpleNamespace) -> bool:
        code = getattr(world.first.at, self.place)
        return any(person.holds(permission, code) for permission in self.permissions)


@dataclass(frozen=True)
class Helped(At):
    """And the people of the helper unit that the plan names, wherever they hold their post."""

    def lets_in(self, person: Person, world: SimpleNamespace) -> bool:
        return person.user.username == "helper" or super().lets_in(person, world)


@dataclass(frozen=True)
class On(At):
    """Those who hold it on that very place, not above it."""

    def lets_in(self, person: Person, world: SimpleNamespace) -> bool:
        return person.code == getattr(world.first.at, self.place) and super().lets_in(person, world)


@dataclass(frozen=True)
class Answers(At):
    """And the office of the county itself, which runs the programme: not one above it."""

    def lets_in(self, person: Person, world: SimpleNamespace) -> bool:
        return RUN_PROGRAMME.lets_in(person, world) or super().lets_in(person, world)


@dataclass(frozen=True)
class Assessed(At):
    """And those who hold the right to see it in the township that is assessed itself."""

    def lets_in(self, person: Person, world: SimpleNamespace) -> bool:
        own = person.code == world.first.at.township and person.holds("reports.view_assessment")
        return own or super().lets_in(person, world)


@dataclass(frozen=True)
class Anywhere:
    permissions: tuple[str, ...]

    def lets_in(self, person: Person, world: SimpleNamespace) -> bool:
        return any(person.holds(permission) for permission in self.permissions)


@dataclass(frozen=True)
class Only:
    """Only these accounts."""

    names: tuple[str, ...]

    def lets_in(self, person: Person, world: SimpleNamespace) -> bool:
        return person.user.username in self.names


@dataclass(frozen=True)
class Around:
    """Those who hold one of ``permissions`` anywhere in, or above, the county: for what concerns the county."""

    permissions: tuple[str, ...]

    def lets_in(self, person: Person, world: SimpleNamespace) -> bool:
        county = world.first.at.county
        near = person.code.startswith(county) or county.startswith(person.code)
        return near and any(person.holds(permission) for permission in self.permissions)


@dataclass(frozen=True)
class Asked(Around):
    """Those of them who write the draft of the county, lead its review, or are asked for comments on it: not the
    offices of other counties, as long as it is not under joint review."""


def at(place: str, *permissions: str) -> At:
    return At(place, permissions)


def anywhere(*permissions: str) -> Anywhere:
    return Anywhere(permissions)


def around(*permissions: str) -> Around:
    return Around(permissions)


def only(*names: str) -> Only:
    return Only(names)


@dataclass(frozen=True)
class Door:
    """``args``: the address's arguments as attributes of the first county ("=text" for a text); ``ways``: by method,
    who has access; ``query``: further parameters of the address."""

    args: tuple[str, ...] = ()
    ways: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    sent: dict[str, str] = field(default_factory=dict)
    """What a page must be sent to know which step is meant."""

    def address(self, name: str, world: SimpleNamespace) -> str:
        return reverse(name, args=[_value(arg, world) for arg in self.args]) + self.query

    def made_up(self, name: str) -> str:
        """The same address of something that does not exist."""
        return reverse(name, args=[_made_up(arg) for arg in self.args]) + self.query


def _value(arg: str, world: SimpleNamespace) -> Any:
    return arg[1:] if arg.startswith("=") else attrgetter(arg)(world.first)


def _made_up(arg: str) -> Any:
    if arg.startswith("="):
        return arg[1:]
    values = {
        "pk": 987654321,
        "scheme_id": 987654321,
        "code": "330699999299",
        "day": date(1999, 12, 31),
        "handle": UUID(int=0),
    }
    return values.get(arg.rpartition(".")[2], "B7K3MX92QF")


def page(*args: str, get: Any = None, post: Any = None, query: str = "", **sent: str) -> Door:
    return Door(args, {k: v for k, v in {"get": get, "post": post}.items() if v}, query, sent)


def both(*args: str, who: Any, query: str = "", **sent: str) -> Door:
    """A page that answers a POST like a GET, or with its form."""
    return page(*args, get=who, post=who, query=query, **sent)


VIEW, FILL = "ratings.view_application", ("ratings.fill", "ratings.fill_on_behalf")
SIGN, ACCEPT, RECORD = "ratings.sign", "ratings.accept", "ratings.record_event"
MONEY, POLICY, FUND, PAY, OWN_MONEY = (
    f"incentives.{verb}" for verb in ("view_incentive", "manage_policy", "manage_fund", "disburse", "write_own")
)
SCORE, DECIDE, CONVENE, RELEASE, ANSWER = (
    (f"reviews.{verb}_township", f"reviews.{verb}_county")
    for verb in ("score", "decide", "convene", "release", "answer_objection")
)
PEOPLE = ("accounts.appoint", "accounts.read_trail", "reports.view_leads")
CHECK = ("reviews.open_check", "reviews.answer_check")
CONVENE_APPEAL, HEAR = (
    (f"reviews.{verb}_appeal_county", f"reviews.{verb}_appeal_city") for verb in ("convene", "hear")
)
APPEAL = "reviews.appeal"
SETTLE = tuple(f"ratings.settle_proposal_{level}" for level in ("township", "county", "city"))
MAKE_ASSESSMENT, OWN_ASSESSMENT = (f"reports.{verb}_assessment" for verb in ("manage", "view"))
PAYEES = tuple(f"incentives.{verb}_payee" for verb in ("propose", "confirm"))
OPINION, LINES = "incentives.give_opinion", (MONEY, "ratings.fill", ACCEPT)
DESKS = ("township_office", "township_leader", "county_office")
PANEL = ("township_reviewer", "township_reviewer_b")
ROBOTS = "notifications.manage_robot"
PLANNERS = anywhere("accounts.appoint")
PLAN, HELP_PLAN, SUPERVISE_PLAN = (f"improvements.{verb}_plan" for verb in ("view", "help", "supervise"))
HELPED = Helped("village", (PLAN,))
COMMENT, REVIEW, LEAD = (f"consultations.{verb}" for verb in ("comment_draft", "review_draft", "lead_review"))
WRITE = "ratings.manage_scheme"
ASKED = Asked((WRITE, COMMENT, LEAD))
SCHEME, RUN_PROGRAMME = "ratings.view_scheme", On("county", ("programmes.run_programme",))
HONOUR, RUN_ROUND = "honours.view_honour", On("county", ("honours.run_round",))

PAGES = {
    # Without an account, or about one's own account.
    "healthz": page(get=PUBLIC),
    "readyz": page(),  # pings a worker and waits for it: tests/config/test_health.py
    "metrics": page(),  # only with the token: tests/config/test_metrics.py
    "set_language": both(who=PUBLIC),
    "account_login": both(who=PUBLIC),
    "help": both(who=PUBLIC),
    "help_topic": both("=sign_in", who=PUBLIC),
    "first_sign_in": both(who=PUBLIC),
    "password_rules": page(post=PUBLIC),
    "account_logout": both(who=PUBLIC),
    "still_here": page(get=SIGNED_IN),
    "account_inactive": page(get=PUBLIC),
    "account_reauthenticate": both(who=SIGNED_IN),
    "account_change_password": both(who=SIGNED_IN),
    "mfa_index": both(who=OWN_ACCOUNT),
    "mfa_authenticate": both(who=OWN_ACCOUNT),
    "mfa_reauthenticate": both(who=OWN_ACCOUNT),
    "mfa_activate_totp": both(who=OWN_ACCOUNT),
    "mfa_deactivate_totp": both(who=OWN_ACCOUNT),
    "mfa_view_recovery_codes": both(who=OWN_ACCOUNT),
    "mfa_generate_recovery_codes": both(who=OWN_ACCOUNT),
    # Where the settings name an account platform: tests/config/test_sign_on.py.
    "openid_connect_login": page("=platform"),
    "openid_connect_callback": page("=platform"),
    "identity": page(),
    "identity_untie": page(),
    "identities": page(),
    "identity_untie_guarded": page("appointment.pk"),
    "recovery_paper": page(post=SIGNED_IN),
    "public_register": both(who=PUBLIC),
    "public_register_place": both("county.code", who=PUBLIC),
    "filed_policies": both(who=PUBLIC),
    "filed_policies_place": both("county.code", who=PUBLIC),
    "filed_attachment": both("=policy", "policy.pk", who=PUBLIC),
    "certificate_ask": both(who=PUBLIC),
    "certificate_paper": both("held_certificate", who=PUBLIC),
    "public_unit": both("village.code", who=PUBLIC),
    "notice_poster": both("released_batch.pk", who=PUBLIC),
    "certificate": both("certificate", who=PUBLIC),
    "public_notices": both(who=PUBLIC),
    "objection_status": both(who=PUBLIC),
    "public_notice": both("released_batch.pk", who=PUBLIC),
    # Of people.
    "home": both(who=SIGNED_IN),
    "today": page(get=SIGNED_IN),
    "notices": both(who=SIGNED_IN),
    "notices_read": page(post=SIGNED_IN),
    "notice": both("notice.pk", who=only("filler")),
    "robots": both(who=anywhere(ROBOTS)),
    "robot_new": both(who=anywhere(ROBOTS)),
    "robot": both("robot.pk", who=at("township", ROBOTS)),
    "robot_test": page("robot.pk", post=at("township", ROBOTS)),
    "robot_message_again": page("robot.pk", "robot_message.pk", post=at("township", ROBOTS)),
    "appointments": both(who=PLANNERS),
    "appointment_new": both(who=PLANNERS),
    "appointment": both("appointment.pk", who=only("township_office")),
    "appointment_end": page("appointment.pk", post=only("township_office")),
    "appointment_hand_over": both("appointment.pk", who=only("township_office")),
    "appointment_phone": page("appointment.pk", post=only("township_office")),
    "password_reset": page("appointment.pk", post=only("township_office")),
    "password_resets": both(who=PLANNERS),
    "deputies": both("leader_post.pk", who=only("township_leader", "county_office")),
    "deputy_end": page("leader_post.pk", "deputy_post.pk", post=only("township_leader", "county_office")),
    "cadre_list": both(who=PLANNERS),
    "cadre_list_make": page(post=PLANNERS),
    "cadre_list_empty": page(get=PLANNERS),
    "cadre_list_marked": page("=nothing"),  # for a quarter of an hour, only to the uploader: test_appointment_import.py
    "slips": page(post=PLANNERS),
    "trail": both(who=anywhere("accounts.read_trail")),
    "saved_filters": both(who=SIGNED_IN),
    "saved_filter_new": both(who=SIGNED_IN, query="?of=/register/%3Fstar=3"),
    "saved_filter_remove": page("saved_filter.pk", post=only("county_office")),
    "people": both(who=anywhere(*PEOPLE), query="?q=e"),
    "person": both("who.filler.pk", who=at("village", *PEOPLE)),
    "trail_review": both(who=anywhere("accounts.read_trail")),
    "proof": both(who=anywhere("accounts.read_trail")),
    "proof_check": page(post=anywhere("accounts.read_trail")),
    "proof_head": both(who=anywhere("accounts.read_trail")),
    "locks": both(who=anywhere("accounts.unlock")),
    "office_withdraw": page("office_post.pk", post=anywhere("accounts.unlock")),
    "lock_lift": page("who.filler.username", post=anywhere("accounts.unlock")),
    "own_phone": both(who=SIGNED_IN),
    "own_notifications": both(who=SIGNED_IN),
    "mobile_code_send": page(post=SIGNED_IN),
    "mobile_confirm": page(post=SIGNED_IN),
    "mobile_forget": page(post=SIGNED_IN),
    "tokens": both(who=SIGNED_IN),
    "token_end": page("token.handle", post=only("filler")),
    "tokens_guarded": both(who=anywhere("accounts.unlock")),
    "token_end_guarded": page("token.handle", post=anywhere("accounts.unlock")),
    "settings": both(who=anywhere("accounts.configure")),
    "sms_log": page(get=anywhere("accounts.configure")),
    "calendar_year_confirm": page("=2027", post=anywhere("accounts.configure")),
    "calendar_day_remove": page("day", post=anywhere("accounts.configure")),
    "units": both(who=anywhere("villages.view_unit")),
    "unit_profiles": both(who=anywhere("villages.report_profile")),
    "unit_profiles_sheet": both(who=anywhere("villages.report_profile")),
    "unit_tags": both(who=anywhere("villages.manage_unit")),
    "unit_tags_sheet": both(who=anywhere("villages.manage_unit")),
    "unit_sheet_marked": page("=nothing"),  # for a quarter of an hour, only to the uploader: test_tables.py
    "unit_make": both("=station", who=anywhere("villages.manage_unit")),
    "unit_orders": both(who=anywhere("villages.manage_unit")),
    "unit_order_new": both("=rename", who=anywhere("villages.manage_unit")),
    "unit_order": both("order.pk", who=at("county", "villages.manage_unit")),
    "unit": both("village.code", who=at("village", "villages.view_unit")),
    # Of applications and cycles.
    "apply": both(who=anywhere("ratings.fill")),
    "application_begin": page("cycle.pk", "village.code", post=at("village", *FILL)),
    "applications": both(who=anywhere(VIEW)),
    "application": both("application.pk", who=at("village", VIEW)),
    "application_below": both("application.pk", who=at("village", VIEW)),
    "application_form": both("application.pk", who=at("village", *FILL)),
    "application_area": both("application.pk", "=1", who=at("village", *FILL)),
    "application_paper": page(
        "application.pk", get=at("village", "ratings.fill", SIGN, "ratings.fill_on_behalf", ACCEPT)
    ),
    "application_sheet": both("application.pk", who=at("village", *FILL)),
    "application_sheet_keep": page("application.pk", post=at("village", *FILL)),
    "application_sheet_empty": page("application.pk", get=at("village", *FILL)),
    "application_papers": page("application.pk", post=at("village", *FILL)),
    "application_upload": page("application.pk", "=1", post=at("village", *FILL), criterion="1.1"),
    "application_star": page("application.pk", post=at("village", *FILL)),
    "application_submit": both("application.pk", who=at("village", SIGN)),
    "application_resubmit": both("application.pk", who=at("village", SIGN)),
    "application_withdraw": both("application.pk", who=at("village", SIGN)),
    "applications_undo": page(post=anywhere(ACCEPT, "ratings.accept_county")),
    "application_accept": both("application.pk", who=at("village", ACCEPT)),
    "application_return": both("application.pk", who=at("village", ACCEPT)),
    "application_resume": both("application.pk", who=at("village", ACCEPT)),
    "applications_not_begun": both(who=anywhere("ratings.fill_on_behalf")),
    "application_reopen": both("cycle.pk", "village.code", who=at("village", "ratings.fill_on_behalf")),
    "evidence": both("evidence.pk", who=at("village", VIEW)),
    "schemes": both(who=anywhere("ratings.view_scheme")),
    "scheme": both("cycle.scheme_id", who=around("ratings.view_scheme")),
    "scheme_paper": both("cycle.scheme_id", who=around("ratings.view_scheme")),
    "scheme_begin": both(who=anywhere("ratings.manage_scheme")),
    "scheme_import": both(who=anywhere("ratings.manage_scheme")),
    "scheme_import_keep": page(post=anywhere("ratings.manage_scheme")),
    "scheme_edit": both("draft_scheme.pk", who=at("county", "ratings.manage_scheme")),
    "scheme_undo": page("draft_scheme.pk", post=at("county", "ratings.manage_scheme")),
    "scheme_redo": page("draft_scheme.pk", post=at("county", "ratings.manage_scheme")),
    "scheme_part": both("draft_scheme.pk", "=a1c1", who=at("county", "ratings.manage_scheme")),
    "scheme_issue": both("draft_scheme.pk", who=at("county", "ratings.manage_scheme")),
    "scheme_what_if": both("draft_scheme.pk", who=at("county", "ratings.manage_scheme")),
    "scheme_compare": page("cycle.scheme_id", "cycle.scheme_id", get=around("ratings.view_scheme")),
    "scheme_sheet": page("cycle.scheme_id", get=around("ratings.view_scheme")),
    "public_scheme": both("cycle.scheme_id", who=PUBLIC),
    "public_scheme_paper": both("cycle.scheme_id", who=PUBLIC),
    "cycles": both(who=anywhere("ratings.manage_cycle")),
    "cycles_to_open": both(who=anywhere("ratings.manage_cycle")),
    "cycle_open": both("waiting_scheme.pk", who=at("county", "ratings.manage_cycle")),
    "cycle": both("cycle.pk", who=at("county", "ratings.manage_cycle")),
    "cycle_extend": both("cycle.pk", who=at("county", "ratings.manage_cycle")),
    "cycle_close_scoring": page("cycle.pk", post=at("county", "ratings.manage_cycle")),
    "cycle_close": both("cycle.pk", who=at("county", "ratings.manage_cycle")),
    "cycle_reverse_closing": both("cycle.pk", who=at("county", "ratings.manage_cycle")),
    "supply": both(who=anywhere("ratings.supply")),
    "supply_figures": both("cycle.pk", who=at("county", "ratings.supply"), query="?criterion=1.3"),
    "sheet_marked": page("=nothing"),  # for a quarter of an hour, only to the uploader: test_supply_sheet.py
    "supply_sheet": both("cycle.pk", who=at("county", "ratings.supply"), query="?criterion=1.3"),
    "supply_sheet_keep": page("cycle.pk", post=at("county", "ratings.supply"), query="?criterion=1.3"),
    "supply_sheet_empty": page("cycle.pk", get=at("county", "ratings.supply"), query="?criterion=1.3"),
    # Of the register.
    "register": both(who=anywhere("ratings.view_register")),
    "register_runs": both(who=anywhere("ratings.view_register_run")),
    "register_run": both("register_run.pk", who=at("county", "ratings.view_register_run")),
    "register_run_begin": page("county.code", post=at("county", "ratings.run_register")),
    "register_run_carry_out": page("register_run.pk", post=at("county", "ratings.run_register")),
    "register_unit": both("village.code", who=at("village", "ratings.view_register")),
    "events": both(who=anywhere("ratings.view_event")),
    "event_choose_unit": both(who=anywhere(RECORD), query="?q=33"),
    "event_record": both("village.code", who=at("village", RECORD)),
    "event_sheet": both(who=anywhere(RECORD)),
    "event_sheet_record": page(post=anywhere(RECORD)),
    "event_sheet_empty": page(get=anywhere(RECORD)),
    "event_sheet_marked": page("=nothing"),  # for a quarter of an hour, only to the uploader: test_event_sheet.py
    "event": both("event.pk", who=at("village", "ratings.view_event")),
    "event_attach": page("event.pk", post=at("village", RECORD)),
    "event_file": both("event.pk", "event_paper.pk", who=at("village", "ratings.view_event")),
    "event_close": page("event.pk", post=at("village", RECORD)),
    "event_release": page("event.pk", post=at("village", RECORD)),
    "proposals": both(who=anywhere(*SETTLE)),
    "proposal_settle": both("proposal.pk", who=at("village", SETTLE[0])),
    # Of what is due.
    "followups": both(who=anywhere("followups.view_followup")),
    "followup": both("followup.pk", who=at("village", "ratings.view_event")),
    "followup_file": page("followup.pk", "proof.pk", get=at("village", "ratings.view_event")),
    "followup_step": page("followup.pk", "=hand_on_followup", post=at("village", "ratings.view_event")),
    # Of reminders: the page shows everybody their own highest unit.
    "due": both(who=anywhere("reminders.view_due")),
    "due_people": page(get=anywhere("reminders.view_due")),
    "reminder_rules": both("county.code", who=at("county", "reminders.set_rules")),
    "due_remind": page(get=anywhere("reminders.send_reminder"), post=anywhere("reminders.send_reminder")),
    # Of reviews.
    "review_desk": both(who=anywhere(*SCORE)),
    "review_field_queue": page(get=anywhere(*SCORE)),
    "review_field": page("sheet.pk", get=only("township_reviewer")),
    "review_sheet": both("sheet.pk", who=only("township_reviewer")),
    "review_grid": both(who=anywhere(*SCORE)),
    "review_visit": both("sheet.pk", who=only("township_reviewer")),
    "review_photo": page("photo.pk", get=only("township_reviewer")),
    "review_total": page("sheet.pk", post=only("township_reviewer")),
    "review_recuse": page("sheet.pk", post=only("township_reviewer")),
    "review_abstain": page("sheet.pk", post=only("township_reviewer")),
    "review_application": page("scored.pk", get=only(*DESKS, *PANEL), post=only("township_leader")),
    "review_score": both("application.pk", who=only(*PANEL)),
    "review_reconsider": page("decided.pk", post=at("village", *DECIDE)),
    "review_settle": page("settlement.pk", post=only("township_office", *PANEL)),
    "review_settlement_add": page("settlement.pk", post=only("township_office", *PANEL)),
    "review_decisions": both(who=anywhere(*DECIDE)),
    "review_panels": both(who=anywhere(*CONVENE)),
    "review_convene": page("cycle.pk", "township.code", "=township", post=at("township", CONVENE[0])),
    "review_draw_panel": page("cycle.pk", "township.code", "=township", post=at("township", CONVENE[0])),
    "review_draw": both("draw.pk", who=only("township_office", "township_leader", *PANEL)),
    "review_batches": both(who=anywhere(*RELEASE, *DECIDE)),
    "review_batch": page("batch.pk", get=at("township", RELEASE[0], DECIDE[0]), post=at("township", RELEASE[0])),
    "review_batch_minutes": both("batch.pk", who=at("township", RELEASE[0], DECIDE[0])),
    "review_prepare": page("cycle.pk", "township.code", "=township", post=at("township", RELEASE[0])),
    "review_checks": both(who=anywhere(*CHECK)),
    "review_check_open": page("cycle.pk", "county.code", post=at("county", CHECK[0])),
    "review_check": Door(
        ("check.pk",), {"get": at("county", *CHECK), "post": only("discipline")}, sent={"department": "纪委监委"}
    ),
    "review_check_lapse": page("check.pk", post=at("county", CHECK[0]), department="纪委监委"),
    "review_objections": both(who=anywhere(*ANSWER)),
    "review_objection": both("objection.pk", who=at("village", ANSWER[0]), do="dismiss"),
    "review_objection_photo": page("objection.pk", get=at("village", ANSWER[0])),
    "review_appeals": both(who=anywhere(*CONVENE_APPEAL, *HEAR)),
    "review_appeal": both("appeal.pk", who=at("township", CONVENE_APPEAL[0]), do="convene"),
    "appeal_event": both("event.pk", who=at("village", APPEAL)),
    "appeal_closing": both("closing.pk", who=at("village", APPEAL)),
    "appeal_paper": both("appeal_paper.pk", who=at("township", CONVENE_APPEAL[0])),
    "appeal_make": both("application.pk", who=at("village", APPEAL)),
    "result": both("application.pk", who=at("village", VIEW)),
    "result_file": both("application.pk", who=at("village", VIEW)),
    "score_card": both("application.pk", who=at("village", VIEW)),
    "score_card_file": both("application.pk", who=at("village", VIEW)),
    # Of money.
    "policies": both(who=anywhere(MONEY, OWN_MONEY)),
    "policy-new": both("county.code", who=at("county", POLICY, OWN_MONEY)),
    "policy": both("policy.pk", who=at("county", MONEY)),
    "policy-edit": both("draft_policy.pk", who=at("county", POLICY)),
    "policy-disburse": both("policy.pk", who=at("county", PAY)),
    "policy-ledger": both("policy.pk", who=at("county", MONEY)),
    "policy-workbook": both("policy.pk", who=at("county", MONEY)),
    "policy-attachment": both("policy.pk", who=at("county", MONEY)),
    "policy-step": page("draft_policy.pk", "=seek_opinion", post=at("county", POLICY)),
    "assessments": page(get=anywhere(MAKE_ASSESSMENT, OWN_ASSESSMENT)),
    "assessment-new": both("county.code", who=at("county", MAKE_ASSESSMENT)),
    "assessment-comparison": page("=3306", post=only("city_office")),
    "assessment": page("assessment.pk", get=Assessed("county", (MAKE_ASSESSMENT,))),
    "assessment-edit": both("draft_assessment.pk", who=at("county", MAKE_ASSESSMENT)),
    "assessment-issue": page("draft_assessment.pk", post=at("county", MAKE_ASSESSMENT)),
    "assessment-freeze": page("assessment.pk", post=at("county", MAKE_ASSESSMENT)),
    "assessment-place": page("assessment.pk", "township.code", get=Assessed("county", (MAKE_ASSESSMENT,))),
    "assessment-term": page("assessment.pk", "township.code", "=a", get=Assessed("county", (MAKE_ASSESSMENT,))),
    "payees": page(get=anywhere(*PAYEES)),
    "payee": page("village.code", get=at("village", *PAYEES)),
    "payee-propose": page("village.code", post=at("village", PAYEES[0])),
    "payee-confirm": page("payee_waiting.pk", post=at("village", PAYEES[1])),
    "payee-decline": page("payee_waiting.pk", post=at("village", PAYEES[0])),
    "vouchers": page(get=anywhere(PAY)),
    "voucher": page("voucher.pk", get=at("county", PAY)),
    "voucher-bank-list": page("voucher.pk", post=at("county", PAY)),
    "voucher-accounts": page("voucher.pk", post=at("county", PAY)),
    "voucher-paper": page("voucher.pk", get=at("county", PAY)),
    "voucher-statement": page("voucher.pk", post=at("county", PAY)),
    "voucher-explain": page("voucher.pk", post=at("county", PAY)),
    "statement-withdraw": page("bank_statement.pk", post=at("county", PAY)),
    "statement-marked": page("=nothing"),  # for a quarter of an hour, only to the uploader
    "funds": both(who=anywhere(MONEY, OWN_MONEY)),
    "fund-new": both("county.code", who=at("county", FUND, OWN_MONEY)),
    "fund": both("fund.pk", who=at("county", MONEY)),
    "fund-edit": both("draft_fund.pk", who=at("county", FUND)),
    "fund-disburse": both("fund.pk", who=at("county", PAY)),
    "fund-ledger": both("fund.pk", who=at("county", MONEY)),
    "fund-workbook": both("fund.pk", who=at("county", MONEY)),
    "fund-attachment": both("fund.pk", who=at("county", MONEY)),
    "fund-step": page("draft_fund.pk", "=seek_opinion", post=at("county", FUND)),
    "ledger-correct": page("entry.pk", post=at("county", PAY)),
    "clawback": page("clawback.pk", post=at("county", PAY)),
    "unit-money": both(who=anywhere(*LINES)),
    # Of draft schemes.
    "consultations": both(who=anywhere(WRITE, COMMENT, REVIEW, LEAD)),
    "consultation": both("consultation.pk", who=ASKED),
    "consultation_begin": both("idle_draft_scheme.pk", who=at("county", WRITE)),
    "consultation_pdf": page("consultation.pk", get=ASKED),
    "consultation_word": page("consultation.pk", get=ASKED),
    "consultation_step": page("consultation.pk", "=withdraw_draft", post=at("county", WRITE)),
    "consultation_answer": page("consultation.pk", "draft_comment.pk", post=at("county", WRITE)),
    "consultation_settle": page("withdrawn_consultation.pk", "draft_proposal.pk", post=at("county", WRITE)),
    "joint_review": both("=3306", who=around(LEAD)),
    "scheme_word": page("cycle.scheme_id", get=around("ratings.view_scheme")),
    "scheme_papers": both("draft_scheme.pk", who=at("county", WRITE)),
    "scheme_paper_remove": page("draft_scheme.pk", "scheme_paper.pk", post=at("county", WRITE)),
    "scheme_paper_file": page("draft_scheme.pk", "scheme_paper.pk", get=at("county", WRITE)),
    "public_drafts": page(get=PUBLIC),
    "public_draft": both("consultation.pk", who=PUBLIC),
    "public_draft_pdf": page("consultation.pk", get=PUBLIC),
    "public_draft_word": page("consultation.pk", get=PUBLIC),
    "public_scheme_word": page("cycle.scheme_id", get=PUBLIC),
    "public_scheme_paper_file": page("issued_draft.pk", "issued_paper.pk", get=PUBLIC),
    # Of improvement plans.
    "plans": both(who=anywhere(PLAN, HELP_PLAN)),
    "plan": both("plan.pk", who=HELPED),
    "plan_edit": both("draft_plan.pk", who=at("village", "improvements.draw_up_plan")),
    "plan_file": page("plan.pk", "plan_photo.pk", get=HELPED),
    "plan_step": page("plan.pk", "=progress_plan", post=HELPED),
    "plan_measures": page(get=anywhere(PLAN), post=anywhere(SUPERVISE_PLAN)),
    "plan_measure_withdraw": page("library_measure.pk", post=at("county", SUPERVISE_PLAN)),
    # Of honours.
    "model_villages": both(who=PUBLIC),
    "model_villages_round": both("notice_round.pk", who=PUBLIC),
    "model_villages_objection": both(who=PUBLIC),
    "title_certificate": both("title_certificate", who=PUBLIC),
    "title_certificate_paper": both("title_certificate", who=PUBLIC),
    "honour_rounds": both(who=anywhere(HONOUR)),
    "honour_round_new": both(who=anywhere("honours.run_round")),
    "honour_round": both("honour_round.pk", who=around(HONOUR)),
    "honour_round_edit": both("draft_round.pk", who=RUN_ROUND),
    "honour_round_file": page("honour_round.pk", get=around(HONOUR)),
    "honour_round_step": page("check_round.pk", "=cancel_round", post=RUN_ROUND),
    "honour_candidates": both("honour_round.pk", who=around(HONOUR)),
    "honour_award": page("honour_round.pk", post=at("county", POLICY)),
    "honour_nominate": both("honour_round.pk", "at.starred", who=On("starred", ("honours.nominate",))),
    "honour_reply": both("check_round.pk", "county.code", "=0", who=only("department")),
    "honour_lapse": page("check_round.pk", "county.code", "=0", post=RUN_ROUND),
    "nomination": both("nomination.pk", who=at("starred", HONOUR)),
    "nomination_file": page("nomination.pk", get=at("starred", HONOUR)),
    "nomination_step": page("nomination.pk", "=support_nomination", post=at("starred", HONOUR)),
    "honour_selections": both(who=anywhere(HONOUR)),
    "honour_selection_new": both(who=anywhere("honours.ask_eligibility")),
    "honour_selection": page(
        "selection.pk", get=around(HONOUR), post=around("honours.ask_eligibility"), unit="330624108300"
    ),
    "eligibility_answer": both("eligibility_answer.pk", who=at("starred", HONOUR)),
    "eligibility_answer_paper": page("eligibility_answer.pk", get=at("starred", HONOUR)),
    "honour_objection_photo": page("round_objection.pk", get=at("starred", "reviews.answer_objection_county")),
    "honour_objection": both("round_objection.pk", who=at("starred", "reviews.answer_objection_county")),
    # Of programmes.
    "public_programmes": both(who=PUBLIC),
    "public_programme": both("published_programme.pk", who=PUBLIC),
    "public_programme_result": both("published_programme.pk", "village.code", who=PUBLIC),
    "programmes": both(who=anywhere(SCHEME)),
    "programme_open": both("programme_scheme.pk", who=RUN_PROGRAMME),
    "programme": both("programme.pk", who=around(SCHEME)),
    "programme_confirm": both("programme.pk", who=RUN_PROGRAMME),
    "programme_unit": page("programme.pk", "village.code", get=at("village", SCHEME), post=Answers("village", FILL)),
    "programme_step": page("programme.pk", "=extend_programme", post=RUN_PROGRAMME),
    # Of those who oversee units.
    "leads": both(who=anywhere("reports.view_leads")),
    "lead": both("lead.pk", who=at("county", "reports.view_leads")),
    "lead_limits": both("county.code", who=at("county", "reports.view_leads")),
    "warnings": both(who=anywhere("followups.view_followup")),
    "warning_thresholds": both("county.code", who=at("county", "reports.set_thresholds")),
    "reports": both(who=anywhere("reports.view_report")),
    "report": both("report.pk", who=only("county_office")),
    "report_file": both("report.pk", who=only("county_office")),
    "report_words": both("report.pk", who=only("county_office")),
    "money_home": both(who=anywhere(MONEY)),
    "money_overview": both("county.code", who=at("county", MONEY)),
    "unit_file": both("village.code", who=at("village", "ratings.view_register")),
    "unit_file_paper": both("village.code", who=at("village", "ratings.view_register")),
    "dashboard_home": both(who=anywhere("reports.view_dashboard")),
    "dashboard": both("county.code", who=at("county", "reports.view_dashboard")),
    "dashboard_tiles": both("county.code", who=at("county", "reports.set_thresholds")),
    "dashboard_level": both("county.code", "=township", who=at("county", "reports.view_dashboard")),
    "figure_list": both("county.code", "=stars", who=at("county", "reports.view_dashboard")),
}

API = {
    "api-schema": page(get=PUBLIC),
    "api-docs": page(get=PUBLIC),
    "api-token": page(post=PUBLIC),
    "api-me": page(get=SIGNED_IN),
    "api-appointment-list": both(who=PLANNERS),
    "api-appointment-detail": page("appointment.pk", get=only("township_office")),
    "api-appointment-end": page("appointment.pk", post=only("township_office")),
    "api-appointment-phone": page("appointment.pk", post=only("township_office")),
    "api-appointment-hand-over": page("appointment.pk", post=only("township_office")),
    "api-appointment-deputies": both("leader_post.pk", who=only("township_leader", "county_office")),
    "api-bell-list": page(get=SIGNED_IN),
    "api-bell-detail": page("notice.pk", get=only("filler")),
    "api-bell-read": page("notice.pk", post=only("filler")),
    "api-bell-read-all": page(post=SIGNED_IN),
    "api-unit-list": page(get=SIGNED_IN, post=anywhere("villages.manage_unit", "villages.make_zone")),
    "api-unit-tags": page(post=anywhere("villages.manage_unit")),
    "api-unit-detail": page("village.code", get=at("village", "villages.view_unit")),
    "api-order-list": page(get=anywhere("villages.manage_unit")),
    "api-order-detail": page("order.pk", get=at("county", "villages.manage_unit")),
    "api-order-merge": page(post=anywhere("villages.manage_unit")),
    "api-order-split": page(post=anywhere("villages.manage_unit")),
    "api-order-rename": page(post=anywhere("villages.manage_unit")),
    "api-profile-list": page(get=SIGNED_IN),
    "api-profile-report": page(post=anywhere("villages.report_profile")),
    "api-application-list": page(get=anywhere(VIEW), post=anywhere(*FILL)),
    "api-application-detail": page("application.pk", get=at("village", VIEW)),
    "api-application-accept": page("application.pk", post=at("village", ACCEPT)),
    "api-application-answers": page("application.pk", post=at("village", *FILL)),
    "api-application-evidence": page("application.pk", post=at("village", *FILL)),
    "api-application-absence": page("application.pk", post=at("village", *FILL)),
    "api-application-resubmit": page("application.pk", post=at("village", SIGN)),
    "api-application-resume": page("application.pk", post=at("village", ACCEPT)),
    "api-application-return-": page("application.pk", post=at("village", ACCEPT)),
    "api-application-star": page("application.pk", post=at("village", *FILL)),
    "api-application-submit": page("application.pk", post=at("village", SIGN)),
    "api-application-undo-submission": page("application.pk", post=at("village", ACCEPT)),
    "api-application-withdraw": page("application.pk", post=at("village", SIGN)),
    "api-evidence-detail": Door(("evidence.pk",), {"get": at("village", VIEW), "delete": at("village", *FILL)}),
    "api-scheme-list": page(get=anywhere("ratings.view_scheme")),
    "api-scheme-detail": page("cycle.scheme_id", get=around("ratings.view_scheme")),
    "api-cycle-list": page(get=anywhere(VIEW), post=anywhere("ratings.manage_cycle")),
    "api-cycle-detail": page("cycle.pk", get=around(VIEW)),
    "api-cycle-close": page("cycle.pk", post=at("county", "ratings.manage_cycle")),
    "api-cycle-closing-outlook": page("cycle.pk", get=at("county", "ratings.manage_cycle")),
    "api-cycle-reverse-closing": page("cycle.pk", post=at("county", "ratings.manage_cycle")),
    "api-cycle-close-scoring": page("cycle.pk", post=at("county", "ratings.manage_cycle")),
    "api-cycle-extend": page("cycle.pk", post=at("county", "ratings.manage_cycle")),
    "api-cycle-windows": page("cycle.pk", post=at("county", "ratings.manage_cycle")),
    "api-register-list": page(get=anywhere("ratings.view_register")),
    "api-register-detail": page("village.code", get=at("village", "ratings.view_register")),
    "api-event-list": page(get=anywhere("ratings.view_event"), post=anywhere(RECORD)),
    "api-event-detail": page("event.pk", get=at("village", "ratings.view_event")),
    "api-event-close": page("event.pk", post=at("village", RECORD)),
    "api-event-release": page("event.pk", post=at("village", RECORD)),
    "api-event-papers": page("event.pk", get=at("village", "ratings.view_event"), post=at("village", RECORD)),
    "api-event-paper": Door(
        ("event.pk", "event_paper.pk"),
        {"get": at("village", "ratings.view_event"), "delete": at("village", RECORD)},
    ),
    "api-honour-round-list": page(get=anywhere(HONOUR)),
    "api-honour-round-detail": page("honour_round.pk", get=around(HONOUR)),
    "api-nomination-list": page(get=anywhere(HONOUR), post=anywhere("honours.nominate")),
    "api-nomination-detail": page("nomination.pk", get=at("starred", HONOUR)),
    "api-nomination-support": page("nomination.pk", post=at("starred", "honours.opine_township")),
    "api-nomination-decline": page("nomination.pk", post=at("starred", "honours.opine_township")),
    "api-honour-list-list": page(get=anywhere(HONOUR)),
    "api-honour-list-detail": page("selection.pk", get=around(HONOUR)),
    "api-eligibility-list": page(get=anywhere(HONOUR), post=anywhere("honours.ask_eligibility")),
    "api-eligibility-detail": page("eligibility_answer.pk", get=at("starred", HONOUR)),
    "api-followup-list": page(get=anywhere("followups.view_followup")),
    "api-followup-detail": page("followup.pk", get=at("village", "ratings.view_event")),
    "api-followup-file": page("followup.pk", "proof.pk", get=at("village", "ratings.view_event")),
    # The follow-up of a proposal: it is settled where it stands, so nobody reports or checks it.
    "api-followup-progress": page("followup.pk", post=only()),
    "api-followup-report": page("followup.pk", post=only()),
    "api-followup-accept": page("followup.pk", post=only()),
    "api-followup-send-back": page("followup.pk", post=only()),
    "api-proposal-list": page(get=anywhere(*SETTLE)),
    "api-proposal-detail": page("proposal.pk", get=at("village", SETTLE[0])),
    "api-proposal-settle": page("proposal.pk", post=at("village", SETTLE[0])),
    "api-panel-list": page(get=anywhere(*CONVENE, *DECIDE, *SCORE), post=anywhere(*CONVENE)),
    "api-panel-detail": page("panel.pk", get=only("township_office", "township_leader", *PANEL)),
    "api-sheet-list": page(get=anywhere(*SCORE)),
    "api-sheet-detail": page("sheet.pk", get=only("township_reviewer")),
    "api-sheet-entries": Door(("sheet.pk",), {"put": only("township_reviewer")}),
    "api-sheet-typed": page("sheet.pk", post=only("township_reviewer")),
    "api-sheet-photos": page("sheet.pk", post=only("township_reviewer")),
    "api-sheet-hand-in": page("sheet.pk", post=only("township_reviewer")),
    "api-sheet-abstain": page("sheet.pk", post=only("township_reviewer")),
    "api-sheet-recuse": page("sheet.pk", post=only("township_reviewer")),
    "api-settlement-list": page(get=anywhere(*CONVENE, *SCORE)),
    "api-settlement-detail": page("settlement.pk", get=only("township_office", *PANEL)),
    "api-settlement-settle": page("settlement.pk", post=only("township_office", *PANEL)),
    "api-settlement-add": page("settlement.pk", post=only("township_office", *PANEL)),
    "api-decision-list": page(get=anywhere(VIEW)),
    "api-decision-detail": page("released_decision.pk", get=at("township", VIEW)),
    "api-verdict-decide": page("scored.pk", post=at("township", DECIDE[0])),
    "api-verdict-recommend": page("scored.pk", post=at("township", DECIDE[0])),
    "api-verdict-reconsider": page("decided.pk", post=at("township", DECIDE[0])),
    "api-verdict-reject": page("scored.pk", post=at("township", DECIDE[0])),
    "api-verdict-send-back": page("recommended.pk", post=at("county", DECIDE[1])),
    "api-batch-list": page(get=anywhere(*RELEASE, *DECIDE), post=anywhere(*RELEASE)),
    "api-batch-detail": page("batch.pk", get=at("township", RELEASE[0], DECIDE[0])),
    "api-batch-release": page("batch.pk", post=at("township", RELEASE[0])),
    "api-check-list": page(get=anywhere(*CHECK), post=anywhere(CHECK[0])),
    "api-check-detail": page("check.pk", get=at("county", *CHECK)),
    "api-check-answer": page("check.pk", post=at("county", CHECK[1])),
    "api-check-lapse": page("check.pk", post=at("county", CHECK[0])),
    "api-notice-list": page(get=PUBLIC),
    "api-notice-detail": page("released_batch.pk", get=PUBLIC),
    "api-appeal-list": page(get=anywhere(APPEAL, *CONVENE_APPEAL, *HEAR), post=anywhere(APPEAL)),
    "api-appeal-detail": page("appeal.pk", get=at("township", CONVENE_APPEAL[0])),
    "api-appeal-convene": page("appeal.pk", post=at("township", CONVENE_APPEAL[0])),
    "api-appeal-dismiss": page("appeal.pk", post=at("township", CONVENE_APPEAL[0])),
    "api-appeal-uphold": page("appeal.pk", post=at("township", CONVENE_APPEAL[0])),
    "api-appeal-reverse": page("appeal.pk", post=at("township", CONVENE_APPEAL[0])),
    "api-objection-list": page(get=anywhere(*ANSWER), post=PUBLIC),
    "api-objection-by-receipt": page("objection.receipt", get=PUBLIC),
    "api-objection-detail": page("objection.pk", get=at("village", ANSWER[0])),
    "api-objection-dismiss": page("objection.pk", post=at("village", ANSWER[0])),
    "api-objection-uphold": page("objection.pk", post=at("village", ANSWER[0])),
    "api-policy-list": page(get=anywhere(MONEY, OWN_MONEY), post=anywhere(POLICY, OWN_MONEY)),
    "api-policy-detail": page("policy.pk", get=at("county", MONEY)),
    "api-policy-attachment": page("policy.pk", get=at("county", MONEY)),
    "api-policy-revise": page("draft_policy.pk", post=at("county", POLICY)),
    "api-policy-attach": page("draft_policy.pk", post=at("county", POLICY)),
    "api-policy-seek-opinion": page("draft_policy.pk", post=at("county", POLICY)),
    "api-policy-give-opinion": page("policy.pk", post=at("county", OPINION)),
    "api-policy-take-back": page("policy.pk", post=at("county", POLICY)),
    "api-policy-make-effective": page("policy.pk", post=at("county", POLICY)),
    "api-policy-grant": page("policy.pk", post=at("county", POLICY)),
    "api-policy-disburse": page("policy.pk", post=at("county", PAY)),
    "api-fund-list": page(get=anywhere(MONEY, OWN_MONEY), post=anywhere(FUND, OWN_MONEY)),
    "api-fund-detail": page("fund.pk", get=at("county", MONEY)),
    "api-fund-attachment": page("fund.pk", get=at("county", MONEY)),
    "api-fund-revise": page("draft_fund.pk", post=at("county", FUND)),
    "api-fund-attach": page("draft_fund.pk", post=at("county", FUND)),
    "api-fund-seek-opinion": page("draft_fund.pk", post=at("county", FUND)),
    "api-fund-give-opinion": page("fund.pk", post=at("county", OPINION)),
    "api-fund-take-back": page("fund.pk", post=at("county", FUND)),
    "api-fund-make-effective": page("fund.pk", post=at("county", FUND)),
    "api-fund-grant": page("fund.pk", post=at("county", FUND)),
    "api-fund-disburse": page("fund.pk", post=at("county", PAY)),
    "api-payee-list": page(get=anywhere(*PAYEES), post=anywhere(PAYEES[0])),
    "api-payee-detail": page("payee_waiting.pk", get=at("village", *PAYEES)),
    "api-payee-confirm": page("payee_waiting.pk", post=at("village", PAYEES[1])),
    "api-payee-decline": page("payee_waiting.pk", post=at("village", PAYEES[0])),
    "api-voucher-list": page(get=anywhere(PAY)),
    "api-voucher-detail": page("voucher.pk", get=at("county", PAY)),
    "api-voucher-bank-list": page("voucher.pk", post=at("county", PAY)),
    "api-voucher-accounts": page("voucher.pk", post=at("county", PAY)),
    "api-voucher-statement": page("voucher.pk", post=at("county", PAY)),
    "api-voucher-explain": page("voucher.pk", post=at("county", PAY)),
    "api-voucher-withdraw-statement": page("voucher.pk", post=at("county", PAY)),
    "api-assessment-list": page(get=anywhere(MAKE_ASSESSMENT, OWN_ASSESSMENT), post=anywhere(MAKE_ASSESSMENT)),
    "api-assessment-detail": page("assessment.pk", get=Assessed("county", (MAKE_ASSESSMENT,))),
    "api-assessment-revise": page("draft_assessment.pk", post=at("county", MAKE_ASSESSMENT)),
    "api-assessment-issue": page("draft_assessment.pk", post=at("county", MAKE_ASSESSMENT)),
    "api-assessment-freeze": page("assessment.pk", post=at("county", MAKE_ASSESSMENT)),
    "api-assessment-villages": page(
        "assessment.pk", get=Assessed("county", (MAKE_ASSESSMENT,)), query="?unit=330624108&term=a"
    ),
    "api-reward-list": page(get=anywhere(*LINES)),
    "api-reward-detail": page("reward.pk", get=at("village", *LINES)),
    "api-allocation-list": page(get=anywhere(*LINES)),
    "api-allocation-detail": page("allocation.pk", get=at("village", *LINES)),
    "api-ledger-list": page(get=anywhere(MONEY)),
    "api-ledger-detail": page("entry.pk", get=at("village", MONEY)),
    "api-ledger-correct": page("entry.pk", post=at("village", PAY)),
    "api-clawback-list": page(get=anywhere(MONEY)),
    "api-clawback-detail": page("clawback.pk", get=at("village", MONEY)),
    "api-clawback-settle": page("clawback.pk", post=at("village", PAY)),
    "api-dashboard": page(get=at("county", "reports.view_dashboard"), query="?unit=330624"),
    "api-report-list": both(who=anywhere("reports.view_report")),
    "api-report-detail": page("report.pk", get=only("county_office")),
    "api-report-file": page("report.pk", get=only("county_office")),
    "api-report-words": page("report.pk", get=only("county_office")),
    "api-allocation-preview": page(post=anywhere(FUND)),
}
DOORS = PAGES | API
