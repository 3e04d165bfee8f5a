from __future__ import annotations

from django.urls import path

from documents.views import download, download_scan
from documents.views_ledger import ledger_docx, ledger_xlsx

app_name = "documents"
urlpatterns = [
    path("documents/<uuid:document_id>/", download, name="download"),
    path("documents/<uuid:document_id>/scan/", download_scan, name="scan"),
    path("ledgers/<str:code>/ledger.docx", ledger_docx, name="ledger_docx"),
    path("ledgers/<str:code>/ledger.xlsx", ledger_xlsx, name="ledger_xlsx"),
]
