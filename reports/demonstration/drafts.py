"""Next year's schemes on their way to being issued: one draft is open for comments, one under joint review."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from consultations import workflow
from consultations.models import Comment, Consultation
from ratings.models import Scheme
from ratings.scheme import drafting
from ratings.workflow import scheme_drafts
from ratings.workflow.scheme import import_scheme
from reports.demonstration import schemes
from reports.demonstration.this_year import telling_accounts

CONSULTED, REVIEWED = "330624", "330681"
DAYS = 14
COMMENTS = (
    ("signer", "c-1.5", "群众在外务工多，民主评议参加人数不好统计，建议写明按在村人数算。"),
    ("signer.330624108201", "c-2.2", "我村会计由镇代理中心统一做账，每月公开要等中心出表，建议放宽到次月十日前。"),
    ("signer.330624108205", "c-4.3", "山区村没有集体物业，经营性收入标准偏高。"),
    ("township_office", "c-5.4", "查无实据的信访不应扣分，请在说明里写清楚。"),
    ("department", "c-3.5", "工程造价控制请以审计部门核定数为准。"),
)
ANSWERS = {
    "c-1.5": (Comment.Outcome.EXPLAINED, "满意率按参加评议的人数计算，外出务工人员可以委托家属参加。"),
    "c-2.2": (Comment.Outcome.TAKEN_UP, "已采纳，改为次月十日前公开。"),
    "c-5.4": (Comment.Outcome.PARTLY, "查无实据的不扣分；应当答复而未答复的仍要扣分。"),
}
PUBLIC = "村务公开栏常常被杂物挡住，建议把位置和照明也列进去。"


def load() -> str:
    with telling_accounts():
        one = _consult(_draft(CONSULTED))
        _review(_draft(REVIEWED))
    return f"{one.comments.count()} comments on one draft, another one under joint review"


def _draft(county: str) -> Scheme:
    return import_scheme(schemes.body(county, max(schemes.YEARS) + 1), by=_office(county))


def _office(county: str) -> User:
    return User.objects.get(username=schemes.COUNTIES[county])


def _consult(draft: Scheme) -> Consultation:
    office, until = _office(CONSULTED), timezone.localdate() + timedelta(days=DAYS)
    one = workflow.begin(
        draft, by=office, until=until, public=True, note="请重点看分值是否合理，所要材料村里能否提供。"
    )
    for username, place, text in COMMENTS:
        if author := User.objects.filter(username=username).first():
            said = workflow.comment(one, by=author, place=place, text=text)
            if place in ANSWERS:
                outcome, answer = ANSWERS[place]
                workflow.answer(said, by=office, outcome=outcome, answer=answer)
    workflow.comment_in_public(one, place="c-2.1", text=PUBLIC)
    part = drafting.part(draft.body, "a2c2")
    later = part | {"name": f"{part['name']}（次月十日前）"}
    scheme_drafts.save_part(draft, "a2c2", later, seen=drafting.digest(part), by=office)
    return one


def _review(draft: Scheme) -> None:
    office, sister = _office(REVIEWED), _office(CONSULTED)
    day = timezone.localdate() + timedelta(days=DAYS)
    one = workflow.begin(draft, by=office, until=day)
    one = workflow.close(one, by=office, reason="已召开座谈会当面征求意见")
    one = workflow.send(one, by=office, until=day)
    places = [f"c-{criterion.code}" for criterion in draft.spec.criteria[:2]]
    texts = (
        ("每少开一次扣分与全市其他县一致。", "两县相邻，标准相差太大，村干部容易攀比。"),
        ("增加线上表决的认定办法。", "外出人员多，线上表决已是常态。"),
    )
    for place, (text, why) in zip(places, texts, strict=True):
        said = workflow.propose(one, by=sister, place=place, text=text, why=why)
    workflow.settle(said, by=office, outcome="accepted", answer="采纳，在评分说明中补充。")
