"""An office's own robots: added, tested, changed, and what became of each message; secrets are never shown again."""

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from notifications.models import Robot
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, person
from tests.notifications.receiver import errcode, receiving, status

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client, settings):
    settings.ROBOT_HOSTS = frozenset({"127.0.0.1"})
    user = person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    client.force_login(user)
    return user


def add(client, address, **more):
    given = {"unit": TOWNSHIP, "name": "沙溪工作群", "platform": "dingtalk", "address": address, "secret": "SECabc"}
    return client.post(reverse("robot_new"), given | {"kinds": ["application_returned"], "quiet": "on"} | more)


def test_a_robot_is_added_tested_and_explains_itself(client, office):
    with receiving(errcode(310000), errcode(0)) as receiver:
        assert add(client, receiver.url()).status_code == 302
        robot = Robot.objects.get()
        test = reverse("robot_test", args=[robot.pk])
        failed = client.post(test, follow=True).text
        arrived = client.post(test, follow=True).text
    event = apps.get_model("notifications", "RobotEvent").objects.filter(pgh_obj=robot).order_by("pgh_id")
    verbs = [one.pgh_context["verb"] for one in event]
    assert verbs == ["notifications.add_robot", "notifications.test_robot", "notifications.test_robot"]
    assert "不符合钉钉的安全设置" in failed
    assert "测试消息已送达" in arrived
    assert [message.state for message in robot.messages.all()] == ["sent", "waiting"]
    assert (robot.address, robot.secret) == (receiver.url(), "SECabc")
    stored = "".join(map(str, Robot.objects.values_list()[0]))
    for page in (stored, failed, arrived, client.get(reverse("robots")).text):
        assert "SECabc" not in page
        assert "access_token=abc" not in page


def test_changing_keeps_what_is_left_empty(client, office):
    add(client, "https://oapi.dingtalk.com/robot/send?access_token=abcdef")
    robot = Robot.objects.get()
    robot.messages.create(kind="test", link="/bell/", due_at=timezone.now())
    page = reverse("robot", args=[robot.pk])
    client.post(page, {"name": "新名", "kinds": [], "active": "on"})
    robot = Robot.objects.get()
    assert (robot.name, robot.secret, robot.kinds) == ("新名", "SECabc", [])
    assert robot.address.endswith("abcdef")
    client.post(page, {"name": "新名", "no_secret": "on", "address": "https://example.com/hook"})
    robot = Robot.objects.get()
    assert (robot.address, robot.secret, robot.active) == ("https://example.com/hook", "", False)
    assert [message.state for message in robot.messages.all()] == ["failed"]
    assert "发送前机器人已停用" in client.get(page).text
    assert apps.get_model("notifications", "RobotEvent").objects.filter(pgh_obj=robot).count() == 3


def test_a_failed_message_is_sent_again_once(client, office):
    with receiving(status(500)) as receiver:
        add(client, receiver.url(), platform="webhook")
        robot = Robot.objects.get()
        one = robot.messages.create(kind="test", link="/bell/", state="failed", attempts=6, due_at=timezone.now())
        for _click in range(2):
            client.post(reverse("robot_message_again", args=[robot.pk, one.pk]))
        again = robot.messages.get()
    assert (again.state, again.attempts, again.delivery_id) == ("waiting", 0, one.delivery_id)
    verb = "notifications.send_robot_message_again"
    assert apps.get_model("notifications", "RobotEvent").objects.filter(pgh_context__verb=verb).count() == 1


@pytest.mark.parametrize(
    "address",
    ["http://169.254.169.254/latest", "http://2130706433/", "http://[::ffff:10.0.0.1]/", "robot", "https://a:b@c.d/"],
)
def test_addresses_inside_or_unreadable_are_refused_at_once(client, office, address):
    page = add(client, address)
    assert page.status_code == 200
    assert page.context["form"].errors.keys() == {"address"}
    assert not Robot.objects.exists()


def test_the_same_form_twice_adds_one(client, office):
    for _click in range(2):
        page = add(client, "https://oapi.dingtalk.com/robot/send?access_token=abcdef")
    assert "已有同一地址的机器人" in page.text
    assert Robot.objects.count() == 1


def test_after_a_change_of_the_key_without_the_old_one_robots_are_entered_anew(client, office, settings):
    with receiving(errcode(0)) as receiver:
        add(client, receiver.url("/one"))
        old = Robot.objects.get()
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", []
        client.force_login(office)
        test = reverse("robot_test", args=[old.pk])
        assert "请重新填写地址和密钥" in client.post(test, follow=True).text
        assert add(client, receiver.url("/two")).status_code == 302
        again = {"name": old.name, "active": "on", "address": receiver.url("/three"), "secret": "SECnew"}
        client.post(reverse("robot", args=[old.pk]), again)
        assert "测试消息已送达" in client.post(test, follow=True).text
    assert Robot.objects.count() == 2


def test_others_find_nothing(client, office):
    add(client, "https://oapi.dingtalk.com/robot/send?access_token=abcdef")
    robot = Robot.objects.get()
    page = reverse("robot", args=[robot.pk])
    for role, code, expected in (
        (Role.COUNTY_OFFICE, COUNTY, 200),
        (Role.TOWNSHIP_OFFICE, f"{COUNTY}109", 404),
        (Role.TOWNSHIP_LEADER, TOWNSHIP, 404),
        (Role.FILLER, VILLAGE, 404),
    ):
        client.force_login(person(role, code))
        assert client.get(page).status_code == expected
    assert add(client, "https://example.com/").status_code == 404


def test_kinds_that_read_alike_are_one_choice_under_the_heading_of_their_group(client, office):
    page = client.get(reverse("robot_new"))
    assert page.text.count("有3份申报表有变动，请再看一遍") == 1
    assert '<b class="group">申报和年度评定</b>' in page.text
    add(client, "https://oapi.dingtalk.com/robot/send?access_token=abcdef", kinds=["application_reasked"])
    robot = Robot.objects.get()
    assert robot.kinds == ["application_reasked", "scheme_amended"]
    page = client.get(reverse("robot", args=[robot.pk]))
    assert page.context["form"].initial["kinds"] == ["application_reasked"]
