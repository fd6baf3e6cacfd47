"""The help texts for the pages of this app (``accounts.page_help``)."""

from django.utils.translation import gettext_lazy as _

from accounts.page_help import Topic

TOPICS = [
    Topic(
        "dashboard",
        _("Dashboard"),
        _("Progress, stars and warnings of your places on one page."),
        (
            _("Read the headings first: they say what was found. Tables with the figures fold out below."),
            _("Press a figure or a bar to see the villages behind it; the list can be taken along as a workbook."),
            _("Choose a day to see how things stood then."),
            _("Open a place to see its own page."),
            _("City and county may move the tiles of their map."),
        ),
        pages=(
            "dashboard_home",
            "dashboard",
            "figure_list",
            "dashboard_level",
            "dashboard_tiles",
        ),
        needs=("reports.view_dashboard",),
        order=33,
    ),
    Topic(
        "money_overview",
        _("Money at a glance"),
        _("What is due, paid, frozen and left, and whose turn it is."),
        (
            _("Read the headings first. Policies and funds that wait for somebody stand at the top."),
            _("Press a place, a star or an amount to see the villages behind it; take the list along as a workbook."),
            _("Open a clawback to decide it; until then nothing more is paid to that village."),
        ),
        pages=("money_home", "money_overview"),
        needs=("incentives.view_incentive",),
        order=38,
    ),
    Topic(
        "unit_file",
        _("Village file"),
        _("Everything that is known of one village on one page."),
        (
            _("Open it from the star register, from the village's page, or from a list of the dashboard."),
            _("What is open stands first; then results, points by area, stars, events, objections and money."),
            _("Take it along as PDF; events that are held back are never on the paper."),
        ),
        pages=("unit_file", "unit_file_paper"),
        needs=("ratings.view_register",),
        order=34,
    ),
    Topic(
        "warnings",
        _("Warnings"),
        _("What is late or unusual, with its cause and who puts it right."),
        (
            _("Yellow: there is time. Red: it is late. Green: it was closed in time."),
            _("Choose rule, place, colour or year; tick the box to see the new ones alone."),
            _("Open a warning to report what was done; the link beside it leads to its cause."),
            _("City and county set when a rule warns; what a county sets comes before what its city sets."),
        ),
        pages=("warnings", "warning_thresholds"),
        needs=("followups.view_followup",),
        order=29,
    ),
    Topic(
        "leads",
        _("Leads"),
        _("Figures that are unusual enough to be looked at, with their reasons. None is a verdict."),
        (
            _("Open a lead: it says what was measured, what else may explain it, and lists the rows behind it."),
            _("If there is an explanation, set it aside with a note; the note stays. More cases bring it back."),
            _("Set the limits of your city or county; where nothing is set, the default beside the field counts."),
            _("Leads are for the discipline commission alone: they stand in no report and leave as no file."),
        ),
        pages=("leads", "lead", "lead_limits"),
        needs=("reports.view_leads",),
        order=30,
    ),
    Topic(
        "reports",
        _("Annual reports"),
        _("The year as an Excel workbook, made in the background."),
        (
            _("Choose year and place, and press the button. You are told when it is ready."),
            _("Download it as often as you like while it is available."),
            _("The written report has the same figures in prose: add what only you know, then issue it."),
        ),
        pages=(
            "reports",
            "report",
            "report_file",
            "report_words",
        ),
        needs=("reports.view_report",),
        order=34,
    ),
    Topic(
        "assessments",
        _("Assessments"),
        _("A figure for each township or county, from its villages' results, by a formula that the office writes."),
        (
            _("The office adds terms with their points, and looks at the preview over last year."),
            _("Issued, the formula is fixed; each unit sees its own figure and how to raise it."),
            _("Press a term to see the villages behind it."),
            _("On its day the decision with its document number freezes the figures."),
            _("Others see no comparison unless the city turns it on."),
        ),
        pages=(
            "assessments",
            "assessment-new",
            "assessment",
            "assessment-edit",
            "assessment-issue",
            "assessment-freeze",
            "assessment-place",
            "assessment-term",
            "assessment-comparison",
        ),
        needs=("reports.manage_assessment", "reports.view_assessment"),
        order=39,
    ),
]
