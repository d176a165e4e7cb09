"""Chapters to PDF: drafts with numbered lines, and editions for publication (design 3.4).

No Django here. ``run.render`` starts ``python -m assessments.rendering.child`` and watches it; only that
program imports WeasyPrint, so a server without Pango starts and serves pages all the same.
"""
