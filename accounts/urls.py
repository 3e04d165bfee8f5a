from __future__ import annotations

from django.urls import path

from accounts.views import office, own

urlpatterns = [
    path("accounts/language/", own.language, name="set_language"),
    path("accounts/profile/", own.profile, name="profile"),
    path("accounts/organisations/new/", own.organisation_new, name="organisation_new"),
    path("accounts/organisations/<slug:code>/", own.organisation, name="organisation"),
    path("accounts/organisations/<slug:code>/invite/", own.member_invite, name="member_invite"),
    path(
        "accounts/organisations/<slug:code>/invitations/<int:invitation_id>/take-back/",
        own.invitation_take_back,
        name="invitation_take_back",
    ),
    path(
        "accounts/organisations/<slug:code>/members/<int:membership_id>/end/", own.member_end, name="member_end"
    ),
    path("accounts/invitations/<str:token>/", own.invitation, name="invitation"),
    path("admin-office/people/", office.people, name="office_people"),
    path("admin-office/people/new/", office.officer_new, name="officer_new"),
    path("admin-office/people/<uuid:user_id>/", office.person, name="office_person"),
    path("admin-office/people/<uuid:user_id>/<slug:name>/", office.person_act, name="person_act"),
    path("admin-office/people/<uuid:user_id>/<slug:name>/<int:row_id>/", office.person_act, name="person_row_act"),
    path("admin-office/units/", office.units, name="office_units"),
    path("admin-office/units/new/", office.unit_new, name="unit_new"),
    path("admin-office/units/<int:unit_id>/<slug:name>/", office.unit_act, name="unit_act"),
]
