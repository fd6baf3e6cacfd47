"""The pages of a draft: who finds what, what is kept after a refusal, and what Word and the public get."""

import io
import re
from datetime import date

import docx
import pytest
from django.urls import reverse
from openpyxl import load_workbook

from consultations import workflow
from consultations.models import Comment, Consultation, Issue
from ratings.models import Scheme
from ratings.workflow import scheme_issuing
from records.previews import Preview
from tests.consultations.agreed import agree_on, attach_papers

UNTIL = date(2026, 12, 11)


@pytest.fixture(autouse=True)
def _settings(settings):
    settings.SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def open_draft(who):
    return workflow.begin(who.draft, by=who.office, until=UNTIL, public=True)


def key_of(user, step: str) -> str:
    return Preview.objects.filter(user=user, step=step).latest("pk").key


def press(client, user, one, verb: str, **typed):
    """The step from the page as ``user`` sees it."""
    client.force_login(user)
    client.get(one.get_absolute_url())
    sent = typed | {"key": key_of(user, f"{verb}:{one.pk}")}
    return client.post(reverse("consultation_step", args=[one.pk, verb]), sent)


def test_a_comment_is_typed_once_however_often_it_is_pressed(client, who, open_draft):
    client.force_login(who.signer)
    page = client.get(open_draft.get_absolute_url() + "?about=c-1.1").text
    assert re.findall(r'<option value="(\S*)" selected', page) == ["c-1.1"]
    sent = {"place": "c-1.1", "text": "五分太多", "key": key_of(who.signer, f"comment_draft:{open_draft.pk}")}
    address = reverse("consultation_step", args=[open_draft.pk, "comment_draft"])
    assert [client.post(address, sent).status_code for _click in range(2)] == [302, 302]
    assert Comment.objects.get().text == "五分太多"


def test_what_was_typed_stays_when_it_is_refused(client, who, open_draft):
    refused = press(client, who.signer, open_draft, "comment_draft", place="c-9.9", text="保留的话")
    assert (refused.status_code, "保留的话" in refused.text) == (400, True)
    early = press(client, who.office, open_draft, "close_consultation", reason=" ")
    assert (early.status_code, Consultation.objects.get().state) == (400, "consulting")


def test_who_may_not_take_a_step_finds_none(client, who, open_draft):
    client.force_login(who.signer)
    for verb in ("close_consultation", "withdraw_draft", "nonsense"):
        assert client.post(reverse("consultation_step", args=[open_draft.pk, verb]), {}).status_code == 404
    for stranger in (who.sister, who.elsewhere):
        client.force_login(stranger)
        assert client.get(open_draft.get_absolute_url()).status_code == 404


def test_comments_of_others_are_read_once_they_are_answered_without_names(client, who, open_draft):
    said = workflow.comment(open_draft, by=who.signer, place="c-1.1", text="五分太多")
    client.force_login(who.department)
    assert "五分太多" not in client.get(open_draft.get_absolute_url()).text
    workflow.answer(said, by=who.office, outcome="taken_up", answer="改为三分")
    page = client.get(open_draft.get_absolute_url()).text
    assert ("五分太多" in page, "改为三分" in page, who.signer.name in page) == (True, True, False)
    client.force_login(who.office)
    assert who.signer.name in client.get(open_draft.get_absolute_url()).text


def heads(response) -> list[str]:
    """The heads of the columns of a workbook."""
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).worksheets[0]
    rows = [[cell.value for cell in row if cell.value] for row in sheet.iter_rows()]
    return max(rows, key=len)


def test_only_the_offices_find_in_the_workbook_which_unit_said_what(client, who, open_draft):
    said = workflow.comment(open_draft, by=who.signer, place="c-1.1", text="五分太多")
    workflow.answer(said, by=who.office, outcome="taken_up", answer="改为三分")
    address = open_draft.get_absolute_url() + "?as=xlsx"
    client.force_login(who.office)
    offices = heads(client.get(address))
    client.force_login(who.department)
    assert (len(offices), [head for head in offices if head != "单位"]) == (7, heads(client.get(address)))


