"""The accounts of formats §5, and invented people without a password for every other place that takes part."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password

from accounts.authority import grant
from accounts.models import Appointment, User
from accounts.roles import RATED_POSTS, Role
from reports.demonstration import schemes
from reports.demonstration.chance import chance
from reports.demonstration.places import STATION
from villages.models import Level, Unit

PASSWORD = "Pingxing-2026"  # noqa: S105 (published: formats §5)
SINCE = date(2023, 1, 1)
PROVINCE, CITY = "33", "3306"
SETS = {"": ("330624", "330624108", "330624108204"), "2": ("330681", "330681001", "330681001218")}
DEPARTMENTS = {"": "农业农村局", "2": "农业农村局"}

HELPERS = {
    "330624": (("县农业农村局", "helper"), ("县水利局", "helper.water.330624"), ("县供电公司", "helper.power.330624")),
    "330681": (("市农业农村局", "helper.farm.330681"), ("市文旅局", "helper.culture.330681")),
}
"""By county, the helper units (帮扶单位) and the account of each one's person."""

CADRES = {*RATED_POSTS}
OFFICES = {
    Role.HELPER,
    Role.TOWNSHIP_OFFICE,
    Role.COUNTY_OFFICE,
    Role.CITY_OFFICE,
    Role.DISCIPLINE,
    Role.FINANCE,
    Role.DEPARTMENT,
}

SURNAMES = "王陈张李俞吕潘梁何赵徐杨章吴石丁周袁盛竺郭楼宣金许孟傅斯寿冯"
GIVEN = "建国志明永强国平伟民海燕秀英丽娟小红雪芬晓东文斌利军春梅亚萍金龙红霞立新水根阿土银花仁良国庆爱珍月仙柏林"


@dataclass(frozen=True)
class Post:
    """Who holds what where. Entries with one ``username`` are one person with several posts."""

    username: str
    role: str
    unit: str
    department: str = ""
    signs_in: bool = False


def load() -> str:
    posts = [*accounts(), *others()]
    names = {post.username: person_name(post.username) for post in posts}
    signing_in = {post.username for post in posts if post.signs_in}
    # One hash for all of them: the password is published, and thirty hashes would cost ten seconds.
    known = make_password(PASSWORD)
    users = User.objects.bulk_create(
        (
            User(username=username, name=name, password=known if username in signing_in else make_password(None))
            for username, name in names.items()
        ),
        batch_size=2000,
    )
    by_username = {user.username: user for user in users}
    appointments = Appointment.objects.bulk_create(
        (
            Appointment(
                user=by_username[post.username],
                role=post.role,
                unit_id=post.unit,
                department=post.department,
                phone=phone_of(post),
                starts=SINCE,
            )
            for post in posts
        ),
        batch_size=2000,
    )
    grant(appointments)
    return f"{len(signing_in)} accounts, {len(users) - len(signing_in)} other people"


def accounts() -> Iterator[Post]:
    """Every account of formats §5."""
    for suffix, (county, township, village) in SETS.items():
        for username, role, unit in (
            ("filler", Role.FILLER, village),
            ("signer", Role.SIGNER, village),
            ("township_office", Role.TOWNSHIP_OFFICE, township),
            ("township_reviewer", Role.TOWNSHIP_REVIEWER, township),
            ("township_reviewer_b", Role.TOWNSHIP_REVIEWER, township),
            ("township_leader", Role.TOWNSHIP_LEADER, township),
            ("county_reviewer", Role.COUNTY_REVIEWER, county),
            ("county_reviewer_b", Role.COUNTY_REVIEWER, county),
            ("county_office", Role.COUNTY_OFFICE, county),
            ("discipline", Role.DISCIPLINE, county),
            ("finance", Role.FINANCE, county),
        ):
            yield Post(username + suffix, role, unit, signs_in=True)
        yield Post("department" + suffix, Role.DEPARTMENT, county, DEPARTMENTS[suffix], signs_in=True)
    for username, role, unit in (
        ("township_filler", Role.TOWNSHIP_FILLER, SETS[""][1]),
        ("township_signer", Role.TOWNSHIP_SIGNER, SETS[""][1]),
        ("station_filler", Role.FILLER, STATION),
        ("station_signer", Role.SIGNER, STATION),
    ):
        yield Post(username, role, unit, signs_in=True)
    county, (name, username) = "330624", HELPERS["330624"][0]
    yield Post(username, Role.HELPER, county, name, signs_in=True)
    for role, unit in (
        (Role.CITY_OFFICE, CITY),
        (Role.CITY_DISCIPLINE, CITY),
        (Role.CITY_LEADER, CITY),
        (Role.SYSADMIN, PROVINCE),
        (Role.SECADMIN, PROVINCE),
        (Role.AUDITOR, PROVINCE),
    ):
        yield Post(str(role.value), role, unit, signs_in=True)


