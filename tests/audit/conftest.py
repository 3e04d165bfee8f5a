"""A database with a complaint from filing to hand-over, made once; what a test does to it is undone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from cases.models import Case
from cases.services.views_log import log_view
from tests.audit.scene import Story, user
from tests.databases import Template, connected_to, duplicate


@pytest.fixture(scope="session")
def _told(province: str, _template: Template, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("told")
    with django_db_blocker.unblock(), duplicate(_template.connection, province, folder) as name:
        with connected_to(name):
            story = Story().returned()
            Story(story.at).filed()
            for purpose in ("Đối chiếu người bị phản ánh", "Kiểm tra theo kế hoạch"):
                log_view(
                    case=story.case, person=user("an"), what="dossier.applicant_id_no", purpose=purpose, now=story.at
                )
        yield name


@pytest.fixture
def told(_told: str, django_db_blocker: Any) -> Iterator[Case]:
    """The returned complaint; a filed one stands beside it."""
    with django_db_blocker.unblock(), connected_to(_told), transaction.atomic():
        yield Case.objects.get(state="returned")
        transaction.set_rollback(True)
