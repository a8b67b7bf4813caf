# SPDX-License-Identifier: ISC
"""An HTML page, read as strictly as if it were XML: what is opened is closed
in its place, attributes come once and quoted, nothing stands unescaped."""
import html.parser
import re

VOID = {"meta", "input", "link", "br"}
# No control character but tab and newline (HTML 13.2.3.5).
FORBIDDEN = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\r]")
REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot|#39);)")


class Element:
    def __init__(self, name, attributes):
        self.name = name
        self.attributes = attributes
        self.text = ""  # its own and that of what is in it

    def get(self, name):
        return self.attributes.get(name)


class Page(html.parser.HTMLParser):
    """elements in their order; errors are assertions."""

    def __init__(self, answer):
        super().__init__(convert_charrefs=False)
        self.elements = []
        self.open = []
        self.source = answer.body.decode("utf-8")
        assert self.source.startswith("<!DOCTYPE html>\n<html lang=\"en\">")
        assert not FORBIDDEN.search(self.source)
        markup = re.sub("<style>.*?</style>", "", self.source, flags=re.S)
        assert not REFERENCE.search(markup), REFERENCE.search(markup)
        self.feed(self.source)
        self.close()
        assert not self.open, [e.name for e in self.open]

    def handle_starttag(self, tag, attrs):
        raw = self.get_starttag_text()
        assert re.fullmatch(r'<[a-z0-9]+(\s+[a-z-]+="[^"<>]*")*>', raw), raw
        element = Element(tag, dict(attrs))
        assert len(element.attributes) == len(attrs), raw
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        raise AssertionError(self.get_starttag_text())

    def handle_endtag(self, tag):
        assert self.open and self.open[-1].name == tag, \
            f"</{tag}> in {[e.name for e in self.open]}"
        self.open.pop()

    def add(self, text):
        for element in self.open:
            element.text += text

    def handle_data(self, data):
        if self.open and self.open[-1].name != "style":
            assert "<" not in data and ">" not in data, data
        self.add(data)

    def handle_entityref(self, name):
        self.add(html.unescape(f"&{name};"))

    def handle_charref(self, name):
        self.add(html.unescape(f"&#{name};"))

    def unknown_decl(self, data):
        raise AssertionError(data)

    def handle_comment(self, data):
        raise AssertionError(data)

    def handle_pi(self, data):
        raise AssertionError(data)

    def all(self, name, /, **attributes):
        return [e for e in self.elements if e.name == name and all(
            e.get(a) == v for a, v in attributes.items())]

    def one(self, name, /, **attributes):
        found = self.all(name, **attributes)
        assert len(found) == 1, f"{len(found)} of {name} {attributes}"
        return found[0]

    def facts(self):
        """{term: value} of its definition lists."""
        return {t.text: d.text for t, d in zip(self.all("dt"),
                                               self.all("dd"))}

    def links(self):
        return [a.get("href") for a in self.all("a")]


def check_page(answer, status):
    """A page of ours, whole: what each of them has."""
    assert answer.status == status, answer
    assert answer.get("Content-Type") == "text/html; charset=utf-8", answer
    policy = answer.get("Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'sha256-"), policy
    for rule in ("form-action 'self'", "base-uri 'none'",
                 "frame-ancestors 'none'"):
        assert rule in policy, policy
    page = Page(answer)
    for name in ("title", "h1", "header", "main", "footer", "style"):
        assert page.one(name).text.strip(), name
    assert not page.all("script")
    assert page.one("meta", name="viewport")
    ids = [e.get("id") for e in page.elements if e.get("id")]
    assert len(ids) == len(set(ids)), ids
    levels = [int(e.name[1]) for e in page.elements
              if re.fullmatch("h[1-6]", e.name)]
    assert levels[0] == 1 and set(levels[1:]) <= {2}, levels
    return page
