"""The score card: what was lost, what the next star lacks and what to do first; for its readers, once released."""

import pytest
from django.urls import reverse

from records.models import IssuedDocument
from reviews.workflow import batches, decisions
from tests.built_once import built_once
from tests.clients import client_of
from tests.reviews.conftest import GOOD, TODAY, prepare, score_township
from tests.reviews.test_pages import LOCMEM, get, text

WEAK = GOOD | {"1.1.a": 4, "2.1.e": 0, "2.1.d": 0, "2.2": 5}


@pytest.fixture(autouse=True)
def _plain(settings):
    settings.LANGUAGE_CODE = "en"
    settings.CACHES = LOCMEM
    settings.SECOND_FACTOR_REQUIRED = False


@built_once(at=TODAY)
def decided(place):
    score_township(place, WEAK)
    decisions.decide(place.application, star=3, by=place.township_leader)
    return place


def test_nothing_before_the_release(decided):
    for reader in (decided.signer, decided.township_leader):
        assert "There is a score card once the result is released." in text(
            get(reader, "score_card", decided.application.pk)
        )
    paper = client_of(decided.signer).get(reverse("score_card_file", args=[decided.application.pk]))
    assert (paper.status_code, paper.url) == (302, reverse("score_card", args=[decided.application.pk]))


def test_the_released_card_says_what_to_do_first(decided):
    batches.release(prepare(decided), by=decided.township_office)
    page = text(get(decided.signer, "score_card", decided.application.pk))
    assert "Where points were lost: 11.00 in all" in page
    assert "现场查看" in page
    assert "有d, 有e" in page
    paper = client_of(decided.signer).get(reverse("score_card_file", args=[decided.application.pk]))
    assert (paper.status_code, paper["Content-Type"]) == (200, "application/pdf")
    assert IssuedDocument.objects.get().title.endswith("score card")
    stranger = client_of(decided.township_leader2).get(reverse("score_card", args=[decided.application.pk]))
    assert stranger.status_code == 404
