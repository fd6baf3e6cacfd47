"""Frozen time in tests: ``with freeze_time("2026-11-24 10:00+08:00")``; no offset means UTC."""

from functools import partial

from time_machine import travel

freeze_time = partial(travel, tick=False)
