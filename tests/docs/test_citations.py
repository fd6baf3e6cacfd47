"""Every citation in code, tests and docs names a page in ``docs/`` and an existing section of it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
DOCS = ROOT / "docs"
BOOKS = ("practice", "architecture", "formats")
NOT_OURS = {".venv", ".git", ".data", "shots", "staticfiles"}
SUFFIXES = {".py", ".sql", ".html", ".js", ".css", ".typ", ".toml", ".md", ".sh", ""}
SECTION = re.compile(r"§(\d+)(?:–(\d+))?")
CITED = re.compile(r"(?i:\b([a-z]+))(?:\.md)?\s+§(\d+)(?:–(\d+))?")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def texts() -> Iterator[tuple[str, str]]:
    """The name and text of every file of ours."""
    for path in sorted(ROOT.rglob("*")):
        name = path.relative_to(ROOT)
        if not NOT_OURS.intersection(name.parts) and path.suffix in SUFFIXES and path.is_file():
            yield str(name), path.read_text(encoding="utf-8", errors="ignore")


def sections(book: str) -> set[int]:
    return {
        int(number) for number in re.findall(r"^## (\d+)\. ", (DOCS / f"{book}.md").read_text("utf-8"), re.MULTILINE)
    }


def unknown(text: str, known: dict[str, set[int]]) -> list[str]:
    """The citations in ``text`` whose page or section does not exist, and sections cited without a page."""
    named = list(CITED.finditer(text))
    wrong = [
        match[0]
        for match in named
        for number in (match[2], match[3] or match[2])
        if int(number) not in known.get(match[1].lower(), set())
    ]
    places = {match.end() for match in named}
    return list(dict.fromkeys(wrong)) + [match[0] for match in SECTION.finditer(text) if match.end() not in places]


@pytest.fixture(scope="module")
def known() -> dict[str, set[int]]:
    return {book: sections(book) for book in BOOKS}


def test_every_citation_names_a_book_and_a_section(known):
    assert all(known.values())
    # Formats cites its own sections; this file contains the wrong ones below.
    own = {"docs/formats.md", "tests/docs/test_citations.py"}
    assert {name: wrong for name, text in texts() if name not in own and (wrong := unknown(text, known))} == {}


def test_the_check_notices_a_missing_book_a_missing_section_and_a_bare_section(known):
    assert unknown("practice §3, domain §3, practice §99, formats §1–99, §4", known) == [
        "domain §3",
        "practice §99",
        "formats §1–99",
        "§4",
    ]


def anchor(heading: str) -> str:
    """The anchor that a heading gets on the page."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def headings(page: Path) -> set[str]:
    return {anchor(heading) for heading in re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)}


def broken_links(page: Path) -> list[str]:
    """Links of ``page`` to a file or heading that does not exist; other sites are not requested."""
    found = []
    for link in LINK.findall(page.read_text("utf-8")):
        name, _, heading = link.partition("#")
        target = page.parent / name if name else page
        if "://" not in link and not (target.exists() and (not heading or heading in headings(target))):
            found.append(link)
    return found


def test_links_between_the_books_lead_somewhere():
    pages = [*DOCS.glob("*.md"), *ROOT.glob("*.md")]
    assert any(LINK.search(page.read_text("utf-8")) for page in pages)
    assert {page.name: broken for page in pages if (broken := broken_links(page))} == {}
