"""What the product writes about itself: one JSON object a line with the request id, and no personal value."""
from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

MASK = "▒"
PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # e-mail
    r"|(?<![\w.])(?:\+84|0)[ .-]?\d(?:[ .-]?\d){7,9}(?![\w])"  # telephone, spaced or not
    r"|(?<![\w-])\d{12}(?![\w-])"  # căn cước công dân
    r"|(?<![\w-])\d{9}(?![\w-])"  # chứng minh nhân dân
    r"|(?<![A-Za-z0-9-])[A-Z]{1,2}\d{7,8}(?![A-Za-z0-9-])"  # passport
)
OURS = frozenset({"timestamp", "level", "logger", "request_id", "event_hash", "sha256"})  # made by us, never typed in


def scrubbed(value: Any) -> Any:
    """Return `value` (text, mapping, sequence or scalar) with e-mails, telephones and identity numbers masked."""
    if isinstance(value, str):
        return PERSONAL.sub(MASK, value)
    if isinstance(value, Mapping):
        return {key: entry if key in OURS else scrubbed(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [scrubbed(entry) for entry in value]
    if isinstance(value, bool | None):
        return value
    return value if isinstance(value, int | float) and len(str(abs(value))) < 9 else scrubbed(str(value))


def scrub(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Mask personal values of one log entry (structlog processor, last before the renderer)."""
    masked: Mapping[str, Any] = scrubbed({key: value for key, value in entry.items() if not key.startswith("_")})
    return masked


BEFORE: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def logging_config(*, level: str, form: str) -> dict[str, Any]:
    """Return Django's LOGGING and configure structlog; `form` is "json" or "text". Everything goes to stderr."""
    structlog.configure(
        processors=[*BEFORE, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer = structlog.processors.JSONRenderer(ensure_ascii=False) if form == "json" else (
        structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"], repr_native_str=False)
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": BEFORE,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, scrub, renderer],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        # Django's own handler writes to the console besides; its access log names addresses with codes in them.
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        },
    }
