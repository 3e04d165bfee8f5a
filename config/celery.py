"""Celery as a carrier of outbox ids: `celery -A config.celery worker`, fed by `manage.py relay` (docs/operations.md).

Safety does not rest on these settings (the outbox row does that); they keep doubles rare and stops gentle.
"""
from __future__ import annotations

import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Much longer than any task, and the same in all three places: the shortest would win.
VISIBILITY = {"visibility_timeout": 3600}
SILENCE = 5  # seconds after which a broker that does not answer is called so

app = Celery("hoso")
app.conf.update(
    broker_url=settings.REDIS_URL or None,
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=SILENCE,
    broker_transport_options={
        **VISIBILITY,
        "socket_connect_timeout": SILENCE,
        "socket_timeout": SILENCE,
        "socket_keepalive": True,
    },
    result_backend_transport_options=VISIBILITY,
    **VISIBILITY,
    task_default_queue="hoso",
    task_serializer="json",
    result_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_soft_shutdown_timeout=15,  # below the 20 s that supervisor and systemd wait
    worker_cancel_long_running_tasks_on_connection_loss=False,  # the lease, not the broker, says who may go on
    worker_hijack_root_logger=False,  # config.logs writes, and scrubs
    worker_send_task_events=False,
    enable_utc=True,
)
app.autodiscover_tasks(["cases"])
