# SPDX-License-Identifier: ISC
"""A strict reader of Prometheus' text format, version 0.0.4."""
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)')
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\S+)")
UNESCAPED = {"\\": "\\", '"': '"', "n": "\n"}


def labels(text):
    found, at = {}, 0
    while at < len(text):
        m = LABEL.match(text, at)
        assert m, text
        assert m[1] not in found, text
        found[m[1]] = re.sub(r"\\(.)", lambda c: UNESCAPED[c[1]], m[2])
        at = m.end()
    return found


def read(text):
    """({name: (type, help)}, {(name, ((label, value), ...)): number})."""
    kinds, samples, current, helps = {}, {}, None, {}
    assert text.endswith("\n")
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            _, _, name, words = line.split(" ", 3)
            assert name not in helps, f"{name} comes twice"
            helps[name] = words
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name in helps and name not in kinds
            assert kind in ("gauge", "counter"), line
            assert (kind == "counter") == name.endswith("_total"), line
            kinds[name] = (kind, helps[name])
            current = name
        else:
            m = SAMPLE.fullmatch(line)
            assert m, line
            assert m[1] == current, f"{line} does not follow its TYPE"
            key = (m[1], tuple(sorted(labels(m[2] or "").items())))
            assert key not in samples, line
            samples[key] = float(m[3])
    return kinds, samples
