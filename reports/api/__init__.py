"""The API of the dashboard, annual reports and assessments (``/api/v1/``)."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from reports.api.assessments import AssessmentViewSet
from reports.api.reports import DashboardView, ReportViewSet

router = SimpleRouter()
router.register("reports", ReportViewSet, basename="api-report")
router.register("assessments", AssessmentViewSet, basename="api-assessment")
urlpatterns = [path("dashboard/", DashboardView.as_view(), name="api-dashboard"), *router.urls]
