"""Effects in words: ``cap:3`` as stored in the register, or a rule of a scheme."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ratings.models import Proposal


def effect_words(text: str) -> str:
    """``lower:1`` → "one star less"."""
    does, _colon, n = text.partition(":")
    return {
        "warn": pgettext("effect", "warned"),
        "lower": _("%(n)s fewer stars") % {"n": n},
        "cap": _("at most %(n)s stars") % {"n": n},
        "suspend": pgettext("effect", "suspended"),
        "revoke": pgettext("effect", "revoked"),
    }[does]


def effects_words(effects: Iterable[str]) -> str:
    """All effects of a period in one cell or line."""
    return _("; ").join(map(effect_words, effects))


def rule_words(rule: dict[str, Any]) -> str:
    """A rule of a scheme with its duration."""
    n = {"cap": rule.get("star"), "lower": rule.get("by")}.get(rule["does"])
    words = effect_words(rule["does"] if n is None else f"{rule['does']}:{n}")
    if months := rule.get("months"):
        return _("%(effect)s for %(months)s months") % {"effect": words, "months": months}
    return words


def proposal_words(proposal: Proposal) -> str:
    """What a proposal would do, by the rule of the scheme that made it."""
    return rule_words(proposal.scheme.body["rules"][proposal.rule])
