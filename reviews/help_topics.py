"""The help texts for the pages of this app (``accounts.page_help``)."""

from django.utils.translation import gettext_lazy as _

from accounts.page_help import Topic

TOPICS = [
    Topic(
        "public_notices",
        _("Public notices and objections"),
        _(
            "Results are under public notice for some days. Anyone who thinks one is wrong may "
            "object, with or without a name."
        ),
        (
            _("Open the notice of your township or county; the last day for objections is at the top."),
            _("At the foot choose the village, write what is wrong, and send it. A photo helps."),
            _("Keep the receipt number. With it you read the answer later, on this device or another."),
        ),
        pages=(
            "public_notices",
            "public_notice",
            "objection_status",
            "notice_poster",
        ),
        public=True,
        order=11,
    ),
    Topic(
        "score",
        _("Score villages"),
        _("You score by yourself; others' points stay hidden until all have handed in."),
        (
            _(
                "If you have a conflict of interest, such as kin or home in the village, declare it "
                "first, and you do not score it."
            ),
            _(
                "The village's figures and evidence are beside each question. Agree with one press, "
                "or type other points with a reason; what you have not chosen can be accepted together, "
                "but for what a note stands beside."
            ),
            _("In the village, use On the spot: photos and points are saved without a network."),
            _("When all is scored, hand in. Then it can no longer be changed."),
            _("Points far apart are settled in a note by the panel."),
        ),
        pages=(
            "review_desk",
            "review_sheet",
            "review_grid",
            "review_visit",
            "review_field",
            "review_field_queue",
            "review_photo",
            "review_score",
            "review_application",
            "review_draw",
        ),
        needs=(
            "reviews.score_township",
            "reviews.score_county",
        ),
        order=23,
    ),
    Topic(
        "panels",
        _("Make up review panels"),
        _("You choose or draw the reviewers; a conflict of interest or an office in the village excludes people."),
        (
            _("Tick at least two reviewers, or draw them by lot."),
            _("The draw can be checked by anybody: keep its number."),
        ),
        pages=(
            "review_panels",
            "review_draw",
        ),
        needs=(
            "reviews.convene_township",
            "reviews.convene_county",
        ),
        order=25,
    ),
    Topic(
        "decide",
        _("Decide stars"),
        _("The meeting's decisions are entered here; nobody else sees them before the release."),
        (
            _("Each row shows what points, minimums and vetoes allow. A lower star needs a reason."),
            _("Choose star, recommend to the county, or send back."),
            _("Then prepare the batch with its minutes and document number."),
        ),
        pages=(
            "review_decisions",
            "review_application",
            "review_draw",
        ),
        needs=(
            "reviews.decide_township",
            "reviews.decide_county",
        ),
        order=25,
    ),
    Topic(
        "release",
        _("Release results"),
        _(
            "A batch is released together and is under public notice for its days; then the stars "
            "take effect automatically."
        ),
        (
            _("See who is in the batch and who is left out, with reasons."),
            _("Enter minutes and document number, then release. The button says how many people are told."),
            _("Print the poster and hang it up in the village."),
        ),
        pages=(
            "review_batches",
            "review_batch",
            "review_batch_minutes",
            "review_application",
        ),
        needs=(
            "reviews.release_township",
            "reviews.release_county",
            "reviews.decide_township",
            "reviews.decide_county",
        ),
        order=26,
    ),
    Topic(
        "check",
        _("Joint department check"),
        _("Before four and five stars each department answers for the whole list at once."),
        (
            _("Nothing found: one press for all villages."),
            _("Something found: choose village, veto item, day and document."),
            _("The office opens the check and sees who has not answered. After the day it may note the lapse."),
        ),
        pages=(
            "review_checks",
            "review_check",
        ),
        needs=(
            "reviews.open_check",
            "reviews.answer_check",
        ),
        order=26,
    ),
    Topic(
        "objections",
        _("Answer objections"),
        _("Each objection is answered by somebody who did not decide."),
        (
            _("Read it with its photos; ask the village."),
            _("Write the answer. Not upheld: the notice continues. Upheld: the result goes back to those who decided."),
        ),
        pages=(
            "review_objections",
            "review_objection",
            "review_objection_photo",
        ),
        needs=(
            "reviews.answer_objection_township",
            "reviews.answer_objection_county",
        ),
        order=27,
    ),
    Topic(
        "hear",
        _("Hear appeals"),
        _("A village may appeal once to the level above."),
        (
            _("Name people without a conflict of interest to hear it."),
            _("Dismiss it, or uphold it with star, document and answer."),
        ),
        pages=(
            "review_appeals",
            "review_appeal",
            "appeal_paper",
        ),
        needs=(
            "reviews.convene_appeal_county",
            "reviews.convene_appeal_city",
            "reviews.hear_appeal_county",
            "reviews.hear_appeal_city",
        ),
        order=28,
    ),
    Topic(
        "appeal",
        _("Appeal"),
        _("You may appeal once for the village, within the days named."),
        (
            _("On the result or event, press Appeal and write the reasons."),
            _("Attach papers or photos. The level above answers, and you are told."),
        ),
        pages=(
            "appeal_make",
            "appeal_event",
            "appeal_closing",
        ),
        needs=("reviews.appeal",),
        order=28,
    ),
    Topic(
        "result",
        _("Why this star"),
        _("The result is explained: points by area, minimums, vetoes, events."),
        (
            _("What comes first on the page is what decides."),
            _(
                "All questions with the points and reasons are listed below. They can be printed or "
                "downloaded as one file."
            ),
        ),
        pages=(
            "result",
            "result_file",
        ),
        needs=("ratings.view_application",),
        order=59,
    ),
    Topic(
        "score_card",
        _("Score card"),
        _("On one sheet: what to do first for the next star, where points were lost, three years."),
        (
            _("Begin with number 1. It says what would have to be true, and how many points it gains."),
            _("Print the sheet, write in who does it until when, and hang it up."),
        ),
        pages=(
            "score_card",
            "score_card_file",
        ),
        needs=("ratings.view_application",),
        order=60,
    ),
]
