"""The help texts for the pages of this app (``accounts.page_help``)."""

from django.utils.translation import gettext_lazy as _

from accounts.page_help import Topic

TOPICS = [
    Topic(
        "public_register",
        _("Look up a village's star"),
        _("Anybody may see which star a village holds, and check a certificate. No account is needed."),
        (
            _("Type the name of the village or its code, or choose county and township."),
            _("The page of the village shows its star today and in earlier years."),
            _("To check a certificate, type its number and its code as they appear on the paper."),
        ),
        pages=(
            "public_register",
            "public_register_place",
            "public_unit",
            "certificate_ask",
            "certificate",
            "certificate_paper",
            "public_scheme",
            "public_scheme_paper",
        ),
        public=True,
        order=12,
    ),
    Topic(
        "scheme",
        _("Read the scheme"),
        _("What counts this year, how each criterion is scored, what a star asks for and what events do to it."),
        (
            _("Press Scheme. Choose the year; each area lists its criteria."),
            _("From every question, score and result, one press on its criterion leads to its place here."),
            _("The whole scheme comes as a paper to print."),
            _("Its other versions are below: one press shows both side by side, what is new, gone or changed."),
        ),
        pages=("schemes", "scheme", "scheme_paper", "scheme_sheet", "scheme_compare"),
        needs=("ratings.view_scheme",),
        order=19,
    ),
    Topic(
        "write_scheme",
        _("Write and issue a scheme"),
        _("Each county writes its own scheme. You begin from an earlier one and change what is to be different."),
        (
            _("Press Scheme, then Begin a scheme. Choose last year's, another county's, an example or a workbook."),
            _("Open an area or a criterion, type; everything is saved as you type. Three villages show what it gives."),
            _("Add, move and remove by the buttons or by dragging. You can take changes back and make them again."),
            _("Full marks, errors and warnings run along; a scheme with errors cannot be issued."),
            _("Press To issuing: look at what is issued and who is told, then issue it. It never changes again."),
        ),
        pages=(
            "scheme_begin",
            "scheme_import",
            "scheme_import_keep",
            "scheme_edit",
            "scheme_part",
            "scheme_undo",
            "scheme_redo",
            "scheme_what_if",
            "scheme_issue",
        ),
        needs=("ratings.manage_scheme",),
        order=30,
    ),
    Topic(
        "fill",
        _("Fill in the application"),
        _("You report what your village did, question by question. Points are calculated for you."),
        (
            _("Press Apply. Choose for which star the village applies; you can change it until you send."),
            _("Open an area. What is already known is filled in; type figures, tick what is done."),
            _(
                "Where a photo or document is asked for, press the camera or choose a file. Photos of the "
                "phone are fine."
            ),
            _("Everything is saved as you type. Without a network it stays on the phone and is sent later."),
            _("When nothing is missing the signer checks and sends it."),
            _("Returned? Only the questions named are open again, each with its reason."),
        ),
        pages=(
            "apply",
            "application_begin",
            "application",
            "application_below",
            "application_form",
            "application_area",
            "application_sheet",
            "application_sheet_keep",
            "application_sheet_empty",
            "application_papers",
            "application_upload",
            "application_star",
            "application_paper",
            "evidence",
        ),
        needs=("ratings.fill",),
        order=20,
    ),
    Topic(
        "sign",
        _("Check and send the application"),
        _("You sign for the village: what you send counts."),
        (
            _("Read the points, what is missing, and for which star you apply."),
            _("Press the red button to send. It can be undone for a short while, and withdrawn before a decision."),
            _("Returned: have the questions answered, then send again before the day named."),
        ),
        pages=(
            "application_submit",
            "application_resubmit",
            "application_withdraw",
        ),
        needs=("ratings.sign",),
        order=21,
    ),
    Topic(
        "accept",
        _("Accept and return applications"),
        _("You look through what villages sent, accept it or return single questions."),
        (
            _("The list shows who has sent and who has not begun. Filter by state."),
            _(
                "Open an application. If it is right, accept it. If something is wrong, tick the "
                "question, write the reason, set the day."
            ),
            _("A village that cannot fill in itself: you may fill in for it; then you do not score it."),
            _("The window is closed and a village needs longer: reopen it for that village with a reason."),
        ),
        pages=(
            "applications",
            "application",
            "application_below",
            "application_accept",
            "application_return",
            "application_resume",
            "applications_not_begun",
            "application_reopen",
            "application_form",
            "application_area",
            "application_sheet",
            "application_sheet_empty",
            "application_submit",
            "application_paper",
            "applications_undo",
            "evidence",
        ),
        needs=(
            "ratings.accept",
            "ratings.accept_county",
            "ratings.fill_on_behalf",
        ),
        order=22,
    ),
    Topic(
        "applications",
        _("Applications"),
        _("You see how far each application is."),
        (
            _("Search by name or code, filter by township and state."),
            _("The page of an application shows its steps, points and papers."),
        ),
        pages=(
            "applications",
            "application",
            "application_below",
            "application_paper",
            "evidence",
        ),
        needs=("ratings.view_application",),
        order=56,
    ),
    Topic(
        "cycles",
        _("Run the yearly rating"),
        _("You open the rating of the year, keep its days, and close it."),
        (
            _("Open the year with its scheme; set the days of filling in, review and decision."),
            _("Late? Extend a window for all with a reason."),
            _(
                "Closing shows first which villages get no star and which are left out. It can be taken "
                "back with a reason while nothing followed."
            ),
        ),
        pages=(
            "cycles",
            "cycle_open",
            "cycles_to_open",
            "cycle",
            "cycle_extend",
            "cycle_close",
            "cycle_reverse_closing",
        ),
        needs=("ratings.manage_cycle",),
        order=30,
    ),
    Topic(
        "supply",
        _("Supply your department's figures"),
        _("You give the figures of your department for every village, so that villages need not."),
        (
            _("Choose the criterion; type the figure beside each village."),
            _("Or download the sheet, fill it in, send it back: changes are shown first."),
            _("A figure far from last year's needs a second look: check it, and confirm."),
        ),
        pages=(
            "supply",
            "supply_figures",
            "supply_sheet",
            "supply_sheet_empty",
        ),
        needs=("ratings.supply",),
        order=24,
    ),
    Topic(
        "register",
        _("Star register"),
        _("Which unit holds which star, since when, by which decision; every day of the past has an answer."),
        (
            _("Filter by place and star; choose a day to see how it stood then."),
            _("Open a unit for its history. The certificate can be printed there."),
        ),
        pages=(
            "register",
            "register_unit",
        ),
        needs=("ratings.view_register",),
        order=57,
    ),
    Topic(
        "run_register",
        _("Re-rate at once"),
        _("You bring the stars of your places up to date without waiting for the night."),
        (
            _("Press Re-rating runs, then Dry run first: it shows what would change, and changes nothing."),
            _("Do exactly this carries it out. If something has changed meanwhile, the new state is shown first."),
            _("Run now does the same without looking first. Only one run is under way at a time."),
        ),
        pages=(
            "register_runs",
            "register_run",
            "register_run_begin",
            "register_run_carry_out",
        ),
        needs=("ratings.run_register",),
        order=59,
    ),
    Topic(
        "register_runs",
        _("Re-rating runs"),
        _("You see what each run of the re-rating changed in your places, and why."),
        (
            _("The list shows day, how many units were looked at and changed, and how long it took."),
            _("Open a run for its units: the star before and after, and why they were looked at."),
            _("The list of changes comes as Excel."),
        ),
        pages=(
            "register_runs",
            "register_run",
        ),
        needs=("ratings.view_register_run",),
        order=59,
    ),
    Topic(
        "record_events",
        _("Record events"),
        _("Whatever changes a star between ratings is recorded with its day and document."),
        (
            _(
                "Find the village, choose what happened, enter day and document. What it does to the star "
                "is shown first."
            ),
            _("Many at once: fill in the sheet; you see what each line does before any is recorded."),
            _("Attach its papers on the page of the event; each is for all who may see it or for you alone."),
            _("To be rectified by a day: name who answers for it; they report, you or the office named check it."),
            _("Rectified: open the event and close it with the proof."),
        ),
        pages=(
            "event_choose_unit",
            "event_record",
            "event_sheet",
            "event_sheet_record",
            "event_sheet_empty",
            "event_sheet_marked",
            "events",
            "event",
            "event_attach",
            "event_file",
        ),
        needs=("ratings.record_event",),
        order=26,
    ),
    Topic(
        "events",
        _("Events"),
        _("You see what changed a star, and when that ends."),
        (
            _("Open an event for its rule, document and effect."),
            _("The signer of the village may appeal within the days stated."),
        ),
        pages=(
            "events",
            "event",
            "event_file",
        ),
        needs=("ratings.view_event",),
        order=58,
    ),
    Topic(
        "proposals",
        _("Settle proposals"),
        _("Some rules only propose: you confirm or decline."),
        (
            _("Read the event and the rule."),
            _("Confirm with a document number, or decline with a reason. The village is told."),
        ),
        pages=(
            "proposals",
            "proposal_settle",
        ),
        needs=(
            "ratings.settle_proposal_township",
            "ratings.settle_proposal_county",
            "ratings.settle_proposal_city",
        ),
        order=27,
    ),
]
