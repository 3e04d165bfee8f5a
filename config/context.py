"""What every page may show around its matter; each value is looked up only if the template asks."""
from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from accounts.clock import local_day, now
from accounts.models import User
from cases.access import OUTSIDE, holdings
from cases.cashbook import reach
from cases.ledger_access import acting_roles, ledgers, row_spec
from cases.office import office_rows
from cases.signing import signs
from notifications.queries import unread_count


class Place(NamedTuple):
    """A page in the navigation: address, words, icon, and the role (or kind of person) it is for."""

    path: str
    vi: str
    en: str
    icon: str
    whom: str  # anybody, anonymous, person, officer, or a role


OFFICE = "/admin-office/people/"
PLACES = (
    Place("/", "Trang chủ", "Home", "house", "anybody"),
    Place("/queue/", "Việc cần làm", "Work queue", "list-checks", "officer"),
    Place("/signing/", "Chờ ký", "To sign", "file-pen-line", "signer"),
    Place("/ledgers/", "Sổ quản lý", "Ledgers", "book-open-text", "ledger"),
    Place("/cash/", "Sổ thu phí", "Cash list", "banknote", "cash"),
    Place("/registries/", "Danh mục", "Registries", "library", "registry"),
    Place("/counter/", "Nộp tại quầy", "Counter", "stamp", "intake"),
    Place("/procedures/", "Thủ tục", "Procedures", "file-text", "anonymous"),
    Place("/procedures/", "Thủ tục", "Procedures", "file-text", "applicant"),
    Place("/cases/", "Hồ sơ", "Cases", "folder-open", "person"),
    Place("/track/", "Tra cứu hồ sơ", "Track a case", "search", "anonymous"),
    Place("/track/", "Tra cứu hồ sơ", "Track a case", "search", "applicant"),
    Place("/v/", "Xác minh văn bản", "Verify a document", "badge-check", "anonymous"),
    Place("/history/", "Lịch sử", "History", "scroll-text", "auditor"),
    Place("/history/statistics/", "Thống kê", "Statistics", "chart-column", "auditor"),
    Place(OFFICE, "Quản trị", "Administration", "settings", "administrator"),
)
# What stands below a person's own name.
ACCOUNT_PLACES = (
    Place("/accounts/profile/", "Tài khoản của tôi", "My account", "circle-user-round", "person"),
    Place("/accounts/sessions/", "Phiên đăng nhập", "Sessions", "monitor-smartphone", "person"),
)


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: DEMO, lang, office, places (navigation of this person), here (the present one), unread."""
    return {
        "DEMO": settings.DEMO,
        "PRODUCT_VERSION": settings.PRODUCT_VERSION,
        "lang": (get_language() or "vi")[:2],
        "office": SimpleLazyObject(office),
        "account_places": ACCOUNT_PLACES,
        "places": SimpleLazyObject(lambda: places_of(request)),
        "here": here(request.path),
        "unread": SimpleLazyObject(lambda: unread(request)),
        "unread_path": "/notifications/",
    }


def office() -> dict[str, Any]:
    """Return how the office calls itself and how it is reached today: name, name_en, phone, email, address …"""
    return office_rows(local_day(now())).get("office", {})


def unread(request: HttpRequest) -> int:
    """Return how many messages wait for the person who is signed in."""
    return unread_count(request.user) if isinstance(request.user, User) else 0


def places_of(request: HttpRequest) -> list[Place]:
    """Return the pages that exist and are for this person."""
    user = getattr(request, "user", None)
    kinds = {"anybody"} | (kinds_of(user) if isinstance(user, User) else {"anonymous"})
    return [place for place in PLACES if place.whom in kinds and exists(place.path)]


def kinds_of(user: User) -> set[str]:
    """Return the roles that a person holds today, and what they make of the person."""
    held = holdings(user, now())
    roles = {one.role for one in held}
    kinds = set(roles)
    if held:
        kinds |= {"ledger"} if works_in_ledgers(roles) else set()
        kinds |= {"cash"} if reach(roles) is not None else set()
        kinds |= {"registry"} if roles - OUTSIDE - {"administrator"} else set()
        kinds |= {"signer"} if signs(user, roles, local_day(now())) else set()
    if roles - {"auditor", "administrator"}:
        return kinds | {"officer", "person"}
    return kinds | ({"person", "applicant"} if not roles else set())


def works_in_ledgers(roles: set[str]) -> bool:
    """Whether one of the roles opens a ledger (one statement)."""
    return any(roles & (acting_roles(ledger) | set(row_spec(ledger).read_by)) for ledger in ledgers().values())


@cache
def exists(path: str) -> bool:
    """Return whether an address leads somewhere in this installation."""
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def here(path: str) -> str:
    """Return the address of the place that a page belongs to: the longest that the path starts with."""
    if path.startswith(("/office/", "/admin-office/")):
        return OFFICE
    above = [place.path for place in PLACES if place.path != "/" and path.startswith(place.path)]
    return max(above, key=len, default="/" if path == "/" else "")
