"""Joint department checks over the API: a department sees its own answers, the county's office sees all of them."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api_permission import HasUnitPermission
from accounts.departments import departments_of
from ratings.models import Cycle
from records.refusals import Incomplete
from records.validated_input import ExactSerializer, sent
from reviews.department_checks.assignments import (
    ANSWER,
    OPEN,
    candidates_of,
    checks_for,
    departments,
    outstanding,
    standing,
)
from reviews.models import DepartmentAnswer, DepartmentCheck, Finding
from reviews.workflow import checks
from villages.models import Unit


class FindingSerializer(serializers.ModelSerializer):
    unit = serializers.CharField(source="application.unit_id")

    class Meta:
        model = Finding
        fields = ["unit", "veto", "on", "document"]


class DepartmentAnswerSerializer(serializers.ModelSerializer):
    by = serializers.CharField(source="by.name")
    findings = FindingSerializer(many=True)

    class Meta:
        model = DepartmentAnswer
        fields = ["department", "by", "at", "reason", "findings"]


class CheckSerializer(serializers.ModelSerializer):
    class Meta:
        model = DepartmentCheck
        fields = ["id", "cycle", "unit", "due", "opened_at"]


class CheckInFullSerializer(CheckSerializer):
    """``candidates`` are division codes; ``outstanding`` are the departments that have not answered yet."""

    candidates = serializers.SerializerMethodField()
    outstanding = serializers.SerializerMethodField()
    answers = serializers.SerializerMethodField()

    class Meta(CheckSerializer.Meta):
        fields = [*CheckSerializer.Meta.fields, "candidates", "outstanding", "answers"]

    def _own(self, check: DepartmentCheck) -> set[str] | None:
        """The departments whose answers the reader sees; None for all."""
        user = self.context["request"].user
        return None if user.has_perm(OPEN, check) else set(departments_of(user, check.unit_id))

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_candidates(self, check: DepartmentCheck) -> list[str]:
        return [application.unit_id for application in candidates_of(check)]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_outstanding(self, check: DepartmentCheck) -> list[str]:
        own = self._own(check)
        return [name for name in outstanding({check.pk: departments(check)})[check.pk] if own is None or name in own]

    @extend_schema_field(DepartmentAnswerSerializer(many=True))
    def get_answers(self, check: DepartmentCheck) -> list[dict[str, Any]]:
        own = self._own(check)
        shown = [answer for name, answer in standing(check).items() if own is None or name in own]
        return DepartmentAnswerSerializer(shown, many=True).data


class OpenCheckSerializer(ExactSerializer):
    """``candidates``: division codes of all that are on no list yet; if they have changed, nothing is done."""

    cycle = serializers.IntegerField()
    unit = serializers.CharField(max_length=12)
    due = serializers.DateTimeField()
    candidates = serializers.ListField(child=serializers.CharField(max_length=12), allow_empty=False)


class FoundSerializer(ExactSerializer):
    unit = serializers.CharField(max_length=12)
    veto = serializers.CharField(max_length=20)
    on = serializers.DateField()
    document = serializers.CharField(max_length=200)


class AnswerCheckSerializer(ExactSerializer):
    """``findings``: all that is known; none: nothing was found for the whole list. ``reason``: for a correction."""

    department = serializers.CharField(max_length=60)
    findings = FoundSerializer(many=True, required=False)
    reason = serializers.CharField(max_length=2000, allow_blank=True, default="")


class LapseSerializer(ExactSerializer):
    department = serializers.CharField(max_length=60)
    note = serializers.CharField(max_length=2000)


class CheckViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """Lists of candidates submitted to the departments that the scheme names."""

    permission_classes = [HasUnitPermission]
    needs = [OPEN, ANSWER]
    needs_for = {"create": [OPEN], "lapse": [OPEN], "answer": [ANSWER]}
    serializer_class = CheckSerializer
    queryset = DepartmentCheck.objects.all()
    filterset_fields = ["cycle"]

    def get_queryset(self) -> QuerySet[DepartmentCheck]:
        return checks_for(self.request.user).order_by("-pk")

    def get_serializer_class(self) -> type[serializers.Serializer]:
        return CheckSerializer if self.action == "list" else CheckInFullSerializer

    @extend_schema(request=OpenCheckSerializer, responses={201: CheckInFullSerializer})
    def create(self, request: Request) -> Response:
        given = sent(OpenCheckSerializer, request)
        unit = get_object_or_404(Unit.objects.within_any(request.user.reach(OPEN)), pk=given["unit"])
        cycle = get_object_or_404(Cycle, pk=given["cycle"], unit=unit)
        named = cycle.applications.filter(unit_id__in=given["candidates"]).values_list("unit_id", "pk")
        expected = [dict(named).get(code, 0) for code in given["candidates"]]
        check = checks.open_check(cycle, unit, due=given["due"], expected=expected, by=request.user)
        return Response(self.get_serializer(check).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=AnswerCheckSerializer, responses={201: DepartmentAnswerSerializer})
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: Any = None) -> Response:
        """Sign a department's answer for the whole list; a later one corrects it."""
        check, given = self.get_object(), sent(AnswerCheckSerializer, request)
        listed = {application.unit_id: application.pk for application in candidates_of(check)}
        named = given.get("findings", [])
        if strange := [one["unit"] for one in named if one["unit"] not in listed]:
            raise Incomplete(checks.not_listed(), dict.fromkeys(strange, checks.not_listed()))
        findings = [checks.CheckFinding(listed[one["unit"]], one["veto"], one["on"], one["document"]) for one in named]
        signed = checks.answer(
            check,
            given["department"],
            findings,
            by=request.user,
            reason=given["reason"],
        )
        return Response(DepartmentAnswerSerializer(signed).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=LapseSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def lapse(self, request: Request, pk: Any = None) -> Response:
        """Record that a department has missed the deadline."""
        check, given = self.get_object(), sent(LapseSerializer, request)
        checks.note_lapse(check, **given, by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
