from __future__ import annotations

from django.urls import path

from documents.panel import documents_page
from documents.views import download, download_scan
from documents.views_cash import cash_docx, cash_xlsx
from documents.views_ledger import ledger_docx, ledger_xlsx
from documents.views_slip import slip_docx

app_name = "documents"
urlpatterns = [
    path("documents/<uuid:document_id>/", download, name="download"),
    path("documents/<uuid:document_id>/scan/", download_scan, name="scan"),
    path("cash/cash.docx", cash_docx, name="cash_docx"),
    path("cash/cash.xlsx", cash_xlsx, name="cash_xlsx"),
    path("cases/<str:ref>/documents/", documents_page, name="of_case"),
    path("cases/<str:ref>/slip.docx", slip_docx, name="slip_docx"),
    path("ledgers/<str:code>/ledger.docx", ledger_docx, name="ledger_docx"),
    path("ledgers/<str:code>/ledger.xlsx", ledger_xlsx, name="ledger_xlsx"),
]
