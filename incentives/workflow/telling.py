"""Notices about a source: to those who hold a permission in its county, and to the people of the units paid."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.urls import reverse

from accounts.role_holders import holders, responsible
from accounts.roles import RATED_POSTS, ROLES
from incentives.models import GrantLine, PayeeAccount, Source
from notifications.models import Notice
from notifications.workflow import announce, announce_all


def tell_holders(perm: str, source: Source, kind: str, **params: Any) -> None:
    """Notify everyone responsible for the source's county whose role grants ``perm``."""
    roles = {role for role, spec in ROLES.items() if perm in spec.permissions}
    tell_people(responsible(roles, source.unit_id), source, kind, **params)


def tell_people(user_ids: Iterable[int], source: Source, kind: str, **params: Any) -> None:
    params = {"name": source.name, "county": source.unit.name} | params
    announce(user_ids, kind, link=source.get_absolute_url(), unit_code=source.unit_id, **params)


def tell_units(source: Source, kind: str, amounts: Mapping[GrantLine, Decimal]) -> None:
    """Notify the cadres of each line's unit about its amount."""
    people = holders(RATED_POSTS, {line.holder_id for line in amounts})
    announce_all(
        Notice(
            user_id=user_id,
            kind=kind,
            params={"name": source.name, "unit": line.unit.name, "amount": str(amount)},
            link=reverse("unit-money"),
            unit_code=line.holder_id,
        )
        for line, amount in amounts.items()
        for user_id in people.get(line.holder_id, [])
    )


def tell_of_account(account: PayeeAccount, user_ids: Iterable[int]) -> None:
    """Notify a unit's own people to which account it is paid from now on: they are the first to notice a wrong
    change."""
    params = {"unit": account.unit.name, "bank": account.bank, "account": account.masked}
    announce(user_ids, "payee_account", link=reverse("unit-money"), unit_code=account.unit_id, **params)


def tell_of_declined(account: PayeeAccount) -> None:
    """Notify whoever proposed it: the right account has to be asked for and proposed."""
    params = {"unit": account.unit.name, "account": account.masked, "reason": account.reason}
    link = reverse("payee", args=[account.unit_id])
    announce([account.proposed_by_id], "payee_declined", link=link, unit_code=account.unit_id, **params)
