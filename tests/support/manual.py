# SPDX-License-Identifier: ISC
"""The examples of a manual page: what to type, and what it then says."""
import re
import subprocess


def examples(page):
    """(command, what it prints) of each block between .Bd -literal and .Ed."""
    found = []
    for block in re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed",
                            page.read_text(), re.M | re.S):
        block = block.replace("\\&", "").replace("\\e", "\\")
        assert block.startswith("$ "), block
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            lines = part.splitlines()
            n = 1
            while goes_on("\n".join(lines[:n])):
                n += 1
            found.append(("\n".join(lines[:n]), lines[n:]))
    return found


def goes_on(text):
    """A command is not whole after a backslash, a pipe, in quotes, or in a
    here document."""
    if text.endswith(("\\", "|")):
        return True
    said = subprocess.run(["bash", "-n"], input=text, text=True,
                          stderr=subprocess.PIPE, env={"LC_ALL": "C"})
    return said.returncode != 0 or "here-document" in said.stderr


def pattern(lines):
    """A line "..." is any number of lines, "..." in a line is anything."""
    parts = [r"(?:[^\n]*\n)*?" if line == "..." else
             ".*".join(map(re.escape, line.split("..."))) + r"\n"
             for line in lines]
    return re.compile("".join(parts))


class Shell:
    """Runs one command after the other in the same shell."""

    def __init__(self, directory, environment):
        self.child = subprocess.Popen(
            ["/bin/bash", "-s"], cwd=directory, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=dict(
                environment, PATH="/usr/bin:/bin", LANG="C.UTF-8"))

    def run(self, command):
        self.child.stdin.write(f"{command}\necho; echo '===' $?\n")
        self.child.stdin.flush()
        out = []
        while not (line := self.child.stdout.readline()).startswith("==="):
            assert line, f"the shell has ended: {out}"
            out.append(line.replace("\r", ""))
        return "".join(out).rstrip("\n") + "\n"

    def check(self, command, lines):
        """It prints what the page says."""
        out = self.run(command)
        assert pattern(lines or [""]).fullmatch(out), \
            f"$ {command}\n{out}\nThe page has:\n" + "\n".join(lines)

    def close(self):
        self.child.stdin.close()
        self.child.wait(10)
