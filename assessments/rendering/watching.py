"""Which block is being laid out, so that a layout without end can say where it stood. Imports WeasyPrint.

The program that draws is killed from outside when its time is up; shortly before, a thread of its own reads this.
"""

from __future__ import annotations

from weasyprint.layout import block, table

_own = block.block_container_layout
_now = {"element": None, "laid": None, "labels": ()}


def _noting(context, box, *rest, **more):
    if box.element is not None:
        _now["element"] = box.element
    return _own(context, box, *rest, **more)


def watch(laid, labels: list[str]) -> None:
    """Follow the layout of this document; ``labels`` are those of its chapters."""
    _now.update(element=None, laid=laid, labels=labels)
    block.block_container_layout = table.block_container_layout = _noting


def where() -> list[dict]:
    """The block that was taken up last, as ``RenderFailed.blocks`` names blocks; empty before the layout."""
    element, laid = _now["element"], _now["laid"]
    key = laid.owner.get(element) if laid else None
    if key is None or key not in laid.source:
        return []
    words = " ".join("".join(element.itertext()).split())[:120] or laid.source[key][:120]
    return [{"chapter": _now["labels"][key[0]], "block": key[1], "text": words}]
