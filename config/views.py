"""What a load balancer asks: does the process live, and may it be given work; and what people see when it may not."""
from __future__ import annotations

import sys

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.views import defaults
from django.views.decorators.http import require_safe

from config.schema import migrations_waiting

RETRY_S = 60


@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 with the product version; touches nothing."""
    return JsonResponse({"status": "ok", "version": settings.PRODUCT_VERSION})


@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers and is migrated, else 503 naming what is not ready."""
    faults = database_faults()
    status = 503 if faults else 200
    return JsonResponse({"status": "not ready" if faults else "ok", "faults": faults}, status=status)


def database_faults() -> list[str]:
    """Return machine words for what keeps the database from serving: `database`, `migrations`."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return ["migrations"] if migrations_waiting() else []
    except DatabaseError:
        return ["database"]


def failed(request: HttpRequest) -> HttpResponse:
    """Answer an error of ours: 503 when it is the database that fails (gone, full, locked for too long), else 500."""
    if not isinstance(sys.exception(), DatabaseError | InterfaceError):
        return defaults.server_error(request)
    page = loader.get_template("503.html").render()  # no context: its processors would ask the database
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_S)})
