"""A pasted or uploaded text as a list of blocks, whatever it came as.

What would cost much or cannot be read is refused first, with what to do instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import lxml.html

LARGEST = 2 * 1024 * 1024  # bytes
DEEPEST = 200  # elements inside one another
MOST_BLOCKS = 5_000
MOST_CHARACTERS = 500_000  # of text, its markup not counted: about 80,000 words
MOST_LINES = 50_000
SMALL = 50_000  # characters of a page that no parser is kept busy by
LONGEST_LINE = 130  # characters; beyond it nobody broke the lines
PASTE = "Open it, select all (Ctrl+A), copy, and paste the text here instead."
SIGNATURES = (
    (b"%PDF", f"That is a PDF file. {PASTE}"),
    (b"PK\x03\x04", f"That is a Word file or another packed file. {PASTE}"),
    (b"\xd0\xcf\x11\xe0", f"That is a Word file. {PASTE}"),
    (b"{\\rtf", f"That is an RTF file. {PASTE}"),
    (b"\x1f\x8b", f"That is a packed file. Unpack it, then: {PASTE.lower()}"),
)
CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
SURROGATE = re.compile(r"[\ud800-\udfff]")
LOOKS_HTML = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype|html|head|body|article|div|p|h1)\b",
    re.IGNORECASE | re.DOTALL,
)
TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)\b[^<>]*?(/?)>")
VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)
DROPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "nav",
        "header",
        "footer",
        "aside",
        "form",
        "button",
        "svg",
        "iframe",
        "object",
        "figure",
        "select",
        "textarea",
    ]
)
PARAGRAPHS = frozenset(["p", "li", "dd", "pre", "td"])
NOTE_ID = re.compile(
    r"^#?(?:fn|footnote|note|_?ftn|endnote|sdfootnote)[-_:]?\w*?(\d{1,3})(?:sym)?$",
    re.IGNORECASE,
)
DEFINITION = re.compile(r"\[\^(\d{1,3})\]:\s*(.*)", re.DOTALL)
TERMINAL = re.compile(r"[.!?…][”’\"')\]\d]*$")


class Unreadable(ValueError):  # noqa: N818
    """The message says what was sent and what to do; it is for readers."""


@dataclass
class Block:
    text: str  # paragraphs of one note are parted by an empty line
    kind: Literal["text", "heading", "quote", "note"] = "text"


def decode(data: bytes) -> str:
    """Text of an uploaded file. Raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable(
            "That file is larger than 2 MB. An article is a few hundred kB of text at most: "
            "send the text alone."
        )
    for signature, message in SIGNATURES:
        if data.startswith(signature):
            raise Unreadable(message)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        declared = CHARSET.search(data[:4096])
        encoding = declared.group(1).decode("ascii").lower() if declared else "utf-8-sig"
        encoding = encoding if encoding in {"utf-8", "windows-1252", "iso-8859-1"} else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable(
            "That file is not saved as UTF-8, so its quotation marks and dashes would be lost. "
            f"Save it again as UTF-8 text. Or: {PASTE.lower()}"
        ) from None


def blocks_of(source: str) -> list[Block]:
    """Raises Unreadable."""
    if len(source.encode("utf-8", "surrogatepass")) > LARGEST:
        raise Unreadable("That text is larger than 2 MB. Send the article alone.")
    if CONTROL.search(source) or SURROGATE.search(source):
        raise Unreadable(f"That is not text: it holds bytes that no text has. {PASTE}")
    source = re.sub("[\ue000\ue001]", "", source.replace("\r\n", "\n").replace("\r", "\n"))
    source = source.replace("\ufeff", "").replace("\u200b", "").replace("\xad", "")
    if not source.strip():
        raise Unreadable("There is no text in it. Paste the article, or choose a file.")
    if not LOOKS_HTML.match(source):
        refuse_long(len(source))
        blocks = text_blocks(source)
    elif len(source) <= SMALL:
        blocks = html_blocks(source)
    else:
        from studyguide.library.originals.apart import html_blocks_apart

        blocks = html_blocks_apart(source)
    if len(blocks) > MOST_BLOCKS:
        raise Unreadable("That has more than 5,000 paragraphs. Send the article alone.")
    refuse_long(sum(len(block.text) for block in blocks))
    return [block for block in blocks if block.text.strip()]


def refuse_long(characters: int) -> None:
    if characters > MOST_CHARACTERS:
        raise Unreadable(
            "That text has more than 500,000 characters, as a long book has. "
            "Send the article alone."
        )


# Plain text and Markdown


def text_blocks(source: str) -> list[Block]:
    if source.count("\n") > MOST_LINES:
        raise Unreadable("That has more than 50,000 lines. Send the article alone.")
    lines = source.expandtabs(4).split("\n")
    groups = groups_of([line.rstrip() for line in lines])
    width = wrapped_at([line for group in groups for line in group])
    words = frozenset(re.findall(r"[^\W\d_]+", source.casefold()))
    blocks: list[Block] = []
    for group in groups:
        for piece in split_group(group, width, words):
            blocks.append(markdown_block(piece))
    return joined_notes(blocks)


