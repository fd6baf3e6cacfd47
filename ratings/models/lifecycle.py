"""The life of an application (practice §3): its states, and every transition between them.

The levels of a step are those that may stand above a unit and review it first (``first_stage``): the township of a
village or station, the county of a township.

The single table for: the transitions that the database allows, what a person may do next and on which page, what a
deputy may do, and the names in the timeline and the audit trail. Apps that take a step ask here by its verb; conditions
that a permission cannot express (a conflict of interest, a sheet, a deadline) are added with ``actions.guard``.
"""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from records.lifecycle import AtLevel, Group, Lifecycle, Step, moves


class Stage(models.TextChoices):
    """Whose figures a set of points is based on, and who decides."""

    SELF = "self", _("Self-assessment")
    TOWNSHIP = "township", _("Township review")
    COUNTY = "county", _("County review")
    APPEAL = "appeal", _("Hearing of the appeal")


class ApplicationState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned for correction")
    TOWNSHIP_REVIEW = "township_review", _("Township review")
    COUNTY_REVIEW = "county_review", _("County review")
    DECIDED = "decided", _("Decided")
    PUBLIC_NOTICE = "public_notice", _("Public notice")
    CONFIRMED = "confirmed", _("Confirmed")
    REJECTED = "rejected", _("Not rated")

    WITH_VILLAGE = Group(DRAFT, RETURNED)
    """The form is in the village's hands."""
    TAKES_FIGURES = Group(DRAFT, SUBMITTED, RETURNED)
    """A department's figures still come in: nobody scores them yet."""
    OUT_OF_THE_RUNNING = Group(DRAFT, REJECTED)
    """No star comes of it as it stands."""
    UNDER_WAY = Group(SUBMITTED, RETURNED, TOWNSHIP_REVIEW, COUNTY_REVIEW, DECIDED, PUBLIC_NOTICE)
    """Sent, and not settled for good: when a cycle is closed it goes on as an exception."""
    WITH_TOWNSHIP = Group(SUBMITTED, RETURNED, TOWNSHIP_REVIEW)
    """Sent, and the township has not given its verdict."""
    IN_REVIEW = Group(TOWNSHIP_REVIEW, COUNTY_REVIEW)
    RESULT_NOT_OUT = Group(DRAFT, SUBMITTED, RETURNED, TOWNSHIP_REVIEW, COUNTY_REVIEW, DECIDED)
    """Nobody outside may learn what was found, scored or decided (or was, before it was reviewed again)."""
    COUNTY_UNRELEASED = Group(COUNTY_REVIEW, DECIDED)
    """What departments find still changes which star is allowed."""
    RESULT_OUT = Group(PUBLIC_NOTICE, CONFIRMED, REJECTED)
    STAR_PUBLISHED = Group(PUBLIC_NOTICE, CONFIRMED)
    SETTLED = Group(CONFIRMED, REJECTED)
    PAST_TOWNSHIP = Group(COUNTY_REVIEW, DECIDED, PUBLIC_NOTICE, CONFIRMED, REJECTED)
    """The township's sheets are finished: a change of seats does not affect them."""
    PAST_REVIEW = Group(DECIDED, PUBLIC_NOTICE, CONFIRMED, REJECTED)
    """The same of all sheets."""


State = ApplicationState
IN_TOWNSHIP, IN_COUNTY = State.TOWNSHIP_REVIEW, State.COUNTY_REVIEW
ACCEPT, ACCEPT_COUNTY = "ratings.accept", "ratings.accept_county"
DECIDE_TOWNSHIP, DECIDE_COUNTY = "reviews.decide_township", "reviews.decide_county"
HEAR = ("reviews.hear_appeal_county", "reviews.hear_appeal_city")

