"""Printed documents as PDF: content, characters that a font lacks, and the check code."""

import pytest
from django.utils import translation

from records.documents import Heading, Names, Picture, Signatures, Table, Text, document, issue, issued, qr
from records.documents.setting import _printable

pytestmark = pytest.mark.django_db


def test_a_paper_of_every_block():
    with translation.override("zh-hans"):
        paper = document(
            "评审纪要",
            [
                Heading("一"),
                Text("甲\n乙 #[evil"),
                Names([("文号", "〔2026〕1号")]),
                Table(["单位", "总分"], [["沙溪村", "91.20"]], widths=[3, 1], right=[1]),
                Picture(qr("http://example.org/x"), 30, "扫码核验"),
                Signatures(["组长", "记录"]),
            ],
            place="新昌县",
            code="ABCD-EFGH-JKLM",
        )
    assert paper[:5] == b"%PDF-"


def test_what_the_font_lacks_is_noticed(caplog):
    assert _printable({"name": "𠮷村", "rows": [["★"]]}) == {"name": "‹U+20BB7›村", "rows": [["★"]]}
    assert [record.message for record in caplog.records] == ["characters without a glyph: 𠮷"]


def test_a_code_is_known_again_however_it_is_typed():
    code = issue("评审纪要", {"a": 1}, unit="330624", by=None)
    assert issue("评审纪要", {"a": 1}, unit="330624", by=None) == code
    assert issue("评审纪要", {"a": 2}, unit="330624", by=None) != code
    assert issued(code.lower().replace("-", " ")).title == "评审纪要"
    assert issued("ABCD-EFGH-JKLM") is None
