from __future__ import annotations

from django.urls import path

from cases.views import (
    applicant,
    attachment,
    case,
    counter,
    drafting,
    files,
    filing,
    office_calendar,
    office_procedures,
    officer,
    procedures,
    queue,
    track,
)

urlpatterns = [
    path("procedures/", procedures.procedure_list, name="procedures"),
    path("procedures/<str:code>/", procedures.procedure_page, name="procedure"),
    path("procedures/<str:code>/new/", filing.new, name="case_new"),
    path("cases/", applicant.cases, name="cases"),
    path("cases/<str:ref>/", case.case_page, name="case"),
    path("cases/<str:ref>/edit/", drafting.edit, name="case_edit"),
    path("cases/<str:ref>/edit/<str:code>/", drafting.section, name="case_section"),
    path("cases/<str:ref>/files/", files.files, name="case_files"),
    path("cases/<str:ref>/check/", filing.check, name="case_check"),
    path("cases/<str:ref>/done/", filing.done, name="case_done"),
    path("counter/", counter.counter, name="counter"),
    path("track/", track.track, name="track"),
    path("cases/<str:ref>/do/<str:name>/", case.case_step, name="step"),
    path("cases/<str:ref>/parts/<str:key>/do/<str:name>/", case.case_step, name="part_step"),
    path("cases/<str:ref>/files/<uuid:file_id>/", attachment.attachment, name="attachment"),
    path("cases/<str:ref>/files/<uuid:file_id>/original/", attachment.original, name="original"),
    path("cases/<str:ref>/look/<str:what>/", officer.look_at, name="look_at"),
    path("queue/", queue.queue, name="queue"),
    path("queue/<int:task_id>/claim/", queue.claim, name="claim"),
    path("queue/<int:task_id>/release/", queue.release, name="release"),
    path("office/procedures/", office_procedures.procedures, name="office_procedures"),
    path("office/calendar/", office_calendar.calendar, name="office_calendar"),
    path("office/calendar/<int:year>/", office_calendar.calendar_year, name="office_calendar_year"),
    path("office/calendar/<int:year>/<slug:act>/", office_calendar.calendar_change, name="office_calendar_change"),
]
