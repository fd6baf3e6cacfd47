"""What a village changed after a return: before and after, for reviewers and the office."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.roles import Role
from notifications.models import Notice
from ratings.models import Evidence, Return, ReturnedCriterion
from ratings.presenters.corrections import corrections
from ratings.workflow.transition import move
from records.files import store
from reviews.workflow import panels
from tests.clock import freeze_time
from tests.factories import TOWNSHIP, VILLAGE, AnswerFactory, ApplicationFactory, UnitFactory, person
from tests.small_files import PNG

# The clock of the audit trail does not advance within a transaction.
pytestmark = pytest.mark.django_db(transaction=True)


def answer(application, item, typed):
    application.answers.filter(item=item).delete()
    AnswerFactory(application=application, item=item, value=typed, typed=typed)


def test_before_and_after_of_each_returned_question(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with freeze_time("2026-09-28T02:00:00Z"):
        application = ApplicationFactory(state="township_review")
        office, filler = person(Role.TOWNSHIP_OFFICE, TOWNSHIP), person(Role.FILLER, VILLAGE)
        reviewers = [person(Role.TOWNSHIP_REVIEWER, TOWNSHIP) for _ in range(2)]
        panels.convene(application.cycle, UnitFactory(code=TOWNSHIP), "township", reviewers, by=office)
        answer(application, "1.1.a", "4")
        answer(application, "1.2", "96")
        assert corrections(application) == []
        asked = Return.objects.create(application=application, by=office, due=timezone.now())
        for code in ("1.1", "2.1"):
            ReturnedCriterion.objects.create(of=asked, criterion=code, reason=f"请核对{code}")
        move([application.pk], "return", "returned", by=office)
        answer(application, "1.1.a", "2")
        file = store(SimpleUploadedFile("会议记录.png", PNG), by=filler)
        Evidence.objects.create(application=application, criterion="1.1", file=file)
        asked.answered_at = timezone.now()
        asked.save()
        move([application.pk], "resubmit", "township_review", by=filler)
        answer(application, "1.1.a", "7")  # later than what was handed back
        meetings, five = corrections(application)
        assert [(c.before, c.after) for c in meetings.changes] == [("4", "2")]
        assert (meetings.reason, meetings.added, meetings.removed, meetings.is_same) == ("请核对1.1", 1, 0, False)
        assert (five.criterion.code, five.is_same) == ("2.1", True)
        told = Notice.objects.filter(kind="application_corrected").values_list("user", flat=True)
        assert set(told) == {one.pk for one in reviewers}
