"""Wiki text to an Atlassian document.

Source: https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from mockserver.behaviours.jira.rich.document import doc, paragraph, text
from mockserver.values import Json

_HEADING = re.compile(r"h([1-6])\.\s+(.*)")
_ITEM = re.compile(r"([*#-]+)\s+(.*)")
_FENCE = re.compile(r"\{(code|noformat|quote|panel)(?::([^}\n]*))?\}")
_RULE = re.compile(r"-{4,}\s*")
_INLINE = re.compile(
    r"""
      \\(?P<escaped>[*_\-+^~{}\[\]!|?.]|\#)
    | (?P<backslash>&\#92;)
    | (?P<break>\\\\|\n)
    | \{\{(?P<code>.+?)\}\}
    | \{color:(?P<color>[^}\n]+)\}(?P<colored>.+?)\{color\}
    | \[~(?:accountid:)?(?P<mention>[^\]\s|]+)\]
    | \[(?:(?P<title>[^\]|\n]+)\|)?(?P<link>(?:https?|ftp|file|mailto)[:][^\]\s|]+)(?:\|[^\]]*)?\]
    | !(?P<image>[^\s!|][^!|\n]*)(?:\|[^!\n]*)?!
    | (?<![\w*])\*(?P<strong>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])
    | (?<![\w_])_(?P<em>[^\s_](?:[^_\n]*[^\s_])?)_(?![\w_])
    | (?<![\w-])-(?P<strike>[^\s-](?:[^-\n]*[^\s-])?)-(?![\w-])
    | (?<![\w+])\+(?P<underline>[^\s+](?:[^+\n]*[^\s+])?)\+(?![\w+])
    | \^(?P<sup>[^\s^](?:[^^\n]*[^\s^])?)\^
    | (?<!~)~(?P<sub>[^\s~](?:[^~\n]*[^\s~])?)~(?!~)
    | (?P<url>https?://[^\s\]|<>"]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_MARKS: dict[str, Json] = {
    "strong": {"type": "strong"},
    "em": {"type": "em"},
    "strike": {"type": "strike"},
    "underline": {"type": "underline"},
    "sup": {"type": "subsup", "attrs": {"type": "sup"}},
    "sub": {"type": "subsup", "attrs": {"type": "sub"}},
}
_COLORS = {"red": "#ff0000", "green": "#008000", "blue": "#0000ff", "black": "#000000", "white": "#ffffff"}
_PANELS = {
    "#deebff": "info",
    "#e3fcef": "success",
    "#fffae6": "warning",
    "#ffebe6": "error",
    "#eae6ff": "note",
}


@lru_cache(maxsize=64)
def to_document(source: str) -> dict[str, Json]:
    """The document that ``source`` (wiki text) describes; what is no markup stays as text.

    Like all that is stored it is never changed in place: who says the same again gets the same document.
    """
    return doc(_blocks(source.replace("\r\n", "\n").replace("\r", "\n")))


def _blocks(source: str) -> list[Json]:
    """The blocks of a text, each of which begins with a line of its own."""
    found: list[Json] = []
    lines = source.split("\n")
    at = 0
    while at < len(lines):
        if lines[at].strip():
            blocks, at = _next(lines, at)
            found.extend(blocks)
        else:
            at += 1
    return found


def _next(lines: Sequence[str], at: int) -> tuple[list[Json], int]:
    """What begins with this line, which is not blank, and the line after that."""
    line = lines[at].strip()
    if fence := _FENCE.match(line):
        block, after = _fenced(lines, at, fence)
        if block is not None:
            return [block], after
    block = _of_one_line(line)
    if block is not None:
        return [block], at + 1
    if _ITEM.fullmatch(line):
        end = _end(lines, at, _ITEM.fullmatch)
        items = [match for one in lines[at:end] if (match := _ITEM.fullmatch(one.strip()))]
        return _lists([(match[1], match[2]) for match in items], 0), end
    if line.startswith("|"):
        end = _end(lines, at, lambda one: one.startswith("|"))
        return [_table([one.strip() for one in lines[at:end]])], end
    end = _end(lines, at + 1, _goes_on)
    return [paragraph(*inlines("\n".join(lines[at:end])))], end


def _end(lines: Sequence[str], at: int, belongs: Callable[[str], object]) -> int:
    """The first line from ``at`` on that does not belong to a block."""
    while at < len(lines) and belongs(lines[at].strip()):
        at += 1
    return at


def _of_one_line(line: str) -> Json | None:
    """The heading, rule or quotation that a line is; None if it is none of these."""
    if heading := _HEADING.fullmatch(line):
        return {"type": "heading", "attrs": {"level": int(heading[1])}, "content": inlines(heading[2])}
    if _RULE.fullmatch(line):
        return {"type": "rule"}
    if line.startswith("bq. "):
        return {"type": "blockquote", "content": [paragraph(*inlines(line[4:]))]}
    return None


