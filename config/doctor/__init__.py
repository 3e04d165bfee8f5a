"""How an installation is: every check looks, changes nothing, and says what to do."""
from __future__ import annotations

from config.doctor.examination import Examination, examine

__all__ = ["Examination", "examine"]
