from django.urls import path

from reports.views import dashboard, findings, report

urlpatterns = [
    path("dashboard/", dashboard.dashboard_home, name="dashboard_home"),
    path("dashboard/<str:code>/", dashboard.dashboard, name="dashboard"),
    path("dashboard/<str:code>/<slug:question>/", findings.figure_list, name="figure_list"),
    path("reports/", report.reports, name="reports"),
    path("reports/<int:pk>/", report.report, name="report"),
    path("reports/<int:pk>/file/", report.report_file, name="report_file"),
]
