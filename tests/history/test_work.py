"""Handing work over: a broker that is away stops nobody."""

import time

import pytest
from celery import Celery
from django.conf import settings

from history import work


def test_work_for_a_broker_that_is_away_is_noted_and_nobody_waits(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    away = Celery("away", broker="redis://127.0.0.1:9/0", set_as_current=False)
    away.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    monkeypatch.setattr(work, "current_app", away)
    started = time.monotonic()
    assert work.hand_over("imports.read", 1, otherwise="the sweep does it") is False
    assert time.monotonic() - started < 5
    assert "The broker is away; the sweep does it" in caplog.text
