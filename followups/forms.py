"""Forms of follow-ups. They validate the input; permissions are checked by the workflow."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.fields import DayField
from accounts.models import User
from followups.kinds import KINDS
from followups.models import FollowUp, FollowUpQuerySet, FollowUpState
from followups.models.followup import VIEW
from followups.workflow.handing_on import Assignee, assignees
from records.deadlines import end_of
from villages.forms.township_filter import TownshipFilterForm

SOON = timedelta(days=7)


class FollowUpFilterForm(TownshipFilterForm):
    """Which follow-ups are listed: by place, kind, lateness, and whose they are."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    when = forms.ChoiceField(
        label=_("Deadline"),
        required=False,
        choices=[
            ("", _("All that wait")),
            ("late", _("Late")),
            ("soon", _("Due within a week")),
            ("check", _("To be checked")),
            ("up", _("Escalated")),
            ("closed", pgettext_lazy("follow-up", "Closed")),
        ],
    )
    whose = forms.ChoiceField(
        label=_("Whose"),
        required=False,
        choices=[
            ("", _("All in my scope")),
            ("mine", _("Mine")),
            ("office", _("My unit's")),
            ("below", _("Below my unit")),
        ],
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, codes=user.reach(VIEW), **kwargs)
        self.user = user
        self.fields["kind"].choices = [("", _("All kinds")), *((key, kind.name) for key, kind in KINDS.items())]

    def narrow(self, rows: FollowUpQuerySet) -> FollowUpQuerySet:
        """Those of ``rows`` that match every choice."""
        chosen = self.cleaned_data
        if chosen["kind"]:
            rows = rows.filter(kind=chosen["kind"])
        return super().narrow(self._by_whose(self._by_deadline(rows)))

    def _by_deadline(self, rows: FollowUpQuerySet) -> FollowUpQuerySet:
        now = timezone.now()
        waiting = rows.waiting()
        return {
            "": waiting,
            "late": rows.late(now),
            "soon": rows.filter(state=FollowUpState.OPEN, due_at__gt=now, due_at__lte=now + SOON),
            "check": rows.filter(state=FollowUpState.REPORTED),
            "up": waiting.filter(escalation__gt=0),
            "closed": rows.filter(state__in=FollowUpState.CLOSED).order_by("-closed_at", "-pk"),
        }[self.cleaned_data["when"]]

    def _by_whose(self, rows: FollowUpQuerySet) -> FollowUpQuerySet:
        units = {post.unit_id for post in self.user.posts}
        match self.cleaned_data["whose"]:
            case "mine":
                mine = FollowUp.objects.done_by(self.user).values("pk")
                checked = FollowUp.objects.filter(state=FollowUpState.REPORTED).checked_by(self.user).values("pk")
                return rows.filter(Q(pk__in=mine) | Q(pk__in=checked))
            case "office":
                return rows.filter(responsible_unit__in=units)
            case "below":
                return rows.exclude(responsible_unit__in=units)
        return rows


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; an empty list without any."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(FilesField, self).clean(one, initial) for one in data or []]


class ReportForm(forms.Form):
    report = forms.CharField(label=_("What was done"), widget=forms.Textarea(attrs={"rows": 4}))
    files = FilesField(
        label=_("Proof"), required=False, help_text=_("Photos, PDF, Word or Excel; several at once are possible.")
    )


class SendBackForm(forms.Form):
    reason = forms.CharField(label=_("What is missing"), widget=forms.Textarea(attrs={"rows": 3}))
    due = DayField(label=_("New deadline"), required=False, help_text=_("Without one the old deadline stays."))

    @property
    def given(self) -> dict[str, Any]:
        day = self.cleaned_data["due"]
        return {"reason": self.cleaned_data["reason"], "due_at": end_of(day) if day else None}


class HandOnForm(forms.Form):
    to = forms.ChoiceField(label=_("To whom"))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=500)

    def __init__(self, *args: Any, followup: FollowUp, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = assignees(followup, user)
        self.offered = {_key(one): one for one in found}
        self.fields["to"].choices = [("", "—"), *((_key(one), name) for one, name in found.items())]

    @property
    def chosen(self) -> Assignee:
        return self.offered[self.cleaned_data["to"]]


def _key(one: Assignee) -> str:
    return f"{one.unit}|{one.role}|{one.person or ''}"
