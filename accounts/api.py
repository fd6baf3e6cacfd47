"""People over the API: who I am and what waits for me; the appointments that I may make and end."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from accounts import workflow
from accounts.api_permission import HasUnitPermission
from accounts.models import Appointment, User
from accounts.phones import phone_of
from accounts.roles import Role
from accounts.todo_list import todos_of
from accounts.workflow.deputies import colleagues
from records.validated_input import sent
from villages.models import Unit


class AppointmentSerializer(serializers.ModelSerializer):
    username = serializers.CharField(source="user.username", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)
    unit = serializers.CharField(source="unit_id", read_only=True)

    class Meta:
        model = Appointment
        fields = ["id", "username", "name", "role", "unit", "department", "starts", "ends", "phone", "deputy_for"]
        read_only_fields = fields


class AccountName(serializers.CharField):
    """In lower case, however it is sent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=150, **options)

    def to_internal_value(self, data: Any) -> str:
        return User.normalize_username(super().to_internal_value(data))


class Telephone(serializers.CharField):
    """A mobile number, or a number with its area code; stored as 13800005721 or 0575-85001208."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=40, allow_blank=True, **options)

    def to_internal_value(self, data: Any) -> str:
        try:
            return phone_of(super().to_internal_value(data))
        except ValidationError as wrong:
            raise serializers.ValidationError(wrong.messages) from None


class NewAppointment(serializers.Serializer):
    """``username`` and ``name`` of an account. Accounts are opened on the page, where the password is shown once."""

    username = AccountName()
    name = serializers.CharField(max_length=50)
    role = serializers.ChoiceField(choices=Role.choices)
    unit = serializers.SlugRelatedField(slug_field="code", queryset=Unit.objects.none())
    department = serializers.CharField(max_length=50, required=False, default="", allow_blank=True)
    phone = Telephone(required=False, default="")
    starts = serializers.DateField()
    ends = serializers.DateField(required=False, allow_null=True, default=None)

    def get_fields(self) -> dict[str, serializers.Field]:
        """A unit out of reach is treated as one that does not exist."""
        fields = super().get_fields()
        user = getattr(self.context.get("request"), "user", None)
        if isinstance(user, User):
            fields["unit"].queryset = Unit.objects.within_any(user.reach("accounts.appoint"))
        return fields


class LastDay(serializers.Serializer):
    on = serializers.DateField()


class NewSuccessor(LastDay):
    """The successor's account, by both its names."""

    username = AccountName()
    name = serializers.CharField(max_length=50)
    phone = Telephone(required=False, default="")


class NewPhone(serializers.Serializer):
    phone = Telephone()


class NewDeputy(serializers.Serializer):
    """``username`` of somebody who holds another post on the same unit today."""

    username = AccountName()
    starts = serializers.DateField()
    ends = serializers.DateField()


class AppointmentFilter(filters.FilterSet):
    username = filters.CharFilter(field_name="user__username", lookup_expr="iexact")
    unit = filters.CharFilter(field_name="unit_id")
    role = filters.ChoiceFilter(choices=Role.choices)

    class Meta:
        model = Appointment
        fields = ["role"]


class AppointmentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """The appointments, past ones too, that you may make and end."""

    permission_classes = [HasUnitPermission]
    needs = ["accounts.appoint"]
    queryset = Appointment.objects.order_by("unit_id", "role", "-starts", "id")
    serializer_class = AppointmentSerializer
    filterset_class = AppointmentFilter

    def get_queryset(self) -> QuerySet[Appointment]:
        if not isinstance(self.request.user, User):
            return super().get_queryset().none()
        mine = workflow.managed_by(self.request.user)
        return super().get_queryset().filter(pk__in=mine.values("pk")).select_related("user")

    @extend_schema(request=NewAppointment, responses={201: AppointmentSerializer})
    def create(self, request: Request) -> Response:
        """Appoint somebody."""
        if not request.user.has_perm("accounts.appoint"):
            raise NotFound  # a stranger must not learn here which accounts exist
        given = sent(NewAppointment, request)
        values: dict[str, Any] = dict(given)
        who = workflow.Who(values.pop("name"), values.pop("username"))
        [appointment] = workflow.appoint_person(who, [values.pop("role")], by=request.user, **values).appointments
        return Response(AppointmentSerializer(appointment).data, status=201)

    @extend_schema(request=LastDay, responses=AppointmentSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """End it with the day ``on``."""
        appointment = self.get_object()
        given = sent(LastDay, request)
        workflow.end(appointment, by=request.user, on=given["on"])
        return Response(AppointmentSerializer(self.get_object()).data)

    @extend_schema(request=NewSuccessor, responses={201: AppointmentSerializer})
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, pk: str) -> Response:
        """End it with the day ``on``, and give the post to the successor from the day after."""
        appointment = self.get_object()
        given = sent(NewSuccessor, request)
        who = workflow.Who(given["name"], given["username"])
        engaged = workflow.hand_over([appointment], who, by=request.user, on=given["on"], phone=given["phone"])
        return Response(AppointmentSerializer(engaged.appointments[0]).data, status=201)

    @extend_schema(request=NewPhone, responses=AppointmentSerializer)
    @action(detail=True, methods=["post"])
    def phone(self, request: Request, pk: str) -> Response:
        """Set the telephone number of the post; an empty one deletes it."""
        appointment = self.get_object()
        workflow.set_phone(appointment, sent(NewPhone, request)["phone"], by=request.user)
        return Response(AppointmentSerializer(self.get_object()).data)


class DeputyView(APIView):
    """The deputies for a post that is yours, or that you give."""

    @extend_schema(operation_id="deputies_list", responses=AppointmentSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        post = self._post(request, pk)
        return Response(AppointmentSerializer(post.deputies.select_related("user").order_by("-starts"), many=True).data)

    @extend_schema(operation_id="deputies_create", request=NewDeputy, responses={201: AppointmentSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Name a deputy for a period."""
        post = self._post(request, pk)
        given = sent(NewDeputy, request)
        days = {key: given[key] for key in ("starts", "ends")}
        deputy = colleagues(post).filter(username=given["username"]).first()
        if deputy is None:
            raise serializers.ValidationError({"username": [_("Nobody of this account name holds an office here.")]})
        return Response(
            AppointmentSerializer(workflow.deputise(post, deputy, by=request.user, **days)).data, status=201
        )

    def _post(self, request: Request, pk: int) -> Appointment:
        return get_object_or_404(workflow.may_deputise(request.user).select_related("unit"), pk=pk)


class TodoSerializer(serializers.Serializer):
    """``since`` and ``whom``: when and from whom it came; ``usual``: the days that it usually takes."""

    title = serializers.CharField()
    detail = serializers.CharField()
    url = serializers.CharField()
    due = serializers.DateTimeField(allow_null=True)
    urgent = serializers.BooleanField()
    since = serializers.DateTimeField(allow_null=True)
    whom = serializers.CharField()
    usual = serializers.IntegerField(allow_null=True)


class MeSerializer(serializers.Serializer):
    username = serializers.CharField()
    name = serializers.CharField()
    appointments = AppointmentSerializer(many=True)
    todo = TodoSerializer(many=True)
    unread = serializers.IntegerField()


class MeView(APIView):
    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Who you are, which posts you hold today, what waits for you."""
        user = request.user
        me = {
            "username": user.username,
            "name": user.name,
            "appointments": Appointment.objects.on(timezone.localdate()).filter(user=user).select_related("user"),
            "todo": todos_of(user),
            "unread": user.notices.filter(read_at=None).count(),
        }
        return Response(MeSerializer(me).data)


router = SimpleRouter()
router.register("appointments", AppointmentViewSet, basename="api-appointment")
urlpatterns = [
    path("me/", MeView.as_view(), name="api-me"),
    path("appointments/<int:pk>/deputies/", DeputyView.as_view(), name="api-appointment-deputies"),
    *router.urls,
]
