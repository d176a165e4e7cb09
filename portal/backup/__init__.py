"""The whole portal in one file, and back: database, files and keys, with the heads of the record as the proof."""