def _goes_on(line: str) -> bool:
    """Whether a paragraph goes on with this line: it is not blank, and nothing else begins with it."""
    return bool(line) and not (
        _HEADING.fullmatch(line)
        or _RULE.fullmatch(line)
        or _ITEM.fullmatch(line)
        or _FENCE.match(line)
        or line.startswith(("bq. ", "|"))
    )


def _fenced(lines: Sequence[str], at: int, fence: re.Match[str]) -> tuple[Json | None, int]:
    """The block between two equal fences and the line after it; None if the second fence is missing."""
    name, options = fence[1], fence[2] or ""
    rest = lines[at].strip()[fence.end() :]
    body = "\n".join([rest, *lines[at + 1 :]])
    end = body.find("{" + name + "}")
    if end < 0:
        return None, at
    inside, after = body[:end], body[end + len(name) + 2 :]
    following = at + inside.count("\n") + 1
    if after.split("\n", 1)[0].strip():
        return None, at
    inside = inside.removeprefix("\n").removesuffix("\n")
    if name in ("code", "noformat"):
        block: dict[str, Json] = {"type": "codeBlock", "content": [text(inside)] if inside else []}
        language = next((part for part in options.split("|") if part and "=" not in part), "")
        if language and name == "code":
            block["attrs"] = {"language": language}
        return block, following
    content = _blocks(inside) or [paragraph()]
    if name == "quote":
        return {"type": "blockquote", "content": content}, following
    pairs = dict(part.split("=", 1) for part in options.split("|") if "=" in part)
    kind = _PANELS.get(pairs.get("bgColor", "").lower(), "info")
    if title := pairs.get("title"):
        content = [paragraph(text(title, _MARKS["strong"])), *content]
    return {"type": "panel", "attrs": {"panelType": kind}, "content": content}, following


def _lists(items: Sequence[tuple[str, str]], depth: int) -> list[Json]:
    """Lists out of (marker, text): a longer marker is a list inside the item before it."""
    found: list[Json] = []
    at = 0
    while at < len(items):
        marker = items[at][0]
        kind = "orderedList" if marker[min(depth, len(marker) - 1)] == "#" else "bulletList"
        content: list[Json] = [] if len(marker) > depth + 1 else [paragraph(*inlines(items[at][1]))]
        inner = at if len(marker) > depth + 1 else at + 1
        end = inner
        while end < len(items) and len(items[end][0]) > depth + 1:
            end += 1
        if end > inner:
            content = (content or [paragraph()]) + _lists(items[inner:end], depth + 1)
        node = {"type": "listItem", "content": content}
        if found and found[-1]["type"] == kind:
            found[-1]["content"].append(node)
        else:
            found.append({"type": kind, "content": [node]})
        at = end if end > at else at + 1
    return found


def _table(rows: Sequence[str]) -> Json:
    attributes = {"isNumberColumnEnabled": False, "layout": "default"}
    return {"type": "table", "attrs": attributes, "content": [_row(one) for one in rows]}


def _row(line: str) -> Json:
    cells = []
    for mark, cell in re.findall(r"(\|\|?)((?:\[[^\]\n]*\]|[^|\n])*)", line.rstrip("|").rstrip()):
        kind = "tableHeader" if mark == "||" else "tableCell"
        content = inlines(cell.strip().replace("\\\\", "\n"))
        cells.append({"type": kind, "attrs": {}, "content": [paragraph(*content)]})
    return {"type": "tableRow", "content": cells}


def inlines(source: str, marks: tuple[Json, ...] = ()) -> list[Json]:
    """The inline nodes of one paragraph, each with ``marks``."""
    found: list[Json] = []
    literal = ""
    end = 0
    for match in _INLINE.finditer(source):
        literal += source[end : match.start()]
        end = match.end()
        if match["escaped"] is not None or match["backslash"] is not None:
            literal += match["escaped"] or "\\"
            continue
        if literal:
            found.append(text(literal, *marks))
            literal = ""
        found.extend(_inline(match, marks))
    literal += source[end:]
    if literal:
        found.append(text(literal, *marks))
    return found


def _inline(match: re.Match[str], marks: tuple[Json, ...]) -> list[Json]:
    kind = match.lastgroup
    if match["break"] is not None:
        return [{"type": "hardBreak"}]
    if match["code"] is not None:
        return [text(match["code"], {"type": "code"})]
    if match["colored"] is not None:
        color = _COLORS.get(match["color"], match["color"])
        return inlines(match["colored"], (*marks, {"type": "textColor", "attrs": {"color": color}}))
    if match["mention"] is not None:
        account = match["mention"]
        return [{"type": "mention", "attrs": {"id": account, "text": f"@{account}"}}]
    if match["link"] is not None:
        link = {"type": "link", "attrs": {"href": match["link"]}}
        return inlines(match["title"] or "", (*marks, link)) or [text(match["link"], *marks, link)]
    if match["image"] is not None:
        return [text(f"!{match['image']}!", *marks)]
    if match["url"] is not None:
        return [text(match["url"], *marks, {"type": "link", "attrs": {"href": match["url"]}})]
    return inlines(match[str(kind)], (*marks, _MARKS[str(kind)]))
