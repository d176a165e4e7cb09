"""The table of states holds what the United Nations holds, and its names sort as readers expect."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from panels.names import LANGUAGES, sort_key
from tests.support import ROOT, shared

STATES = ROOT / "panels" / "data" / "states.csv"
SOURCE_COLUMNS = {
    "en": "UNTERM English Short",
    "fr": "UNTERM French Short",
    "es": "UNTERM Spanish Short",
    "ru": "UNTERM Russian Short",
    "ar": "UNTERM Arabic Short",
    "zh": "UNTERM Chinese Short",
}
GROUPS = {
    "African Group": "AFRICA",
    "Asia and the Pacific Group": "APG",
    "Eastern European Group": "EEG",
    "Latin American and Caribbean Group": "GRULAC",
    "Western European and Others Group": "WEOG",
    "": "",
}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def states() -> list[dict[str, str]]:
    return read(STATES)


def ordered(states, language):
    return sorted((row[f"name_{language}"] for row in states), key=lambda name: sort_key(name, language))


def test_there_are_193_members_and_two_observers(states):
    assert Counter(row["status"] for row in states) == {"member": 193, "observer": 2}
    assert [row["iso3"] for row in states if row["status"] == "observer"] == ["PSE", "VAT"]


def test_the_columns_are_those_of_the_readme(states):
    codes = ["iso3", "iso2", "m49"]
    names = ["name_en", "name_fr", "name_es", "name_ru", "name_ar", "name_zh"]
    standing = ["regional_group", "status", "ldc", "lldc", "sids", "development", "note"]
    assert list(states[0]) == codes + names + standing


def test_each_code_stands_once_and_has_its_shape(states):
    shapes = {"iso3": r"[A-Z]{3}", "iso2": r"[A-Z]{2}", "m49": r"\d{3}"}
    for column, shape in shapes.items():
        values = [row[column] for row in states]
        assert len(set(values)) == 195
        assert [value for value in values if not re.fullmatch(shape, value)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_has_a_name_of_its_own_without_marks_of_the_list(states, language):
    names = [row[f"name_{language}"] for row in states]
    assert len(set(names)) == 195
    assert [
        name for name in names if not name or name != name.strip() or "*" in name or "(the)" in name
    ] == []


def test_the_regional_groups_have_their_sizes_and_kiribati_has_none(states):
    members = [row for row in states if row["status"] == "member"]
    assert Counter(row["regional_group"] for row in members) == {
        "AFRICA": 54,
        "APG": 53,
        "EEG": 23,
        "GRULAC": 33,
        "WEOG": 29,
        "": 1,
    }
    assert [row["iso3"] for row in members if not row["regional_group"]] == ["KIR"]


def test_states_whose_group_is_not_the_whole_story_carry_a_note(states):
    assert [row["iso3"] for row in states if row["note"]] == ["ISR", "KIR", "PSE", "TUR", "USA", "VAT"]


def test_flags_are_yes_or_empty_and_count_as_the_lists_do(states):
    counts = {flag: Counter(row[flag] for row in states) for flag in ("ldc", "lldc", "sids")}
    assert counts == {
        "ldc": {"yes": 44, "": 151},
        "lldc": {"yes": 32, "": 163},
        "sids": {"yes": 37, "": 158},
    }


def test_only_the_holy_see_has_no_class_of_development(states):
    assert {row["development"] for row in states} == {"developed", "transition", "developing", ""}
    assert [row["iso3"] for row in states if not row["development"]] == ["VAT"]


def test_names_codes_and_flags_agree_with_the_source(states):
    source = {row["ISO3166-1-Alpha-3"]: row for row in read(shared("countries/country-codes-un.csv"))}
    article = re.compile(r"\s*\((the|l'|le|la|les|el|los|las)\)$")
    different = set()
    for row in states:
        other = source[row["iso3"]]
        assert (row["iso2"], row["m49"]) == (other["ISO3166-1-Alpha-2"], other["M49"].zfill(3))
        for language, column in SOURCE_COLUMNS.items():
            if row[f"name_{language}"] != article.sub("", other[column].replace("*", "").strip()):
                different.add((row["iso3"], language))
        if (row["ldc"] == "yes") != (other["Least Developed Countries (LDC)"] == "x"):
            different.add((row["iso3"], "ldc"))
    ours = {(state, language) for state in ("CIV", "TUR") for language in LANGUAGES}
    assert different == ours | {("TLS", "ar"), ("STP", "ldc")}


def test_groups_agree_with_the_second_list_but_for_kiribati_and_its_known_fault(states):
    other = {row["iso3"]: row for row in read(shared("countries/un-members-regional-groups.csv"))}
    groups = [
        row["iso3"]
        for row in states
        if GROUPS[other[row["iso3"]]["un_regional_group"]] != row["regional_group"]
    ]
    members = [
        row["iso3"]
        for row in states
        if (other[row["iso3"]]["un_member"] == "True") != (row["status"] == "member")
    ]
    assert (groups, members) == (["KIR"], ["VAT"])


def test_french_accents_do_not_change_the_order(states):
    order = ordered(states, "fr")
    assert order[:5] == ["Afghanistan", "Afrique du Sud", "Albanie", "Algérie", "Allemagne"]
    assert [name for name in order if name.casefold()[0] in "eé"][:4] == [
        "Égypte",
        "El Salvador",
        "Émirats arabes unis",
        "Équateur",
    ]


def test_the_arabic_article_and_the_hamza_do_not_change_the_order(states):
    order = ordered(states, "ar")
    assert order[:4] == ["الاتحاد الروسي", "إثيوبيا", "أذربيجان", "الأرجنتين"]
    assert order[-3:] == ["اليابان", "اليمن", "اليونان"]


def test_letters_that_belong_to_a_name_are_not_taken_for_the_article():
    assert sort_key("ألمانيا", "ar") > sort_key("ألبانيا", "ar")


def test_russian_keeps_its_short_i_apart_and_spanish_its_n_with_tilde():
    assert sort_key("Йемен", "ru") > sort_key("Италия", "ru")
    assert sorted(["España", "Espanza", "Espana", "Espao"], key=lambda name: sort_key(name, "es")) == [
        "Espana",
        "Espanza",
        "España",
        "Espao",
    ]


def test_chinese_names_follow_their_reading_even_where_a_character_is_rare(states):
    order = ordered(states, "zh")
    assert (order[0], order[-1]) == ("阿尔巴尼亚", "中国")
    assert order.index("菲律宾") < order.index("斐济") < order.index("芬兰")
    assert order.index("纳米比亚") < order.index("瑙鲁") < order.index("尼泊尔")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_states_share_a_key(states, language):
    assert len({sort_key(row[f"name_{language}"], language) for row in states}) == 195


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="no order is known for the language “de”; known: ar, zh, en"):
        sort_key("Deutschland", "de")