def test_sister_counties_read_the_draft_only_under_joint_review(client, who):
    one = workflow.begin(who.draft, by=who.office, until=UNTIL)
    one = workflow.close(one, by=who.office, reason="已答复")
    workflow.send(one, by=who.office, until=UNTIL)
    given = {"place": "c-1.1", "text": "满分八分", "why": "与全市一致"}
    assert press(client, who.sister, one, "propose_change", **given).status_code == 302
    client.force_login(who.office)
    proposal = one.draftproposals.get()
    client.get(one.get_absolute_url() + f"?settle={proposal.pk}")
    sent = {"outcome": "accepted", "answer": "采纳", "key": key_of(who.office, f"settle_change:{proposal.pk}")}
    address = reverse("consultation_settle", args=[one.pk, proposal.pk])
    assert [client.post(address, sent).status_code for _click in range(2)] == [302, 302]
    assert press(client, who.city, one, "conclude_review", reason="已齐").status_code == 302
    attach_papers(who.draft, by=who.office)
    scheme_issuing.issue(who.draft, by=who.office)
    client.force_login(who.sister)
    assert client.get(one.get_absolute_url()).status_code == 404


def test_the_form_of_one_comment_is_shown_when_it_is_asked_for(client, who, open_draft, monkeypatch):
    monkeypatch.setattr("consultations.views.consultations.ROWS", 2)
    said = [workflow.comment(open_draft, by=who.signer, place="", text=f"第{n}条") for n in range(3)]
    client.force_login(who.office)
    asked_for = f'href="{open_draft.get_absolute_url()}?answer={said[1].pk}#answer-{said[1].pk}"'
    page = client.get(open_draft.get_absolute_url()).text
    assert (asked_for in page, 'name="answer"' in page, "第2条" in page) == (True, False, False)
    assert not Preview.objects.filter(step__startswith="answer_comment").exists()
    page = client.get(open_draft.get_absolute_url() + f"?answer={said[2].pk}").text
    assert (page.count('name="answer"'), "第0条" in page) == (1, False)
    assert Preview.objects.filter(step__startswith="answer_comment").count() == 1


def test_the_second_of_two_answers_is_refused_with_what_was_typed(client, who, open_draft):
    said = workflow.comment(open_draft, by=who.signer, place="c-1.1", text="五分太多")
    client.force_login(who.office)
    client.get(open_draft.get_absolute_url() + f"?answer={said.pk}")
    workflow.answer(said, by=who.office, outcome="taken_up", answer="改为三分")
    given = {"outcome": "not", "answer": "另一种答复", "key": key_of(who.office, f"answer_comment:{said.pk}")}
    refused = client.post(reverse("consultation_answer", args=[open_draft.pk, said.pk]), given)
    assert (refused.status_code, "这条意见已经答复过了" in refused.text) == (409, True)
    assert ("另一种答复" in refused.text, said.get_outcome_display() in refused.text) == (True, True)


def test_a_comment_that_comes_too_late_is_refused_with_what_was_typed(client, who, open_draft):
    client.force_login(who.signer)
    client.get(open_draft.get_absolute_url())
    given = {"place": "c-1.1", "text": "迟到的话"}
    sent = given | {"key": key_of(who.signer, f"comment_draft:{open_draft.pk}")}
    public = reverse("public_draft", args=[open_draft.pk])
    workflow.close(open_draft, by=who.office, reason="已齐")
    step = reverse("consultation_step", args=[open_draft.pk, "comment_draft"])
    for refused, why in (
        (client.post(step, sent), "草案目前状态：意见已答复。"),
        (client.post(public, given), "意见反馈期已过。"),
    ):
        assert (refused.status_code, why in refused.text, "迟到的话" in refused.text) == (409, True, True)


