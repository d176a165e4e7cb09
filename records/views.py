"""The record as a page and as a file an outsider verifies; jobs as JSON for the progress bar."""

from __future__ import annotations

from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from records import heads, reading
from records.doors import ACCOUNT, PUBLIC, door
from records.models import Job, Stream

PAGE = 100


def find_stream(user, key: str) -> tuple[Stream, frozenset[str]]:
    """The stream and what of it this person may read, or Http404."""
    stream = Stream.objects.filter(key=key).first()
    allowed = reading.visibilities(user, stream) if stream else None
    if allowed is None:
        raise Http404
    return stream, allowed


@door(PUBLIC, methods=("GET",))
def record_list(request):
    """The streams this person may see, with their heads as printed in minutes."""
    seen = [s for s in Stream.objects.order_by("key") if reading.visibilities(request.user, s) is not None]
    return render(request, "records/record_list.html", {"streams": seen})


@door(PUBLIC, load=find_stream, methods=("GET",))
def stream_detail(request, found, **_kwargs):
    stream, allowed = found
    try:
        after = max(0, int(request.GET.get("after", 0)))
    except ValueError:
        raise Http404 from None
    rows = reading.entries(stream, allowed, after=after, limit=PAGE + 1)
    return render(
        request,
        "records/stream_detail.html",
        {
            "stream": stream,
            "rows": rows[:PAGE],
            "next": rows[PAGE - 1].entry.seq if len(rows) > PAGE else None,
            "after": after,
        },
    )


@door(PUBLIC, load=find_stream, methods=("GET",))
def stream_export(request, found, **_kwargs):
    stream, allowed = found
    response = StreamingHttpResponse(
        reading.export(stream, allowed, timezone.now()), content_type="application/jsonl; charset=utf-8"
    )
    name = stream.key.replace("/", "-")
    response["Content-Disposition"] = f'attachment; filename="record-{name}.jsonl"'
    return response


@door(PUBLIC, methods=("GET",))
def public_key(request):
    """The key with which the heads are signed, for ``python -m records.verify FILE --key``."""
    response = HttpResponse(heads.public_pem(), content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="concord-record-key.pem"'
    return response


def find_job(user, pk: int) -> Job:
    """A job of one's own, or any for those who keep the cycle's or the portal's jobs."""
    job = Job.objects.filter(pk=pk).first() if user.is_authenticated else None
    if job is None or not (job.by_id == user.pk or user.has_perm("jobs.view_all")):
        raise Http404
    return job


@door(ACCOUNT, load=find_job, methods=("GET",))
def job_state(request, job, **_kwargs):
    return JsonResponse(
        {
            "state": job.status,
            "done": job.progress,
            "total": job.total,
            "text": job.error if job.status == Job.Status.FAILED else job.text,
            "href": (job.result or {}).get("href", ""),
        }
    )
