"""What two counties do beside and after the stars: money, plans, consultations, honours, a programme, an assessment."""

import json
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from consultations import workflow as consultations
from consultations.models import Consultation, DraftProposal
from honours.certificate import code_of as title_code
from honours.models import Nomination, Round
from honours.workflow import checking, nominating, rounds, selections
from honours.workflow import objections as honour_objections
from improvements import workflow as improvements
from improvements.models import Plan, ProgressFile
from incentives import workflow as money
from incentives.models import LedgerEntry, Voucher
from programmes.workflow import cycle as programmes
from ratings.workflow.scheme import import_scheme, issue_scheme
from records.files import store
from reports.assessments import keeping
from tests.factories import (
    SchemeFactory,
    scheme_body,
)
from tests.factories import at as at_moment
from tests.small_files import PNG


def grant_money(own: SimpleNamespace) -> None:
    """Drafts of a policy and a fund; both in effect, committed and paid."""
    period = {"year": 2025, "reckoning_day": date(2026, 3, 1), "starts": date(2026, 1, 1), "ends": date(2026, 12, 31)}
    terms = {"unit": own.county, "by": own.who.finance, "budget": Decimal(900000)} | period
    bands = [(star, 0, None, Decimal(1000 * star)) for star in range(6)]
    weights = {star: Decimal(star) for star in (5, 4, 3)}
    table, share = {"bands": bands, "clawback": "difference"}, {"weights": weights, "department": "农业农村局"}
    share |= {"min_star": 3, "need": "population"}
    own.draft_policy = money.draft_policy(name=f"{own.at.mark}奖励草案", **terms, **table)
    own.draft_fund = money.draft_fund(name=f"{own.at.mark}资金草案", **terms, **share)
    papers = [{"attachment": SimpleUploadedFile("办法.png", PNG)} for _source in range(2)]
    own.policy = money.draft_policy(name=f"{own.at.mark}奖励", **terms, **table, **papers[0])
    own.fund = money.draft_fund(name=f"{own.at.mark}资金", **terms, **share, **papers[1])
    for number, source in enumerate((own.policy, own.fund)):
        money.seek_opinion(source, by=own.who.finance)
        money.give_opinion(source, agreed=True, number=f"备{number}", by=own.who.county_office)
        money.make_effective(source, by=own.who.finance)
        money.grant(source, by=own.who.finance)
        money.disburse(source, by=own.who.finance, key=f"{number}", document=f"凭{number}")
    own.reward, own.allocation = (source.lines.get(unit=own.village) for source in (own.policy, own.fund))
    own.entry = LedgerEntry.objects.filter(unit=own.village).earliest("pk")
    _pay_for_real(own)


def _pay_for_real(own: SimpleNamespace) -> None:
    """An account of the village waits; the policy's voucher has a statement with a difference."""
    account = {"holder": f"{own.at.mark}村", "bank": f"{own.at.mark}农商银行", "number": f"6222{own.village.code}"}
    own.payee_waiting = money.propose_account(own.village, by=own.who.township_office, **account)
    own.voucher = Voucher.objects.get(policy=own.policy)
    paid = f"区划代码,收款账号,金额,支付日期\n{own.village.code},{account['number']},12.34,2026-03-02\n"
    own.bank_statement = money.import_statement(own.voucher, paid.encode(), name="回单.csv", by=own.who.finance)


def plan(own: SimpleNamespace) -> None:
    """The village whose star fell has a plan under way; another waits to be drawn up."""
    plan, who = Plan.objects.get(unit=own.village), own.who
    measure = improvements.PlannedMeasure(plan.problems.earliest("pk").pk, f"{own.at.mark}村补齐台账")
    terms = improvements.Terms(due=date(2027, 3, 1), helper="林业局", measures=[measure])
    improvements.draw_up(plan, terms, by=who.township_office)
    improvements.propose(plan, by=who.township_office)
    for one in (who.signer, who.helper, who.township_leader):
        own.plan = improvements.agree(plan, by=one)
    shown = SimpleUploadedFile("公开栏.png", PNG)
    improvements.report_progress(plan, by=who.helper, text=f"{own.at.mark}村已帮扶", files=[shown])
    own.plan_photo = ProgressFile.objects.get(progress__plan=plan)
    own.library_measure = improvements.add_to_library(own.county, "1.1", f"{own.at.mark}县的措施", by=who.county_office)
    own.draft_plan = Plan.objects.create(
        unit=own.village,
        decision=own.closing,
        cause=Plan.Cause.RESULT,
        year=2023,
        star=0,
        begun_on=date(2026, 11, 1),
        due=date(2027, 5, 1),
    )


def consult(own: SimpleNamespace) -> None:
    """A draft is open for comments, also by the public; one was taken back from the joint review; one is issued."""
    office = own.who.county_office
    paper = {"number": "评〔2028〕1号", "issuers": ["party"], "by": office}
    own.scheme_paper = consultations.attach(
        own.draft_scheme, "measures", file=SimpleUploadedFile("办法.png", PNG), **paper
    )
    own.consultation = consultations.begin(own.draft_scheme, by=office, until=date(2026, 12, 11), public=True)
    own.draft_comment = consultations.comment(own.consultation, by=own.who.filler, place="", text=f"{own.at.mark}可行")
    own.idle_draft_scheme = SchemeFactory(unit=own.county, year=2029, state="draft", issued_at=None)
    taken_back = SchemeFactory(unit=own.county, year=2030, state="draft", issued_at=None)
    until = at_moment(2026, 12, 11)
    one = Consultation.objects.create(
        scheme=taken_back, unit=own.county, body=taken_back.body, comments_until=until, opened_by=office
    )
    for changes in ({"state": "consulted"}, {"state": "reviewing", "review_until": until, "sent_at": until}):
        Consultation.objects.filter(pk=one.pk).update(**changes)
    own.draft_proposal = DraftProposal.objects.create(
        consultation=one, by=office, unit=own.county, place="c-1.1", about="1.1", text=f"{own.at.mark}改", why="因"
    )
    Consultation.objects.filter(pk=one.pk).update(state="withdrawn")
    own.withdrawn_consultation = one
    own.issued_draft = SchemeFactory(unit=own.county, year=2031, state="draft", issued_at=None)
    own.issued_paper = consultations.attach(
        own.issued_draft, "measures", file=SimpleUploadedFile("办法.png", PNG), **paper
    )
    issue_scheme(own.issued_draft, by=office)


