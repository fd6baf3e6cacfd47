from django.urls import path

from reports.views import dashboard, findings, report, warnings

urlpatterns = [
    path("dashboard/", dashboard.dashboard_home, name="dashboard_home"),
    path("dashboard/<str:code>/", dashboard.dashboard, name="dashboard"),
    path("dashboard/<str:code>/<slug:question>/", findings.figure_list, name="figure_list"),
    path("reports/", report.reports, name="reports"),
    path("reports/<int:pk>/", report.report, name="report"),
    path("reports/<int:pk>/file/", report.report_file, name="report_file"),
    path("warnings/", warnings.warnings, name="warnings"),
    path("warnings/thresholds/<str:code>/", warnings.thresholds, name="warning_thresholds"),
]
