"""What the lists of people export to Excel."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.audit_trail import TrailChange, TrailField
from accounts.deputies import signature
from accounts.roles import Role
from accounts.sms_deliveries import about, masked_mobile
from records.workbooks import SheetColumn
from villages.townships import unit_columns


def appointments() -> list[SheetColumn]:
    return [
        SheetColumn(_("Name"), lambda one: one.user.name),
        SheetColumn(_("Account name"), lambda one: one.user.username, 20),
        SheetColumn(_("Role"), lambda one: str(Role(one.role).label), 20),
        SheetColumn(_("Department"), lambda one: one.department, 20),
        *unit_columns(lambda one: one.unit),
        SheetColumn(_("Telephone"), lambda one: one.phone, 18),
        SheetColumn(_("From"), lambda one: one.starts, 14),
        SheetColumn(_("Until"), lambda one: one.ends, 14),
    ]


def short_messages() -> list[SheetColumn]:
    return [
        SheetColumn(_("When"), lambda one: one.notice.created_at, 20),
        SheetColumn(_("To whom"), lambda one: one.notice.user.name),
        SheetColumn(_("Mobile number"), masked_mobile, 16),
        SheetColumn(_("About"), about, 20),
        SheetColumn(_("State"), lambda one: one.get_state_display()),
        SheetColumn(_("Sent"), lambda one: one.sent_at, 20),
        SheetColumn(_("Tries"), lambda one: one.attempts, 8),
        SheetColumn(_("Reason"), lambda one: one.error, 40),
    ]


def _colon(field: TrailField, value: Any) -> str:
    return _("%(name)s: %(value)s") % {"name": field.name, "value": value}


def _or_dash(value: Any) -> Any:
    return "—" if value is None else value


def changes() -> list[SheetColumn]:
    def fields(change: TrailChange) -> str:
        if change.is_new:
            return "\n".join(_colon(field, field.after) for field in change.fields)
        return "\n".join(
            _colon(field, f"{_or_dash(field.before)} → {_or_dash(field.after)}") for field in change.fields
        )

    return [
        SheetColumn(_("When"), lambda change: change.cursor.at, 20),
        SheetColumn(_("From where"), lambda change: change.address or _("on the machine itself"), 18),
        SheetColumn(
            _("Who"), lambda change: signature(change.who, change.as_deputy) if change.who else _("the system")
        ),
        SheetColumn(_("Office"), lambda change: change.office, 28),
        SheetColumn(_("In words"), lambda change: change.sentence, 60),
        SheetColumn(_("What"), lambda change: change.what, 20),
        SheetColumn(_("Unit"), lambda change: change.unit, 28),
        SheetColumn(pgettext("audit trail", "Step"), lambda change: change.verb, 24),
        SheetColumn(_("Reason"), lambda change: change.reason, 30),
        SheetColumn(_("Kind of change"), lambda change: change.kind_of_change, 12),
        SheetColumn(_("Before and after"), fields, 80),
    ]
