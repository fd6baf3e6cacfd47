"""Two counties with everybody in them and something at every step, so that any leak from one to the other is seen."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import ApiToken, CalendarDay, SavedFilter, User
from accounts.roles import ROLES, Role
from accounts.workflow import deputise, reset_password
from consultations import workflow as consultations
from consultations.models import Consultation, DraftProposal
from followups.models import FollowUp, FollowUpFile
from honours.certificate import code_of as title_code
from honours.models import Nomination, Round
from honours.workflow import checking, nominating, rounds, selections
from honours.workflow import objections as honour_objections
from improvements import workflow as improvements
from improvements.models import Plan, ProgressFile
from incentives import workflow as money
from incentives.models import Clawback, LedgerEntry, Voucher
from notifications.models import Notice, Robot
from notifications.workflow import announce
from programmes.workflow import cycle as programmes
from ratings.events.happening import Happening
from ratings.models import Evidence, Proposal, Stage
from ratings.register.certificate import code_of
from ratings.workflow import event as events
from ratings.workflow import event_files
from ratings.workflow.register_run import run_register
from ratings.workflow.scheme import import_scheme, issue_scheme
from records.files import store, store_photo
from reports import workflow as reports
from reports.assessments import keeping
from reports.models import Lead
from reviews.models import AppealPaper, Draw, FieldPhoto, Settlement, Sheet
from reviews.workflow import appeals, batches, checks, decisions, panels
from tests.factories import (
    AnswerFactory,
    AppealFactory,
    ApplicationFactory,
    AppointmentFactory,
    CycleFactory,
    DecisionFactory,
    ObjectionFactory,
    ProfileFactory,
    SchemeFactory,
    StarPeriodFactory,
    UnitFactory,
    UserFactory,
    scheme_body,
)
from tests.factories import at as at_moment
from tests.reviews.conftest import GOOD, PLAIN, score
from villages.workflow import OrderPaper, rename

TODAY = "2026-11-24 10:00+08:00"
CITY, PROVINCE = "3306", "33"
ABOVE = {
    Role.CITY_OFFICE: CITY,
    Role.CITY_DISCIPLINE: CITY,
    Role.CITY_LEADER: CITY,
    Role.SYSADMIN: PROVINCE,
    Role.SECADMIN: PROVINCE,
    Role.AUDITOR: PROVINCE,
}
VILLAGE_ROLES = [Role.FILLER, Role.SIGNER]
TOWNSHIP_ROLES = [Role.TOWNSHIP_OFFICE, Role.TOWNSHIP_REVIEWER, Role.TOWNSHIP_LEADER]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@dataclass(frozen=True)
class Person:
    """Somebody who holds one role on one unit."""

    user: User
    role: str
    code: str
    mark: str = ""
    neighbour: bool = False
    """Of the same county as the rightful one, in another village or township; or a second one of the same kind."""

    @property
    def of_the_first(self) -> bool:
        """Of the first county or above it, and no neighbour."""
        return not self.neighbour and self.mark != SECOND.mark

    def holds(self, permission: str, code: str = "") -> bool:
        """Whether the role, as listed in ``ROLES``, gives ``permission`` on the unit ``code`` (anywhere when
        absent)."""
        given = ROLES[self.role].permissions if self.role else ()
        return permission in given and (not code or code.startswith(self.code))


@dataclass(frozen=True)
class Places:
    """The codes of one county, a name that only its units and people have, and the suffix of its accounts."""

    county: str
    township: str
    village: str
    other_township: str
    mark: str
    suffix: str

    @property
    def starred(self) -> str:
        """The village of five stars."""
        return self.sibling(0)

    def sibling(self, number: int) -> str:
        return f"{self.township}{300 + number}"


FIRST = Places("330624", "330624108", "330624108204", "330624109", "甲", "")
SECOND = Places("330681", "330681001", "330681001218", "330681002", "乙", "2")


def build() -> SimpleNamespace:
    """``first`` and ``second``: the objects of each county by name; ``people``: every person by account name."""
    UnitFactory(code=PROVINCE, name="省")
    UnitFactory(code=CITY, name="市")
    people = {role.value: _person(role.value, role, code, "上") for role, code in ABOVE.items()}
    day = CalendarDay.objects.create(day=date(2026, 12, 24), working=False)
    counties = []
    people["newcomer"] = Person(UserFactory(username="newcomer", name="无职"), "", "nowhere")
    for places in (FIRST, SECOND):
        own = _people(places)
        people |= {f"{name}{places.suffix}": person for name, person in own.items()}
        users = SimpleNamespace(**{name: person.user for name, person in own.items()})
        counties.append(_county(places, users))
    counties[0].day = day.day
    return SimpleNamespace(first=counties[0], second=counties[1], people=people)


def _person(username: str, role: str, code: str, mark: str) -> Person:
    user = UserFactory(username=username, name=f"{mark}{role}")
    department = {Role.DEPARTMENT: "农业农村局", Role.HELPER: "水利局" if "_b" in username else "林业局"}.get(role, "")
    AppointmentFactory(role=role, unit=UnitFactory(code=code), user=user, department=department)
    return Person(user, role, code, mark, neighbour=username.startswith("next_") or "_b" in username)


def _people(at: Places) -> dict[str, Person]:
    """The accounts of formats §5; in the first county also neighbours: of the next village and of the next township."""
    for code in (at.county, at.township, at.village, at.other_township, *map(at.sibling, range(6))):
        UnitFactory(code=code, name=f"{at.mark}{code}")
    homes = {
        **dict.fromkeys(VILLAGE_ROLES, at.village),
        **dict.fromkeys(TOWNSHIP_ROLES, at.township),
        **dict.fromkeys([Role.COUNTY_REVIEWER, Role.COUNTY_OFFICE, Role.DISCIPLINE], at.county),
        **dict.fromkeys([Role.DEPARTMENT, Role.FINANCE, Role.HELPER], at.county),
    }
    posts = [(role.value, role, code) for role, code in homes.items()]
    posts += [("township_reviewer_b", Role.TOWNSHIP_REVIEWER, at.township)]
    posts += [("county_reviewer_b", Role.COUNTY_REVIEWER, at.county), ("helper_b", Role.HELPER, at.county)]
    if at == FIRST:
        neighbours = {at.sibling(0): VILLAGE_ROLES, at.other_township: TOWNSHIP_ROLES}
        posts += [(f"next_{role}", role, code) for code, roles in neighbours.items() for role in roles]
    return {name: _person(f"{name}{at.suffix}", role, code, at.mark) for name, role, code in posts}


def _county(at: Places, who: SimpleNamespace) -> SimpleNamespace:
    own = SimpleNamespace(at=at, who=who, **_units(at))
    _open_cycle(own)
    _apply_and_review(own)
    _decide(own)
    _hold_stars(own)
    _grant_money(own)
    _record_event(own)
    _order(own)
    _plan(own)
    _consult(own)
    _honour(own)
    _programme(own)
    _assess(own)
    own.register_run = run_register(who.county_office, place=own.county, dry_run=True)
    own.report = reports.ask(own.county, 2026, by=who.county_office)
    reports.make(own.report.pk)
    address = "https://127.0.0.1/robot"  # leads inside: nothing is sent
    own.robot = Robot.objects.create(
        unit=own.township, name=f"{at.mark}镇工作群", platform="webhook", address=address, kinds=[]
    )
    own.robot_message = own.robot.messages.create(kind="test", link="/bell/", state="failed", due_at=timezone.now())
    announce([who.filler.pk], "appointed", link="/", unit_code=at.village, unit=own.village.name, role="")
    own.notice = Notice.objects.filter(user=who.filler).latest("pk")
    own.appointment = who.filler.appointments.get()
    own.token, _text = ApiToken.objects.create(
        who.filler, expiry=timedelta(days=1), name=f"{at.mark}程序", scope="read"
    )
    forgetful = UserFactory(name=f"{at.mark}忘密码")
    AppointmentFactory(user=forgetful, role=Role.SIGNER, unit=own.idle_village)
    reset_password(forgetful, by=who.township_office)
    own.office_post = who.county_office.appointments.get()
    own.leader_post = who.township_leader.appointments.get()
    own.deputy_post = deputise(
        own.leader_post, who.township_office, by=who.township_leader, starts=date(2026, 12, 1), ends=date(2026, 12, 9)
    )
    return own


def _units(at: Places) -> dict:
    return {
        "county": UnitFactory(code=at.county),
        "township": UnitFactory(code=at.township),
        "village": UnitFactory(code=at.village),
        "idle_village": UnitFactory(code=at.sibling(5)),
        "siblings": [UnitFactory(code=at.sibling(number)) for number in range(6)],
    }


def _open_cycle(own: SimpleNamespace) -> None:
    supplied = {"code": "1.3", "name": "集体收入", "max": 10, "method": "linear", "figure": "万元", "zero_at": 0}
    body = scheme_body(unit=own.at.county, departments=["纪委监委", "公安局", "农业农村局"])
    body["areas"][0]["criteria"].append(supplied | {"full_at": 50, "supplier": "department:农业农村局"})
    own.scheme = SchemeFactory(unit=own.county, body=body)
    own.waiting_scheme = SchemeFactory(unit=own.county, year=2027)
    own.draft_scheme = SchemeFactory(unit=own.county, year=2028, state="draft", issued_at=None)
    own.cycle = CycleFactory(scheme=own.scheme)
    township = [own.who.township_reviewer, own.who.township_reviewer_b]
    own.panel = panels.convene(own.cycle, own.township, Stage.TOWNSHIP, township, by=own.who.township_office)
    own.draw = Draw.objects.create(
        panel=own.panel, seed="1", rules={"number": 0}, candidates=[], drawn=[], by=own.who.township_office
    )
    county = [own.who.county_reviewer, own.who.county_reviewer_b]
    panels.convene(own.cycle, own.county, Stage.COUNTY, county, by=own.who.county_office)


def _apply_and_review(own: SimpleNamespace) -> None:
    """The village's own application waits for its sheets; a sibling's has them all, and a spread to settle."""
    hands = {"filled_by": own.who.filler, "signed_by": own.who.signer}
    own.application = ApplicationFactory(cycle=own.cycle, unit=own.village, state="township_review", **hands)
    AnswerFactory(application=own.application)
    photo = store(SimpleUploadedFile("会议记录.png", PNG), by=own.who.filler)
    own.evidence = Evidence.objects.create(application=own.application, criterion="1.1", file=photo)
    own.sheet = Sheet.objects.get(application=own.application, reviewer=own.who.township_reviewer)
    seen = store(SimpleUploadedFile("现场.png", PNG), by=own.who.township_reviewer)
    own.photo = FieldPhoto.objects.create(sheet=own.sheet, criterion="1.1", file=seen)
    own.scored = _before_the_leader(own, own.siblings[0], GOOD, PLAIN)
    own.scored_sheet = Sheet.objects.get(application=own.scored, reviewer=own.who.township_reviewer)
    own.settlement = Settlement.objects.filter(application=own.scored).first()
    own.recommended = ApplicationFactory(
        cycle=own.cycle, unit=own.siblings[1], state="county_review", applied_star=5, township_star=3
    )
    own.check = checks.open_check(own.cycle, own.county, due=at_moment(2026, 12, 20), by=own.who.county_office)
    own.county_sheet = Sheet.objects.get(application=own.recommended, reviewer=own.who.county_reviewer)


def _before_the_leader(own: SimpleNamespace, unit, *facts):
    application = ApplicationFactory(cycle=own.cycle, unit=unit, state="township_review")
    facts = [of | {"1.3": 40} for of in facts]
    for reviewer, of in zip((own.who.township_reviewer, own.who.township_reviewer_b), facts, strict=True):
        score(application, Stage.TOWNSHIP, reviewer, of)
    return application


def _decide(own: SimpleNamespace) -> None:
    """One batch is still a draft; another is under public notice, and somebody objected."""
    papers = {"met_on": date(2026, 11, 23), "by": own.who.township_office}
    own.decided = _before_the_leader(own, own.siblings[2], PLAIN, PLAIN)
    released = _before_the_leader(own, own.siblings[3], PLAIN, PLAIN)
    own.released_decision = decisions.decide(released, star=3, by=own.who.township_leader)
    own.released_batch = batches.prepare(own.cycle, own.township, Stage.TOWNSHIP, document="评1号", **papers)
    batches.release(own.released_batch, by=own.who.township_office)
    own.hidden_decision = decisions.decide(own.decided, star=3, by=own.who.township_leader)
    own.batch = batches.prepare(own.cycle, own.township, Stage.TOWNSHIP, document="评2号", **papers)
    own.released_decision.refresh_from_db()
    own.appeal = AppealFactory(
        decision=own.released_decision, made_by=own.who.signer, reasons=f"{own.at.mark}村够四星。"
    )
    paper = store(SimpleUploadedFile("台账.png", PNG), by=own.who.signer)
    own.appeal_paper = AppealPaper.objects.create(appeal=own.appeal, file=paper)
    appeals.convene(own.appeal, [own.who.county_office], by=own.who.county_office)
    shown = store_photo(SimpleUploadedFile("公开栏.png", PNG), by=None)
    own.objection = ObjectionFactory(decision=own.released_decision, photo=shown, text=f"{own.at.mark}村的账不对。")


def _hold_stars(own: SimpleNamespace) -> None:
    for unit, star in ((own.village, 3), (own.siblings[0], 5), (own.siblings[4], 0)):
        decision = DecisionFactory(unit=unit, star=star, year=2025, scheme=None)
        StarPeriodFactory(decision=decision)
        own.certificate = own.__dict__.get("certificate") or code_of(decision.pk)
        if star == 5:
            own.held_certificate = code_of(decision.pk)  # no event lowers this star
    given = {"unit": own.village, "star": 0, "year": 2023, "origin": "closing", "cycle": own.cycle}
    own.closing = DecisionFactory(**given)
    for unit in (own.village, *own.siblings):
        ProfileFactory(unit=unit, year=2025)


def _grant_money(own: SimpleNamespace) -> None:
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


def _plan(own: SimpleNamespace) -> None:
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


def _consult(own: SimpleNamespace) -> None:
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


def _honour(own: SimpleNamespace) -> None:
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


def _programme(own: SimpleNamespace) -> None:
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


def _assess(own: SimpleNamespace) -> None:
    """A draft, and an assessment whose figures are frozen."""
    terms = [{"code": "a", "takes": "share_at_least", "star": 3, "weight": 100}]
    formula = {"format": "pingxing-assessment/1", "year": 2025, "unit": own.county.code, "assesses": "township"}
    formula |= {"on": "2026-03-01", "terms": terms}
    for name, called in (("draft_assessment", "考核草案"), ("assessment", "考核")):
        text = json.dumps(formula | {"name": f"{own.at.mark}{called}"})
        setattr(own, name, keeping.write_assessment(own.county, text, by=own.who.county_office))
    keeping.issue_assessment(own.assessment, by=own.who.county_office)
    keeping.freeze_assessment(own.assessment, document=f"{own.at.mark}〔2026〕9号", by=own.who.county_office)


def _order(own: SimpleNamespace) -> None:
    """A village with another name, by order."""
    paper = OrderPaper(f"{own.at.mark}政〔2026〕1号", date(2026, 11, 1), "地名规范")
    own.order = rename(own.idle_village.code, f"{own.at.mark}更名村", paper, by=own.who.county_office)
    own.idle_village.refresh_from_db()


def _record_event(own: SimpleNamespace) -> None:
    """A failed spot check takes a star, and money with it; an opened case proposes to take another."""
    for kind in ("spot_check_failed", "case_opened"):
        own.event = events.record(Happening(own.village, kind, date(2026, 11, 2)), by=own.who.discipline)
    shown = SimpleUploadedFile("通报.png", PNG)
    own.event_paper = event_files.attach(own.event, shown, commission=False, by=own.who.discipline)
    own.proposal = Proposal.objects.get(unit=own.village, state="open")
    own.followup = FollowUp.objects.get(kind="proposal", subject=own.proposal.pk)
    paper = store(SimpleUploadedFile("说明.png", PNG), by=own.who.township_leader)
    own.saved_filter = SavedFilter.objects.create(
        owner=own.who.county_office, name="三星", path="/register/", query="star=3"
    )
    own.lead = Lead.objects.create(
        rule="gap",
        place=own.village,
        subject=own.village.code,
        unit=own.village,
        cases=2,
        measured={"value": "11"},
        rows=[],
        found_at=timezone.now(),
    )
    own.proof = FollowUpFile.objects.create(followup=own.followup, file=paper, added_by=own.who.township_leader)
    own.clawback = Clawback.objects.filter(unit=own.village).first()
