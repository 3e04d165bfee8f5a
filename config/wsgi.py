from __future__ import annotations

import os
import sys

from django.core.wsgi import get_wsgi_application
from environs import EnvError

from config.environment import ConfigurationError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
try:
    application = get_wsgi_application()
except (ConfigurationError, EnvError) as fault:
    sys.stderr.write(f"{fault}\n")
    sys.exit(2)
