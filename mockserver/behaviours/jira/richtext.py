"""Rich text: stored once as an Atlassian document (ADF), spoken as ADF by version 3 and as text by 2.

Paragraphs, line breaks and plain text survive both ways; of other nodes version 2 has only the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from mockserver.engine.context import Context
from mockserver.values import Json


def speaks_documents(ctx: Context) -> bool:
    """Whether the version that was called speaks ADF.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#differences
    """
    return ctx.prefix.endswith("/3")


def spoken(ctx: Context, document: Json) -> Json:
    """A stored document in the form that the version called speaks."""
    return document if document is None or speaks_documents(ctx) else text_of(document)


def is_document(value: Json) -> bool:
    """Whether ``value`` is an ADF document: ``{"type": "doc", "version": 1, "content": […]}``."""
    return (
        isinstance(value, Mapping)
        and value.get("type") == "doc"
        and value.get("version") == 1
        and isinstance(value.get("content"), list)
        and all(_is_node(node) for node in value["content"])
    )


def document_of(text: str) -> dict[str, Json]:
    """Plain text as a document: a blank line ends a paragraph, a line end is a hard break."""
    blocks = text.replace("\r\n", "\n").split("\n\n")
    return {"type": "doc", "version": 1, "content": [_paragraph(block) for block in blocks]}


def text_of(document: Mapping[str, Json]) -> str:
    """The text of a document, a blank line between its blocks."""
    return "\n\n".join("".join(_pieces(block)) for block in document["content"])


def html_of(document: Mapping[str, Json]) -> str:
    """The text of a document as HTML paragraphs."""
    paragraphs = (escape(block).replace("\n", "<br/>") for block in text_of(document).split("\n\n"))
    return "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def _paragraph(block: str) -> dict[str, Json]:
    content: list[Json] = []
    for at, line in enumerate(block.split("\n")):
        if at:
            content.append({"type": "hardBreak"})
        if line:
            content.append({"type": "text", "text": line})
    return {"type": "paragraph", "content": content} if content else {"type": "paragraph"}


def _pieces(node: Mapping[str, Json]) -> Iterator[str]:
    kind, content = node["type"], node.get("content", ())
    if kind == "text":
        yield node["text"]
    elif kind == "hardBreak":
        yield "\n"
    for at, child in enumerate(content):
        if at and kind not in ("paragraph", "heading", "codeBlock"):
            yield "\n"
        yield from _pieces(child)


def _is_node(node: Json, depth: int = 0) -> bool:
    if not isinstance(node, Mapping) or not isinstance(node.get("type"), str) or depth > 100:
        return False
    if node["type"] == "text" and not isinstance(node.get("text"), str):
        return False
    content = node.get("content", [])
    return isinstance(content, list) and all(_is_node(child, depth + 1) for child in content)
