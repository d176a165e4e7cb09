#!/usr/bin/env python
"""Concord's command line: the same actions, guards and permissions as the pages."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.core.management import execute_from_command_line

    from records.storage import cannot_be_written

    try:
        execute_from_command_line(sys.argv)
    except Exception as error:
        if not cannot_be_written(error):
            raise
        sys.exit(f"Nothing was changed: database or data folder cannot be written to, or is full ({error}).")


if __name__ == "__main__":
    main()
