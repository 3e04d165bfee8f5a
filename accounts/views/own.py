"""A person's own pages: profile, language, organisations and their members."""
from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from accounts.access import for_people, signed_in
from accounts.clock import local_day, now
from accounts.forms.fields import ActForm, LastDayForm
from accounts.forms.own import InviteForm, OrganisationForm, ProfileForm
from accounts.mails import send_invitation
from accounts.models import Invitation, Membership, Organisation, User
from accounts.role_names import role_name
from accounts.roles import roles_of
from accounts.services import (
    accept_invitation,
    change_profile,
    choose_language,
    end_member,
    invitation_for,
    invite_member,
    register_organisation,
    take_back_invitation,
)
from accounts.services.organisations import managers_only

PROFILE = ("full_name", "phone", "language", "mail_consent")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language of the pages: the cookie for everybody, the profile for who is signed in."""
    chosen = request.POST.get("language", "")
    if isinstance(request.user, User) and chosen in User.Language.values:
        choose_language(user=request.user, language=chosen)
    return set_language(request)


@for_people
def profile(request: HttpRequest) -> HttpResponse:
    person, day = signed_in(request), local_day(now())
    form = ProfileForm(request.POST or None, initial={name: getattr(person, name) for name in PROFILE})
    if form.submit(change_profile, user=person, now=now()):
        messages.success(request, gettext("Đã lưu thông tin của bạn."))
        return redirect("profile")
    held = [(role_name(role), unit) for role, unit in roles_of(person, day)]
    facts = {"form": form, "held": held, "organisations": Organisation.objects.of_member(person, day)}
    return render(request, "accounts/profile.html", facts, status=form.status)


@for_people
def organisation_new(request: HttpRequest) -> HttpResponse:
    form = OrganisationForm(request.POST or None)
    made = form.submit(register_organisation, manager=signed_in(request), now=now())
    if made:
        return redirect("organisation", made.code)
    return render(request, "accounts/organisation_new.html", {"form": form}, status=form.status)


def own_organisation(request: HttpRequest, code: str) -> Organisation:
    """Return an organisation of which the person is a member today. Raises Http404."""
    return get_object_or_404(Organisation.objects.of_member(signed_in(request), local_day(now())), code=code)


def managed_organisation(request: HttpRequest, code: str) -> Organisation:
    """Return an organisation whose members the person may invite and end today. Raises NotForYou, Http404."""
    found = own_organisation(request, code)
    managers_only(found, signed_in(request), now())
    return found


@for_people
def organisation(request: HttpRequest, code: str) -> HttpResponse:
    return organisation_page(request, own_organisation(request, code), InviteForm())


def organisation_page(request: HttpRequest, found: Organisation, form: InviteForm) -> HttpResponse:
    """Show members and waiting invitations, with the form to invite for who manages them."""
    members = found.memberships.select_related("user").order_by("-valid_from")
    present = members.in_force(local_day(now()))
    facts = {
        "organisation": found,
        "present": present,
        "former": members.exclude(pk__in=present),
        "manages": present.filter(user=signed_in(request), manager=True).exists(),
        "waiting": found.invitations.waiting(now()),
        "form": form,
    }
    return render(request, "accounts/organisation.html", facts, status=form.status)


@require_POST
@for_people
def member_invite(request: HttpRequest, code: str) -> HttpResponse:
    found, form = managed_organisation(request, code), InviteForm(request.POST)
    made = form.submit(invite_member, organisation=found, actor=signed_in(request), now=now())
    if made is None:
        return organisation_page(request, found, form)
    send_invitation(made[0], link=request.build_absolute_uri(reverse("invitation", args=[made[1]])))
    messages.success(request, gettext("Đã gửi lời mời. Lời mời có giá trị 7 ngày."))
    return redirect("organisation", code)


@require_POST
@for_people
def invitation_take_back(request: HttpRequest, code: str, invitation_id: int) -> HttpResponse:
    asked = get_object_or_404(Invitation, pk=invitation_id, organisation=managed_organisation(request, code))
    take_back_invitation(invitation=asked, actor=signed_in(request), now=now())
    messages.success(request, gettext("Đã thu hồi lời mời."))
    return redirect("organisation", code)


@for_people
def member_end(request: HttpRequest, code: str, membership_id: int) -> HttpResponse:
    found = managed_organisation(request, code)
    membership = get_object_or_404(Membership, pk=membership_id, organisation=found)
    form = LastDayForm(request.POST or None, initial={"last_day": local_day(now())})
    if form.submit(end_member, membership=membership, actor=signed_in(request), now=now()):
        return redirect("organisation", code)
    facts = {"form": form, "membership": membership, "organisation": found}
    return render(request, "accounts/member_end.html", facts, status=form.status)


@for_people
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation to the person whose checked address it was sent to; accept it by POST."""
    person = signed_in(request)
    form, found = ActForm(request.POST if request.method == "POST" else None), invitation_for(token, person, now())
    member = form.submit(accept_invitation, token=token, user=person, now=now())
    if member:
        return redirect("organisation", member.organisation.code)
    facts = {"invitation": found, "form": form}
    return render(request, "accounts/invitation.html", facts, status=form.status)
