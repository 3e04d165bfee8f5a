"""Documents made for cases and the registers that number them. The bytes lie in cases.Blob."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django_fsm import transition

from cases.ids import submission_code, uuid7
from cases.status import StatusField

DRAFT, SIGNED, ISSUED, SUPERSEDED, VOID = "draft", "signed", "issued", "superseded", "void"


class Document(models.Model):
    """One paper of a case through its life draft → signed → issued → superseded | void.

    `context` is what was merged, as printed: signing fixes it, issuing adds number and day and renders once more.
    A number is taken once: it stays on its document when that becomes void, with the reason.
    """

    class Status(models.TextChoices):
        DRAFT = DRAFT, "Dự thảo"
        SIGNED = SIGNED, "Đã ký, chờ cấp số"
        ISSUED = ISSUED, "Đã ban hành"
        SUPERSEDED = SUPERSEDED, "Đã được thay thế"
        VOID = VOID, "Không còn giá trị"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="documents")
    part = models.ForeignKey("cases.Part", null=True, on_delete=models.PROTECT, related_name="documents")
    paper = models.CharField(max_length=60)
    title = models.CharField(max_length=300)  # name of the paper as it stood when made
    attempt = models.PositiveSmallIntegerField(default=1)
    status = StatusField(default=DRAFT, choices=Status.choices)
    public = models.BooleanField(default=False)
    audience = models.JSONField(default=list)  # roles that it is addressed or copied to
    event_seq = models.PositiveIntegerField()  # the last event of the case that touched it

    series = models.CharField(max_length=60, blank=True)
    type_code = models.CharField(max_length=6, blank=True)
    symbol = models.CharField(max_length=60, blank=True)  # what follows the number: TTr-SNgV
    year = models.PositiveSmallIntegerField(null=True)
    number = models.PositiveIntegerField(null=True)
    number_text = models.CharField(max_length=80, blank=True)  # as printed: 05/TTr-SNgV
    issued_on = models.DateField(null=True)
    issued_at = models.DateTimeField(null=True)

    signer_name = models.CharField(max_length=200, blank=True)
    signer_title = models.CharField(max_length=200, blank=True)
    signing_form = models.CharField(max_length=12, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    signed_on = models.DateField(null=True)
    recorded = models.BooleanField(default=False)  # typed in for a signer outside or on paper
    drafter = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    blob = models.ForeignKey("cases.Blob", null=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    template = models.CharField(max_length=64, blank=True)
    context = models.JSONField(default=dict)
    context_hash = models.CharField(max_length=64, blank=True)
    verify_code = models.CharField(max_length=14, unique=True, default=submission_code)
    scan = models.ForeignKey("cases.Attachment", null=True, on_delete=models.PROTECT, related_name="+")
    supersedes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="superseded_by")
    void_reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["case", "paper"], name="document_of_case")]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "type_code", "year", "number"],
                condition=models.Q(number__isnull=False),
                name="document_number_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="issued") | models.Q(issued_on__isnull=False), name="document_issued_has_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.number_text}".strip()

    @transition(field="status", source=DRAFT, target=SIGNED)
    def sign(self) -> None:
        """Fix the content."""

    @transition(field="status", source=SIGNED, target=ISSUED)
    def issue(self) -> None:
        """Give it to the world: number, day, final bytes."""

    @transition(field="status", source=DRAFT, target=ISSUED)
    def issue_at_once(self) -> None:
        """Forms, slips and other bodies' documents have no signature of their own inside the system."""

    @transition(field="status", source=ISSUED, target=SUPERSEDED)
    def supersede(self) -> None:
        """A later document of the same paper took its place."""

    @transition(field="status", source=[DRAFT, SIGNED, ISSUED, SUPERSEDED], target=VOID)
    def void(self, reason: str) -> None:
        """End it; a number that it has stays taken."""
        self.void_reason = reason

    @property
    def file_name(self) -> str:
        """The name under which it is saved: kind and number, without signs that file systems refuse."""
        number = self.number_text.replace("/", "-")
        return " ".join(part for part in (self.title, number) if part)[:150] + ".docx"


class Register(models.Model):
    """The last number of one series, kind of document and year; raised under its row lock."""

    series = models.CharField(max_length=60)
    type_code = models.CharField(max_length=6, blank=True)  # blank: công văn
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "type_code", "year"], name="register_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.type_code} {self.year}: {self.last}"


class RegisterEntry(models.Model):
    """A number taken for no document of ours: reserved by hand or cancelled, with the reason.

    The book of a register is its documents (number, day, title, signer) and these rows; together they have no gap.
    """

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    taken_on = models.DateField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["register", "number"], name="register_number_once")]

    def __str__(self) -> str:
        return f"{self.register}: {self.number}"


def register_gaps(register: Register) -> list[int]:
    """Return the numbers between the first of the year's book and the last that no row accounts for."""
    documents = Document.objects.filter(series=register.series, type_code=register.type_code, year=register.year)
    taken = {n for n in documents.values_list("number", flat=True) if n is not None}
    taken |= set(register.entries.values_list("number", flat=True))
    return [n for n in range(min(taken), register.last + 1) if n not in taken] if taken else []
