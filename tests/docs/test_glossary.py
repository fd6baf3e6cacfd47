"""``docs/glossary.md`` has a line for every model."""

import re

from django.apps import apps
from django.conf import settings
from pghistory.models import Event

from config.urls import APPS

NAMED = re.compile(r"`([a-z]+\.[A-Z]\w+)`")


def test_every_model_has_its_line_and_every_line_its_model():
    models = [model for app in APPS for model in apps.get_app_config(app).get_models() if not issubclass(model, Event)]
    glossary = (settings.BASE_DIR / "docs/glossary.md").read_text("utf-8")
    assert sorted(set(NAMED.findall(glossary))) == sorted(
        f"{model._meta.app_label}.{model.__name__}" for model in models
    )
