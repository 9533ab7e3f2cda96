"""Markup as a tree, parsed so that no file can reach outside itself or grow in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingest.errors import UnreadableLetter

Element = Any
"""An lxml element; lxml comes without types."""

_LONGEST_REASON = 120
_DEEPEST, _MOST_ELEMENTS = 150, 500_000


def parse_xml(path: Path, data: bytes) -> Element:
    """Parse XML without entities of its own, external files or network.

    Raises:
        UnreadableLetter: it is not well-formed, defines entities, or is nested or long beyond any letter.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        # the library quotes the file in its message, line breaks and all
        reason = " ".join(str(error).split())[:_LONGEST_REASON]
        raise UnreadableLetter(f"{path}: the XML is damaged ({reason}); download it again") from error
    if next(root.iter(etree.Entity), None) is not None:
        raise UnreadableLetter(f"{path}: the XML defines entities of its own, which no official publication does")
    return checked(path, root)


def parse_html(path: Path, text: str) -> Element:
    """Parse HTML as browsers do, whatever is missing in it.

    Raises:
        UnreadableLetter: it holds nothing, or is nested or long beyond any letter.
    """
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError) as error:
        reason = " ".join(str(error).split())[:_LONGEST_REASON]
        raise UnreadableLetter(f"{path}: the HTML can't be read ({reason}); save the page again") from error
    return checked(path, root)


def checked(path: Path, root: Element) -> Element:
    """Return the tree, if it is no deeper and no larger than a letter can be."""
    depth = count = 0
    stack = [(root, 1)]
    while stack:
        element, depth = stack.pop()
        count += 1
        if depth > _DEEPEST or count > _MOST_ELEMENTS:
            raise UnreadableLetter(f"{path}: its markup is nested or long beyond any letter; save its text instead")
        stack += [(child, depth + 1) for child in element]
    return root


def name_of(element: Element) -> str:
    """Return an element's name without namespace, in small letters; "" for what is no element."""
    return element.tag.rsplit("}", 1)[-1].lower() if isinstance(element.tag, str) else ""


def text_of(element: Element) -> str:
    """Return all text within an element, with single blanks."""
    return " ".join("".join(element.itertext()).split())
