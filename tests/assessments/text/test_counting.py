from assessments.text.counting import letters


def test_letters_go_on_after_z_as_columns_do():
    found = {n: letters(n) for n in (0, 1, 25, 26, 51, 52, 701, 702)}
    assert found == {0: "A", 1: "B", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA"}
