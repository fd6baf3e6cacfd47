"""A thousand objections from one address in a minute: the notice stays available, and a real one from elsewhere
succeeds."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from time import perf_counter, sleep

from django.core.management import call_command

from bench.browser import Browser
from bench.database import served
from bench.measure import say
from reviews.models import Batch, Objection

CLIENTS, OBJECTIONS, SECONDS = 4, 1000, 60
ATTACKER, VILLAGER = "127.0.0.66", "127.0.0.7"
TEXT, REAL = "同一个人一直点。", "公开栏三个月没有更新。"


def run() -> None:
    call_command("load_demonstration", verbosity=0)
    batch = Batch.objects.filter(state=Batch.State.RELEASED).latest("released_at")
    decision = batch.entries.latest("pk").decision_id
    before = Objection.objects.count()
    notice = f"/notices/{batch.pk}/"
    with served() as address, ThreadPoolExecutor(CLIENTS + 1) as clients:
        calm = _looked(address, notice, 20)
        began = perf_counter()
        attacks = [clients.submit(attack, address, notice, decision, began) for _n in range(CLIENTS)]
        sleep(5)
        during = _looked(address, notice, 40)
        real = Browser(address, sender=VILLAGER)
        status, _page = real.post(notice, decision=str(decision), text=REAL, name="", contact="", website="")
        statuses = sum((attack.result() for attack in attacks), Counter())
        took = perf_counter() - began
    kept = Objection.objects.count() - before
    through = Objection.objects.filter(text=REAL).count()
    say("the notice during the flood / before", median(during) / median(calm), 3, f"{median(during) * 1000:.0f} ms")
    ok = through == 1 and statuses[500] == 0 and kept < OBJECTIONS / 10
    print(f"{sum(statuses.values())} sent in {took:.0f} s: {dict(statuses)}, {kept - through} kept; ", end="")
    print(f"the villager's: {status}, kept {through}   {'ok' if ok else 'ABOVE'}", flush=True)


def attack(address: str, notice: str, decision: int, began: float) -> Counter:
    browser = Browser(address, sender=ATTACKER)
    share = OBJECTIONS // CLIENTS
    statuses: Counter = Counter()
    for number in range(share):
        sleep(max(0.0, began + number * SECONDS / share - perf_counter()))
        statuses[browser.post(notice, decision=str(decision), text=TEXT, name="", contact="", website="")[0]] += 1
    return statuses


def _looked(address: str, notice: str, times: int) -> list[float]:
    """Seconds that the notice takes for somebody at another address."""
    browser = Browser(address, sender=VILLAGER)
    for _n in range(times):
        browser.get(notice)
        sleep(0.2)
    return browser.times
