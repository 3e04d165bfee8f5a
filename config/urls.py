from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from config import views_office, views_people_sheets, views_rules, views_sheets
from config.gallery import gallery
from config.home import home
from config.views import healthz, readyz

urlpatterns = [
    path("", home, name="home"),
    path("gallery/", gallery, name="gallery"),
    path("", include("accounts.urls")),
    path("", include("cases.urls")),
    path("", include("documents.urls")),
    path("", include("notifications.urls")),
    path("", include("audit.urls")),
    path("office/tables/", views_office.tables, name="office_tables"),
    path("office/tables/<slug:table>/", views_office.table, name="office_table"),
    path("office/tables/<slug:table>/row/", views_office.row, name="office_row"),
    path("office/tables/<slug:table>/end/", views_office.row_end, name="office_row_end"),
    path("admin-office/import/<slug:kind>/", views_people_sheets.import_people, name="people_import"),
    path("admin-office/import/<slug:kind>/template/", views_people_sheets.template, name="people_import_template"),
    path("office/tables/<slug:table>/import/", views_sheets.import_rows, name="office_import"),
    path("office/tables/<slug:table>/import/template/", views_sheets.template, name="office_import_template"),
    path("office/rules/", views_rules.rules, name="office_rules"),
    path("office/rules/changes/<int:change_id>/", views_rules.change, name="office_rule_change"),
    path("office/rules/changes/<int:change_id>/accept/", views_rules.accept, name="office_rule_accept"),
    path("office/rules/changes/<int:change_id>/decline/", views_rules.decline, name="office_rule_decline"),
    path("office/rules/<slug:table>/", views_rules.rule, name="office_rule"),
    path("office/rules/<slug:table>/row/", views_rules.propose, name="office_rule_row"),
    path("office/rules/<slug:table>/end/", views_rules.propose_end, name="office_rule_end"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]

handler500 = "config.views.failed"
