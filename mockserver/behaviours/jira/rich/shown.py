"""An Atlassian document as wiki text, and as the HTML of ``renderedFields``."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence

from mockserver.behaviours.jira.rich.document import INLINES
from mockserver.behaviours.jira.rich.wiki import inlines, to_document
from mockserver.values import Json

_WRAP = {"strong": "*", "em": "_", "strike": "-", "underline": "+"}
_TAGS = {"strong": "b", "em": "em", "strike": "del", "underline": "ins", "code": "tt"}
_SPECIAL = re.compile(r"[{}\[\]|*_\-+^~!]")
# A backslash that would be read as an escape or a line break.
_BACKSLASH = re.compile(r"\\(?=[*_\-+^~{}\[\]!|?.#\\]|$)")
# What would begin a block, at the start of a line of a paragraph.
_BLOCK_START = re.compile(
    r"^(\s*(?:h[1-6]|bq)?)((?<=h[1-6])\.|(?<=bq)\.|#(?=[*#-]*\s)|[*-](?=[*#-]*\s)|\||----)", re.M
)
_LISTS = ("bulletList", "orderedList", "taskList", "decisionList")
_PANEL_COLORS = {
    "info": "#deebff", "success": "#e3fcef", "warning": "#fffae6", "error": "#ffebe6", "note": "#eae6ff",
}  # fmt: skip


def to_wiki(document: Json) -> str:
    """The wiki text of a document; nodes that wiki text has no markup for give their words."""
    return _wiki_blocks(document.get("content") or ()).strip("\n")


def to_html(document: Json) -> str:
    """The HTML of a document, everything in it escaped."""
    return "\n\n".join(_html_block(one) for one in document.get("content") or ())


def _wiki_blocks(blocks: Sequence[Json]) -> str:
    return "\n\n".join(_wiki_block(one) for one in blocks)


def _wiki_block(node: Json) -> str:
    kind, attributes, content = node["type"], node.get("attrs") or {}, node.get("content") or []
    if kind == "heading":
        return f"h{attributes.get('level', 1)}. {_inside(content)}"
    if kind == "rule":
        return "----"
    if kind == "codeBlock":
        language = attributes.get("language")
        inside = "".join(str(one.get("text", "")) for one in content)
        return f"{{code{':' + language if language else ''}}}\n{inside}\n{{code}}"
    if kind == "blockquote":
        return f"{{quote}}\n{_wiki_blocks(content)}\n{{quote}}"
    if kind == "panel":
        color = _PANEL_COLORS.get(str(attributes.get("panelType")), "#deebff")
        return f"{{panel:bgColor={color}}}\n{_wiki_blocks(content)}\n{{panel}}"
    if kind in ("bulletList", "orderedList", "taskList", "decisionList"):
        return "\n".join(_wiki_items(node, ""))
    if kind == "table":
        return "\n".join(_wiki_row(row) for row in content)
    if kind in ("mediaSingle", "mediaGroup"):
        return "\n".join(_wiki_inline(one) for one in content)
    if kind in ("paragraph", "caption", "taskItem", "decisionItem"):
        return _paragraph(content)
    if content:
        return _wiki_blocks(content) if content[0]["type"] != "text" else _inside(content)
    return _wiki_inline(node)


def _wiki_items(node: Json, above: str) -> list[str]:
    marker = above + ("#" if node["type"] == "orderedList" else "*")
    lines: list[str] = []
    for item in node.get("content") or ():
        children = item.get("content") or []
        below = [line for one in children if one["type"] in _LISTS for line in _wiki_items(one, marker)]
        rest = [one for one in children if one["type"] not in _LISTS]
        if rest and rest[0]["type"] in INLINES:
            own = _inside(rest)
        else:
            own = " \\\\ ".join(
                _inside(one.get("content") or []) if one["type"] == "paragraph" else _wiki_block(one)
                for one in rest
            )
        own = own.replace("\n", " \\\\ ")
        lines += [f"{marker} {own}", *below] if own.strip() or not below else below
    return lines


def _wiki_row(row: Json) -> str:
    cells = row.get("content") or []
    shown = ""
    mark = "|"
    for cell in cells:
        mark = "||" if cell["type"] == "tableHeader" else "|"
        inside = " \\\\ ".join(_wiki_block(one).replace("\n", " \\\\ ") for one in cell.get("content") or ())
        shown += mark + (inside or " ")
    return shown + mark


def _paragraph(nodes: Sequence[Json]) -> str:
    """A paragraph that reads back as one; signs are escaped only where they would be taken for markup."""
    easy = _wiki_inlines(nodes)
    blocks = to_document(easy)["content"]
    if len(blocks) == 1 and blocks[0]["type"] == "paragraph" and _same(blocks[0]["content"], nodes):
        return easy
    return _BLOCK_START.sub(r"\1\\\2", _wiki_inlines(nodes, escaped=True))


def _inside(nodes: Sequence[Json]) -> str:
    """What stands in a heading, an item or a cell, escaped only where it must be."""
    easy = _wiki_inlines(nodes)
    return easy if _same(inlines(easy), nodes) else _wiki_inlines(nodes, escaped=True)


def _same(some: Sequence[Json], others: Sequence[Json]) -> bool:
    """Whether two runs of inline nodes say the same in the same marks."""
    return _runs(some) == _runs(others)


def _runs(nodes: Sequence[Json]) -> list[tuple[str, Json, str]]:
    found: list[tuple[str, Json, str]] = []
    for node in nodes:
        marks = sorted(
            (mark["type"], sorted((mark.get("attrs") or {}).items())) for mark in node.get("marks") or ()
        )
        said = (
            node.get("text", "") if node["type"] == "text" else str((node.get("attrs") or {}).get("id", ""))
        )
        if found and node["type"] == "text" and found[-1][:2] == ("text", marks):
            said = found.pop()[2] + said
        found.append((node["type"], marks, said))
    return found


def _wiki_inlines(nodes: Sequence[Json], done: tuple[Json, ...] = (), *, escaped: bool = False) -> str:
    """The nodes in order; neighbours that share a mark stand inside one pair of its signs."""
    shown = ""
    at = 0
    while at < len(nodes):
        mark = next((one for one in _wrapping(nodes[at]) if one not in done), None)
        end = at + 1
        if mark is None:
            shown += _wiki_inline(nodes[at], escaped=escaped)
        else:
            while end < len(nodes) and mark in _wrapping(nodes[end]):
                end += 1
            shown += _wrapped(mark, _wiki_inlines(nodes[at:end], (*done, mark), escaped=escaped))
        at = end
    return shown


def _wrapping(node: Json) -> list[Json]:
    """The marks of a node that wiki text has signs for; code takes no others."""
    marks = node.get("marks") or []
    if node["type"] != "text" or any(mark["type"] == "code" for mark in marks):
        return []
    return [mark for mark in marks if mark["type"] in (*_WRAP, "subsup", "textColor")]


def _wrapped(mark: Json, inside: str) -> str:
    if not inside.strip():
        return inside
    if mark["type"] == "textColor":
        return f"{{color:{(mark.get('attrs') or {}).get('color', '')}}}{inside}{{color}}"
    sub = (mark.get("attrs") or {}).get("type") == "sub"
    sign = _WRAP.get(mark["type"]) or ("~" if sub else "^")
    lead, tail = inside[: len(inside) - len(inside.lstrip())], inside[len(inside.rstrip()) :]
    return f"{lead}{sign}{inside.strip()}{sign}{tail}"


def _wiki_inline(node: Json, *, escaped: bool = False) -> str:
    kind, attributes = node["type"], node.get("attrs") or {}
    if kind == "text":
        return _wiki_marked(str(node.get("text", "")), node.get("marks") or (), escaped=escaped)
    if kind == "hardBreak":
        return "\n"
    if kind == "mention":
        return f"[~accountid:{attributes.get('id', '')}]"
    if kind in ("inlineCard", "blockCard", "embedCard"):
        return f"[{attributes.get('url', '')}]"
    if kind in ("media", "mediaInline"):
        return f"!{attributes.get('alt') or attributes.get('id', '')}!"
    return str(attributes.get("text") or attributes.get("shortName") or attributes.get("timestamp") or "")


def _wiki_marked(value: str, marks: Sequence[Json], *, escaped: bool) -> str:
    kinds = {mark["type"]: mark.get("attrs") or {} for mark in marks}
    plain = value
    if escaped:
        plain = _SPECIAL.sub(lambda match: "\\" + match[0], _BACKSLASH.sub("&#92;", value))
    shown = "{{" + value + "}}" if "code" in kinds else plain
    if "link" in kinds:
        href = str(kinds["link"].get("href", ""))
        return f"[{href}]" if value == href else f"[{shown}|{href}]"
    return shown


def _html_block(node: Json) -> str:
    kind, attributes, content = node["type"], node.get("attrs") or {}, node.get("content") or []
    if kind == "paragraph":
        return f"<p>{_html_inlines(content)}</p>"
    if kind == "heading":
        level = int(attributes.get("level", 1))
        return f"<h{level}>{_html_inlines(content)}</h{level}>"
    if kind == "rule":
        return "<hr />"
    if kind == "codeBlock":
        inside = html.escape("".join(str(one.get("text", "")) for one in content), quote=False)
        language = html.escape(str(attributes.get("language", "java")))
        return f'<div class="code panel"><pre class="code-{language}">{inside}</pre></div>'
    wraps: Mapping[str, tuple[str, str]] = {
        "blockquote": ("<blockquote>", "</blockquote>"),
        "bulletList": ("<ul>", "</ul>"),
        "orderedList": ("<ol>", "</ol>"),
        "listItem": ("<li>", "</li>"),
        "panel": ('<div class="panel"><div class="panelContent">', "</div></div>"),
        "table": ('<table class="confluenceTable"><tbody>', "</tbody></table>"),
        "tableRow": ("<tr>", "</tr>"),
        "tableHeader": ('<th class="confluenceTh">', "</th>"),
        "tableCell": ('<td class="confluenceTd">', "</td>"),
    }
    begin, end = wraps.get(kind, ("<div>", "</div>"))
    if not content:
        return f"{begin}{_html_inline(node)}{end}"
    inline = content[0]["type"] in ("text", "hardBreak", "mention", "emoji", "inlineCard", "status", "date")
    return (
        begin + (_html_inlines(content) if inline else "\n".join(_html_block(one) for one in content)) + end
    )


def _html_inlines(nodes: Sequence[Json]) -> str:
    return "".join(_html_inline(one) for one in nodes)


def _html_inline(node: Json) -> str:
    kind, attributes = node["type"], node.get("attrs") or {}
    if kind == "hardBreak":
        return "<br/>"
    if kind != "text":
        return html.escape(_wiki_inline(node)) if kind != "mention" else _html_mention(attributes)
    shown = html.escape(str(node.get("text", "")), quote=False)
    for mark in node.get("marks") or ():
        values = mark.get("attrs") or {}
        if mark["type"] == "link":
            href = html.escape(str(values.get("href", "")))
            shown = f'<a href="{href}" class="external-link" rel="nofollow noreferrer">{shown}</a>'
        elif mark["type"] == "textColor":
            shown = f'<font color="{html.escape(str(values.get("color", "")))}">{shown}</font>'
        elif mark["type"] == "subsup":
            tag = "sub" if values.get("type") == "sub" else "sup"
            shown = f"<{tag}>{shown}</{tag}>"
        elif mark["type"] in _TAGS:
            shown = f"<{_TAGS[mark['type']]}>{shown}</{_TAGS[mark['type']]}>"
    return shown


def _html_mention(attributes: Mapping[str, Json]) -> str:
    account = html.escape(str(attributes.get("id", "")))
    name = html.escape(str(attributes.get("text", "")).removeprefix("@"))
    return f'<a href="/secure/ViewProfile.jspa?accountId={account}" class="user-hover">{name}</a>'
