#!/usr/bin/env python
from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line
from environs import EnvError

from config.environment import ConfigurationError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except (ConfigurationError, EnvError) as fault:
        sys.stderr.write(f"{fault}\n")
        sys.exit(2)
