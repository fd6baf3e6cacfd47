"""What the lists of people write into Excel."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.standing import signature
from accounts.trail import Change
from records.workbooks import Column
from villages.townships import unit_columns


def appointments() -> list[Column]:
    return [
        Column(_("Name"), lambda one: one.user.name),
        Column(_("Account name"), lambda one: one.user.username, 20),
        Column(_("Role"), lambda one: one.get_role_display(), 20),
        Column(_("Department"), lambda one: one.department, 20),
        *unit_columns(lambda one: one.unit),
        Column(_("Telephone"), lambda one: one.phone, 18),
        Column(_("From"), lambda one: one.starts, 14),
        Column(_("Until"), lambda one: one.ends, 14),
    ]


def changes() -> list[Column]:
    def fields(change: Change) -> str:
        if change.is_new:
            return "\n".join(
                _("%(name)s: %(value)s") % {"name": field.name, "value": field.after}
                for field in change.fields
                if field.after is not None
            )
        return "\n".join(
            _("%(name)s: %(value)s") % {"name": field.name, "value": f"{field.before} → {field.after}"}
            for field in change.fields
        )

    return [
        Column(_("When"), lambda change: change.cursor.at, 20),
        Column(_("From where"), lambda change: change.address or _("on the machine itself"), 18),
        Column(_("Who"), lambda change: signature(change.who, change.as_deputy) if change.who else _("the system")),
        Column(_("What"), lambda change: change.what, 20),
        Column(_("Unit"), lambda change: change.unit, 28),
        Column(pgettext("audit trail", "Step"), lambda change: change.verb, 24),
        Column(_("Reason"), lambda change: change.reason, 30),
        Column(_("Added"), lambda change: _("Yes") if change.is_new else "", 8),
        Column(_("Before and after"), fields, 80),
    ]
