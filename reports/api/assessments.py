"""Assessments over the API: the formula as a file (formats §9), the figures, and the villages behind them."""

from collections.abc import Callable
from typing import Any

import simplejson
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.api_permission import HasUnitPermission
from accounts.authority import reached_or_404
from records.idempotency import KEY, once
from records.validated_input import ExactSerializer, NoFields, sent
from reports.assessments import keeping
from reports.assessments.figure import written_term
from reports.assessments.kept import AssessmentFigures
from reports.assessments.readers import compares, own_places
from reports.assessments.reading import AssessmentRefused
from reports.models import Assessment
from reports.models.assessment import MANAGE, VIEW
from villages.models import Level, Unit

MAKERS = Unit.objects.filter(level__in=[Level.COUNTY, Level.ZONE, Level.CITY])


class AssessmentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Assessment
        fields = ["id", "unit", "assesses", "year", "on", "name", "state", "document", "issued_at", "decided_at"]


class AssessedUnitSerializer(serializers.Serializer):
    """`terms`: the value of each, from 0 to 1; `villages`: how many the unit has."""

    unit = serializers.CharField()
    figure = serializers.CharField()
    terms = serializers.DictField(child=serializers.CharField())
    villages = serializers.IntegerField()


class AssessmentDetailSerializer(AssessmentSerializer):
    """`units`: those whose figures you may see; others where the city shows the comparison."""

    formula = serializers.SerializerMethodField()
    units = serializers.SerializerMethodField()

    class Meta(AssessmentSerializer.Meta):
        fields = [*AssessmentSerializer.Meta.fields, "formula", "units"]

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_formula(self, one: Assessment) -> Any:
        return simplejson.loads(one.formula)

    @extend_schema_field(AssessedUnitSerializer(many=True))
    def get_units(self, one: Assessment) -> Any:
        user = self.context["request"].user
        own = None if compares(user, one) else own_places(user, one)
        return [
            {
                "unit": place.unit.code,
                "figure": f"{place.figure:.2f}",
                "terms": {value.term.code: written_term(value.value) for value in place.terms},
                "villages": place.villages,
            }
            for place in AssessmentFigures(one).places
            if own is None or place.unit.code in own
        ]


class VillageBehindSerializer(serializers.Serializer):
    """What a village adds to the term of its unit."""

    unit = serializers.CharField()
    value = serializers.CharField()


class FormulaSerializer(ExactSerializer):
    """`formula`: an assessment file (formats §9), as an object."""

    formula = serializers.DictField()

    def validate_formula(self, formula: dict[str, Any]) -> str:
        return str(simplejson.dumps(formula, ensure_ascii=False, use_decimal=True))


class DecideAssessmentSerializer(ExactSerializer):
    document = serializers.CharField(max_length=100)


class AssessmentViewSet(ReadOnlyModelViewSet):
    """Assessments that you make, and those told to your own unit."""

    permission_classes = (HasUnitPermission,)
    needs = (MANAGE, VIEW)
    needs_for = dict.fromkeys(["create", "revise", "issue", "freeze"], (MANAGE,))
    queryset = Assessment.objects.select_related("unit")
    serializer_class = AssessmentSerializer
    filterset_fields = ["unit", "year", "state"]
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Assessment]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return super().get_queryset().seen_by(self.request.user)

    @extend_schema(responses=AssessmentDetailSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One assessment: its formula, and the figures that you may see."""
        return self._told(self.get_object())

    @extend_schema(request=FormulaSerializer, responses={201: AssessmentDetailSerializer}, parameters=[KEY])
    def create(self, request: Request) -> Response:
        """Draft an assessment for the unit that its file names."""
        formula = sent(FormulaSerializer, request)["formula"]
        code = str(simplejson.loads(formula).get("unit", ""))
        unit = reached_or_404(request.user, MANAGE, MAKERS, field="code", code=code)
        return once(request, lambda: self._told(self._written(unit, formula), status.HTTP_201_CREATED))

    @extend_schema(request=FormulaSerializer, responses=AssessmentDetailSerializer, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def revise(self, request: Request, pk: str) -> Response:
        """Give a draft another formula."""
        one, formula = self._made(), sent(FormulaSerializer, request)["formula"]
        return once(request, lambda: self._told(self._written(one.unit, formula, one)))

    @extend_schema(request=None, responses=AssessmentDetailSerializer, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def issue(self, request: Request, pk: str) -> Response:
        """Tell the formula to those assessed; it does not change any more."""
        one = self._made()
        sent(NoFields, request)
        return self._once(one, lambda: keeping.issue_assessment(one, by=request.user))

    @extend_schema(request=DecideAssessmentSerializer, responses=AssessmentDetailSerializer, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def freeze(self, request: Request, pk: str) -> Response:
        """Freeze the figures by a decision."""
        one, given = self._made(), sent(DecideAssessmentSerializer, request)
        return self._once(one, lambda: keeping.freeze_assessment(one, **given, by=request.user))

    @extend_schema(
        responses=VillageBehindSerializer(many=True),
        parameters=[
            OpenApiParameter("unit", str, required=True, description="Code of the unit assessed"),
            OpenApiParameter("term", str, required=True, description="Code of the term"),
        ],
        filters=False,
    )
    @action(detail=True, pagination_class=None, filter_backends=[])
    def villages(self, request: Request, pk: str) -> Response:
        """The villages behind one term of one unit, those that add least first."""
        one, code = self.get_object(), request.query_params.get("unit", "")
        figures = AssessmentFigures(one)
        term, place = figures.term(request.query_params.get("term", "")), figures.place(code)
        if not (compares(request.user, one) or code in own_places(request.user, one)) or term is None or place is None:
            raise Http404
        rows = figures.villages(term, code)
        return Response([{"unit": unit.code, "value": written_term(value)} for unit, value in rows])

    def _made(self) -> Assessment:
        return reached_or_404(self.request.user, MANAGE, self.get_queryset(), pk=int(self.kwargs["pk"]))

    def _written(self, unit: Unit, formula: str, one: Assessment | None = None) -> Assessment:
        try:
            return keeping.write_assessment(unit, formula, by=self.request.user, assessment=one)
        except AssessmentRefused as refused:
            raise serializers.ValidationError({"formula": [str(one) for one in refused.problems]}) from refused

    def _once(self, one: Assessment, step: Callable[[], Any]) -> Response:
        def act() -> Response:
            step()
            return self._told(one)

        return once(self.request, act)

    def _told(self, one: Assessment, code: int = status.HTTP_200_OK) -> Response:
        return Response(AssessmentDetailSerializer(one, context=self.get_serializer_context()).data, status=code)
