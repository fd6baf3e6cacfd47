"""What people do in the browser, one function per job: the steps of the year, and of tests of single pages."""

from collections.abc import Callable
from io import BytesIO

from django.conf import settings
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.clients import client_of

PASSWORD = "Pingxing-2026"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
PICTURES_ARE_THERE = """() => [...document.images].every(image => {
    image.loading = "eager";
    return image.complete;
})"""


def sign_in(page: Page, username: str) -> Page:
    """Signed in on the home page, with a session cookie; the sign-in page has tests of its own."""
    take_over(page, username)
    page.goto("/")
    return page


def take_over(page: Page, username: str) -> None:
    """Whoever used this browser has signed out, and ``username`` in; no page is opened yet."""
    page.set_default_timeout(20_000)
    client = client_of(User.objects.get(username=username))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "domain": "localhost", "path": "/"}]
    )


def press(page: Page, selector: str) -> None:
    """Press a button or link, and wait until the next page has loaded."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def supply(page: Page, figures: dict[str, str]) -> None:
    """A department's figure for each village, by code."""
    page.goto("/supply/")
    page.locator("main a[href*='/supply/']").first.click()
    for code, figure in figures.items():
        page.locator(f"[name='{code}:1.2']").fill(figure)
    press(page, "main form button.primary")


