"""The promise: word for word what the page prints, and there in every language before anybody is asked."""

import re
from pathlib import Path

import pytest

from surveys import promise

PAGE = Path(promise.__file__).parent / "templates" / "surveys" / "_promise.html"
SENTENCE = re.compile(
    r"{% translate \"(.*?)\" %}|{% blocktranslate [^%]*%}(.*?){% endblocktranslate %}"
)


def test_it_is_what_the_page_prints():
    printed = {
        (plain or counted).replace("{{ count }}", "%(count)s")
        for plain, counted in SENTENCE.findall(PAGE.read_text(encoding="utf-8"))
    }

    assert printed - set(promise.PROMISE) == {"How this works"}  # a link
    assert set(promise.PROMISE) <= printed


def test_every_language_has_it():
    assert promise.languages_without_promise() == []


@pytest.mark.parametrize("sentence", promise.PROMISE)
def test_a_language_without_one_sentence_is_named(sentence, without_french):
    without_french(sentence)

    assert promise.languages_without_promise() == ["fr"]
