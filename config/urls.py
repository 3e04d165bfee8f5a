from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

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
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
