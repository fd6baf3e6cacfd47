"""Photos from a phone: resized before upload, upright, with time and place; idempotent."""

import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import ExifTags, Image
from playwright.sync_api import expect

from accounts.roles import Role
from ratings.workflow import application as workflow
from records.files import place
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, CycleFactory, UnitFactory, WindowFactory, person
from tests.in_browser import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
ROTATED = 6  # the camera was held upright: rotate right
TAKEN, ZONE = "2026:10:12 09:30:00", "+08:00"
NORTH = (29.0, 30.0, 15.0)


@pytest.fixture
def draft(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.SECOND_FACTOR_REQUIRED = False
    for code in ("33", "3306", COUNTY, TOWNSHIP):
        UnitFactory(code=code)
    filler = person(Role.FILLER, VILLAGE, username="filler")
    cycle = CycleFactory(windows=False)
    now = timezone.now()
    WindowFactory(cycle=cycle, opens=now - timedelta(days=1), closes=now + timedelta(days=1), step="apply")
    return workflow.begin(UnitFactory(code=VILLAGE), cycle, by=filler)


@pytest.fixture
def page(new_context, live_server, draft):
    return sign_in(new_context(viewport={"width": 390, "height": 800}, base_url=live_server.url).new_page(), "filler")


def photo():
    """A camera's JPEG of 2800 × 2100, to be rotated right: then its upper half is red, the lower one blue."""
    halves = Image.new("RGB", (2800, 2100), "red")
    halves.paste("blue", (1400, 0, 2800, 2100))
    picture = Image.blend(halves, Image.effect_noise(halves.size, 60).convert("RGB"), 0.25)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = ROTATED
    exif[ExifTags.Base.Make] = "相机"
    exif.get_ifd(ExifTags.IFD.Exif).update(
        {
            ExifTags.Base.DateTimeOriginal: TAKEN,
            ExifTags.Base.OffsetTimeOriginal: ZONE,
            ExifTags.Base.MakerNote: b"x" * 900,
        }
    )
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: NORTH})
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=97, exif=exif)
    return {"name": "会议.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_a_photo_arrives_small_upright_and_once(page, draft):
    taken = photo()
    assert len(taken["buffer"]) > 1_000_000
    page.goto(f"/applications/{draft.pk}/form/1/")
    block = page.locator("#c1-1-files")
    held = []
    page.route("**/form/1/files/", lambda route: held.append(route))
    with page.expect_request("**/form/1/files/"):
        block.locator("[capture]").set_input_files(taken)
    expect(block.get_by_role("progressbar")).to_be_visible()
    expect(block.get_by_text("正在上传")).to_be_visible()
    held.pop().abort()
    expect(block.get_by_text("没有传上去")).to_be_visible()
    assert not draft.evidence.exists()

    page.unroute("**/form/1/files/")
    block.get_by_role("button", name="重新上传").click()
    expect(block.locator(".saved")).to_have_count(1)
    with page.expect_response("**/form/1/files/"):  # the same photo again, as by somebody who did not see it arrive
        block.locator("[capture]").set_input_files(taken)
    expect(block.locator(".saved")).to_have_count(1)

    stored = draft.evidence.get().file
    assert (stored.name, stored.size < len(taken["buffer"]) / 3) == ("会议.jpg", True)
    arrived = Image.open(default_storage.open(place(stored.sha256)))
    assert (arrived.format, arrived.size) == ("JPEG", (1500, 2000))
    above, below = arrived.getpixel((750, 300)), arrived.getpixel((750, 1700))
    assert (above[0] > 150, above[2] < 100, below[0] < 100, below[2] > 150) == (True, True, True, True)
    exif = arrived.getexif()
    moments = exif.get_ifd(ExifTags.IFD.Exif)
    assert dict(moments) == {ExifTags.Base.DateTimeOriginal: TAKEN, ExifTags.Base.OffsetTimeOriginal: ZONE}
    assert exif.get_ifd(ExifTags.IFD.GPSInfo) == {1: "N", 2: NORTH}
    assert set(exif) == {ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo}

    page.goto(f"/applications/{draft.pk}/form/")
    with page.expect_navigation():
        page.locator("#papers [name=minutes][capture]").set_input_files(taken)
    expect(page.locator("#papers .saved")).to_have_count(1)
    assert draft.evidence.get(criterion="").file.sha256 == stored.sha256
