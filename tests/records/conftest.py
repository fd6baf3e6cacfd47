import pytest

from tests.incentives.conftest import draft, effect, finance, granted, make_county, office  # noqa: F401 - of money


@pytest.fixture
def county(db):
    """Of each test its own: other tests of the proof look at every row, and find those written by hand."""
    return make_county()
