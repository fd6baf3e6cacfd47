"""Which files are accepted as evidence, under which name they are stored, and how they are served (architecture §6)."""

import errno
import hashlib
import io
import os
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import integrity_run
from accounts.tasks import check_files
from records import file_faults
from records.file_sweep import sweep as sweep_leftovers
from records.files import clean_name, place, serve, store
from records.models import StoredFile
from records.refusals import Incomplete
from records.timetable import kept
from tests.clock import freeze_time
from tests.factories import SHANGHAI, UserFactory, person

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(64)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(32)
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(16)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
EXE = b"MZ\x90\x00" + bytes(256)


def package(*parts: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for part in parts:
            archive.writestr(zipfile.ZipInfo(part), "<x/>")  # no clock: test names carry the bytes
    return held.getvalue()


DOCX = package("[Content_Types].xml", "word/document.xml")
XLSX = package("[Content_Types].xml", "xl/workbook.xml")


def send(content: bytes, name: str) -> StoredFile:
    return store(SimpleUploadedFile(name, content), by=UserFactory())


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (PDF, "会议记录.pdf", "application/pdf"),
        (JPEG, "IMG_1.JPG", "image/jpeg"),
        (PNG, "a.png", "image/png"),
        (HEIC, "IMG_2.heic", "image/heic"),
        (DOCX, "报告.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (XLSX, "台账.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (package("OFD.xml"), "公文.ofd", "application/ofd"),
        (OLE + "WordDocument".encode("utf-16-le"), "旧.doc", "application/msword"),
        (OLE + "Workbook".encode("utf-16-le"), "旧.et", "application/vnd.ms-excel"),
    ],
)
def test_a_file_is_kept_under_its_own_hash(content, name, kind):
    stored = send(content, name)
    sha256 = hashlib.sha256(content).hexdigest()
    assert (stored.name, stored.kind, stored.size, stored.sha256) == (name, kind, len(content), sha256)
    assert default_storage.open(place(sha256)).read() == content


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "空.pdf"),
        (EXE, "setup.exe"),
        (EXE, "照片.jpg"),
        (PDF, "照片.jpg"),
        (JPEG, "报告.pdf"),
        (PDF, "没有后缀"),
        (package("a.txt"), "包.zip"),
        (package("a.txt"), "包.docx"),
        (b"PK\x03\x04 broken", "坏.docx"),
        (package("word/document.xml", "word/vbaProject.bin"), "宏.docx"),
        (OLE + "WordDocument_VBA_PROJECT".encode("utf-16-le"), "宏.doc"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "图.svg"),
        (b"<html><script>alert(1)</script>", "页.html"),
        (b"<html><script>alert(1)</script>", "页.png"),
    ],
)
def test_what_runs_or_hides_is_refused(content, name):
    with pytest.raises(Incomplete):
        send(content, name)
    assert not StoredFile.objects.exists()


def test_what_is_too_large_is_refused(settings):
    settings.UPLOAD_MAX_BYTES = len(PDF)
    send(PDF, "a.pdf")
    with pytest.raises(Incomplete):
        send(PDF + b"x", "b.pdf")


def test_the_same_bytes_are_kept_once(tmp_path):
    assert send(PDF, "一.pdf").sha256 == send(PDF, "二.pdf").sha256
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 1


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\村\\记录.pdf", "记录.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("\x00\n", "file"),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
    ],
)
def test_names_are_made_harmless(name, clean):
    assert clean_name(name) == clean


