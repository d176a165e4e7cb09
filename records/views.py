"""The record as a page and as a file an outsider verifies; jobs as JSON for the progress bar."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from records import erasure, heads, reading
from records.doors import ACCOUNT, PUBLIC, door
from records.forms import ErasureForm
from records.models import Entry, Job, Stream

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
    seen = reading.visible_streams(request.user).order_by("key")
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
            "may_erase": request.user.has_perm("records.erase", stream),
        },
    )


def find_entry(user, key: str, seq: int) -> Entry:
    """The entry of that number, in a stream that this person may see and of a visibility they may read."""
    stream, allowed = find_stream(user, key)
    rows = stream.entries.filter(seq=seq, visibility__in=allowed).select_related("stream", "content")
    entry = rows.first()
    if entry is None:
        raise Http404
    return entry


@door("records.erase", load=find_entry, post="records.erase")
def entry_erase(request, entry, **_kwargs):
    """The question before an erasure by law: what goes, what stays, and why (procedure 1.9)."""
    form = ErasureForm(request.POST or None)
    back = f"{reverse('stream', args=[entry.stream.key])}?after={entry.seq - 1}#n{entry.seq}"
    if request.method == "POST" and form.is_valid():
        note = erasure.erase(entry, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
        messages.success(
            request,
            _("The content of entry %(seq)s is erased; entry %(note)s says so.")
            % {"seq": entry.seq, "note": note.seq},
        )
        return redirect(back)
    context = {
        "row": reading.show(entry, frozenset({entry.visibility})),
        "obstacles": erasure.obstacles_to_erasing(entry, request.user),
        "form": form,
        "back": back,
    }
    return render(request, "records/entry_erase.html", context)


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
