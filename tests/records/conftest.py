from tests.incentives.conftest import (  # noqa: F401 - of money
    county,
    county_of_file,
    draft,
    effect,
    finance,
    granted,
    office,
)
