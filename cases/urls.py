from __future__ import annotations

from django.urls import path

from cases.views import case, procedures

urlpatterns = [
    path("procedures/", procedures.procedure_list, name="procedures"),
    path("procedures/<str:code>/", procedures.procedure_page, name="procedure"),
    path("cases/<str:ref>/", case.case_page, name="case"),
]
