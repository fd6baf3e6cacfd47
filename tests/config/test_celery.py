from django.core.cache import cache

from config.celery import HEARTBEAT_KEY, HeartbeatScheduler, app


def test_every_entry_of_the_timetable_names_a_task_that_exists():
    app.loader.import_default_modules()
    named = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert named - set(app.tasks) == set()


def test_each_turn_of_the_scheduler_leaves_a_sign_of_life(tmp_path):
    cache.delete(HEARTBEAT_KEY)
    scheduler = HeartbeatScheduler(app=app, schedule_filename=str(tmp_path / "beat"))
    scheduler.tick()
    assert cache.get(HEARTBEAT_KEY) is not None
    cache.delete(HEARTBEAT_KEY)
