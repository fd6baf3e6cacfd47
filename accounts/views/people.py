"""Searching people by name: their posts within the reader's reach, and for the auditor what they did."""

from django import forms
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.audit_trail import changes
from accounts.authority import permission_or_404
from accounts.models import Appointment, User
from accounts.trail_acts import acts_of
from villages.models import below_any

READ_TRAIL = "accounts.read_trail"
SEARCHERS = ("accounts.appoint", READ_TRAIL, "reports.view_leads")
"""Those who appoint, who read the audit trail, and the discipline commission."""
ROWS, ACTS = 50, 20


class PeopleSearch(forms.Form):
    q = forms.CharField(label=_("Name or account name"), max_length=50, required=False)


def _posts(reader: User) -> QuerySet[Appointment]:
    """All that are or were held within the reader's reach; the latest first."""
    reach = {code for right in SEARCHERS for code in reader.reach(right)}
    rows = Appointment.objects.filter(below_any(sorted(reach), "unit_id"))
    return rows.select_related("unit", "appointed_by").order_by("-starts", "unit_id", "role")


@permission_or_404(*SEARCHERS)
def people(request: HttpRequest) -> HttpResponse:
    form = PeopleSearch(request.GET)
    typed = form.cleaned_data["q"].strip() if form.is_valid() else ""
    posts = _posts(request.user)
    found = User.objects.filter(Exists(posts.order_by().filter(user=OuterRef("pk")))) if typed else User.objects.none()
    found = found.filter(Q(name__contains=typed) | Q(username=User.normalize_username(typed))).order_by("name", "pk")
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    held: dict[int, list[Appointment]] = {one.pk: [] for one in page}
    today = timezone.localdate()
    for post in posts.filter(Q(ends=None) | Q(ends__gte=today), user__in=held):
        held[post.user_id].append(post)
    context = {"form": form, "typed": typed, "page": page, "rows": [(one, held[one.pk]) for one in page]}
    return render(request, "accounts/people/people.html", context)


@permission_or_404(*SEARCHERS)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    posts = list(_posts(request.user).filter(user=pk))
    one = get_object_or_404(User.objects.filter(pk__in=[post.user_id for post in posts]), pk=pk)
    reach = request.user.reach(READ_TRAIL)
    done = acts_of(changes(reach, people=[pk], count=ACTS)) if reach else None
    return render(request, "accounts/people/person.html", {"person": one, "posts": posts, "acts": done})
