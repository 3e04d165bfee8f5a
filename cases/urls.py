from __future__ import annotations

from django.urls import path

from cases.views import case

urlpatterns = [
    path("cases/<str:ref>/", case.case_page, name="case"),
]
