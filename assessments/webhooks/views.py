"""Pages of a cycle's webhooks: the list, one with its log, and the acts on it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.cycles.views import find_cycle
from records.doors import door
from records.obstacles import Blocked
from records.registry import streams
from records.webhooks import actions
from records.webhooks.models import Webhook

LOG = 50
ACTS = {
    "ping": (actions.ping, gettext_lazy("The test is on its way.")),
    "try-again": (actions.try_again, gettext_lazy("What waits is tried again now.")),
    "stop": (actions.stop, gettext_lazy("Nothing is sent any more.")),
    "start": (actions.start, gettext_lazy("It is told again from now on.")),
    "remove": (actions.remove, gettext_lazy("The webhook is gone; that there was one stays in the record.")),
}


class WebhookForm(forms.Form):
    url = forms.URLField(
        label=gettext_lazy("Address"),
        max_length=500,
        assume_scheme="https",
        help_text=gettext_lazy("It begins with https:// and lies in the public Internet."),
    )
    level = forms.ChoiceField(
        label=gettext_lazy("It hears of"), choices=Webhook.Level.choices, widget=forms.RadioSelect
    )
    verbs = forms.MultipleChoiceField(
        label=gettext_lazy("Only these acts"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=gettext_lazy("None chosen: all."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["verbs"].choices = [(verb, verb) for verb in streams.verb_names()]


@door("webhook.keep", load=find_cycle)
def webhooks(request, cycle, **_kwargs):
    """The cycle's webhooks; a new one's secret is shown on this very answer, so nothing is redirected."""
    form = WebhookForm(request.POST or None, initial={"level": Webhook.Level.PUBLIC})
    made = None
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.register(cycle.slug, **form.cleaned_data, by=request.user, now=timezone.now())
        except Blocked as refusal:
            form.add_error(None, str(refusal))
        else:
            form = WebhookForm(initial={"level": Webhook.Level.PUBLIC})
    rows = Webhook.objects.filter(scope=cycle.slug).select_related("by")
    context = {"cycle": cycle, "form": form, "made": made, "rows": rows}
    return _unkept(render(request, "assessments/webhooks/webhook_list.html", context))


def _unkept(response):
    """An answer with a secret in it is kept by nobody."""
    response["Cache-Control"] = "no-store"
    return response


def find_webhook(user, cycle: str, webhook: int, **_kwargs) -> Webhook:
    """A webhook of a cycle, for those who keep them, or Http404."""
    found = find_cycle(user, cycle)
    hook = Webhook.objects.filter(scope=found.slug, pk=webhook).select_related("by").first()
    if hook is None or not user.has_perm("webhook.keep", found):
        raise Http404
    hook.cycle = found  # permissions ask the cycle
    return hook


@door("webhook.keep", load=find_webhook)
def webhook_detail(request, hook, **_kwargs):
    told = {"url": hook.url, "level": hook.level, "verbs": hook.verbs}
    form = WebhookForm(request.POST or None, initial=told)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(hook, **form.cleaned_data, by=request.user, now=timezone.now())
        except Blocked as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Changed."))
            return redirect("webhook", hook.scope, hook.pk)
    return _detail(request, hook, form)


def _detail(request, hook: Webhook, form: WebhookForm, secret: str = ""):
    return _unkept(
        render(
            request,
            "assessments/webhooks/webhook_detail.html",
            {
                "cycle": hook.cycle,
                "hook": hook,
                "form": form,
                "secret": secret,
                "waiting": hook.deliveries.filter(status="waiting").count(),
                "log": hook.deliveries.select_related("entry__stream").order_by("-pk")[:LOG],
            },
        )
    )


@door("webhook.keep", load=find_webhook, methods=("POST",))
def webhook_secret(request, hook, **_kwargs):
    """Exchange the secret; the new one is shown on this answer alone."""
    changed = actions.exchange_secret(hook, by=request.user, now=timezone.now())
    told = {"url": hook.url, "level": hook.level, "verbs": hook.verbs}
    return _detail(request, hook, WebhookForm(initial=told), changed.secret)


@door("webhook.keep", load=find_webhook, methods=("POST",))
def webhook_act(request, hook, act: str, **_kwargs):
    if act not in ACTS:
        raise Http404
    run, said = ACTS[act]
    run(hook, by=request.user, now=timezone.now())
    messages.success(request, said)
    if act == "remove":
        return redirect("webhooks", hook.scope)
    return redirect("webhook", hook.scope, hook.pk)
