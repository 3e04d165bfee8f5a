from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.ids import submission_code, uuid7
from cases.models.published import Published


class Case(models.Model):
    """A case file. `state` and everything computed from steps is written by cases.services alone.

    A row of a ledger and the ledger itself (the book of one agency) are kept here too: same lock, same history (ADR
    0019). They have no applicant, no submission and no receipt; `case_code` is then the row's running number.
    """

    class Kind(models.TextChoices):
        CASE = "case", "Hồ sơ"
        ROW = "row", "Dòng của sổ"
        BOOK = "book", "Sổ"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=4, choices=Kind.choices, default=Kind.CASE, editable=False)
    procedure = models.CharField(max_length=60)
    definition = models.ForeignKey(Published, on_delete=models.PROTECT, related_name="+")
    submission_code = models.CharField(max_length=14, unique=True, default=submission_code)
    case_code = models.CharField(max_length=60, unique=True, null=True, blank=True)  # null: not received
    attempt = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveIntegerField(default=0)

    state = models.CharField(max_length=60, editable=False)
    return_state = models.CharField(max_length=60, blank=True, editable=False)
    entered_at = models.DateTimeField()
    public_status = models.PositiveSmallIntegerField(null=True, blank=True)
    clock = models.CharField(max_length=5, default="off")
    closed = models.BooleanField(default=False)

    applicant = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="cases")
    organisation = models.ForeignKey("accounts.Organisation", null=True, on_delete=models.PROTECT, related_name="cases")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("accounts.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # Of a row: SHA-256 of the key that no two open rows share; the key itself may be personal, and databases log keys.
    row_key = models.CharField(max_length=64, blank=True, editable=False)
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="rows_held")
    title = models.CharField(max_length=300, blank=True)  # what the queue shows beside the code
    applicant_name = models.CharField(max_length=200, blank=True)

    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    original_due_on = models.DateField(null=True)
    handled_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    urgent = models.BooleanField(default=False)
    overdue = models.BooleanField(default=False)

    attributes = models.JSONField(default=dict)  # what `set` writes beside the columns: stop_reason, result_kind …
    dossier = models.JSONField(default=dict)  # field name -> value in stored form (dates ISO, money {minor, currency})
    papers = models.JSONField(default=dict)  # paper code -> {draft, signed, issued, stale, number, drafted_by, …}
    trail = models.JSONField(default=list)  # [{name, person, role}] of the present attempt: what four eyes asks
    clock_log = models.JSONField(default=list)  # [[ISO moment, clock]]: the intervals from which the due day follows
    proposal = models.JSONField(null=True)  # a pending co-signature: {name, by, ask, confirms, at, seq}

    head_seq = models.PositiveIntegerField(default=0)
    head_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["procedure", "state"], name="case_procedure_state"),
            models.Index(fields=["applicant", "-saved_at"], name="case_applicant"),
            models.Index(fields=["organisation", "-saved_at"], name="case_organisation"),
            models.Index(fields=["due_on"], name="case_open_due", condition=models.Q(closed=False)),
            models.Index(fields=["assignee"], name="case_open_assignee", condition=models.Q(closed=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "row_key"],
                condition=models.Q(closed=False) & ~models.Q(row_key=""),
                name="row_once",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def in_ledger(self) -> bool:
        """Whether this is a row of a ledger, or the ledger of an agency, and no case."""
        return self.kind != self.Kind.CASE

    @property
    def code(self) -> str:
        """The case code from receipt on, the submission code before."""
        return self.case_code or self.submission_code
