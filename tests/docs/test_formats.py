"""``docs/formats.md`` is, up to our own extensions, identical to the page that other programs rely on."""

import pytest
from django.conf import settings

SHARED = settings.BASE_DIR.parent / "shared" / "formats.md"
EXTENSIONS = "\n# Extensions\n"


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/formats.md is not there")
def test_formats_are_the_shared_ones_up_to_the_extensions():
    ours, heading, _extensions = (
        (settings.BASE_DIR / "docs/formats.md").read_text(encoding="utf-8").partition(EXTENSIONS)
    )
    assert heading == EXTENSIONS
    assert ours == SHARED.read_text(encoding="utf-8")
