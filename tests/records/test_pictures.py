"""Renditions of stored pictures: thumbnails, and HEIC as JPEG; the originals are unchanged."""

import hashlib
import io

import pillow_heif
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from PIL import ExifTags, Image

from records import pictures
from records.files import place, serve, store, store_strangers_photo
from tests.factories import UserFactory
from tests.records.test_files import DOCX, JPEG, PDF

pytestmark = pytest.mark.django_db
TURNED = 6


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def picture(kind="JPEG", size=(800, 400), mode="RGB", **saved) -> bytes:
    made = io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(Image.new(mode, size, "red")).save(made)
    else:
        Image.new(mode, size, "red").save(made, kind, **saved)
    return made.getvalue()


def kept(content, name):
    return store(SimpleUploadedFile(name, content), by=UserFactory())


def seen(answer) -> Image.Image:
    return Image.open(io.BytesIO(b"".join(answer.streaming_content)))


@pytest.mark.parametrize(
    ("kind", "name", "mode"),
    [("JPEG", "a.jpg", "RGB"), ("PNG", "a.png", "RGBA"), ("WEBP", "a.webp", "RGB"), ("HEIF", "a.heic", "RGB")],
)
def test_a_thumbnail_is_a_small_jpeg_that_the_browser_may_keep(kind, name, mode):
    answer = serve(kept(picture(kind, mode=mode), name), "small")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/jpeg", "private, max-age=86400")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    made = seen(answer)
    assert (made.format, made.size) == ("JPEG", (224, 112))


def test_heic_is_shown_as_jpeg_and_its_original_stays():
    content = picture("HEIF")
    stored = kept(content, "IMG_1.heic")
    answer = serve(stored, "screen")
    assert (answer["Content-Type"], seen(answer).size) == ("image/jpeg", (800, 400))
    assert "IMG_1.jpg" in answer["Content-Disposition"]
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert default_storage.open(place(stored.sha256)).read() == content
    original = serve(stored)
    assert "attachment" in original["Content-Disposition"]
    assert b"".join(original.streaming_content) == content


def test_what_a_browser_shows_is_shown_as_it_came():
    content = picture()
    assert b"".join(serve(kept(content, "a.jpg"), "screen").streaming_content) == content
    assert serve(kept(PDF, "a.pdf"), "screen")["Content-Type"] == "application/pdf"


def test_a_thumbnail_stands_upright_and_tells_nothing_of_the_camera():
    noted = Image.Exif()
    noted[ExifTags.Base.Orientation] = TURNED
    noted[ExifTags.Base.Artist] = "李试"
    made = seen(serve(kept(picture(exif=noted), "a.jpg"), "small"))
    assert (made.size, dict(made.getexif())) == ((112, 224), {})


@pytest.mark.parametrize(("content", "name"), [(PDF, "a.pdf"), (DOCX, "a.docx"), (JPEG, "no picture.jpg")])
def test_of_other_files_there_is_no_thumbnail(content, name):
    with pytest.raises(Http404):
        serve(kept(content, name), "small")


def test_a_picture_of_too_many_pixels_is_left_alone(monkeypatch):
    """A photo is decoded at a fraction of its size, which may be small enough."""
    photo, drawing = kept(picture(size=(1600, 896)), "a.jpg"), kept(picture("PNG"), "a.png")
    monkeypatch.setattr(pictures, "MOST_REDUCED", 800 * 400 - 1)
    with pytest.raises(Http404):
        serve(drawing, "small")
    assert seen(serve(photo, "small")).size == (224, 125)


@pytest.mark.parametrize("size", ["", "screen", "small"])
def test_a_strangers_photo_tells_neither_where_nor_with_what_it_was_taken(size):
    """Somebody who objects may stay anonymous, before the office in the next street too."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "HUAWEI of 张三"
    exif[ExifTags.IFD.GPSInfo] = {ExifTags.GPS.GPSLatitude: (29.0, 30.0, 15.0)}
    written = {"exif": exif.tobytes(), "comment": b"seen by the well", "xmp": b"<x>north</x>"}
    content = picture(**written)
    assert all(said in content for said in (b"HUAWEI", b"well", b"north"))
    answer = serve(store_strangers_photo(SimpleUploadedFile("张三的手机.jpg", content)), size)
    served = b"".join(answer.streaming_content)
    assert set(Image.open(io.BytesIO(served)).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert answer["Content-Disposition"] == 'inline; filename="photo.jpg"'