STEPS = Lifecycle(
    Step(
        "begin",
        told=_("Form begun"),
        trail=pgettext_lazy("step", "begin an application"),
    ),
    Step(
        "fill",
        ["ratings.fill"],
        at=State.WITH_VILLAGE,
        label=_("Fill in"),
        url_name="application_form",
        trail=pgettext_lazy("step", "fill in"),
    ),
    Step(
        "fill_on_behalf",
        ["ratings.fill_on_behalf"],
        at=State.WITH_VILLAGE,
        label=_("Fill in on the unit's behalf"),
        url_name="application_form",
        trail=pgettext_lazy("step", "fill in on behalf"),
    ),
    Step(
        "submit",
        ["ratings.sign"],
        moves(State.DRAFT, to=State.SUBMITTED),
        label=_("Sign and submit"),
        url_name="application_submit",
        told=_("Submitted"),
        trail=pgettext_lazy("step", "submit"),
    ),
    Step(
        "resubmit",
        levels={
            Stage.TOWNSHIP: AtLevel(["ratings.sign"], moves(State.RETURNED, to=IN_TOWNSHIP)),
            Stage.COUNTY: AtLevel(["ratings.sign"], moves(State.RETURNED, to=IN_COUNTY)),
        },
        label=_("Sign and hand back the corrections"),
        url_name="application_resubmit",
        told=_("Corrections handed back"),
        trail=pgettext_lazy("step", "hand corrections back"),
    ),
    Step(
        "accept",
        levels={
            Stage.TOWNSHIP: AtLevel([ACCEPT], moves(State.SUBMITTED, to=IN_TOWNSHIP)),
            Stage.COUNTY: AtLevel([ACCEPT_COUNTY], moves(State.SUBMITTED, to=IN_COUNTY)),
        },
        label=_("Accept"),
        url_name="application_accept",
        told=_("Accepted for review"),
        trail=pgettext_lazy("step", "accept"),
    ),
    Step(
        "return",
        # Not accepted yet, too: for what a later version of the scheme asks. The level itself accepts it first.
        levels={
            Stage.TOWNSHIP: AtLevel([ACCEPT], moves(State.SUBMITTED, IN_TOWNSHIP, to=State.RETURNED), [IN_TOWNSHIP]),
            Stage.COUNTY: AtLevel([ACCEPT_COUNTY], moves(State.SUBMITTED, IN_COUNTY, to=State.RETURNED), [IN_COUNTY]),
        },
        label=_("Return for correction"),
        url_name="application_return",
        told=_("Returned for correction"),
        trail=pgettext_lazy("step", "return for correction"),
    ),
    Step(
        "resume",
        levels={
            Stage.TOWNSHIP: AtLevel([ACCEPT], moves(State.RETURNED, to=IN_TOWNSHIP)),
            Stage.COUNTY: AtLevel([ACCEPT_COUNTY], moves(State.RETURNED, to=IN_COUNTY)),
        },
        label=_("Go on without the corrections"),
        url_name="application_resume",
        told=_("Review resumed after the deadline"),
        trail=pgettext_lazy("step", "resume the review after the deadline"),
    ),
    Step(
        "withdraw",
        ["ratings.sign"],
        moves(State.SUBMITTED, State.RETURNED, IN_TOWNSHIP, IN_COUNTY, to=State.DRAFT),
        # Decided, too (the decision is taken back first): until the release the village must not learn of it, not even
        # from a missing button.
        at=(State.SUBMITTED, State.RETURNED, IN_TOWNSHIP, IN_COUNTY, State.DECIDED),
        label=_("Withdraw"),
        url_name="application_withdraw",
        told=_("Withdrawn"),
        trail=pgettext_lazy("step", "withdraw an application"),
    ),
    Step(  # for many at once, from the list; so no page of one application offers it
        "undo_submission",
        levels={
            Stage.TOWNSHIP: AtLevel([ACCEPT], moves(State.SUBMITTED, to=State.DRAFT)),
            Stage.COUNTY: AtLevel([ACCEPT_COUNTY], moves(State.SUBMITTED, to=State.DRAFT)),
        },
        label=_("Give back to the unit"),
        told=_("Given back, not reviewed"),
        trail=pgettext_lazy("step", "give an application back, not reviewed"),
    ),
    Step(
        "score_township",
        ["reviews.score_township"],
        at=(IN_TOWNSHIP,),
        label=_("Score"),
        url_name="review_score",
    ),
    Step(
        "decide_township",
        [DECIDE_TOWNSHIP],
        moves(IN_TOWNSHIP, to=State.DECIDED),
        label=_("Decide"),
        url_name="review_application",
        trail=pgettext_lazy("step", "decide (township)"),
    ),
    Step(
        "recommend",
        [DECIDE_TOWNSHIP],
        moves(IN_TOWNSHIP, to=IN_COUNTY),
        label=_("Recommend to the county"),
        url_name="review_application",
        told=_("Recommended to the county"),
        trail=pgettext_lazy("step", "recommend to the county"),
    ),
    Step(
        "reject",
        levels={
            Stage.TOWNSHIP: AtLevel([DECIDE_TOWNSHIP], moves(IN_TOWNSHIP, to=State.REJECTED)),
            Stage.COUNTY: AtLevel([DECIDE_COUNTY], moves(IN_COUNTY, to=State.REJECTED)),
        },
        label=_("Do not rate"),
        url_name="review_application",
        told=_("Rejected, no star"),
        trail=pgettext_lazy("step", "do not rate"),
    ),
    Step(
        "score_county",
        ["reviews.score_county"],
        at=(IN_COUNTY,),
        label=_("Score"),
        url_name="review_score",
    ),
    Step(
        "decide_county",
        [DECIDE_COUNTY],
        moves(IN_COUNTY, to=State.DECIDED),
        label=_("Decide"),
        url_name="review_application",
        trail=pgettext_lazy("step", "decide (county)"),
    ),
    Step(
        "send_back",
        [DECIDE_COUNTY],
        moves(IN_COUNTY, to=IN_TOWNSHIP),
        label=_("Send back to the township"),
        url_name="review_application",
        told=_("Sent back to the township"),
        trail=pgettext_lazy("step", "send back to the township"),
    ),
    Step(  # a published one only where an order dissolves its unit
        "reconsider",
        [DECIDE_TOWNSHIP, DECIDE_COUNTY],
        moves(State.DECIDED, State.PUBLIC_NOTICE, to=IN_TOWNSHIP)
        + moves(State.DECIDED, State.PUBLIC_NOTICE, to=IN_COUNTY),
        at=(State.DECIDED,),
        trail=pgettext_lazy("step", "take the decision back"),
    ),
    Step(
        "release",
        ["reviews.release_township", "reviews.release_county"],
        moves(State.DECIDED, to=State.PUBLIC_NOTICE),
        told=_("Public notice"),
        trail=pgettext_lazy("step", "release"),
    ),
    Step(  # by schedule
        "confirm",
        [],
        moves(State.PUBLIC_NOTICE, to=State.CONFIRMED),
        told=_("Confirmed"),
        trail=pgettext_lazy("step", "confirm"),
    ),
    Step(
        "uphold",
        ["reviews.answer_objection_township", "reviews.answer_objection_county"],
        moves(State.PUBLIC_NOTICE, to=IN_TOWNSHIP) + moves(State.PUBLIC_NOTICE, to=IN_COUNTY),
        trail=pgettext_lazy("step", "uphold an objection"),
    ),
    Step(  # not rated: reviewed after all; otherwise another decision replaces the current one
        "uphold_appeal",
        HEAR,
        moves(State.PUBLIC_NOTICE, State.CONFIRMED, to=State.CONFIRMED),
        levels={
            Stage.TOWNSHIP: AtLevel(HEAR, moves(State.REJECTED, to=IN_TOWNSHIP)),
            Stage.COUNTY: AtLevel(HEAR, moves(State.REJECTED, to=IN_COUNTY)),
        },
        trail=pgettext_lazy("step", "uphold an appeal"),
    ),
)

FORMER_VERBS = {
    "accept_county": "accept",
    "return_county": "return",
    "resume_county": "resume",
    "undo_submission_county": "undo_submission",
    "reject_county": "reject",
}
"""What steps were called before they were one for every level, and what they are called now. Rows and histories that
nobody may change keep the former names."""


def with_former(verbs: Iterable[str]) -> list[str]:
    """``verbs`` and what the same steps were called before: what to look for in stored steps."""
    verbs = list(verbs)
    return [*verbs, *(former for former, verb in FORMER_VERBS.items() if verb in verbs)]
