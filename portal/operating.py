"""The operator's page: what the doctor finds, with what mends it."""

from __future__ import annotations

from django.shortcuts import render
from django.utils import timezone

from portal.doctor.findings import ERROR, examine
from records.doors import door


@door("jobs.view_all", methods=("GET",))
def page(request):
    now = timezone.now()
    findings = examine(now)
    errors = sum(finding.level == ERROR for finding in findings)
    return render(request, "portal/operating.html", {"findings": findings, "errors": errors, "now": now})