def honour(own: SimpleNamespace) -> None:
    """Rounds of model villages: a draft, one with a nomination, one asks departments, under notice, named."""
    own.draft_round, own.honour_round, own.check_round, own.notice_round, own.named_round = (
        _round(own, f"{own.at.mark}{number}号示范村") for number in range(5)
    )
    own.nomination = _nominate(own, own.honour_round, supported=False)
    listed = [_nominate(own, one) for one in (own.check_round, own.notice_round, own.named_round)]
    for one in (own.check_round, own.notice_round, own.named_round):
        rounds.ask_departments(one, by=own.who.county_office, at=at_moment(2027, 1, 1))
    for one in (own.notice_round, own.named_round):
        checking.reply(one, own.county, "农业农村局", by=own.who.department)
        rounds.publish(one, by=own.who.county_office)
    own.round_objection = honour_objections.make(
        listed[1], text=f"{own.at.mark}村不够示范。", photo=SimpleUploadedFile("现场.png", PNG)
    )
    over = {"state": "named", "document": "命1号", "named_by": own.who.county_office}
    days = {"released_on": date(2026, 11, 9), "last_day": date(2026, 11, 16), "named_on": date(2026, 11, 17)}
    Round.objects.filter(pk=own.named_round.pk).update(**over, **days)
    Nomination.objects.filter(pk=listed[2].pk).update(state="named")
    own.title_certificate = title_code(listed[2].pk)
    asked = {"name": f"{own.at.mark}县文明村", "asked_by": "文明办", "on": date(2026, 11, 2), "min_star": 4}
    own.selection = selections.make(own.county, by=own.who.county_office, **asked)
    own.eligibility_answer = selections.answer(
        own.selection, own.siblings[0], by=own.who.department, purpose=f"{own.at.mark}文明村"
    )


def programme(own: SimpleNamespace) -> None:
    """Years of a programme: one waits to be opened, one takes answers, one is published."""
    judged = {"code": "9.1", "name": f"{own.at.mark}县暗访", "max": 5, "method": "judged", "supplier": "county"}
    asked = {"code": "9.2", "name": "清廉阵地", "max": 5, "method": "checklist", "items": [{"code": "a", "points": 5}]}
    base = {"code": "9", "name": "清廉", "kind": "base", "criteria": [judged, asked]}
    body = scheme_body(unit=own.county.code, name=f"{own.at.mark}省级评定", areas=[base], events=[], rules=[])
    lines = [{"star": 1, "total": 5}]
    own.programme_scheme, issued, last = (
        import_scheme(
            body | {"year": year, "stars": lines, "vetoes": []}, by=None, issue=True, programme=f"p{own.county.code}"
        )
        for year in (2027, 2026, 2025)
    )
    until, office = timezone.now() + timedelta(days=1), own.who.county_office
    own.programme, ended = (programmes.open_cycle(one, answers_until=until, by=office) for one in (issued, last))
    type(ended).objects.filter(pk=ended.pk).update(answers_until=timezone.now())
    confirmed = programmes.confirm(ended, document=f"{own.at.mark}清〔2026〕1号", by=office)
    own.published_programme = programmes.publish(confirmed, by=office)


def _round(own: SimpleNamespace, name: str) -> Round:
    terms = {"day": date(2026, 11, 2), "nominate_until": date(2026, 12, 31), "valid_until": date(2029, 11, 2)}
    terms |= {"level": "county", "barring": ["case_opened"], "departments": ["农业农村局"], "basis": "新委1号"}
    paper = SimpleUploadedFile("通知.png", PNG)
    return rounds.draft(own.county, by=own.who.county_office, name=name, award=1000, basis_file=paper, **terms)


def _nominate(own: SimpleNamespace, one: Round, *, supported: bool = True) -> Nomination:
    rounds.open_(one, by=own.who.county_office)
    made = Nomination.objects.create(
        round=one,
        unit=own.siblings[0],
        star=5,
        grounds=f"{own.at.mark}村的事迹",
        file=store(SimpleUploadedFile("事迹.png", PNG), by=own.who.signer),
        nominated_by=own.who.signer,
    )
    for by in (own.who.township_leader, own.who.county_office) if supported else ():
        made = nominating.support(made, by=by, text="同意")
    return made


def assess(own: SimpleNamespace) -> None:
    """A draft, and an assessment whose figures are frozen."""
    terms = [{"code": "a", "takes": "share_at_least", "star": 3, "weight": 100}]
    formula = {"format": "pingxing-assessment/1", "year": 2025, "unit": own.county.code, "assesses": "township"}
    formula |= {"on": "2026-03-01", "terms": terms}
    for name, called in (("draft_assessment", "考核草案"), ("assessment", "考核")):
        text = json.dumps(formula | {"name": f"{own.at.mark}{called}"})
        setattr(own, name, keeping.write_assessment(own.county, text, by=own.who.county_office))
    keeping.issue_assessment(own.assessment, by=own.who.county_office)
    keeping.freeze_assessment(own.assessment, document=f"{own.at.mark}〔2026〕9号", by=own.who.county_office)
