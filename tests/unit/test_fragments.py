"""Parts of pages that are rendered once."""

from markupsafe import Markup

from maitred.ops.fragments import Fragments, first_in_order


def test_a_part_is_rendered_once_until_its_key_changes() -> None:
    """The same key gives the same part without rendering; another key is rendered by itself."""
    made: list[str] = []

    def render(text: str) -> str:
        made.append(text)
        return f"<b>{text}</b>"

    fragments = Fragments()
    assert fragments.get(("a", 1), lambda: render("one")) == Markup("<b>one</b>")
    assert fragments.get(("a", 1), lambda: render("never")) == Markup("<b>one</b>")
    assert fragments.get(("a", 2), lambda: render("two")) == Markup("<b>two</b>")
    assert made == ["one", "two"]


def test_what_was_used_longest_ago_goes_first() -> None:
    """Beyond the bound the least recently used part is rendered anew, the others are not."""
    fragments = Fragments(most=2)
    fragments.get("a", lambda: "a")
    fragments.get("b", lambda: "b")
    fragments.get("a", lambda: "never")
    fragments.get("c", lambda: "c")
    assert fragments.get("a", lambda: "never") == "a"
    assert fragments.get("b", lambda: "anew") == "anew"


def test_only_the_first_element_comes_into_the_tab_order() -> None:
    """The elements inside stay out of it, and nothing is escaped twice."""
    part = Markup('<td tabindex="-1"><a tabindex="-1">&amp;</a></td>')
    assert first_in_order(part) == Markup('<td tabindex="0"><a tabindex="-1">&amp;</a></td>')
