from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from accounts.models.people import User
from accounts.models.periods import DatedQuerySet, period_check


class OrganisationQuerySet(DatedQuerySet):
    def of_member(self, user: User, day: dt.date) -> models.QuerySet[Organisation]:
        """Organisations in force on the day of which the person is a member that day."""
        mine = Membership.objects.in_force(day).filter(user=user).values("organisation")
        return self.in_force(day).filter(pk__in=mine)


class Organisation(models.Model):
    """An applicant's organisation; its members share drafts and can be replaced."""

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300, blank=True)
    tax_code = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=30, default="to_chuc")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    members = models.ManyToManyField(User, through="Membership", related_name="organisations")

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [period_check("organisation_period")]

    def __str__(self) -> str:
        return self.name

    def members_in_force(self, day: dt.date) -> models.QuerySet[User]:
        """People who belong to the organisation on the day and whose account is open."""
        here = Membership.objects.in_force(day).filter(organisation=self).values("user")
        return User.objects.filter(pk__in=here, is_active=True)


class Membership(models.Model):
    """A person belongs to an organisation for a period; `manager` may add and end members."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    manager = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["valid_from", "pk"]
        constraints = [
            period_check("membership_period"),
            models.UniqueConstraint(
                fields=["organisation", "user"], condition=Q(valid_to=None), name="one_open_membership"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.organisation}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self, now: dt.datetime) -> models.QuerySet[Invitation]:
        """Invitations that can still be accepted."""
        return self.filter(accepted_at=None, replaced_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """A person is asked by e-mail to join an organisation; the link works once and only for that address."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField()
    manager = models.BooleanField(default=False)
    token_sha256 = models.CharField(max_length=64, unique=True)  # the token itself is only in the mail
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)  # a newer invitation took its place, or it was taken back

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-invited_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=Q(accepted_at=None, replaced_at=None),
                name="one_waiting_invitation",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.invited_at:%d/%m/%Y}"


