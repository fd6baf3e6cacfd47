"""Whether every award that left its draft can be paid: awards could once be drafted before their round had named its
villages, with a budget for fewer of them."""

from collections.abc import Iterator

from honours.models import Round, RoundAward
from honours.workflow.awards import titled_in
from incentives.models import Source
from records.integrity import Fault, IntegrityCheck


def award_faults() -> Iterator[Fault]:
    """Every award on its way that names nobody yet, or whose budget is too small for those named. A draft is still
    changed by finance; what was granted has been checked."""
    kept = RoundAward.objects.select_related("round", "county", "policy").exclude(policy__state=Source.State.DRAFT)
    for award in kept.filter(policy__lines=None).order_by("pk"):
        row = f"incentives_rewardpolicy {award.policy_id}"
        needed = (award.round.award or 0) * titled_in(award.round, award.county)
        if award.round.state != Round.State.NAMED:
            yield Fault(row, "drafted once the villages were named", "drafted before")
        elif award.policy.budget < needed:
            yield Fault(row, f"a budget of {needed:.2f} or more", f"a budget of {award.policy.budget:.2f}")


AWARDS = IntegrityCheck("awards of rounds", award_faults)
