from __future__ import annotations

import os
import sys

from django.core.wsgi import get_wsgi_application

from config.environment import ConfigurationError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
try:
    application = get_wsgi_application()
except ConfigurationError as fault:
    sys.stderr.write(f"{fault}\n")
    sys.exit(2)
