"""Edits of tables that keep the labels of their cells true."""

from __future__ import annotations


def edit(chapter, block) -> None:
    """Edit one table of the chapter ``chapter``: a row, a column, a cell or the whole."""
    chance, body = chapter.chance, block.rows[1:]
    way = chance.choice(("move", "cell", "cell", "delete", "insert", "like", "column", "drop", "move block"))
    row = chance.choice(body)
    if way == "move":
        block.rows.remove(row)
        block.rows.insert(chance.randint(1, len(block.rows)), row)
    elif way == "cell":
        for _n in range(chance.randint(1, 3)):
            cell = chance.choice(chance.choice(body)[1:])
            cell.words[:] = chapter.cell(block.language, "value", False).words
            cell.touched = "edited"
    elif way == "delete" and len(body) > 2:
        block.rows.remove(row)
        chapter.gone(*row)
    elif way == "insert":
        made = [chapter.cell(block.language, "name" if c == 0 else "value", False) for c in range(len(row))]
        block.rows.insert(chance.randint(1, len(block.rows)), made)
    elif way == "like":
        made = [cell.copy() for cell in row]
        made[0] = chapter.look_alike(row[0])
        made[-1] = chapter.cell(block.language, "value", False)
        block.rows.insert(chance.randint(1, len(block.rows)), made)
    elif way == "column":
        one, other = chance.sample(range(len(row)), 2)
        for each in block.rows:
            each[one], each[other] = each[other], each[one]
    elif way == "drop":
        at = chance.randrange(1, len(row))
        chapter.gone(*(each.pop(at) for each in block.rows)) if len(row) > 3 else None
    elif way == "move block":
        chapter.blocks.remove(block)
        chapter.blocks.insert(chance.randint(0, len(chapter.blocks)), block)
