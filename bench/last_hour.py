"""The last hour (architecture §5): all villages of a city open their form and submit, by four clients."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from statistics import median, quantiles
from time import perf_counter

from django.db.models import Count

from bench import crowd
from bench.browser import Browser
from bench.database import served
from ratings.models import Application, Transition

CLIENTS = 4


def run() -> None:
    crowd.ready()
    ids = dict(Application.objects.values_list("unit_id", "pk"))
    waiting: SimpleQueue[tuple[int, str]] = SimpleQueue()
    for code, session in crowd.signers():
        waiting.put((ids[code], session))
    with served() as address:
        began = perf_counter()
        with ThreadPoolExecutor(CLIENTS) as clients:
            done = list(clients.map(lambda _n: client(address, waiting), range(CLIENTS)))
        took = perf_counter() - began
    times = [one for seconds, _statuses in done for one in seconds]
    statuses = sum((found for _seconds, found in done), Counter())
    submitted = Application.objects.filter(state=Application.State.SUBMITTED).count()
    twice = Transition.objects.filter(verb="submit").values("application").annotate(n=Count("pk")).filter(n__gt=1)
    lost, odd = len(ids) - submitted, {k: n for k, n in statuses.items() if k not in (200, 302)}
    print(f"{len(ids)} villages in {took:.0f} s ({len(ids) / took:.1f} a second), {len(times)} requests: ", end="")
    print(
        f"median {median(times) * 1000:.0f} ms, 99 of 100 below {quantiles(times, n=100)[-1] * 1000:.0f} ms", flush=True
    )
    verdict = "ok" if not (lost or twice or odd) else "ABOVE"
    print(f"lost {lost}, twice {len(twice)}, error pages {sum(odd.values())} {odd or ''}   {verdict}", flush=True)


def client(address: str, waiting: SimpleQueue) -> tuple[list[float], Counter]:
    """One of the four: village after village, until none is left. The seconds and status of every response."""
    times: list[float] = []
    statuses: Counter = Counter()
    while True:
        try:
            application, session = waiting.get_nowait()
        except Empty:
            return times, statuses
        browser = Browser(address, session)
        statuses[browser.get("/")[0]] += 1
        statuses[browser.get(f"/applications/{application}/form/")[0]] += 1
        statuses[browser.post(f"/applications/{application}/submit/")[0]] += 1
        statuses[browser.post(f"/applications/{application}/submit/")[0]] += 1  # the double click
        times += browser.times
