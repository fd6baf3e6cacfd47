"""What a program may do with a token, out of all that its holder may do: the one place for that.

A scope opens API endpoints by their names. Behind them the holder's own permissions apply as always.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS


class TokenScope(models.TextChoices):
    READ = "read", _("Read only")
    FILL = "fill", _("Fill in applications")
    SIGN = "sign", _("Sign and submit applications")
    ACCEPT = "accept", _("Accept and return applications")
    SCORE = "score", _("Score")
    CONVENE = "convene", _("Convene review panels")
    DECIDE = "decide", _("Decide")
    RELEASE = "release", _("Release results")
    CHECK = "check", _("Joint department check")
    OBJECTIONS = "objections", _("Answer objections")
    APPEAL = "appeal", _("Appeal")
    HEAR = "hear", _("Hear appeals")
    EVENTS = "events", _("Record events")
    FOLLOWUPS = "followups", _("Report and check follow-ups")
    PROPOSALS = "proposals", _("Settle proposals")
    CYCLES = "cycles", _("Run cycles")
    PROFILES = "profiles", _("Report yearly figures")
    UNITS = "units", _("Keep units")
    APPOINT = "appoint", _("Appoint people")
    PLAN_MONEY = "plan_money", _("Policies and funds")
    OPINION = "opinion", _("Opinions on policies and funds")
    PAY = "pay", _("Pay and correct")
    PAYEES = "payees", _("Payee accounts")
    ASSESSMENTS = "assessments", _("Assessments")
    REPORTS = "reports", _("Make reports")
    FULL = "full", _("All that the holder may do")


@dataclass(frozen=True)
class Task:
    """``rights``: a holder of one of these ("app.verb") has the task. ``doors``: the names of its endpoints."""

    rights: frozenset[str]
    doors: frozenset[str]

    @property
    def subjects(self) -> set[str]:
        return {_subject(door) for door in self.doors}


def _task(rights: str, **doors: str) -> Task:
    """``_task("app.verb …", subject="step step")``: the endpoints ``api-subject-step``."""
    names = (f"api-{subject}-{step}" for subject, steps in doors.items() for step in steps.split())
    return Task(frozenset(rights.split()), frozenset(names))


TASKS: dict[str, Task] = {
    TokenScope.FILL: _task(
        "ratings.fill ratings.fill_on_behalf", application="list answers evidence absence star", evidence="detail"
    ),
    TokenScope.SIGN: _task("ratings.sign honours.nominate", application="submit resubmit withdraw", nomination="list"),
    TokenScope.ACCEPT: _task(
        "ratings.accept ratings.accept_county", application="accept return- resume undo-submission"
    ),
    TokenScope.SCORE: _task(
        "reviews.score_township reviews.score_county",
        sheet="entries typed photos hand-in abstain recuse",
        settlement="settle add",
    ),
    TokenScope.CONVENE: _task("reviews.convene_township reviews.convene_county", panel="list", settlement="settle add"),
    TokenScope.DECIDE: _task(
        "reviews.decide_township reviews.decide_county honours.opine_township honours.opine_county honours.opine_city",
        verdict="decide recommend reconsider reject send-back",
        nomination="support decline",
    ),
    TokenScope.RELEASE: _task("reviews.release_township reviews.release_county", batch="list release"),
    TokenScope.CHECK: _task(
        "reviews.open_check reviews.answer_check honours.ask_eligibility",
        check="list answer lapse",
        eligibility="list",
    ),
    TokenScope.OBJECTIONS: _task(
        "reviews.answer_objection_township reviews.answer_objection_county", objection="dismiss uphold"
    ),
    TokenScope.APPEAL: _task("reviews.appeal", appeal="list"),
    TokenScope.HEAR: _task(
        "reviews.convene_appeal_county reviews.convene_appeal_city reviews.hear_appeal_county reviews.hear_appeal_city",
        appeal="convene dismiss uphold reverse",
    ),
    TokenScope.EVENTS: _task("ratings.record_event", event="list close release papers paper"),
    TokenScope.FOLLOWUPS: _task("followups.answer_followup", followup="progress report accept send-back"),
    TokenScope.PROPOSALS: _task(
        "ratings.settle_proposal_township ratings.settle_proposal_county ratings.settle_proposal_city",
        proposal="settle",
    ),
    TokenScope.CYCLES: _task("ratings.manage_cycle", cycle="list close close-scoring extend reverse-closing windows"),
    TokenScope.PROFILES: _task("villages.report_profile", profile="report"),
    TokenScope.UNITS: _task("villages.manage_unit villages.make_zone", unit="list tags", order="merge split rename"),
    TokenScope.APPOINT: _task("accounts.appoint", appointment="list end hand-over phone deputies"),
    TokenScope.PLAN_MONEY: _task(
        "incentives.manage_policy incentives.manage_fund incentives.write_own",
        policy="list revise attach seek-opinion take-back make-effective grant",
        fund="list revise attach seek-opinion take-back make-effective grant",
        allocation="preview",
    ),
    TokenScope.OPINION: _task(
        "incentives.give_opinion", policy="give-opinion hand-over", fund="give-opinion hand-over"
    ),
    TokenScope.PAY: _task(
        "incentives.disburse",
        policy="disburse",
        fund="disburse",
        ledger="correct",
        clawback="settle",
    ),
    # The bank's list holds whole numbers: a token that was given to pay does not read them.
    TokenScope.PAYEES: _task(
        "incentives.propose_payee incentives.confirm_payee incentives.disburse",
        payee="list confirm decline",
        voucher="bank-list accounts statement explain withdraw-statement",
    ),
    TokenScope.ASSESSMENTS: _task("reports.manage_assessment", assessment="list revise issue freeze"),
    TokenScope.REPORTS: _task("reports.view_report", report="list"),
}
KEEP_NOTHING = frozenset({"api-allocation-preview"})
"""Endpoints that only calculate from what is sent and save nothing: the scope for reading is enough."""
FOR_EVERY_TASK = frozenset({"me", "unit", "cycle", "scheme", "application", "register", "schema", "docs"})
"""What a program must be able to look up, whatever its task."""


def allows(scope: str, method: str, door: str) -> bool:
    """Whether a token of ``scope`` opens the endpoint named ``door`` for a request with ``method``."""
    if scope == TokenScope.FULL:
        return True
    if scope == TokenScope.READ:
        return method in SAFE_METHODS or door in KEEP_NOTHING
    task = TASKS[scope]
    if method in SAFE_METHODS:
        return _subject(door) in task.subjects | FOR_EVERY_TASK
    return door in task.doors


def scopes_for(rights: Collection[str]) -> list[TokenScope]:
    """The scopes that a holder of ``rights`` may give to their own token: reading, each of their tasks, everything."""
    return [scope for scope in TokenScope if scope not in TASKS or TASKS[scope].rights & set(rights)]


def _subject(door: str) -> str:
    return door.removeprefix("api-").partition("-")[0]
