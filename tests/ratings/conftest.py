"""The day on which most tests of applications take place: the default cycle of the factories accepts them then."""

import pytest

from tests.clock import freeze_time


@pytest.fixture
def spring(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with freeze_time("2026-04-01T02:00:00Z"):
        yield
