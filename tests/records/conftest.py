from tests.incentives.conftest import county, draft, effect, finance, granted, office  # noqa: F401 - of money
