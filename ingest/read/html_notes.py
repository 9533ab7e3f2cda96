"""The notes of a web page: a link on a mark leads to the text of its note further on."""

from __future__ import annotations

import re

from ingest.read.tree import Element, name_of

_MARK = re.compile(r"[\[(]?(?:noot\s*)?(\d{1,3}|[*†‡]{1,3}|[ivxlc]{1,5}|[a-z])[\])]?", re.IGNORECASE)
_OPENING = re.compile(r"^\s*[\[(]?(?:\d{1,3}|[*†‡]{1,3}|[ivxlc]{1,5}|[a-z])[\])]?[.:]?\s+(?=\S)")
_BACK = re.compile(r"[\W_]*(?:\d{1,3}|terug.{0,30}|[a-z])?[\W_]*", re.IGNORECASE)
_LONGEST_BACK = 100
_INLINE = frozenset("a sup span b strong i em u small font".split())


class Notes:
    """Finds the notes of a page once, for its text to be read without them."""

    def __init__(self, root: Element) -> None:
        order = {element: place for place, element in enumerate(root.iter())}
        targets = {name: element for element in order for name in (element.get("name"), element.get("id")) if name}
        references = {
            link: targets[link.get("href")[1:]]
            for link in order
            if name_of(link) == "a" and (link.get("href") or "")[:1] == "#" and link.get("href")[1:] in targets
        }
        found = {
            link: target
            for link, target in references.items()
            if _MARK.fullmatch(_text(link)) and order[target] > order[link] and link not in target.iterancestors()
        }
        holding = _holders(found)
        words: dict[Element, str] = {}
        self._texts: dict[Element, tuple[str, str]] = {}
        self._blocks: set[Element] = set()
        for link, target in found.items():
            block = _block_of(target, holding)
            mark = _MARK.fullmatch(_text(link))
            following = block.getnext()
            if following is not None and _leads_back(_words(block)):
                # the mark stands in a block of its own, as in a list of terms
                self._blocks.add(block)
                block = following
            if block not in words:
                words[block] = _OPENING.sub("", _words(block))
            self._texts[link] = (mark[1] if mark else "", words[block])
            self._blocks.add(block)

    @property
    def length(self) -> int:
        """How long all notes are together, each as often as a mark leads to it, in characters."""
        return sum(len(text) for _, text in self._texts.values())

    def note_of(self, element: Element) -> tuple[str, str] | None:
        """Return the mark and the text of the note that a link leads to, if it does."""
        return self._texts.get(element)

    def holds(self, element: Element) -> bool:
        """Whether an element is the text of a note."""
        return element in self._blocks


def _holders(found: dict[Element, Element]) -> dict[Element, int]:
    """Return how many notes and marks stand within each element above one."""
    holding: dict[Element, int] = {}
    for element in {*found, *found.values()}:
        for above in (element, *element.iterancestors()):
            holding[above] = holding.get(above, 0) + 1
    return holding


def _block_of(target: Element, holding: dict[Element, int]) -> Element:
    """Return the block that a note's text fills: the target's own, and what holds nothing but that."""
    block = target
    while name_of(block) in _INLINE and block.getparent() is not None:
        block = block.getparent()
    parent = block.getparent()
    while parent is not None and holding.get(parent) == 1 and parent[0] is block and not (parent.text or "").strip():
        block, parent = parent, parent.getparent()
    return block


def _words(block: Element) -> str:
    """Return a note's text, without the link back to its mark."""
    texts: list[str] = []
    stack = [block]
    while stack:
        element = stack.pop()
        if isinstance(element, str):
            texts.append(element)
            continue
        leads_back = name_of(element) == "a" and (element.get("href") or "")[:1] == "#"
        if leads_back and _leads_back(_text(element)):
            continue
        parts: list[Element] = [element.text or ""]
        for child in element:
            parts += [child, child.tail or ""]
        stack += reversed(parts)
    return " ".join("".join(texts).split())


def _leads_back(text: str) -> bool:
    return len(text) <= _LONGEST_BACK and bool(_BACK.fullmatch(text))


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())
