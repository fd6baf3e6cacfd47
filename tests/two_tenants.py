"""Two counties with everybody in them and something at every step, so that any leak from one to the other is seen."""

from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import ApiToken, CalendarDay, SavedFilter, User
from accounts.roles import ROLES, Role
from accounts.workflow import deputise, reset_password
from followups.models import FollowUp, FollowUpFile
from incentives.models import Clawback
from notifications.models import Notice, Robot
from notifications.workflow import announce
from ratings.events.happening import Happening
from ratings.models import Evidence, Proposal, Stage
from ratings.register.certificate import code_of
from ratings.workflow import event as events
from ratings.workflow import event_files
from ratings.workflow.register_run import run_register
from records.files import store, store_photo
from reports import workflow as reports
from reports.models import Lead
from reviews.models import AppealPaper, Draw, FieldPhoto, Settlement, Sheet
from reviews.workflow import appeals, batches, checks, decisions, panels
from tests import two_tenants_after_stars as after_stars
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
from tests.small_files import PNG
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
    after_stars.grant_money(own)
    _record_event(own)
    _order(own)
    after_stars.plan(own)
    after_stars.consult(own)
    after_stars.honour(own)
    after_stars.programme(own)
    after_stars.assess(own)
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
