from workflows.revision_changes import changes_between

STEP = {"key": "a", "title": "Read"}
OTHER = {"key": "b", "title": "Check"}


def test_equal_contents_have_no_changes():
    content = {"summary": "x", "activities": [STEP]}

    assert changes_between(content, dict(content)) == []


def test_parts_and_steps_are_named():
    old = {"summary": "x", "risk": {"gxp": "none"}, "activities": [STEP, OTHER]}
    new = {
        "summary": "y",
        "risk": {"gxp": "none"},
        "activities": [STEP | {"title": "Read twice"}, {"key": "c", "title": "File"}],
    }

    assert changes_between(old, new) == [
        "What changes, in one sentence",
        "Step changed: Read twice",
        "Step added: File",
        "Step left out: Check",
    ]


def test_a_revision_that_only_reorders_says_so():
    assert changes_between({"activities": [STEP, OTHER]}, {"activities": [OTHER, STEP]}) == [
        "The order of the steps"
    ]
