"""Assessments on pages: written, previewed, issued, seen by each unit alone, frozen by a decision."""

import pytest
from django.db import transaction

from notifications.models import Notice
from records.refusals import NotAllowed, WrongState
from reports.assessments import keeping
from reports.assessments.kept import AssessmentFigures, spec_of
from reports.models import Assessment
from tests.factories import COUNTY
from tests.reports.assessments.conftest import FIRST, FORMULA, SECOND, hold

pytestmark = pytest.mark.django_db


def frozen(rows):
    keeping.issue_assessment(rows.one, by=rows.office)
    keeping.freeze_assessment(rows.one, document="新委〔2027〕2号", by=rows.office)
    return rows.one


def test_a_decision_freezes_the_figures_with_the_villages_behind_them(rows):
    with pytest.raises(WrongState):
        keeping.freeze_assessment(rows.one, document="1号", by=rows.office)
    one = frozen(rows)
    assert one.figures == {
        "units": [
            {"unit": FIRST, "terms": {"a": "0.666667", "b": "0.800000"}, "figure": "35.07"},
            {"unit": SECOND, "terms": {"a": "0.000000", "b": "1.000000"}, "figure": "10.50"},
        ],
        "counts": {FIRST: 3, SECOND: 1},
        "villages": {
            "a": {f"{FIRST}20{n}": value for n, value in enumerate(("1.000000", "1.000000", "0.000000"), start=1)}
            | {f"{SECOND}201": "0.000000"},
            "b": {},
        },
    }
    hold(f"{FIRST}204", 5)
    assert [place.villages for place in AssessmentFigures(one).places] == [3, 1]
    kept = Assessment.objects.filter(pk=one.pk)
    for wrong in ({"document": "x"}, {"figures": {}}, {"state": "issued"}, {"formula": "{}"}):
        with pytest.raises(Exception, match="Cannot update|Invalid transition"), transaction.atomic():
            kept.update(**wrong)
    with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        kept.delete()


def test_those_assessed_are_told_when_it_is_issued_and_decided(rows):
    one = frozen(rows)
    told = Notice.objects.values_list("kind", "user", "unit_code", "link").order_by("kind", "unit_code")
    assert list(told) == [
        (kind, user.pk, code, one.get_absolute_url())
        for kind in ("assessment_frozen", "assessment_issued")
        for user, code in ((rows.first, FIRST), (rows.second, SECOND))
    ]
    assert "新委〔2027〕2号" in Notice.objects.filter(kind="assessment_frozen").first().text


def test_an_issued_formula_does_not_change(rows):
    keeping.issue_assessment(rows.one, by=rows.office)
    with pytest.raises(WrongState):
        keeping.write_assessment(rows.county, FORMULA, by=rows.office, assessment=rows.one)
    with pytest.raises(Exception, match="formula of an issued"), transaction.atomic():
        Assessment.objects.filter(pk=rows.one.pk).update(formula="{}")
    with pytest.raises(NotAllowed):
        keeping.freeze_assessment(rows.one, document="1号", by=rows.first)


def test_each_unit_sees_its_own_figure_alone_unless_the_city_says_so(rows, client):
    here = f"/assessments/{rows.one.pk}/"
    client.force_login(rows.first)
    assert client.get(here).status_code == 404  # a draft
    frozen(rows)
    own = client.get(here, follow=True)
    assert own.redirect_chain == [(f"{here}units/{FIRST}/", 302)]
    assert (own.context["place"].figure, [row[3] != "" for row in own.context["rows"]]) == (
        own.context["place"].figure,
        [True, True],
    )
    behind = client.get(f"{here}units/{FIRST}/a/")
    assert [(unit.code, value) for unit, value in behind.context["page"]][0] == (f"{FIRST}203", 0)
    for closed in (f"{here}units/{SECOND}/", f"{here}units/{SECOND}/a/", f"{here}units/{FIRST}/z/"):
        assert client.get(closed).status_code == 404
    client.force_login(rows.elsewhere)
    for closed in (here, f"{here}units/{FIRST}/", f"{here}edit/"):
        assert client.get(closed).status_code == 404
    assert list(client.get("/assessments/").context["page"]) == []
    client.force_login(rows.city)
    assert client.post("/assessments/comparison/3306/", {"shown": "1"}).status_code == 302
    client.force_login(rows.second)
    assert [place.unit.code for place, _before in client.get(here).context["rows"]] == [FIRST, SECOND]
    assert client.get(f"{here}?as=xlsx").status_code == 200
    with pytest.raises(NotAllowed):
        keeping.show_comparison(rows.county, False, by=rows.office)


def test_the_formula_is_written_in_a_form_with_a_preview_over_last_year(rows, client):
    client.force_login(rows.office)
    address = f"/assessments/new/{COUNTY}/"
    given = {
        "name": "乡镇年度考核",
        "year": "2026",
        "assesses": "township",
        "on": "2026-12-31",
        "takes0": "share_at_least",
        "weight0": "60",
        "star0": "4",
        "takes1": "on_time",
        "weight1": "12.5",
        "step1": "apply",
    }
    shown = client.post(address, given | {"preview": "1"})
    assert (shown.status_code, [figure for _code, _name, figure in shown.context["preview"]]) == (
        200,
        ["12.50", "12.50"],
    )
    assert client.post(address, given | {"key": shown.context["key"], "weight0": "0"}).status_code == 400
    key = client.get(address).context["key"]
    for _click in range(2):
        assert client.post(address, given | {"key": key}).status_code == 302
    draft = Assessment.objects.get(name="乡镇年度考核")
    assert [(term.takes, str(term.weight)) for term in spec_of(draft).terms] == [
        ("share_at_least", "60"),
        ("on_time", "12.5"),
    ]
    page = client.get(f"/assessments/{draft.pk}/")
    assert client.get(f"/assessments/{draft.pk}/edit/").context["form"].shown == 4
    assert client.post(f"/assessments/{draft.pk}/issue/", {"key": page.context["key"]}).status_code == 302
    page = client.get(f"/assessments/{draft.pk}/")
    hold(f"{SECOND}202", 5)  # behind the page's back
    decided = {"key": page.context["key"], "document": "新委〔2027〕3号"}
    anew = client.post(f"/assessments/{draft.pk}/freeze/", decided)
    assert anew.status_code == 409
    decided["key"] = anew.context["key"]
    for _click in range(2):
        assert client.post(f"/assessments/{draft.pk}/freeze/", decided).status_code == 302
    late = client.post(f"/assessments/{draft.pk}/freeze/", decided | {"document": "新委〔2027〕4号"})
    assert [late.status_code, [text for _label, text in late.context["lost"][0].typed]] == [409, ["新委〔2027〕4号"]]
    draft.refresh_from_db()
    assert (draft.state, draft.document) == ("frozen", "新委〔2027〕3号")
