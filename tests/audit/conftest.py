"""A database with a complaint from filing to hand-over, made once; every test that wants it gets a copy of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cases.models import Case
from cases.services.views_log import log_view
from tests.audit.scene import Story, prepare_office, user
from tests.databases import Template


@pytest.fixture(scope="session")
def _told(_template: Template, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Template]:
    folder = tmp_path_factory.mktemp("told")
    with django_db_blocker.unblock(), _template.copy(folder):
        prepare_office()
        story = Story().returned()
        Story(story.at).filed()
        for purpose in ("Đối chiếu người bị phản ánh", "Kiểm tra theo kế hoạch"):
            log_view(case=story.case, person=user("an"), what="dossier.applicant_id_no", purpose=purpose, now=story.at)
        template = Template(folder)
    yield template
    with django_db_blocker.unblock():
        template.stack.close()


@pytest.fixture
def told(_told: Template, django_db_blocker: Any, tmp_path: Path) -> Iterator[Case]:
    """The returned complaint, in a database where commits are real and nobody else looks."""
    with django_db_blocker.unblock(), _told.copy(tmp_path):
        yield Case.objects.get(state="returned")
