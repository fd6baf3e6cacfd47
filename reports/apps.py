from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from accounts import home, menu, page_help, todo_list
        from notifications import kinds
        from records import jobs
        from reports import help_topics, menu_entries, todos, workflow
        from reports.demonstration import guard  # noqa: F401 (registers a system check)
        from reports.home import progress
        from reports.models import ReportRequest

        page_help.register(help_topics.TOPICS)
        kinds.register(
            report_ready=_("The report of %(unit)s for %(year)s is ready"),
            report_failed=_("The report of %(unit)s for %(year)s could not be made"),
        )
        jobs.register(ReportRequest, workflow.make)
        todo_list.register(todos)
        home.register(home.HomePanel("reports/home_progress.html", progress, order=20))
        menu.register(*menu_entries.MENU)
