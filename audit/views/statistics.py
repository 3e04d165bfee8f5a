"""The statistics of a period on a page and as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.access import AUDITOR, for_auditors
from audit.attempts import Period
from audit.forms import PeriodForm
from audit.statistics import Result, balance, procedures_counted, statistics_of
from audit.table import csv_answer
from cases.presentation.words import label, said
from workflows.definition import Procedure

ROLES = frozenset({AUDITOR})
HEADS = (
    ("Thủ tục", "Procedure"), ("Mã chỉ tiêu", "Code"), ("Chỉ tiêu", "Statistic"), ("Chia theo", "By"),
    ("Nhóm", "Group"), ("Giá trị", "Value"), ("Phân vị 90", "90th percentile"), ("Trên số", "Of"),
    ("Bình quân", "Average"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chapter:
    """The statistics of one procedure."""

    procedure: Procedure
    results: tuple[Result, ...]

    @property
    def balance(self) -> tuple[int, int] | None:
        """Both sides of the identity of one-stop §8; None for a procedure that does not declare its five figures."""
        return balance(self.results)


@require_safe
@never_cache
@for_auditors
def statistics(request: HttpRequest) -> HttpResponse:
    """Show every statistic of the period, procedure by procedure."""
    form = PeriodForm(request.GET)
    if not form.is_valid():
        return render(request, "audit/statistics.html", {"form": form}, status=422)
    facts = {
        "form": form,
        "period": period_of(form),
        "chapters": list(chapters(form)),
        "query": request.GET.urlencode(),
    }
    return render(request, "audit/statistics.html", facts)


@require_safe
@never_cache
@for_auditors
def export(request: HttpRequest) -> HttpResponseBase:
    """Give the same figures as CSV."""
    form = PeriodForm(request.GET)
    if not form.is_valid():
        return render(request, "audit/statistics.html", {"form": form}, status=422)
    period = period_of(form)
    name = f"{said('Thống kê', 'Statistics')} {period.first:%Y-%m-%d} – {period.last:%Y-%m-%d}"
    return csv_answer(name, [said(*head) for head in HEADS], rows_of(form))


def period_of(form: PeriodForm) -> Period:
    """Return the period of a valid form."""
    return Period(form.cleaned_data["first"], form.cleaned_data["last"])


def chapters(form: PeriodForm) -> Iterator[Chapter]:
    """Yield the statistics of each procedure that is asked for."""
    period, wanted = period_of(form), form.cleaned_data["procedure"]
    for procedure in procedures_counted(period):
        if wanted in ("", procedure.procedure):
            yield Chapter(procedure, tuple(statistics_of(procedure, period, ROLES)))


def rows_of(form: PeriodForm) -> Iterator[list[Any]]:
    """Yield a row for each figure, the total of each statistic last."""
    for chapter in chapters(form):
        for result in chapter.results:
            for key, figure in (*result.rows, ((said("Tổng", "Total"),), result.total)):
                yield [
                    label(chapter.procedure), result.statistic.code, label(result.statistic), "; ".join(result.heads),
                    "; ".join(key), _rounded(figure.value), _rounded(figure.p90), figure.base,
                    _rounded(figure.average) if result.unit == "times" else "",
                ]  # fmt: skip


def _rounded(value: float | None) -> float | str:
    return "" if value is None else round(value, 4)
