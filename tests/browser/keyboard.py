"""A person who has no pointer: Tab, Space, arrows and Enter, and the focus that they have to see at every step."""

from dataclasses import dataclass
from typing import Final

from tests.browser.visitor import Visitor

# More than any page has things that can be focused.
_FAR: Final = 200
_FOCUS: Final = """() => {
  const node = document.activeElement, style = getComputedStyle(node), box = node.getBoundingClientRect();
  return {
    id: node.id || node.tagName.toLowerCase(),
    ring: style.outlineStyle === "solid" ? style.outlineWidth : "none",
    shown: box.bottom > 0 && box.top < innerHeight,
  };
}"""


@dataclass(frozen=True, slots=True)
class Keyboard:
    """Keys on the page of a visitor."""

    visitor: Visitor

    def press(self, key: str) -> None:
        self.visitor.page.keyboard.press(key)

    def leave(self, key: str = "Enter") -> None:
        """A key that leads to another page."""
        with self.visitor.page.expect_navigation():
            self.press(key)

    def to(self, target: str) -> None:
        """Tab on until the thing with that id has the focus, which is 3 px wide and on the screen all the way."""
        for _ in range(_FAR):
            self.press("Tab")
            focus = self.visitor.page.evaluate(_FOCUS)
            if focus["id"] != "body":
                assert focus["ring"] == "3px" and focus["shown"], focus
            if focus["id"] == target:
                return
        raise AssertionError(f"Tab never reaches #{target}")

    def write(self, target: str, text: str) -> None:
        """Into a field, in place of what stands there."""
        self.to(target)
        self.press("ControlOrMeta+a")
        self.visitor.page.keyboard.type(text)

    def choose(self, name: str, value: str) -> None:
        """One of a group of radio buttons, of which none is chosen yet: Tab comes to the first, arrows go on."""
        first = self.visitor.page.locator(f"input[name='{name}']").first.get_attribute("id")
        assert first is not None
        self.to(first)
        self.press("Space")
        for _ in range(_FAR):
            if self.visitor.focused() == f"{name}-{value}":
                break
            self.press("ArrowDown")
        assert self.visitor.page.is_checked(f"#{name}-{value}")

    def tick(self, name: str, *values: str) -> None:
        """Boxes, in the order of the page."""
        for value in values:
            self.to(f"{name}-{value}")
            self.press("Space")
