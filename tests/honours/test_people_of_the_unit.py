"""Nobody who holds or held a post in a village gives an opinion on its nomination or answers an objection to it."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from followups.models import FollowUp
from honours.workflow import checking, nominating, objections, rounds
from records.refusals import NotAllowed
from tests.clients import api_of, client_of
from tests.factories import COUNTY, TOWNSHIP, UnitFactory, person
from tests.honours.conftest import AFTER, listed, nominated, opened
from tests.people_of_units import of_the_unit, told, urls_of


def test_nobody_of_the_village_gives_an_opinion_on_it(who, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    leader = of_the_unit(who.leader)
    one = nominated(opened(who), who.signer)
    assert told("unit_unattended") == [who.county.pk]
    for step in (nominating.support, nominating.decline):
        with pytest.raises(NotAllowed):
            step(one, by=leader, text="同意")
    client_of(leader).post(reverse("nomination_step", args=[one.pk, "support_nomination"]), {"text": "同意"})
    api_of(leader).post(f"/api/v1/nominations/{one.pk}/support/", {"text": "同意"})
    assert not one.opinions.exists()
    assert not FollowUp.objects.waiting_for(leader).exists()
    colleague = person(Role.TOWNSHIP_LEADER, TOWNSHIP)
    page = one.get_absolute_url()
    assert [page in urls_of(by) for by in (leader, colleague)] == [False, True]
    nominating.support(one, by=colleague, text="同意")


def test_nobody_of_the_village_answers_its_check_and_an_objection_to_it(who):
    round = opened(who)
    one = listed(who, round)
    discipline, colleague = of_the_unit(who.discipline), person(Role.DISCIPLINE, COUNTY)
    round = rounds.ask_departments(round, by=who.county, at=AFTER)
    county = UnitFactory(code=COUNTY)
    assert told("check_unattended") == []
    with pytest.raises(NotAllowed):
        checking.reply(round, county, "纪委监委", by=discipline)
    assert checking.answers_for(discipline, round) == []
    checking.reply(round, county, "纪委监委", by=colleague)
    checking.reply(round, county, "公安局", by=who.police)
    rounds.publish(round, by=who.county)
    objection = objections.make(one, text="账目没有公开。")
    with pytest.raises(NotAllowed):
        objections.answer(objection, by=discipline, upheld=False, answer="已核实")
    page = reverse("honour_objection", args=[objection.pk])
    assert client_of(discipline).get(page).status_code == 404
    assert [page in urls_of(by) for by in (discipline, colleague)] == [False, True]
    objections.answer(objection, by=colleague, upheld=False, answer="已核实")


def test_where_all_of_a_department_are_of_a_village_on_the_list_who_appoints_is_told(who):
    round = opened(who)
    listed(who, round)
    of_the_unit(who.police)
    rounds.ask_departments(round, by=who.county, at=AFTER)
    assert told("check_unattended") == [who.county.pk]
