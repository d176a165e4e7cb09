"""A chapter to Word and back: a working copy goes out, and only what was changed in it comes in (procedure 4.10)."""
