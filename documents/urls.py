from __future__ import annotations

from django.urls import path

from documents.views import download, download_scan

app_name = "documents"
urlpatterns = [
    path("documents/<uuid:document_id>/", download, name="download"),
    path("documents/<uuid:document_id>/scan/", download_scan, name="scan"),
]