def others() -> Iterator[Post]:
    """Fillers, signers and township staff for every unit of the two counties that has no account of formats §5."""
    staffed = {place for places in SETS.values() for place in places}
    units = Unit.objects.within_any(schemes.COUNTIES).exclude(code__in=staffed)
    for township in units.filter(level=Level.TOWNSHIP):
        for role, username in (
            (Role.TOWNSHIP_OFFICE, "office"),
            (Role.TOWNSHIP_REVIEWER, "reviewer"),
            (Role.TOWNSHIP_REVIEWER, "reviewer_b"),
            (Role.TOWNSHIP_LEADER, "leader"),
        ):
            yield Post(f"{username}.{township.code}", role, township.code)
        if township.code.startswith(schemes.RATES_OTHER_LEVELS):
            yield Post(f"filler.{township.code}", Role.TOWNSHIP_FILLER, township.code)
            yield Post(f"signer.{township.code}", Role.TOWNSHIP_SIGNER, township.code)
    for county, helpers in HELPERS.items():
        for name, username in helpers:
            if username != "helper":
                yield Post(username, Role.HELPER, county, name)
    for suffix, (county, _township, _village) in SETS.items():
        for number, department in enumerate(schemes.departments(county), start=1):
            if department != DEPARTMENTS[suffix]:
                yield Post(f"department{number}.{county}", Role.DEPARTMENT, county, department)
    for village in units.rated():
        signer = f"signer.{village.code}"
        one_person_both = chance("posts", village.code).random() < 0.2  # 一肩挑
        yield Post(signer, Role.SIGNER, village.code)
        yield Post(signer if one_person_both else f"filler.{village.code}", Role.FILLER, village.code)


def phone_of(post: Post) -> str:
    """Whom the pages name to call: an office has one landline, a village's cadre a mobile; both invented."""
    if post.role in CADRES:
        return f"1380000{chance('phone', post.username).randrange(10_000):04}"
    if post.role in OFFICES:
        return f"0575-8500{chance('phone', post.unit).randrange(10_000):04}"
    return ""


def person_name(username: str) -> str:
    draw = chance("name", username)
    first = draw.randrange(0, len(GIVEN), 2)
    return draw.choice(SURNAMES) + GIVEN[first : first + 2]


class Staff:
    """Who holds which post where: ``staff(Role.SIGNER, code)`` is the first of them."""

    def __init__(self) -> None:
        self._posts: dict[tuple[str, str], list[Appointment]] = defaultdict(list)
        for post in Appointment.objects.select_related("user").order_by("pk"):
            self._posts[post.role, post.unit_id].append(post)

    def __call__(self, role: str, code: str) -> User:
        return self.all(role, code)[0]

    def all(self, role: str, code: str) -> list[User]:
        return [post.user for post in self._posts[role, code]]

    def of_department(self, county: str, name: str) -> User:
        named = [post.user for post in self._posts[Role.DEPARTMENT, county] if post.department == name]
        return named[0] if named else self(Role.DISCIPLINE, county)
