"""Applications, their answers and evidence over the API: the same functions as the pages."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_permission import HasUnitPermission
from accounts.authority import reached_or_404
from ratings.api.fields import FigureField
from ratings.application.access import FILL, VIEW, applications_for, opened
from ratings.application.progress import visible_steps
from ratings.models import Absence, Application, Cycle, Evidence, Transition
from ratings.presenters.application_form import ApplicationFormView
from ratings.workflow import application as workflow
from ratings.workflow import evidence as files
from ratings.workflow.actions import available, own_step
from ratings.workflow.answers import AnswerEntry, SavedAnswers, save_answers, version
from records.validated_input import ExactSerializer, NoFields, sent
from villages.models import Unit, below

STATES = [(state.value, state.label) for state in Application.State]


class ApplicationSerializer(serializers.ModelSerializer):
    """``state`` is the one that you may know: what is decided but not released is shown to others as still
    under review."""

    year = serializers.IntegerField(source="cycle.year")
    unit_name = serializers.CharField(source="unit.name")
    state = serializers.ChoiceField(STATES, source="shown_state")

    class Meta:
        model = Application
        fields = [
            "id",
            "cycle",
            "year",
            "unit",
            "unit_name",
            "state",
            "applied_star",
            "on_behalf",
            "submitted_at",
            "self_total",
        ]


class AnswerSerializer(serializers.Serializer):
    item = serializers.CharField(help_text="As in a facts file: 1.1.a, 1.2")
    typed = serializers.CharField()
    value = FigureField(allow_null=True, help_text="Null while what is typed is no fact")
    reason = serializers.CharField()
    source = serializers.CharField()
    version = serializers.CharField(help_text="Send it back as seen, and nobody else's answer is overwritten")
    problem = serializers.CharField()


class CriterionSerializer(serializers.Serializer):
    code = serializers.CharField(source="criterion.code")
    name = serializers.CharField(source="criterion.name")
    supplier = serializers.CharField(source="criterion.supplier")
    max = serializers.DecimalField(12, 4, source="criterion.max")
    points = serializers.DecimalField(12, 4, allow_null=True)
    open = serializers.BooleanField(help_text="You may change it now")
    returned = serializers.CharField(help_text="Why it was returned")
    answers = AnswerSerializer(many=True)


class EvidenceSerializer(serializers.ModelSerializer):
    file_name = serializers.CharField(source="file.name", read_only=True)
    size = serializers.IntegerField(source="file.size", read_only=True)
    kind = serializers.CharField(source="file.kind", read_only=True)

    class Meta:
        model = Evidence
        fields = ["id", "criterion", "name", "file_name", "size", "kind"]


class AbsenceSerializer(serializers.ModelSerializer):
    """A document that the village does not have this year: it replaces only the document, never points."""

    class Meta:
        model = Absence
        fields = ["criterion", "name", "reason"]


class AbsenceSentSerializer(ExactSerializer):
    criterion = serializers.CharField(max_length=20)
    name = serializers.CharField(max_length=100, help_text="The piece asked for")
    reason = serializers.CharField(max_length=300, allow_blank=True, help_text="Empty: there is one after all")


class TransitionSerializer(serializers.ModelSerializer):
    by = serializers.CharField(source="by.name", default="")

    class Meta:
        model = Transition
        fields = ["verb", "from_state", "to_state", "by", "as_deputy", "at", "reason"]


class ApplicationDetailSerializer(ApplicationSerializer):
    criteria = CriterionSerializer(many=True)
    missing = serializers.DictField(child=serializers.CharField(), help_text="What keeps the form from being sent")
    total = serializers.DecimalField(9, 2, help_text="The running total of what is answered")
    evidence = EvidenceSerializer(many=True)
    absences = AbsenceSerializer(many=True)
    transitions = TransitionSerializer(many=True)
    actions = serializers.ListField(child=serializers.CharField(), help_text="The steps that you may take now")

    class Meta(ApplicationSerializer.Meta):
        fields = [
            *ApplicationSerializer.Meta.fields,
            "criteria",
            "missing",
            "total",
            "evidence",
            "absences",
            "transitions",
            "actions",
        ]


class BeginSerializer(ExactSerializer):
    cycle = serializers.IntegerField()
    unit = serializers.CharField(max_length=12)


class StarSerializer(ExactSerializer):
    star = serializers.IntegerField()


class EntrySerializer(ExactSerializer):
    item = serializers.CharField(max_length=40)
    typed = serializers.CharField(allow_blank=True, trim_whitespace=False)
    reason = serializers.CharField(allow_blank=True, default="")
    seen = serializers.CharField(allow_null=True, allow_blank=True, default=None)
    sent = serializers.ListField(
        child=serializers.CharField(allow_blank=True, trim_whitespace=False),
        default=tuple,
        max_length=20,
        help_text="What you have sent for this item without hearing back: such an answer of yours may be overwritten",
    )
    sure = serializers.BooleanField(default=False, help_text="A figure far from last year's is right")


class EntriesSerializer(ExactSerializer):
    answers = EntrySerializer(many=True)


class KeptSerializer(serializers.Serializer):
    item = serializers.CharField(source="entry.item")
    problem = serializers.CharField()
    refused = serializers.BooleanField(help_text="Not kept: an answer stands that you had not seen")
    version = serializers.SerializerMethodField(help_text="Of the answer that stands now")

    def get_version(self, kept: SavedAnswers) -> str:
        return version(kept.answer)


class ReasonSerializer(ExactSerializer):
    reason = serializers.CharField(allow_blank=True)


class ReturnSerializer(ExactSerializer):
    criteria = serializers.DictField(child=serializers.CharField(allow_blank=True), help_text="Reason by criterion")
    due = serializers.DateTimeField()


class UploadSerializer(ExactSerializer):
    criterion = serializers.CharField(max_length=20, allow_blank=True, help_text="Empty for a paper of the whole form")
    name = serializers.CharField(
        max_length=100, default="", allow_blank=True, help_text="The piece asked for; of papers: minutes, stamped"
    )
    file = serializers.FileField()


class ApplicationFilter(filters.FilterSet):
    """``within``: the unit of this code and everything below it."""

    year = filters.NumberFilter(field_name="cycle__year")
    state = filters.ChoiceFilter(field_name="shown_state", choices=STATES)
    within = filters.CharFilter(method="narrow")

    class Meta:
        model = Application
        fields = ["cycle"]

    def narrow(self, applications: QuerySet[Application], _name: str, code: str) -> QuerySet[Application]:
        return applications.filter(below(code, "unit_id"))


class ApplicationViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Applications within your reach. A step that is not yours is 404; one that comes too late is 409."""

    permission_classes = [HasUnitPermission]
    needs = [VIEW]
    needs_for = {"create": FILL}
    queryset = Application.objects.none()
    serializer_class = ApplicationSerializer
    filterset_class = ApplicationFilter
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Application]:
        return applications_for(self.request.user).select_related("unit", "cycle").order_by("-cycle__year", "unit_id")

    def _detail(self, pk: Any, code: int = status.HTTP_200_OK) -> Response:
        application = opened(self.request.user, int(pk))
        user = self.request.user
        may_fill = any(user.has_perm(permission, application) for permission in FILL)
        form = ApplicationFormView(application, may_fill=may_fill)
        cards = [card for sheet in form.sheets for card in sheet.cards]
        for card in cards:
            card.answers = [
                {
                    "item": f.item,
                    "typed": f.typed,
                    "value": f.answer.value,
                    "reason": f.reason,
                    "source": f.answer.source,
                    "version": f.version,
                    "problem": f.problem,
                }
                for f in card.supplied
            ]
        shown = ApplicationSerializer(application).data | {
            "criteria": CriterionSerializer(cards, many=True).data,
            "missing": form.missing,
            "total": str(form.total),
            "evidence": EvidenceSerializer(form.evidence, many=True).data,
            "absences": AbsenceSerializer(form.absences.values(), many=True).data,
            "transitions": TransitionSerializer(visible_steps(user, application), many=True).data,
            "actions": [step.verb for step in available(user, application)],
        }
        return Response(shown, status=code)

    def _mine(self, pk: str, *permissions: str) -> Application:
        """The application, where the reader may take this step; for others it does not exist, whatever they send."""
        application = opened(self.request.user, int(pk))
        if not any(self.request.user.has_perm(permission, application) for permission in permissions):
            raise Http404
        return application

    def _step(self, verb: str, pk: str, take: Callable[[Application], Any]) -> Response:
        """``verb``, as the level above the unit takes it where that is its step."""
        application = opened(self.request.user, int(pk))
        take(self._mine(pk, own_step(verb, application.unit_id).permission))
        return self._detail(pk)

    @extend_schema(responses=ApplicationDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        return self._detail(pk)

    @extend_schema(request=BeginSerializer, responses={201: ApplicationDetailSerializer})
    def create(self, request: Request) -> Response:
        """Begin an empty form for a unit in a cycle."""
        given = sent(BeginSerializer, request)
        unit = reached_or_404(request.user, VIEW, Unit.objects.all(), field="code", code=given["unit"])
        cycle = get_object_or_404(Cycle.objects.reaching([unit.code]).select_related("scheme"), pk=given["cycle"])
        return self._detail(workflow.begin(unit, cycle, by=request.user).pk, status.HTTP_201_CREATED)

    @extend_schema(request=StarSerializer, responses=ApplicationDetailSerializer)
    @action(detail=True, methods=["post"])
    def star(self, request: Request, pk: str) -> Response:
        """Choose the star that the unit applies for."""
        application = self._mine(pk, *FILL)
        workflow.choose_star(application, sent(StarSerializer, request)["star"], by=request.user)
        return self._detail(pk)

    @extend_schema(request=EntriesSerializer, responses=KeptSerializer(many=True))
    @action(detail=True, methods=["post"], pagination_class=None, filterset_class=None)
    def answers(self, request: Request, pk: str) -> Response:
        """Save answers as they are typed; an invalid one is saved without a value, with its problem."""
        application = self._mine(pk, *FILL)
        given = sent(EntriesSerializer, request)["answers"]
        entries = [AnswerEntry(**entry | {"sent": tuple(entry["sent"])}) for entry in given]
        saved = save_answers(application, entries, by=request.user)
        return Response(KeptSerializer(saved.values(), many=True).data)

    @extend_schema(request=None, responses=ApplicationDetailSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Sign and send to the township; 400 with ``problems`` by item or criterion when something is missing."""
        return self._step("submit", pk, lambda one: workflow.submit(one, by=request.user, **sent(NoFields, request)))

    @extend_schema(request=None, responses=ApplicationDetailSerializer)
    @action(detail=True, methods=["post"])
    def resubmit(self, request: Request, pk: str) -> Response:
        """Sign and send back what was returned."""
        return self._step(
            "resubmit", pk, lambda one: workflow.resubmit(one, by=request.user, **sent(NoFields, request))
        )

    @extend_schema(request=ReasonSerializer, responses=ApplicationDetailSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take the application back before its result is released."""
        return self._step(
            "withdraw",
            pk,
            lambda application: workflow.withdraw(application, by=request.user, **sent(ReasonSerializer, request)),
        )

    @extend_schema(request=ReasonSerializer, responses=ApplicationDetailSerializer)
    @action(detail=True, methods=["post"], url_path="undo-submission")
    def undo_submission(self, request: Request, pk: str) -> Response:
        """Return an application submitted by mistake to the village, before the township accepts it."""
        return self._step(
            "undo_submission",
            pk,
            lambda one: workflow.undo_submissions([one], by=request.user, **sent(ReasonSerializer, request)),
        )

    @extend_schema(request=None, responses=ApplicationDetailSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Accept the application for review by the level above the unit."""
        return self._step("accept", pk, lambda one: workflow.accept(one, by=request.user, **sent(NoFields, request)))

    @extend_schema(request=ReturnSerializer, responses=ApplicationDetailSerializer)
    @action(detail=True, methods=["post"], url_path="return")
    def return_(self, request: Request, pk: str) -> Response:
        """Return the named criteria to the village, each with its reason; only these reopen."""

        def take(application: Application) -> None:
            given = sent(ReturnSerializer, request)
            workflow.return_(application, given["criteria"], due=given["due"], by=request.user)

        return self._step("return", pk, take)

    @extend_schema(request=None, responses=ApplicationDetailSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Resume the review after the deadline of a return has passed."""
        return self._step("resume", pk, lambda one: workflow.resume(one, by=request.user, **sent(NoFields, request)))

    @extend_schema(request={"multipart/form-data": UploadSerializer}, responses={201: EvidenceSerializer})
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def evidence(self, request: Request, pk: str) -> Response:
        """Attach a file to a criterion; ``name`` is the piece that the scheme asks for."""
        application, given = self._mine(pk, *FILL), sent(UploadSerializer, request)
        if given["criterion"]:
            attached = files.attach(application, given["criterion"], given["file"], name=given["name"], by=request.user)
        else:
            attached = files.attach_paper(application, given["name"], given["file"], by=request.user)
        return Response(EvidenceSerializer(attached).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=AbsenceSentSerializer, responses=ApplicationDetailSerializer)
    @action(detail=True, methods=["post"])
    def absence(self, request: Request, pk: str) -> Response:
        """Declare that there is no such document this year, and why; without a reason the declaration is withdrawn."""
        application, given = self._mine(pk, *FILL), sent(AbsenceSentSerializer, request)
        of = (application, given["criterion"], given["name"])
        if given["reason"].strip():
            files.declare_absent(*of, reason=given["reason"], by=request.user)
        else:
            files.take_back_absence(*of, by=request.user)
        return self._detail(pk)


class EvidenceViewSet(viewsets.GenericViewSet):
    """Files attached to applications within your reach."""

    permission_classes = [HasUnitPermission]
    needs = [VIEW]
    queryset = Evidence.objects.select_related("file", "application")
    serializer_class = EvidenceSerializer
    lookup_value_regex = "[0-9]{1,18}"

    def _opened(self, pk: str) -> Evidence:
        return reached_or_404(self.request.user, VIEW, self.queryset.all(), field="application__unit_id", pk=int(pk))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(EvidenceSerializer(self._opened(pk)).data)

    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a file from the form while its criterion is open to you."""
        files.detach(self._opened(pk), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
