from __future__ import annotations

from django.urls import path

from documents.views import download, download_scan
from documents.views_ledger import register_docx, register_xlsx

app_name = "documents"
urlpatterns = [
    path("documents/<uuid:document_id>/", download, name="download"),
    path("documents/<uuid:document_id>/scan/", download_scan, name="scan"),
    path("ledgers/<str:code>/register.docx", register_docx, name="register_docx"),
    path("ledgers/<str:code>/register.xlsx", register_xlsx, name="register_xlsx"),
]
