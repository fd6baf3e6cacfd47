"""Whether a reader may open a link that was stored with a thing, such as the cause of a warning.

Who may see a follow-up or a row of duties is not always one who may open the page that it leads to, and who was told
something may have lost the post since. Each app registers its addresses to which stored links lead, with what of them a
reader may open. A notice should lead nowhere else (``warn_of_unregistered``: an error in the tests); a link whose
address has no entry is taken for open.
"""

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.urls import Resolver404, resolve

from records.page_facts import address_table
from records.registry import KeyedRegistry, Registry

_doors = KeyedRegistry[str, Callable[[Any], QuerySet | bool]]()
register = _doors.register
"""Name of an address → the rows that a reader may open there, by its last argument, or for the whole page whether."""
_prepared = KeyedRegistry[str, Callable[[Any], QuerySet]]()
_ask = Registry[Callable[..., list[Any]]]()
ask_with = _ask.register
"""How prepared rows are asked for (``accounts.prepared.asked``)."""


def register_prepared(**doors: Callable[[Any], QuerySet]) -> None:
    """Those to which many links of a page lead, and whose query can be prepared: it follows from where the reader holds
    which rights, and looks neither at the length of a code nor at a part of it."""
    register(doors)
    _prepared.register(doors)


def to_everybody(user: Any) -> bool:
    """Of a page that answers whoever is signed in."""
    return True


class UnregisteredLink(UserWarning):
    """A notice leads to a page of which nobody has said who may open it."""


def warn_of_unregistered(links: Iterable[str]) -> None:
    """The tests fail on it; of those who work, a missing entry stops nobody's step."""
    if unknown := {link for link in filter(None, links) if _name_of(link) not in _doors}:
        warnings.warn(f"nothing says who may open {sorted(unknown)}", UnregisteredLink, stacklevel=2)


def is_registered(name: str) -> bool:
    return name in _doors


class _Door(NamedTuple):
    """The name of an address, and its last argument, if it has any."""

    name: str
    argument: tuple[str, Any] | None


def _name_of(link: str) -> str:
    door = _door(link)
    return door.name if door else ""


def _door(link: str) -> _Door | None:
    """The page that a link leads to, if there is one."""
    _prefix, urlconf = address_table()
    return _door_in(urlconf, urlsplit(link).path)


@lru_cache(8192)
def _door_in(urlconf: str, path: str) -> _Door | None:
    """Looked up among a thousand patterns once a process: lists lead to the same pages again and again."""
    try:
        match = resolve(path, urlconf)
    except Resolver404:
        return None
    return _Door(match.url_name or "", next(reversed(match.captured_kwargs.items()), None))


def openable(user: Any, links: Iterable[str]) -> set[str]:
    """Those of ``links`` that ``user`` may open now; one query for each kind of page."""
    found: set[str] = set()
    asked: dict[str, dict[tuple[str, Any] | None, set[str]]] = defaultdict(lambda: defaultdict(set))
    for link in filter(None, set(links)):
        door = _door(link)
        if door and door.name in _doors:
            asked[door.name][door.argument].add(link)
        elif door:
            found.add(link)
    for name, by_argument in asked.items():
        found.update(*(by_argument[argument] for argument in _there(user, name, list(by_argument))))
    return found


def _there(user: Any, name: str, arguments: list[Any]) -> list[Any]:
    """Those of the ``arguments`` of one kind of page with which ``user`` may open it."""
    if name in _prepared:
        field, _value = arguments[0]
        (ask,) = _ask
        values = [value for _field, value in arguments]
        return [(field, value) for (value,) in ask(rows, user, values, door=name, by=field)]
    allowed = _doors[name](user)
    if isinstance(allowed, bool):
        return arguments if allowed else []
    field, _value = arguments[0]
    values = [value for _field, value in arguments]
    return [(field, value) for value in allowed.filter(**{f"{field}__in": values}).values_list(field, flat=True)]


def rows(user: Any, values: list[Any], *, door: str, by: str) -> QuerySet[Any, tuple[Any]]:
    """Of a prepared entry (``door``): the rows with these ``values`` in the field ``by`` that ``user`` may open."""
    these = RawSQL("select unnest(%s)", [values])  # noqa: S611 as one value, however many
    return _prepared[door](user).filter(**{f"{by}__in": these}).order_by().values_list(by)


def prepared() -> dict[str, Callable[[Any], QuerySet]]:
    """What is registered so."""
    return dict(_prepared)
