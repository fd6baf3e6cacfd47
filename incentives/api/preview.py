"""``POST /api/v1/allocations/preview/``: calculate an allocation without saving anything (formats §4)."""

import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_permission import HasUnitPermission
from incentives.allocation_rule import OutOfLimits, WeightedClaim, allocate
from incentives.money import fen, yuan
from incentives.refusal_words import out_of_limits
from records.validated_input import sent
from villages.models import Unit

PLAIN = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")


class PlainDecimal(serializers.DecimalField):
    """A decimal as people write it: no exponents, no words, no digits of other scripts."""

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, str) and not PLAIN.fullmatch(data):
            self.fail("invalid")
        return super().to_internal_value(data)


def amount(**options: Any) -> PlainDecimal:
    """Yuan, to the fen, not negative."""
    return PlainDecimal(max_digits=18, decimal_places=2, min_value=Decimal(0), **options)


class ClaimSerializer(serializers.Serializer):
    unit = serializers.CharField(max_length=12, trim_whitespace=False)
    weight = PlainDecimal(max_digits=40, decimal_places=20)
    at_least = amount(required=False)
    at_most = amount(required=False)

    def validate_weight(self, weight: Decimal) -> Decimal:
        if weight <= 0:
            raise serializers.ValidationError(_("A weight must be above 0."))
        return weight

    def validate(self, claim: dict[str, Any]) -> dict[str, Any]:
        if claim.get("at_most", Decimal("Infinity")) < claim.get("at_least", 0):
            raise serializers.ValidationError({"at_most": [_("This is below the minimum amount.")]})
        return claim


class PreviewSerializer(serializers.Serializer):
    budget = amount()
    units = ClaimSerializer(many=True, max_length=10_000)

    def validate_units(self, claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each unit once, and only units where the person may allocate: others are treated as if they did not exist."""
        codes = [claim["unit"] for claim in claims]
        reach = self.context["request"].user.reach("incentives.manage_fund")
        known = set(Unit.objects.within_any(reach).filter(code__in=codes).values_list("code", flat=True))
        seen: set[str] = set()
        errors = {}
        for place, code in enumerate(codes):
            if code not in known:
                errors[place] = {"unit": [_("There is no such unit.")]}
            elif code in seen:
                errors[place] = {"unit": [_("This unit is listed twice.")]}
            seen.add(code)
        if errors:
            raise serializers.ValidationError(errors)
        return claims


class AmountSerializer(serializers.Serializer):
    unit = serializers.CharField()
    amount = serializers.DecimalField(max_digits=18, decimal_places=2)


class PreviewAnswer(serializers.Serializer):
    amounts = AmountSerializer(many=True)
    total = serializers.DecimalField(max_digits=18, decimal_places=2)


class AllocationPreview(APIView):
    permission_classes = (HasUnitPermission,)
    needs = ("incentives.manage_fund",)

    @extend_schema(request=PreviewSerializer, responses=PreviewAnswer)
    def post(self, request: Request) -> Response:
        """Allocate a budget over units by weight within limits, to the fen. Nothing is saved.

        `amounts` come in the order given. Limits that cannot be met are a 400 that says by how much.
        """
        given = sent(PreviewSerializer, request)
        budget, units = given["budget"], given["units"]
        try:
            amounts = allocate(fen(budget), [_claim(**unit) for unit in units])
        except OutOfLimits as error:
            raise serializers.ValidationError({"budget": [out_of_limits(error)]}) from error
        answer = {
            "amounts": [{"unit": unit["unit"], "amount": yuan(amounts[unit["unit"]])} for unit in units],
            "total": yuan(sum(amounts.values())),
        }
        return Response(PreviewAnswer(answer).data)


def _claim(unit: str, weight: Decimal, at_least: Decimal = Decimal(0), at_most: Decimal | None = None) -> WeightedClaim:
    return WeightedClaim(unit, weight, fen(at_least), None if at_most is None else fen(at_most))
