"""The nodes and marks of an Atlassian document, and whether something is one."""

from __future__ import annotations

from collections.abc import Sequence

from mockserver.values import Json

# Source: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
BLOCKS = frozenset(
    {
        "blockCard", "blockquote", "bodiedExtension", "bulletList", "caption", "codeBlock", "decisionItem",
        "decisionList", "embedCard", "expand", "extension", "heading", "layoutColumn", "layoutSection",
        "listItem", "media", "mediaGroup", "mediaSingle", "nestedExpand", "orderedList", "panel", "paragraph",
        "rule", "table", "tableCell", "tableHeader", "tableRow", "taskItem", "taskList",
    }
)  # fmt: skip
INLINES = frozenset(
    {"date", "emoji", "hardBreak", "inlineCard", "inlineExtension", "mediaInline", "mention", "placeholder",
     "status", "text"}
)  # fmt: skip
MARKS = frozenset(
    {"alignment", "annotation", "backgroundColor", "border", "breakout", "code", "dataConsumer", "em",
     "fragment", "indentation", "link", "strike", "strong", "subsup", "textColor", "underline"}
)  # fmt: skip
DEEPEST = 100  # levels of nodes


def is_document(value: Json) -> bool:
    """Whether ``value`` is an Atlassian document: version 1, known nodes and marks, no empty texts."""
    if not isinstance(value, dict) or value.get("type") != "doc" or value.get("version") != 1:
        return False
    content = value.get("content")
    return isinstance(content, list) and all(_is_node(one, 1) for one in content)


def paragraph(*inlines: Json) -> dict[str, Json]:
    """A paragraph of the given inline nodes."""
    return (
        {"type": "paragraph", "content": list(inlines)} if inlines else {"type": "paragraph", "content": []}
    )


def doc(blocks: Sequence[Json]) -> dict[str, Json]:
    """A document of the given blocks."""
    return {"type": "doc", "version": 1, "content": list(blocks)}


def text(value: str, *marks: Json) -> dict[str, Json]:
    """A text node with the given marks."""
    node: dict[str, Json] = {"type": "text", "text": value}
    return {**node, "marks": list(marks)} if marks else node


def plain(node: Json) -> str:
    """Every word of a document or node, blocks on lines of their own; what a text search looks at."""
    said: list[str] = []
    _say(node, said)
    return "".join(said).strip()


def _say(node: Json, said: list[str]) -> None:
    """Add what a node says to ``said``."""
    kind = node.get("type")
    if kind == "text":
        said.append(node.get("text", ""))
    elif kind == "hardBreak":
        said.append("\n")
    elif kind in ("mention", "emoji", "status", "placeholder"):
        attributes = node.get("attrs") or {}
        said.append(str(attributes.get("text") or attributes.get("shortName") or ""))
    elif kind in ("inlineCard", "blockCard", "embedCard"):
        said.append(str((node.get("attrs") or {}).get("url", "")))
    for child in node.get("content") or ():
        _say(child, said)
    if kind in BLOCKS:
        said.append("\n")


def _is_node(node: Json, depth: int) -> bool:
    if not isinstance(node, dict) or depth > DEEPEST:
        return False
    kind = node.get("type")
    if kind == "text":
        if not isinstance(node.get("text"), str) or not node["text"]:
            return False
    elif kind not in BLOCKS and kind not in INLINES:
        return False
    attributes, marks, content = node.get("attrs", {}), node.get("marks", []), node.get("content", [])
    if not isinstance(attributes, dict) or not isinstance(marks, list) or not isinstance(content, list):
        return False
    known = all(isinstance(mark, dict) and mark.get("type") in MARKS for mark in marks)
    return known and all(_is_node(child, depth + 1) for child in content)
