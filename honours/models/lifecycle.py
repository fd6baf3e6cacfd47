"""The life of a round of model villages and of a nomination: their states, and every transition between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from records.lifecycle import Group, Lifecycle, Step, moves


class RoundState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("round", "Draft")
    OPEN = "open", pgettext_lazy("round", "Nominations open")
    CHECK = "check", pgettext_lazy("round", "Joint department check")
    NOTICE = "notice", pgettext_lazy("round", "Public notice")
    NAMED = "named", pgettext_lazy("round", "Named")
    CANCELLED = "cancelled", pgettext_lazy("round", "Cancelled")

    GOING_ON = Group(OPEN, CHECK, NOTICE)
    PUBLIC = Group(NOTICE, NAMED)
    """Anybody may see its list."""


class NominationState(models.TextChoices):
    """``TOWNSHIP``, ``COUNTY``, ``CITY``: whose opinion it waits for."""

    TOWNSHIP = "township", pgettext_lazy("nomination", "With the township")
    COUNTY = "county", pgettext_lazy("nomination", "With the county")
    CITY = "city", pgettext_lazy("nomination", "With the city")
    LISTED = "listed", pgettext_lazy("nomination", "On the list")
    NAMED = "named", pgettext_lazy("nomination", "Named")
    DECLINED = "declined", pgettext_lazy("nomination", "Not supported")
    WITHDRAWN = "withdrawn", pgettext_lazy("nomination", "Withdrawn")
    REVOKED = "revoked", pgettext_lazy("nomination", "Title withdrawn")

    ON_THE_WAY = Group(TOWNSHIP, COUNTY, CITY)
    OPEN = Group(TOWNSHIP, COUNTY, CITY, LISTED)
    """It may still be named."""
    LIVE = Group(TOWNSHIP, COUNTY, CITY, LISTED, NAMED)
    BEYOND_COUNTY = Group(CITY, LISTED, NAMED, REVOKED)
    """The county has recommended it: it counts against the county's quota."""
    PUBLIC = Group(LISTED, NAMED, REVOKED)
    """Anybody may see it, once the round is public."""
    TITLED = Group(NAMED, REVOKED)
    """The round has named it."""
    ENDED = Group(DECLINED, WITHDRAWN, REVOKED)


class OpinionLevel(models.TextChoices):
    """Whose opinion; the values are those of the states in which it is waited for."""

    TOWNSHIP = "township", _("Township")
    COUNTY = "county", _("County")
    CITY = "city", _("City")


Round, Nomination = RoundState, NominationState
VIEW, NOMINATE, RUN = "honours.view_honour", "honours.nominate", "honours.run_round"
ASK = "honours.ask_eligibility"
OPINE = {
    OpinionLevel.TOWNSHIP: "honours.opine_township",
    OpinionLevel.COUNTY: "honours.opine_county",
    OpinionLevel.CITY: "honours.opine_city",
}
"""The right to give each level's opinion."""

ROUND_STEPS = Lifecycle(
    Step("draft_round", [RUN], trail=pgettext_lazy("step", "draft a round of model villages")),
    Step(
        "revise_round",
        [RUN],
        at=(Round.DRAFT,),
        label=_("Change the terms"),
        url_name="honour_round_edit",
        trail=pgettext_lazy("step", "change the terms of a round of model villages"),
    ),
    Step(
        "open_round",
        [RUN],
        moves(Round.DRAFT, to=Round.OPEN),
        label=_("Open the round"),
        trail=pgettext_lazy("step", "open a round of model villages"),
    ),
    Step(
        "ask_departments",
        [RUN],
        moves(Round.OPEN, to=Round.CHECK),
        label=_("Close the list and ask the departments"),
        trail=pgettext_lazy("step", "close the list of a round and ask the departments"),
    ),
    Step(
        "publish_round",
        [RUN],
        moves(Round.CHECK, to=Round.NOTICE),
        label=_("Begin the public notice"),
        trail=pgettext_lazy("step", "begin the public notice of a round"),
    ),
    Step(
        "name_villages",
        [RUN],
        moves(Round.NOTICE, to=Round.NAMED),
        label=_("Name the villages"),
        trail=pgettext_lazy("step", "name model villages"),
    ),
    Step(
        "cancel_round",
        [RUN],
        moves(Round.DRAFT, Round.OPEN, Round.CHECK, Round.NOTICE, to=Round.CANCELLED),
        label=_("Cancel the round"),
        trail=pgettext_lazy("step", "cancel a round of model villages"),
    ),
)

NOMINATION_STEPS = Lifecycle(
    Step("nominate", [NOMINATE], trail=pgettext_lazy("step", "nominate a model village")),
    Step(
        "support_nomination",
        OPINE.values(),
        moves(Nomination.TOWNSHIP, to=Nomination.COUNTY)
        + moves(Nomination.COUNTY, to=Nomination.CITY)
        + moves(Nomination.COUNTY, Nomination.CITY, to=Nomination.LISTED),
        label=_("Support the nomination"),
        trail=pgettext_lazy("step", "support a nomination"),
    ),
    Step(
        "decline_nomination",
        OPINE.values(),
        moves(*Nomination.ON_THE_WAY, to=Nomination.DECLINED),
        label=_("Do not support it"),
        trail=pgettext_lazy("step", "not support a nomination"),
    ),
    Step(
        "drop_nomination",
        [RUN],
        moves(Nomination.LISTED, to=Nomination.DECLINED),
        label=_("Take it off the list"),
        trail=pgettext_lazy("step", "take a nomination off the list"),
    ),
    Step(
        "withdraw_nomination",
        [NOMINATE],
        moves(*Nomination.OPEN, to=Nomination.WITHDRAWN),
        label=_("Withdraw the nomination"),
        trail=pgettext_lazy("step", "withdraw a nomination"),
    ),
    Step(  # the rule: the star has fallen, or an event of the kinds that bar is open
        "end_nomination",
        moves=moves(*Nomination.OPEN, to=Nomination.WITHDRAWN) + moves(*Nomination.ON_THE_WAY, to=Nomination.DECLINED),
        trail=pgettext_lazy("step", "end a nomination by rule"),
    ),
    Step("name_village", moves=moves(Nomination.LISTED, to=Nomination.NAMED)),
    Step(
        "revoke_title",
        moves=moves(Nomination.NAMED, to=Nomination.REVOKED),
        trail=pgettext_lazy("step", "withdraw a title by rule"),
    ),
    Step(
        "restore_title",
        [RUN],
        moves(Nomination.REVOKED, to=Nomination.NAMED),
        label=_("Give the title back"),
        trail=pgettext_lazy("step", "give a title back"),
    ),
)
