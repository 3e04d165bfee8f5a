from __future__ import annotations

from django.urls import path

from audit.views import case, search, statistics

urlpatterns = [
    path("history/", search.search, name="history"),
    path("history/people/", search.people, name="history_people"),
    path("history/export.csv", search.export, name="history_export"),
    path("history/statistics/", statistics.statistics, name="statistics"),
    path("history/statistics.csv", statistics.export, name="statistics_export"),
    path("history/<str:ref>/", case.history, name="case_history"),
    path("history/<str:ref>/verify/", case.check, name="case_verify"),
    path("history/<str:ref>/look/<int:seq>/<str:name>/", case.look, name="case_look"),
]