def groups_of(lines: list[str]) -> list[list[str]]:
    """Lines between empty ones."""
    groups: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            groups[-1].append(line)
        elif groups[-1]:
            groups.append([])
    return [group for group in groups if group]


def wrapped_at(lines: list[str]) -> int:
    """The width at which the text was broken into lines, or 0: most lines of a wrapped
    text fill nearly the same width, and none is much longer."""
    lengths = sorted(len(line) for line in lines)
    if len(lengths) < 8:
        return 0
    width = lengths[int(len(lengths) * 0.95)]
    if not 30 <= width <= LONGEST_LINE:
        return 0
    full = sum(length >= width * 0.8 for length in lengths)
    return width if full >= len(lengths) * 0.4 else 0


def split_group(lines: list[str], width: int, words: frozenset[str]) -> list[str]:
    """Paragraphs of a group. Wrapped lines are joined; a paragraph ends at a short
    line with a full stop, or before a heading, a quotation or a numbered note."""
    if not width and len(lines) > 1 and not is_broken_group(lines):
        return lines
    pieces = [[lines[0]]]
    for before, line in pairwise(lines):
        is_new = (
            starts_block(line)
            or starts_heading(before)
            or (width and len(before) < width * 0.75 and TERMINAL.search(before.strip()))
        )
        if is_new:
            pieces.append([line])
        else:
            add(pieces[-1], line.strip(), words)
    return ["".join(piece) for piece in pieces]


def is_broken_group(lines: list[str]) -> bool:
    """One paragraph over several lines, in a text that is not wrapped throughout."""
    if max(map(len, lines)) > LONGEST_LINE:
        return False
    return sum(bool(TERMINAL.search(line.strip())) for line in lines[:-1]) < len(lines) / 2


def starts_block(line: str) -> bool:
    return bool(re.match(r"\s{0,3}(?:#{1,6} |\[\^\d+\]:|\d{1,3}[.)]\s+\S)", line))


def starts_heading(line: str) -> bool:
    return bool(re.match(r"#{1,6} ", line))


def add(piece: list[str], after: str, words: frozenset[str]) -> None:
    """Adds a line to the lines of a paragraph. A word broken at the end of a line is whole again
    if the text has it whole somewhere; otherwise the hyphen may be the word's own
    (`self-confidence`) and stays."""
    if piece[0].startswith(">") and after.startswith(">"):
        after = after.lstrip("> ")
    start = re.search(r"([^\W\d_]+)-$", "".join(piece[-2:])[-LONGEST_LINE:])
    end = re.match(r"[^\W\d_]+", after)
    if start and end:
        whole = (start.group(1) + end.group()).casefold()
        if whole in words:
            piece[-1] = piece[-1][:-1]
        piece.append(after)
    else:
        piece.append(f" {after}")


def markdown_block(text: str) -> Block:
    bare = text.strip()
    definition = DEFINITION.fullmatch(bare)
    if definition:
        return Block(f"{definition.group(1)}\n{inline(definition.group(2))}", "note")
    heading = re.fullmatch(r"#{1,6}\s+(.*?)\s*#*", bare)
    if heading:
        return Block(inline(heading.group(1)), "heading")
    if bare.startswith(">"):
        return Block(inline(re.sub(r"(^|\s)>\s?", r"\1", bare)), "quote")
    indent = text[: len(text) - len(text.lstrip())]
    return Block(indent + inline(bare))


def inline(text: str) -> str:
    """Without Markdown's emphasis and links; declared marks as such."""
    text = re.sub(r"\[\^(\d{1,3})\]", "\ue000\\1\ue001", text)
    text = re.sub(r"<sup>\s*\[?(\d{1,3})\]?\s*</sup>", "\ue000\\1\ue001", text)
    text = re.sub(r"!?\[([^\[\]]*)\]\([^()\s]*\)", r"\1", text)
    return re.sub(r"(?<!\w)(\*\*|__|\*|_)(?=\S)(.+?)(?<=\S)\1(?!\w)", r"\2", text)


def joined_notes(blocks: list[Block]) -> list[Block]:
    """Indented blocks after a declared note belong to it; notes lose their numbers,
    which the order gives back."""
    found: list[Block] = []
    for block in blocks:
        if found and found[-1].kind == "note" and block.kind == "text" and block.text[:1] == " ":
            found[-1].text += f"\n\n{block.text.strip()}"
        else:
            found.append(block)
    notes = sorted(
        (block for block in found if block.kind == "note"),
        key=lambda block: int(block.text.partition("\n")[0]),
    )
    for note in notes:
        note.text = note.text.partition("\n")[2]
    return [block for block in found if block.kind != "note"] + notes


# HTML