def fill(page: Page, star: int, counts: dict[str, str], ticks: str) -> None:
    """The form from its first page to its last, with the minutes of a meeting attached."""
    page.locator(f"input[name=star][value='{star}']").check()
    press(page, "form[action$='/star/'] button")
    press(page, ".todo a")
    for item in ("1.1.a", "1.2"):
        if item in counts:
            page.locator(f"[name='{item}']").fill(counts[item])
    card = page.get_by_role("region", name="村民代表会议")
    card.locator("input[type=file]").last.set_input_files(
        {"name": "会议记录.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    expect(card.locator(".files .state.saved")).to_have_count(1)
    press(page, ".dock button.primary")
    for tick in ticks:  # as a person does: the next one once the response to this one no longer moves the page
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.locator(f"[name='2.1.{tick}']").check()
    press(page, ".dock button.primary")
    for item in ("B.1.a", "D.1.a"):
        page.locator(f"[name='{item}']").fill(counts.get(item, "0"))
        press(page, ".dock button.primary")


def submit(page: Page, application: int, verb: str = "submit") -> None:
    page.goto(f"/applications/{application}/{verb}/")
    press(page, "main form button.primary")


def give_back(page: Page, application: int, criterion: str, reason: str) -> None:
    """The township office returns one item with its reason."""
    page.goto(f"/applications/{application}/return/")
    card = page.locator("section.card").filter(has_text=criterion).first
    card.locator("input[type=checkbox]").check()
    card.locator("textarea").fill(reason)
    press(page, "main form button.primary")


def convene(page: Page, place: str, stage: str) -> None:
    page.goto("/reviews/panels/")
    form = page.locator(f"form[action*='/{place}/{stage}/']").first
    for box in form.locator("input[type=checkbox]").all():
        box.check()
    with page.expect_navigation():
        form.locator("button").first.click()


def declare_tie(page: Page, sheet: int) -> None:
    page.goto(f"/reviews/sheets/{sheet}/")
    press(page, "form[action$='/recuse/'] button")


def score(page: Page, sheet: int, typed: str) -> None:
    """Agree with every figure, type the judged points with a reason, hand in."""
    page.goto(f"/reviews/sheets/{sheet}/")
    while page.locator(".finish button[value=hand_in]").count() == 0:
        page.wait_for_function(PICTURES_ARE_THERE)  # one still loading moves the radio away under the pointer
        for radio in page.locator("input[type=radio][value=agree]").all():
            radio.check()
        if page.locator("[name='v.2.2']").count():
            page.locator("[name='v.2.2']").fill(typed)
            page.locator("textarea[name='why.2.2']").fill("走访农户后打分")
        press(page, ".finish button[value=save]")
    press(page, ".finish button[value=hand_in]")


def decide(page: Page, choices: dict[int, tuple[str, str]]) -> None:
    """(star, recommend, …; reason) for each application."""
    page.goto("/reviews/decisions/")
    for application, (choice, reason) in choices.items():
        page.locator(f"select[name='choice.{application}']").select_option(choice)
        page.locator(f"input[name='reason.{application}']").fill(reason)
    press(page, ".release button.primary")
    press(page, "button[name=confirmed]")


def release(page: Page, document: str) -> None:
    page.goto("/reviews/batches/")
    page.locator("[name=document]").fill(document)
    press(page, "main form button.primary")
    press(page, "button[value=release]")


def ask_departments(page: Page) -> None:
    page.goto("/reviews/checks/")
    press(page, "main form button.primary")


def answer_check(page: Page, finding: dict[str, str] | None = None) -> None:
    """Nothing found for all, or one village's veto item: ``{"village", "veto", "on", "document"}``."""
    page.goto("/reviews/checks/")
    press(page, "main table a[href*='/reviews/checks/']")
    if finding is None:
        press(page, "button[value=nothing]")
        press(page, "button[name=confirmed]")
        return
    row = page.locator("main tr").filter(has_text=finding["village"]).first
    row.locator("select[name^='veto.']").select_option(finding["veto"])
    row.locator("input[name^='on.']").fill(finding["on"])
    row.locator("input[name^='document.']").fill(finding["document"])
    press(page, "button[value=sign]")
    press(page, "button[name=confirmed]")


def object_to(page: Page, village: str, text: str) -> str:
    """Anyone objects to a village's result without an account; returns the receipt."""
    page.goto("/notices/")
    page.locator("main a[href*='/notices/']").filter(has_text="沙溪镇").first.click()
    page.locator("select[name=decision]").select_option(
        label=[label for label in page.locator("select[name=decision] option").all_inner_texts() if village in label][0]
    )
    page.locator("[name=text]").fill(text)
    press(page, "main form button")
    return page.locator("main").inner_text()


def answer_objection(page: Page, answer: str, verdict: str) -> None:
    page.goto("/reviews/objections/")
    press(page, "main a[href*='/reviews/objections/']")
    page.locator("textarea[name=answer]").fill(answer)
    press(page, f"button[value={verdict}]")
    press(page, "button[name=confirmed]")


def appeal(page: Page, application: int, reasons: str) -> None:
    page.goto(f"/results/{application}/")
    press(page, "a[href$='/appeal/']")
    page.locator("[name=reasons]").fill(reasons)
    press(page, "main form button.primary")


def convene_hearing(page: Page, hearer: str) -> None:
    """The level above names people without a conflict of interest to hear the appeal."""
    page.goto("/reviews/appeals/")
    press(page, "main a[href*='/reviews/appeals/']")
    page.get_by_label(hearer, exact=True).check()
    press(page, "button[value=convene]")


def uphold(page: Page, star: str, document: str, answer: str) -> None:
    page.goto("/reviews/appeals/")
    press(page, "main a[href*='/reviews/appeals/']")
    page.locator("[name=answer]").fill(answer)
    page.locator("[name=star]").select_option(star)
    page.locator("[name=document]").fill(document)
    press(page, "button[value=uphold]")
    press(page, "button[name=confirmed]")


def grant_rewards(sign_in: Callable[[str], Page], amounts: dict[str, str]) -> Page:
    """A policy of yuan by star, whatever the population: drafted, agreed by the county office, in effect, granted."""
    finance = sign_in("finance")
    finance.goto("/policies/")
    press(finance, "a[href*='/new/']")
    for name, value in {
        "name": "2026年度奖励办法",
        "year": "2026",
        "budget": "100000",
        "reckoning_day": "2026-12-03",
        "starts": "2026-12-01",
        "ends": "2027-11-30",
    }.items():
        finance.locator(f"[name={name}]").fill(value)
    for row, (star, amount) in enumerate(amounts.items()):
        for name, value in {"star": star, "first": "0", "amount": amount}.items():
            finance.locator(f"[name$='-{row}-{name}']").fill(value)
    press(finance, "main form > button.primary")
    policy = finance.url
    _step(finance, "seek_opinion")
    county_office = sign_in("county_office")
    county_office.goto(policy)
    county_office.locator("[name=number]").fill("备〔2026〕1号")
    press(county_office, "button[name=agreed][value='1']")
    finance = sign_in("finance")
    finance.goto(policy)
    _step(finance, "make_effective")
    _step(finance, "grant")
    return finance


def workbook_of_year(page: Page, year: str) -> Workbook:
    """The year's workbook, asked for and taken down."""
    page.goto("/reports/")
    page.locator("[name=year]").select_option(year)
    press(page, "main form button.primary")
    with page.expect_download() as download:
        page.locator("a[href$='/file/']").click()
    return load_workbook(BytesIO(download.value.path().read_bytes()))


def _step(page: Page, verb: str) -> None:
    press(page, f"form[action$='/step/{verb}/'] button.primary")


def record_event(page: Page, village: str, kind: str, on: str) -> None:
    page.goto(f"/events/new/{village}/")
    page.locator(f"[name=kind][value='{kind}']").check()
    page.locator("[name=on]").fill(on)
    press(page, "button[name=look]")
    press(page, "button[name=record]")


def merge(page: Page, codes: list[str], into: str, document: str) -> None:
    """An order that merges several villages: previewed, then carried out."""
    page.goto("/units/orders/")
    press(page, "main a[href$='/orders/merge/']")
    page.locator("[name=units]").fill("\n".join(codes))
    page.locator("[name=into]").fill(into)
    page.locator("[name=document]").fill(document)
    page.locator("[name=reason]").fill("行政村规模调整")
    press(page, "main form button.primary")
    press(page, "button[name=confirm]")
