"""Forms of consultations. They validate the input; permissions are checked by the workflow."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayField
from accounts.working_days import working_days_after
from consultations import places
from consultations.models import Comment, Consultation, DraftProposal, Issuer, SchemePaper
from records.refusals import Incomplete

LONGEST_TEXT = 2000
USUAL_DAYS = 10
"""Working days that people get when nobody says otherwise."""


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def usual_day() -> Any:
    days = working_days_after(timezone.localdate())
    return next(day for n, day in enumerate(days, start=1) if n == USUAL_DAYS)


class BeginForm(forms.Form):
    until = DayField(label=_("Comments until"), help_text=_("Until 24:00 of that day. Working days are proposed."))
    public = forms.BooleanField(
        label=_("The public may comment too"),
        required=False,
        help_text=_("Anybody may then read the draft without an account, and the answers."),
    )
    note = forms.CharField(
        label=_("What we ask you to look at"), required=False, max_length=LONGEST_TEXT, widget=_area(3)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"until": usual_day()}, **kwargs)


class CommentForm(forms.Form):
    """About one place of the draft; ``about``: the place that is chosen first."""

    place = forms.ChoiceField(label=_("About"), required=False)
    text = forms.CharField(label=_("Comment"), max_length=LONGEST_TEXT, widget=_area(5))

    def __init__(self, *args: Any, consultation: Consultation, about: str = "", **kwargs: Any) -> None:
        super().__init__(*args, initial={"place": about}, **kwargs)
        self.fields["place"].choices = list(places.titles(consultation.scheme.body).items())


class PublicCommentForm(CommentForm):
    """``website`` is a honeypot: people do not see it, bots fill it in."""

    name = forms.CharField(
        label=_("Your name (optional)"),
        help_text=_("Leave it empty to stay anonymous. Only the people who handle it see it."),
        max_length=50,
        required=False,
    )
    contact = forms.CharField(label=_("How to reach you (optional)"), max_length=100, required=False)
    website = forms.CharField(required=False, widget=forms.HiddenInput)


class ProposalForm(CommentForm):
    """What a place should say instead, and why."""

    why = forms.CharField(label=_("Reason"), max_length=LONGEST_TEXT, widget=_area(3))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].required = True
        self.fields["place"].choices = [("", _("Choose")), *(one for one in self.fields["place"].choices if one[0])]
        self.fields["text"].label = _("How it should read")


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(label=_("Outcome"), choices=Comment.Outcome)
    answer = forms.CharField(label=_("Answer"), max_length=LONGEST_TEXT, widget=_area(3))


class SettleForm(AnswerForm):
    outcome = forms.ChoiceField(label=_("Outcome"), choices=DraftProposal.Outcome)
    answer = forms.CharField(label=_("Reason"), max_length=LONGEST_TEXT, widget=_area(3))


class EarlyForm(forms.Form):
    """The day is not over yet: why the step is taken all the same."""

    reason = forms.CharField(
        label=_("Why before the day"),
        max_length=LONGEST_TEXT,
        widget=_area(2),
        help_text=_("The time given is not over. Everybody concerned reads the reason."),
    )


class UntilForm(forms.Form):
    until = DayField(label=_("Joint review until"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"until": usual_day()}, **kwargs)


class PaperForm(forms.Form):
    kind = forms.ChoiceField(label=_("Paper"), choices=SchemePaper.Kind)
    number = forms.CharField(label=_("Document number"), max_length=50)
    issuers = forms.MultipleChoiceField(label=_("Issued by"), choices=Issuer, widget=forms.CheckboxSelectMultiple)
    file = forms.FileField(label=_("File"), help_text=_("PDF, OFD or Word, as it is sent out"))


class JointReviewForm(forms.Form):
    on = forms.TypedChoiceField(
        label=_("Joint review"),
        choices=[("1", _("The city's counties review each other's drafts")), ("0", _("Turned off"))],
        coerce=lambda typed: typed == "1",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_TEXT, widget=_area(2))


def show_refusal(form: forms.Form, refused: Incomplete) -> None:
    """Put what a workflow function refused beside its field."""
    for field, problem in (refused.problems or {"": str(refused)}).items():
        form.add_error(field if field in form.fields else None, problem)
