"""The menu as a page shows it to its reader."""

import re

from django.http import HttpResponse

from accounts.menu_rows import section_of

NAV = re.compile(r'<nav class="(menu|submenu)".*?</nav>', re.DOTALL)
CURRENT = re.compile(r'<a\s+href="([^"]+)" aria-current="(page|true)"')


def has_menu(answer: HttpResponse) -> bool:
    return answer.status_code == 200 and '<nav class="menu"' in answer.text_shown


def misplaced(answer: HttpResponse, address: str) -> dict[str, list[tuple[str, str]]]:
    """What each row of the menu marks as open, if that is not the section, and the entry, of ``address``."""
    shell = answer.context["shell"]
    shown = {nav[1]: CURRENT.findall(nav[0]) for nav in NAV.finditer(answer.text_shown)}
    right = [len(row) for row in shown.values()] == ([1, 1] if shell.has_sections else [1])
    if shell.has_sections:
        right = right and shell.open_section.label == section_of(address).label
    *_, (url, kind) = list(shown.values())[-1] or [("", "")]
    right = right and (kind == "page") == (url == address.partition("?")[0])
    return {} if right else shown
