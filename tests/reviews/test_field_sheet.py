"""Printed score sheets: only the reviewer's own, one or the whole queue, and no entries."""

from django.urls import reverse

from ratings.models import Stage
from reviews.models import Sheet
from reviews.presenters.field_sheet import blocks_of
from reviews.workflow import sheets
from tests.reviews.conftest import GOOD, entries, score


def test_a_reviewer_prints_the_own_sheet_without_what_was_entered(place, client):
    sheet = Sheet.objects.get(application=place.application, reviewer=place.township_reviewer)
    sheets.save(sheet, entries(GOOD), by=place.township_reviewer)
    client.force_login(place.township_reviewer)
    for address in (reverse("review_field", args=[sheet.pk]), reverse("review_field_queue")):
        paper = client.get(address)
        assert paper["Content-Type"] == "application/pdf"
        assert b"".join(paper).startswith(b"%PDF")
    text = str(blocks_of([sheet], place.township_reviewer))
    assert place.application.unit.code in text
    assert "现场查看" not in text


def test_another_reviewers_sheet_is_not_there_and_an_empty_queue_has_no_paper(place, client):
    sheet = Sheet.objects.get(application=place.application, reviewer=place.township_reviewer)
    client.force_login(place.township_reviewer_b)
    assert client.get(reverse("review_field", args=[sheet.pk])).status_code == 404
    score(place.application, Stage.TOWNSHIP, place.township_reviewer_b)
    assert client.get(reverse("review_field_queue")).status_code == 302
