"""The text of a chapter, without Django: dialect, alignment, sentences, merging, comparing, anchors."""
