"""Where a notice leads, somebody has said who may open it: no reader meets a dead link."""

import pytest

from notifications.kinds import KINDS, Group, Kind
from notifications.models import Notice
from notifications.workflow import announce
from records.openable import UnregisteredLink, is_registered
from reports.kept_warnings import RULES
from tests.factories import UserFactory


@pytest.mark.django_db
@pytest.mark.parametrize("link", ["/units/", "/nowhere/"])
def test_a_notice_leads_only_where_somebody_says_who_may_open_it(monkeypatch, link):
    monkeypatch.setitem(KINDS, "test_hello", Kind("hello", Group.ACCOUNT, outside=None))
    with pytest.raises(UnregisteredLink):
        announce([UserFactory().pk], "test_hello", link=link)
    assert not Notice.objects.exists()


def test_every_page_of_a_warning_is_known():
    assert [name for name, rule in RULES.items() if not is_registered(rule.page)] == []
