"""The pages keep the strict content security policy and read in both directions.

Templates hold no inline script, style or event attribute; style sheets use logical properties only; neither
style sheets nor modules name another host.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html") if "print" not in path.parts)
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
MODULES = sorted(path for path in (ROOT / "static" / "js").glob("*.js") if ".bundle." not in path.name)

TAG = re.compile(r"<[a-zA-Z][^<>]*(?:\{%[^%]*%\}[^<>]*)*>")
INLINE_ATTRIBUTE = re.compile(r"""\s(style|on[a-z]+)\s*=\s*["']?""")
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE)
INLINE_STYLE = re.compile(r"<style\b", re.IGNORECASE)
SCRIPT_ADDRESS = re.compile(r"""href\s*=\s*["']\s*javascript:""", re.IGNORECASE)
DJANGO_COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?%\}.*?\{% endcomment %\}", re.DOTALL)
FOREIGN = re.compile(r"(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}", re.IGNORECASE)
# A name in the SVG or XHTML namespace is a name and never fetched.
NAMESPACES = re.compile(r"http://www\.w3\.org/\S*?(?=[\"'\s)])")

SIDES = "left|right|top|bottom"
PHYSICAL_PROPERTY = re.compile(
    rf"(?<![\w-])(?:(?:margin|padding|scroll-margin|scroll-padding)-(?:{SIDES})"
    rf"|border-(?:{SIDES})(?:-(?:width|style|color))?"
    r"|border-(?:top|bottom)-(?:left|right)-radius"
    rf"|{SIDES}|(?:min-|max-)?(?:width|height))\s*:"
)
PHYSICAL_VALUE = re.compile(r"(?<![\w-])(?:text-align|float|clear|caption-side)\s*:\s*(?:left|right)")
FOUR_SIDES = re.compile(r"(?<![\w-])(?:margin|padding|inset)\s*:\s*([^;{}]+)")
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def _template(text: str) -> str:
    return DJANGO_COMMENT.sub("", text)


def _faults_of_template(text: str) -> list[str]:
    text = _template(text)
    faults = [
        match.group(0)
        for rule in (INLINE_SCRIPT, INLINE_STYLE, SCRIPT_ADDRESS)
        for match in rule.finditer(text)
    ]
    faults += [tag for tag in TAG.findall(text) if INLINE_ATTRIBUTE.search(tag)]
    return faults


def _values(text: str) -> list[str]:
    """Split a shorthand at white space outside of parentheses."""
    parts, depth, word = [], 0, ""
    for sign in text.strip() + " ":
        depth += (sign == "(") - (sign == ")")
        if sign.isspace() and depth == 0:
            parts += [word] if word else []
            word = ""
        else:
            word += sign
    return parts


def _faults_of_sheet(text: str) -> list[str]:
    text = CSS_COMMENT.sub("", text)
    # Conditions of media queries speak of the screen, not of a side of the text.
    text = re.sub(r"@(?:media|container)[^{]*\{", "{", text)
    faults = [match.group(0) for rule in (PHYSICAL_PROPERTY, PHYSICAL_VALUE) for match in rule.finditer(text)]
    for match in FOUR_SIDES.finditer(text):
        values = _values(match.group(1))
        if len(values) == 4 and values[1] != values[3]:
            faults.append(match.group(0))
    return faults


def _foreign(text: str) -> list[str]:
    return FOREIGN.findall(NAMESPACES.sub("", text))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_has_no_inline_script_style_or_event_attribute(path):
    assert _faults_of_template(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_style_sheet_uses_logical_properties_only(path):
    assert _faults_of_sheet(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", [*SHEETS, *MODULES], ids=lambda path: path.name)
def test_style_sheets_and_modules_name_no_other_host(path):
    assert _foreign(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_module_runs_no_text_as_code_and_writes_no_style_attribute(path):
    text = path.read_text(encoding="utf-8")
    assert (
        re.findall(r"\beval\(|new Function\(|\.innerHTML\s*=|setAttribute\(\s*[\"'](?:style|on)", text) == []
    )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_module_imports_only_modules_that_exist(path):
    names = re.findall(r'^import .* from "\./([^"]+)";$', path.read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name in names if not (path.parent / name).is_file()] == []


def test_every_style_sheet_balances_its_braces():
    counts = {
        path.name: (path.read_text(encoding="utf-8").count("{"), path.read_text(encoding="utf-8").count("}"))
        for path in SHEETS
    }
    assert {name for name, (opened, closed) in counts.items() if opened != closed} == set()


def test_style_sheets_and_modules_linked_by_templates_exist():
    named = {
        name
        for path in TEMPLATES
        for name in re.findall(
            r"""\{% static ["']((?:css|js|img)/[^"']+)["'] %\}""", path.read_text(encoding="utf-8")
        )
    }
    assert {name for name in named if not (ROOT / "static" / name).is_file()} == set()


def test_files_named_by_style_sheets_exist():
    missing = [
        name
        for path in SHEETS
        for name in re.findall(r"""url\(["']?([^"')]+)["']?\)""", path.read_text(encoding="utf-8"))
        if not (path.parent / name).is_file()
    ]
    assert missing == []


def test_every_token_that_a_style_sheet_uses_is_defined():
    text = "\n".join(CSS_COMMENT.sub("", path.read_text(encoding="utf-8")) for path in SHEETS)
    used = set(re.findall(r"var\((--[\w-]+)\)", text))
    assert used - set(re.findall(r"(--[\w-]+)\s*:", text)) == set()


def test_every_component_names_its_context_in_its_first_line():
    components = sorted((ROOT / "templates" / "components").glob("_*.html"))
    silent = [
        path.name
        for path in components
        if not re.match(r"\{# .*Context: .* #\}", path.read_text(encoding="utf-8").split("\n")[0])
    ]
    assert silent == []


@pytest.mark.parametrize(
    "text",
    [
        '<p style="color: red">x</p>',
        '<button onclick="go()">x</button>',
        '<a {% if x %}class="y"{% endif %} onfocus=go>x</a>',
        "<script>go()</script>",
        "<style>p {}</style>",
        '<a href="javascript:go()">x</a>',
    ],
)
def test_inline_code_would_be_found(text):
    assert len(_faults_of_template(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        '<script type="module" src="{% static \'js/menus.js\' %}"></script>',
        '<p class="on-time" data-once>x</p>',
        "{# <p style='x'> #}",
    ],
)
def test_code_from_files_is_admitted(text):
    assert _faults_of_template(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "p { margin-left: 1px }",
        "p { width: 3rem }",
        "p { text-align: right }",
        "p { padding: 0 1px 0 2px }",
        "p{left:0}",
    ],
)
def test_a_physical_side_would_be_found(text):
    assert len(_faults_of_sheet(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "@media (width >= 62rem) { p { margin-inline: 0 } }",
        "p { stroke-width: 2; line-height: 1 }",
        "p { padding: 1px 2px }",
    ],
)
def test_logical_sides_are_admitted(text):
    assert _faults_of_sheet(text) == []
