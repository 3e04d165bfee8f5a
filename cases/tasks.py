"""What Celery carries: the id of an outbox row, nothing else. The row is the truth, the broker a doorbell."""
from __future__ import annotations

from celery import shared_task

from accounts.clock import now
from cases.services.outbox import Delivery, deliver
from cases.services.wake import wake


@shared_task(name="cases.deliver", ignore_result=True)
def deliver_entry(entry_id: int) -> None:
    """Deliver one outbox row if it may be claimed; what became due with that, the relay hears of at once."""
    if deliver(entry_id, now=now()) is not Delivery.TAKEN:
        wake()