def test_who_loses_sight_of_a_draft_hears_whether_the_comment_is_kept(client, who, open_draft):
    client.force_login(who.signer)
    step = reverse("consultation_step", args=[open_draft.pk, "comment_draft"])
    kept, late = (
        {"place": "c-1.1", "text": text, "key": key_of(who.signer, f"comment_draft:{open_draft.pk}")}
        for text in ("五分太多", "迟到的话")
        if client.get(open_draft.get_absolute_url())
    )
    client.post(step, kept, follow=True)
    workflow.withdraw(open_draft, by=who.office, reason="另行起草")
    answer = client.post(step, kept, follow=True)
    assert (answer.redirect_chain, [str(one) for one in answer.context["messages"]]) == (
        [(reverse("consultations"), 302)],
        ["意见已提交，办公室会答复。"],
    )
    answer = client.post(step, late)
    assert [answer.status_code, *(answer.context[name] for name in ("why", "written", "on"))] == [
        409,
        "打开本页后情况有变化，未作任何处理，请按最新情况重新核对。",
        ["迟到的话"],
        reverse("consultations"),
    ]
    assert client.post(step, late | {"key": "unknown"}).status_code == 404
    assert Comment.objects.get().text == "五分太多"


def test_the_public_reads_comments_and_is_answered(client, who, open_draft):
    address = reverse("public_draft", args=[open_draft.pk])
    assert open_draft.scheme.name in client.get(reverse("public_drafts")).text
    given = {"place": "c-2.1", "text": "台账应公开", "name": "王某"}
    assert client.post(address, given | {"website": "http://x"}).status_code == 429
    assert client.post(address, given).status_code == 200
    assert client.post(address, given | {"text": ""}).status_code == 400
    workflow.answer(Comment.objects.get(), by=who.office, outcome="taken_up", answer="已列入")
    page = client.get(address).text
    assert ("台账应公开" in page, "已列入" in page, "王某" in page) == (True, True, False)
    Consultation.objects.update(public=False)
    assert client.get(address).status_code == 404


def test_an_issued_scheme_leads_to_the_consultation_only_whoever_may_read_it(client, who):
    agree_on(who.draft, by=who.office)
    scheme_issuing.issue(who.draft, by=who.office)
    one = Consultation.objects.get()
    link = f'href="{one.get_absolute_url()}"'
    pages = []
    for reader in (who.office, who.leader):
        client.force_login(reader)
        page = client.get(reverse("scheme", args=[who.draft.pk]))
        pages.append((page.status_code, link in page.text, client.get(one.get_absolute_url()).status_code))
    assert pages == [(200, True, 200), (200, False, 404)]


def text_of(response) -> str:
    document = docx.Document(io.BytesIO(b"".join(response.streaming_content)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_draft_and_what_was_issued_as_word(client, who):
    agree_on(who.draft, by=who.office)
    client.force_login(who.office)
    one = Consultation.objects.get()
    draft = text_of(client.get(reverse("consultation_word", args=[one.pk])))
    assert ("征求意见稿" in draft, "村民代表会议" in draft, "{" in draft) == (True, True, False)
    scheme_issuing.issue(who.draft, by=who.office)
    issued = text_of(client.get(reverse("public_scheme_word", args=[who.draft.pk])))
    assert ("征求意见稿" in issued, "新评〔2027〕standard" in issued, "党委、政府" in issued) == (False, True, True)
    page = client.get(reverse("public_scheme", args=[who.draft.pk])).text
    assert ("新评〔2027〕measures" in page, str(Issue.objects.get().get_review_display()) in page) == (True, True)
    paper = Scheme.objects.get(pk=who.draft.pk).papers.first()
    assert client.get(reverse("public_scheme_paper_file", args=[who.draft.pk, paper.pk])).status_code == 200
    for name, pk in (("consultation_pdf", one.pk), ("scheme_paper", who.draft.pk)):
        assert client.get(reverse(name, args=[pk])).status_code == 200
