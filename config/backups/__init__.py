"""Copies of an installation in one file, and the way back from them (docs/operations.md)."""
from __future__ import annotations

from config.backups.errors import BackupRefused
from config.backups.making import Backup, make_backup
from config.backups.restoring import Restored, restore_backup

__all__ = ["Backup", "BackupRefused", "Restored", "make_backup", "restore_backup"]
