"""The bell over the API."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from notifications import workflow
from notifications.bell_filter import kinds_of
from notifications.kinds import Group
from notifications.models import Notice


class NoticeSerializer(serializers.ModelSerializer):
    text = serializers.CharField(read_only=True)

    class Meta:
        model = Notice
        fields = ["id", "kind", "text", "link", "unit_code", "created_at", "read_at"]


class NoticeFilter(filters.FilterSet):
    unread = filters.BooleanFilter(field_name="read_at", lookup_expr="isnull")
    group = filters.ChoiceFilter(choices=Group.choices, method="of_group", label="What the notices are about")
    unit = filters.CharFilter(field_name="unit_code", lookup_expr="startswith", label="A place, with all below it")

    class Meta:
        model = Notice
        fields = ["kind"]

    def of_group(self, notices: QuerySet[Notice], _name: str, group: str) -> QuerySet[Notice]:
        return notices.filter(kind__in=kinds_of(group))


class NoticeViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Your notices, newest first."""

    queryset = Notice.objects.order_by("-id")
    serializer_class = NoticeSerializer
    filterset_class = NoticeFilter

    def get_queryset(self) -> QuerySet[Notice]:
        return super().get_queryset().filter(user_id=self.request.user.pk)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        """Mark one as read."""
        workflow.mark_read(request.user, [self.get_object().pk])
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={204: None}, filters=False, operation_id="bell_read_all")
    @action(detail=False, methods=["post"], url_path="read", pagination_class=None, filterset_class=None)
    def read_all(self, request: Request) -> Response:
        """Mark all as read."""
        workflow.mark_read(request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


router = SimpleRouter()
router.register("bell", NoticeViewSet, basename="api-bell")
urlpatterns = router.urls
