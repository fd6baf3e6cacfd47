"""Workbooks as other programs and attackers make them, from the XML of their parts."""

import io
import zipfile
from collections.abc import Callable

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="0.0%"/>'
    '<numFmt numFmtId="165" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts>'
    '<cellXfs count="6"><xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="2"/><xf numFmtId="14"/>'
    '<xf numFmtId="164"/><xf numFmtId="31"/></cellXfs></styleSheet>'
)
PERCENT, TWO_PLACES, DAY, PERCENT_TOO, CHINESE_DAY = 1, 2, 3, 4, 5


def text(value: str) -> str:
    return f'<c t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'


def number(value: object, style: int = 0) -> str:
    return f'<c s="{style}"><v>{value}</v></c>'


def row(*cells: str, **attributes: object) -> str:
    given = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<row{given}>{''.join(c if c.startswith('<') else text(c) for c in cells)}</row>"


def sheet(*rows: str, before: str = "", after: str = "", namespace: str = MAIN) -> str:
    return f'<worksheet xmlns="{namespace}">{before}<sheetData>{"".join(rows)}</sheetData>{after}</worksheet>'


def workbook(sheet_xml: str | bytes, *, workbook_pr: str = "", parts: dict[str, str | bytes] | None = None) -> bytes:
    """A package around the sheet; ``parts`` are added, or replace those of the same name."""
    related = "".join(
        f'<Relationship Id="r{at}" Type="{RELATED}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(
            [("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")]
        )
    )
    held: dict[str, str | bytes] = {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r0" Type="{RELATED}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}">{workbook_pr}<sheets>'
        '<sheet name="表一" sheetId="1" r:id="r0"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{related}</Relationships>',
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"/>',
        "xl/worksheets/sheet1.xml": sheet_xml,
    }
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in (held | (parts or {})).items():
            package.writestr(zipfile.ZipInfo(name), content, compress_type=zipfile.ZIP_DEFLATED)
    return raw.getvalue()


def strings() -> str:
    return f'<sst xmlns="{MAIN}">{"<si><t>a</t></si>" * 2_000_000}</sst>'


def hostile(heads: str) -> dict[str, Callable[[], bytes]]:
    """Makers of files that are expensive to read, or not what they seem; ``heads``: the heading row."""
    attributes = " ".join(f'a{n}="1"' for n in range(200_000))
    entities = '<!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">' + "".join(
        f'<!ENTITY a{n} "' + f"&a{n - 1};" * 10 + '">' for n in range(1, 9)
    )
    plain = workbook(sheet(heads))
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
    wide = row(*(number(1) for _ in range(300)))
    ods = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}
    return {
        "1.2 million cells": lambda: workbook(sheet(heads, wide * 4000)),
        "two million strings": lambda: workbook(sheet(heads), parts={"xl/sharedStrings.xml": strings()}),
        "zeros": lambda: workbook(b"\0" * 100_000_000),
        "space": lambda: workbook(sheet(heads, before=" " * 60_000_000)),
        "a bomb beside": lambda: workbook(sheet(heads), parts={"xl/media/a.png": bytes(90_000_000)}),
        "entities": lambda: workbook(entities + "]>" + sheet(heads, row("&a8;"))),
        "outside entity": lambda: workbook(
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + sheet(row("&a;"))
        ),
        "deep": lambda: workbook(sheet(heads, "<x>" * 1_000_000)),
        "attributes": lambda: workbook(sheet(heads, f"<row {attributes}/>")),
        "broken XML": lambda: workbook(sheet(heads)[:-20]),
        "no XML": lambda: workbook(b"\x00\xff\x00"),
        "a text that is none": lambda: workbook(sheet(heads, row('<c t="s"><v>99</v></c>'))),
        "an endless number": lambda: workbook(sheet(heads, row(number("9" * 1_000_000)), row(number("1E+999999999")))),
        "a column far out": lambda: workbook(sheet(heads, row('<c r="XFD2"><v>1</v></c>'))),
        "rows without end": lambda: workbook(sheet(heads, "<row><c><v>1</v></c></row>" * 250_000)),
        "styles that are odd": lambda: workbook(sheet(heads), parts={"xl/styles.xml": "<styleSheet><cellXfs><xf/>"}),
        "no workbook": lambda: workbook(sheet(heads), parts={"xl/workbook.xml": "<workbook/>"}),
        "no sheet": lambda: workbook(sheet(heads), parts={"xl/_rels/workbook.xml.rels": "<Relationships/>"}),
        "many parts": lambda: workbook(sheet(heads), parts={f"p{n}": "" for n in range(6_000)}),
        "cut": lambda: plain[: len(plain) // 2],
        "nothing in it": lambda: b"PK\x05\x06" + bytes(18),
        "locked package": lambda: plain.replace(
            b"PK\x01\x02\x14\x00\x14\x00\x00\x00", b"PK\x01\x02\x14\x00\x14\x00\x01\x00"
        ).replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"),
        "xls": lambda: ole + "Workbook".encode("utf-16-le"),
        "with a password": lambda: ole + "EncryptedPackage".encode("utf-16-le"),
        "ods": lambda: workbook(b"", parts=ods),
        "xlsb": lambda: workbook(b"", parts={"xl/workbook.bin": b""}),
        "a Word file": lambda: b"PK\x03\x04" + plain[4:].replace(b"xl/", b"wd/"),
        "a web page": lambda: b"<html><table><tr><td>1</td></tr></table></html>",
        "UTF-16": lambda: "区划代码".encode("utf-16"),
        "PDF": lambda: b"%PDF-1.7",
        "quotes": lambda: b'a,"b\n' * 500_000,
        "a field without end": lambda: b"a" * 4_000_000,
        "commas": lambda: b"," * 5_000_000,
        "lines": lambda: b"1\n" * 2_000_000,
        "random bytes": lambda: bytes(range(256)) * 1000,
    }
