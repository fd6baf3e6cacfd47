"""``docs/architecture.md`` tells where to change the code for something new: what it names exists, and is complete."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from ratings.models.lifecycle import ApplicationState

APPS = (
    "records",
    "villages",
    "notifications",
    "accounts",
    "followups",
    "ratings",
    "consultations",
    "programmes",
    "reviews",
    "incentives",
    "improvements",
    "honours",
    "reminders",
    "reports",
    "config",
)
CODE, SQL_LIST = re.compile(r"`([^`]+)`"), re.compile(r"\(('\w+'(?:, '\w+')+)\)")
DOTTED = re.compile("`((?:{})\\.[a-z_.]+)\\b".format("|".join(APPS)))
NAME_OF_FILE, FILE_AND_NAME = re.compile(r"`(\w+)` of `(\w+/[\w/]+\.py)`"), re.compile(r"`(\w+/[\w/]+\.py)` `(\w+)`")
MEMBERS, VALUES = set(ApplicationState.__members__), set(ApplicationState.values)


def rows() -> dict[str, str]:
    """The table of the page: what is new → the places."""
    text = (settings.BASE_DIR / "docs/architecture.md").read_text()
    table = text.partition("## Where do I touch for …")[2].partition("\n## ")[0]
    cells = [line.strip("|").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return {what.strip(): " | ".join(places) for what, *places in cells[2:]}


def named_files(places: str) -> set[str]:
    """Names with a folder and an ending, or an ending alone ("``tasks.py``", in every app that has one)."""
    return {name for name in CODE.findall(places) if re.fullmatch(r"[\w/]+\.(py|sql|typ|html|md|po)", name)}


def sources(*endings: str) -> Iterator[Path]:
    for folder in (*APPS, "templates"):
        for ending in endings:
            yield from (settings.BASE_DIR / folder).rglob(f"*.{ending}")


@pytest.mark.parametrize("what", rows())
def test_every_place_is_there(what):
    for name in named_files(rows()[what]):
        if "NAME" not in name:
            where = settings.BASE_DIR if "/" in name else None
            found = (where / name).exists() or (where / "templates" / name).exists() if where else _in_an_app(name)
            assert found, name


def _in_an_app(name: str) -> bool:
    return any((settings.BASE_DIR / app / name).exists() for app in APPS)


@pytest.mark.parametrize("what", rows())
def test_every_name_of_the_code_is_there(what):
    """``accounts.audit_trail.redact``: the module has the name."""
    for dotted in DOTTED.findall(rows()[what]):
        *module, name = dotted.split(".")
        at = settings.BASE_DIR.joinpath(*module)
        texts = [path.read_text() for path in (at.with_suffix(".py"), at / "__init__.py") if path.exists()]
        whole = settings.BASE_DIR.joinpath(*module, f"{name}.py").exists()
        assert whole or any(re.search(rf"\b{name}\b", text) for text in texts), dotted


@pytest.mark.parametrize("what", rows())
def test_every_name_is_in_its_file(what):
    """A name "of" a file, or after it, in backticks each."""
    pairs = [(path, name) for name, path in NAME_OF_FILE.findall(rows()[what])] + FILE_AND_NAME.findall(rows()[what])
    assert [(path, name) for path, name in pairs if name not in _words_of(path)] == []


def _words_of(path: str) -> set[str]:
    return set(re.findall(r"\w+", (settings.BASE_DIR / path).read_text()))


def _states_in(node: ast.AST) -> set[str]:
    """The states of an application that are named in it: ``State.X``, ``Application.State.X``."""
    found = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute) and one.attr in MEMBERS:
            whose = ast.unparse(one.value)
            if whose in ("State", "Application.State", "ApplicationState"):
                found.add(one.attr)
    return found


def _lists_states(path: Path) -> bool:
    text = path.read_text()
    for words in SQL_LIST.findall(text):
        if {word.strip("' ") for word in words.split(",")} <= VALUES and "a.state" in text:
            return True
    if path.suffix == ".html":
        return len(set(re.findall(r"application\.state == ['\"](\w+)", text)) & VALUES) > 1
    if path.suffix != ".py" or "Application" not in text:
        return False
    tree = ast.parse(text)
    own = re.search(r"^State = (?!Application\.State|ApplicationState)", text, re.M)
    lists = (ast.Dict, ast.List, ast.Tuple, ast.Set)
    return not own and any(
        isinstance(node, lists)
        or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr))
        or (isinstance(node, ast.Call) and ast.unparse(node.func) == "Case")
        for node in ast.walk(tree)
        if len(_states_in(node)) > 1
    )


def test_the_places_that_list_the_states_of_an_application_are_those_of_the_page():
    """A new state is considered there, and nowhere else without being found."""
    listing = {
        str(path.relative_to(settings.BASE_DIR))
        for path in sources("py", "sql", "html")
        if "migrations" not in path.parts and _lists_states(path)
    }
    page = rows()["a new state of an application"].partition("And:")[0]
    assert listing == named_files(page)
