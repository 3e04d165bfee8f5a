"""What any test may ask: does the history that it made verify?"""

from __future__ import annotations

from audit.record import verify
from audit.verify import Fault
from cases.models import Attachment, Case


def faults_of_history() -> list[Fault]:
    """Return what the verifier finds in the connected database, without files put in by no act."""
    by_hand = {str(pk) for pk in Attachment.objects.values_list("pk", flat=True)}
    return [fault for fault in verify(Case.objects.all(), whole=True).faults if fault.detail not in by_hand]
