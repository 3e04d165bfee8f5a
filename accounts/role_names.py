"""Names of the roles that an office gives to people. A procedure may bring others; their code is their name then."""
from __future__ import annotations

from django.utils.translation import get_language

from accounts.models import RoleHeld

ROLE_NAMES: dict[str, tuple[str, str]] = {
    "intake": ("Cán bộ Bộ phận Một cửa", "One-stop officer"),
    "specialist": ("Chuyên viên thụ lý", "Case officer"),
    "division_head": ("Trưởng phòng chuyên môn", "Head of division"),
    "dept_leader": ("Lãnh đạo cơ quan ngoại vụ", "Leader of the foreign-affairs agency"),
    "clerk": ("Văn thư cơ quan ngoại vụ", "Clerk of the agency"),
    "cashier": ("Cán bộ thu phí", "Fee cashier"),
    "ppc_office": ("Văn phòng Ủy ban nhân dân tỉnh", "Office of the Provincial People's Committee"),
    "ppc_chair": ("Chủ tịch, Phó Chủ tịch Ủy ban nhân dân tỉnh", "Chair or vice chair of the People's Committee"),
    "ppc_clerk": ("Văn thư Văn phòng Ủy ban nhân dân tỉnh", "Clerk of the PPC Office"),
    "party_liaison": ("Đầu mối nhập ý kiến của Tỉnh ủy", "Liaison to the Provincial Party committee"),
    "external_issuer": ("Cơ quan trung ương cấp kết quả", "Central issuing authority"),
    "consultee": ("Cơ quan được lấy ý kiến", "Consulted agency"),
    "passport_custodian": ("Người quản lý hộ chiếu", "Passport custodian"),
    "agency_head": ("Người đứng đầu cơ quan quản lý hộ chiếu", "Head of the agency that keeps the passports"),
    "auditor": ("Người kiểm tra", "Auditor"),
    "administrator": ("Quản trị hệ thống", "System administrator"),
}


def role_name(code: str) -> str:
    """Return the name of a role in the language of the page; its code when no name is known."""
    vi, en = ROLE_NAMES.get(code, (code, code))
    return en if (get_language() or "vi").startswith("en") else vi


def role_choices() -> list[tuple[str, str]]:
    """Return (code, name) of every role known by name or held by somebody."""
    held = RoleHeld.objects.order_by().values_list("role", flat=True).distinct()
    return [(code, role_name(code)) for code in [*ROLE_NAMES, *sorted(set(held) - set(ROLE_NAMES))]]
