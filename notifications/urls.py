from __future__ import annotations

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("notifications/", views.inbox, name="inbox"),
    path("notifications/read/", views.read_all, name="read_all"),
    path("notifications/<uuid:message_id>/", views.open_message, name="open"),
    path("mail/", views.trial_mail, name="trial_mail"),
    path("office/deliveries/", views.deliveries, name="deliveries"),
    path("office/deliveries/<int:entry_id>/again/", views.deliver_again, name="deliver_again"),
]
