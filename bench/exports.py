"""A city's register as Excel: one export against openpyxl's write-only mode with the same cells, and ten
concurrent ones."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from django.core.management import call_command
from django.test import Client
from openpyxl import load_workbook

from accounts.models import User
from bench.annual import write_plainly
from bench.browser import Browser
from bench.crowd import session_of
from bench.database import served
from bench.measure import once, say

ADDRESS = "/register/?as=xlsx"
TIMES, CLIENTS = 7, 10


def run() -> None:
    call_command("load_demonstration", verbosity=0)
    reader = User.objects.get(username="city_discipline")
    client = Client()
    client.force_login(reader)
    sheet = load_workbook(BytesIO(fetched(client)), read_only=True).active
    cells = [(sheet.title, [[(cell.value, cell.number_format) for cell in row] for row in sheet])]
    with TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.xlsx"
        times = [(once(lambda: fetched(client)), once(lambda: write_plainly(cells, bare))) for _time in range(TIMES)]
    took, plain = (median(column) for column in zip(*times, strict=True))
    say("register export / bare write-only workbook", took / plain, 2, f"{took:.2f} s, bare {plain:.2f} s")
    with served() as address, ThreadPoolExecutor(CLIENTS) as clients:
        browsers = [Browser(address, session_of(reader)) for _n in range(CLIENTS)]
        browsers[0].get(ADDRESS)
        alone = median(once(lambda: browsers[0].get(ADDRESS)) for _time in range(TIMES))
        statuses = {status for status, _page in clients.map(lambda browser: browser.get(ADDRESS), browsers)}
    last = max(browser.times[-1] for browser in browsers)
    said = f"the last after {last:.1f} s, one alone {alone:.2f} s, statuses {statuses}"
    say("ten exports at once / one after the other", last / (CLIENTS * alone), 1, said)


def fetched(client: Client) -> bytes:
    return b"".join(client.get(ADDRESS).streaming_content)