def test_pictures_are_shown_in_a_sandbox_and_the_rest_is_a_download():
    shown = serve(send(JPEG, "照片.jpg"))
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["Content-Disposition"].startswith("inline; filename*=utf-8''")
    assert shown["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'self'"
    assert shown["X-Content-Type-Options"] == "nosniff"
    down = serve(send(DOCX, "报告.docx"))
    assert down["Content-Type"] == "application/octet-stream"
    assert down["Content-Disposition"].startswith("attachment; filename*=utf-8''")


def test_pdf_is_shown_without_the_sandbox_that_its_viewer_cannot_stand():
    shown = serve(send(PDF, "会议记录.pdf"))
    assert shown["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'self'"


def test_a_full_disk_leaves_nothing_and_no_answer(tmp_path, monkeypatch):
    """The write fails as on a full disk: the sender is told, and nothing is stored under the hash."""

    def no_room(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", no_room)
        with pytest.raises(OSError, match="No space"):
            send(PDF, "a.pdf")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert send(PDF, "a.pdf").size == len(PDF)


def test_what_lies_cut_short_under_its_hash_is_written_anew():
    stored = send(PDF, "a.pdf")
    path = Path(default_storage.path(place(stored.sha256)))
    path.write_bytes(PDF[:5])
    again = send(PDF, "b.pdf")
    assert (again.size, path.read_bytes()) == (len(PDF), PDF)


@pytest.mark.parametrize("harm", ["cut", "altered", "gone"])
def test_the_check_finds_files_that_are_not_whole(harm):
    stored = send(PDF, "a.pdf")
    assert list(file_faults.faults()) == []
    path = Path(default_storage.path(place(stored.sha256)))
    {
        "cut": lambda: path.write_bytes(PDF[:-1]),
        "altered": lambda: path.write_bytes(PDF[:-1] + b"x"),
        "gone": path.unlink,
    }[harm]()
    assert len(list(file_faults.faults())) == 1
    in_shares = [list(file_faults.faults({share})) for share in range(file_faults.SHARES)]
    assert sum(map(len, in_shares)) == 1


def test_the_auditors_are_told_of_damaged_files_at_night():
    auditor = person("auditor", "3306")
    Path(default_storage.path(place(send(PDF, "a.pdf").sha256))).unlink()
    days = [date(2026, 12, 1) + timedelta(days=n) for n in range(file_faults.SHARES)]
    assert sum(integrity_run.check_files(day) for day in days) == 1
    assert list(auditor.notices.values_list("kind", flat=True)) == ["files_damaged"]


def test_a_missed_night_is_made_up_for_with_its_share_of_the_files():
    stored = send(PDF, "a.pdf")
    Path(default_storage.path(place(stored.sha256))).unlink()
    day = date(2026, 12, 1)
    while day.toordinal() % file_faults.SHARES != int(stored.sha256[:8], 16) % file_faults.SHARES:
        day += timedelta(days=1)
    task = kept(check_files.name)
    found = []
    for done in (1, 0):  # its night was missed; then it was not
        task.done_at = datetime.combine(day - timedelta(days=done), time(3, 40), SHANGHAI)
        task.save()
        with freeze_time(datetime.combine(day + timedelta(days=2), time(3, 40), SHANGHAI)):
            found.append(check_files())
    assert found == [1, 0]


def huge_png() -> bytes:
    head = b"IHDR" + (30_000).to_bytes(4) * 2 + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\r" + head + zlib.crc32(head).to_bytes(4) + b"\x00\x00\x00\x00IDAT" + bytes(4)


def bomb() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(200 * 1024 * 1024))
    return held.getvalue()


def png_with_damaged_note() -> bytes:
    """A browser ignores the text chunk; a reader that checks every part does not reach the pixels."""
    whole = huge_png()
    return whole[:33] + b"\x00\x00\x00\x03tEXta\x00b" + bytes(4) + whole[33:]


def bomb_that_denies_it() -> bytes:
    content = bytearray(bomb())
    content[(entry := content.rfind(b"PK\x01\x02") + 24) : entry + 4] = (1000).to_bytes(4, "little")
    return bytes(content)


SCRIPT = b"<</S/JavaScript/JS(x)>>"


def hidden_script(about: bytes, packed: bytes = zlib.compress(SCRIPT)) -> bytes:
    return PDF + b"1 0 obj <<" + about + b">> stream\n" + packed + b"\nendstream endobj"


def related(kind: str, target: str, mode: str = ' TargetMode="External"') -> bytes:
    """A Word file whose settings relate it to ``target``."""
    about = f'<Relationship Id="a" Type="http://s/relationships/{kind}" Target="{target}"{mode}/>'
    held = io.BytesIO(DOCX)
    with zipfile.ZipFile(held, "a") as archive:
        archive.writestr(zipfile.ZipInfo("word/_rels/settings.xml.rels"), f"<Relationships>{about}</Relationships>")
    return held.getvalue()


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("attachedTemplate", "file:///C:\\Users\\zhang\\Normal.dotm"),
        ("attachedTemplate", "C:\\Users\\zhang\\Normal.dotm"),
        ("attachedTemplate", "/Users/zhang/Normal.dotm"),
        ("attachedTemplate", "Normal.dotm"),
        ("hyperlink", "https://example.gov.cn/"),
    ],
)
def test_what_is_fetched_from_nowhere_is_taken(kind, target):
    assert send(related(kind, target), "a.docx").size


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (lambda: related("attachedTemplate", "https://example.com/a.dotm"), "a.docx"),
        (lambda: related("attachedTemplate", "\\\\10.0.0.1\\share\\a.dotm"), "a.docx"),
        (lambda: related("attachedTemplate", "file://10.0.0.1/share/a.dotm"), "a.docx"),
        (lambda: related("oleObject", "&#104;ttp://example.com/a", " TargetMode='&#69;xternal'"), "a.docx"),
        (lambda: related("frame", "//example.com/a.htm"), "a.docx"),
        (lambda: related("image", "https://example.com/a.png"), "a.docx"),
        (lambda: related("frame", "a", ">"), "a.docx"),  # no XML
        (huge_png, "a.png"),
        (png_with_damaged_note, "a.png"),
        (bomb, "a.docx"),
        (bomb_that_denies_it, "a.docx"),
        (lambda: PDF + b"<</S /JavaScript /JS (app.alert(1))>>", "a.pdf"),
        (lambda: PDF + b"<</S /Java#53cript>>", "a.pdf"),
        (lambda: PDF + b"<</S/Launch/F(cmd.exe)>>", "a.pdf"),
        (lambda: hidden_script(b"/Type/ObjStm/Filter/FlateDecode"), "a.pdf"),
        (lambda: hidden_script(b"/Type/Obj#53tm/Filter/FlateDecode"), "a.pdf"),
        (lambda: hidden_script(b"/Type/ObjStm/Filter/FlateDecode/DecodeParms<<>> "), "a.pdf"),
        (lambda: hidden_script(b"/Type/ObjStm/Filter/FlateDecode>>%obj\n"), "a.pdf"),
        (lambda: hidden_script(b"/Type/ObjStm/Filter[/ASCIIHexDecode]", SCRIPT.hex().encode()), "a.pdf"),
        (lambda: hidden_script(b"/Type/ObjStm/Filter 9 0 R"), "a.pdf"),
    ],
)
def test_what_harms_its_reader_is_refused(content, name):
    with pytest.raises(Incomplete):
        send(content(), name)
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    "encrypted",
    [
        b"trailer <</Size 9/Root 1 0 R/Encrypt 8 0 R>>",
        b"trailer <</Encrypt\n<</Filter/Standard/V 4>>>>",
        b"<</Type/XRef/#45ncrypt 12 0 R/W[1 2 1]>>",
    ],
)
def test_a_pdf_that_cannot_be_looked_into_is_not_taken(encrypted):
    with pytest.raises(Incomplete, match="a.pdf”"):
        send(PDF + encrypted, "a.pdf")
    assert send(PDF + b"<</EncryptMetadata true>> BT (/Encrypt) Tj ET", "b.pdf").size


def test_what_a_killed_upload_left_is_swept_after_a_day(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    kept, lost = send(PDF, "a.pdf"), send(PDF + b"2", "b.pdf")
    StoredFile.objects.filter(pk=lost.pk).delete()
    paths = [Path(default_storage.path(place(one.sha256))) for one in (kept, lost)]
    drafts = [paths[0].parent / f".draft-{name}" for name in ("old", "young")]
    for draft in drafts:
        draft.write_bytes(b"x")
    for path in (*paths, drafts[0]):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert sweep_leftovers() == 2
    assert [path.exists() for path in (*paths, *drafts)] == [True, False, False, True]
    os.utime(paths[0], (1_000_000_000, 1_000_000_000))
    StoredFile.objects.filter(pk=kept.pk).delete()
    send(PDF, "again.pdf")
    StoredFile.objects.all().delete()  # like a row that is not committed yet
    assert (sweep_leftovers(), paths[0].exists()) == (0, True)
