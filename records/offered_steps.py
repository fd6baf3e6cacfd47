"""The steps that a page offers with a thing, each with its form; and the form of one that it no longer offers."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import Form

from records import previews
from records.lifecycle import Step
from records.refused_forms import Refusal


@dataclass(frozen=True)
class OfferedStep:
    """``key``: of what was shown before it; ``opened``: it has just been refused, and the form says why."""

    step: Step
    form: Form
    key: str
    opened: bool


def offered(
    user: Any,
    steps: Collection[Step],
    pk: int,
    shown: Any,
    *,
    form: Callable[[Step], Form],
    refused: Mapping[str, Form],
) -> list[OfferedStep]:
    """``steps`` with the thing of this ``pk``, of which the page shows ``shown``; ``refused``: forms by verb."""
    keys = previews.keep_all(user, [f"{step.verb}:{pk}" for step in steps], shown)
    return [
        OfferedStep(step, refused.get(step.verb) or form(step), keys[f"{step.verb}:{pk}"], step.verb in refused)
        for step in steps
    ]


def lost(refused: Mapping[str, Form], shown: Collection[str]) -> list[Refusal]:
    """The refused form whose step is not among those that the page shows again (verbs)."""
    return [Refusal.of(form) for verb, form in refused.items() if verb not in shown]
