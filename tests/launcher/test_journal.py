import io

import pytest

from adoption_portal.launcher.journal import Journal, readable


@pytest.mark.parametrize(
    "line,text",
    [
        ("plain", "plain"),
        ('{"level": "warning", "message": "slow"}', "WARNING slow"),
        (
            '{"level": "ERROR", "message": "no", "exception": "Traceback\\n  x"}',
            "ERROR no\nTraceback\n  x",
        ),
        ('{"no": "message"}', '{"no": "message"}'),
        ("{broken", "{broken"),
        ('{"a": 1} tail', '{"a": 1} tail'),
    ],
)
def test_json_lines_become_readable(line, text):
    assert readable(line) == text


def test_each_line_of_a_trace_has_the_name():
    out = io.StringIO()

    Journal(out).told("web", '{"level": "ERROR", "message": "no", "exception": "a\\nb"}')

    assert out.getvalue() == "web      | ERROR no\nweb      | a\nweb      | b\n"


def test_reader_that_has_gone_is_no_fault():
    class Gone(io.StringIO):
        def write(self, _text):
            raise BrokenPipeError

    Journal(Gone()).say("anything")


def test_terminal_gets_colours():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    out = Terminal()
    Journal(out).told("web", "x")

    assert out.getvalue() == "\033[36mweb      |\033[0m x\n"