def html_blocks(source: str) -> list[Block]:
    import lxml.html  # 5 MB, for the first who brings a page
    from lxml import etree

    refuse_deep(source)
    if re.search(r"<!ENTITY|<!DOCTYPE[^>]*\[", source, re.IGNORECASE):
        raise Unreadable(f"That page defines entities of its own, which is not read. {PASTE}")
    try:
        root = lxml.html.document_fromstring(
            source, parser=lxml.html.HTMLParser(no_network=True, remove_comments=True)
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise Unreadable(f"That page could not be read. {PASTE}") from None
    body = root.find("body") if root.tag == "html" else root
    blocks: list[Block] = []
    if body is not None:
        walk(main_part(body), blocks, is_quote=False)
    return joined_notes(blocks)


def refuse_deep(source: str) -> None:
    """Counted before anything is built: 50,000 nested elements cost a parser seconds."""
    depth = 0
    for tag in TAG.finditer(source):
        closing, name, self_closing = tag.groups()
        if name.lower() in VOID or name.lower() == "p" or self_closing:
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        if depth > DEEPEST:
            raise Unreadable(f"That page nests its parts more than {DEEPEST} deep. {PASTE}")


def main_part(body: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    """The article of a saved page, where the page says which part that is."""
    for name in ("article", "main"):
        found = body.findall(f".//{name}")
        if len(found) == 1 and len(found[0].text_content()) > 500:
            return found[0]
    return body


def walk(element: lxml.html.HtmlElement, blocks: list[Block], *, is_quote: bool) -> None:
    for child in element:
        if not isinstance(child.tag, str) or child.tag in DROPPED:
            continue
        note = NOTE_ID.match(child.get("id") or "")
        if note and child.tag in {"li", "p", "div", "dd"}:
            blocks.append(Block(f"{note.group(1)}\n{note_text(child)}", "note"))
        elif re.fullmatch(r"h[1-6]", child.tag):
            blocks.append(Block(text_of(child), "heading"))
        elif child.tag == "blockquote":
            if any(grandchild.tag in PARAGRAPHS for grandchild in child):
                walk(child, blocks, is_quote=True)
            else:
                blocks.append(Block(text_of(child), "quote"))
        elif child.tag == "ol" and is_note_list(child):
            found = re.fullmatch(r"\d{1,3}", child.get("start") or "", re.ASCII)
            start = int(found.group()) if found else 1
            for n, item in enumerate(child.findall("li"), start):
                blocks.append(Block(f"{n}\n{note_text(item)}", "note"))
        elif child.tag in PARAGRAPHS or not len(child) or is_inline(child):
            kind: Literal["text", "quote"] = "quote" if is_quote else "text"
            blocks += [Block(part, kind) for part in text_of(child).split("\n\n") if part.strip()]
        else:
            if (child.text or "").strip():
                blocks.append(Block(" ".join((child.text or "").split())))
            walk(child, blocks, is_quote=is_quote)
        if (child.tail or "").strip():
            blocks.append(Block(" ".join((child.tail or "").split())))


BLOCK_TAGS = frozenset(
    [
        "p",
        "div",
        "ul",
        "ol",
        "li",
        "table",
        "blockquote",
        "section",
        "article",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "dl",
        "pre",
        "main",
    ]
)


def is_inline(element: lxml.html.HtmlElement) -> bool:
    return not any(descendant.tag in BLOCK_TAGS for descendant in element.iterdescendants())


def is_note_list(element: lxml.html.HtmlElement) -> bool:
    """The list of notes at the end: it says so, or its items lead back to the text."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    parent = element.getparent()
    if parent is not None:
        names += f" {parent.get('class') or ''} {parent.get('id') or ''}"
    if re.search(r"foot|endnote|notes|references", names, re.IGNORECASE):
        return True
    items = element.findall("li")
    return bool(items) and all("↩" in item.text_content() for item in items)


def note_text(element: lxml.html.HtmlElement) -> str:
    parts = element.findall("p")
    texts = [text_of(part) for part in parts] if parts else [text_of(element)]
    texts[0] = re.sub(r"^\s*\[?\d{1,3}[.)\]]?\s+", "", texts[0])
    return "\n\n".join(text.replace("\n\n", " ") for text in texts)


def text_of(element: lxml.html.HtmlElement) -> str:
    """Its words; marks of notes as such; two line breaks part paragraphs."""
    out: list[str] = []
    collect(element, out)
    text = re.sub(r"[ \t\n\r\f]+", " ", "".join(out))
    text = re.sub(r" ?\x1e ?", "\x1e", text)
    text = re.sub(r"\x1e{2,}", "\n\n", text).replace("\x1e", " ")
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def collect(element: lxml.html.HtmlElement, out: list[str]) -> None:
    if element.tag == "br":
        out.append("\x1e")
    elif is_mark(element):
        digits = re.sub(r"\D", "", element.text_content())
        out.append(f"\ue000{digits}\ue001")
    elif not isinstance(element.tag, str) or element.tag in DROPPED:
        pass
    else:
        out.append(element.text or "")
        for child in element:
            collect(child, out)
            out.append(child.tail or "")


def is_mark(element: lxml.html.HtmlElement) -> bool:
    if element.tag not in {"sup", "a"}:
        return False
    if not re.fullmatch(r"\s*[\[(]?\d{1,3}[\])]?\s*", element.text_content()):
        return False
    return element.tag == "sup" or bool(
        NOTE_ID.match(element.get("href") or "") or "noteref" in (element.get("role") or "")
    )
