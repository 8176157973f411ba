import pytest

from measurement.statistics import Design


@pytest.mark.parametrize(
    "edge",
    [
        {"before_days": 36_525},
        {"washout_days": 0},
        {"target_ratio": 1},
        {"margin": 0},
        {"after_days": None},
        {"horizon_days": 0.5},
        {"planned_information": 0.01},
    ],
)
def test_a_design_may_go_to_its_edge(edge):
    name, value = next(iter(edge.items()))

    assert getattr(Design(**edge), name) == value


@pytest.mark.parametrize(
    "beyond, message",
    [
        ({"before_days": 36_525.5}, "at most 36525, a century"),
        ({"before_days": 0}, "before_days must be above 0, not 0"),
        ({"washout_days": -0.01}, "washout_days must be 0 or more, not -0.01"),
        ({"target_ratio": 1.001}, "target_ratio must be at most 1, not 1.001"),
        ({"margin": -0.001}, "margin must be at least 0 and below 1, not -0.001"),
        ({"margin": 1}, "margin must be at least 0 and below 1, not 1"),
        ({"horizon_days": 0}, "horizon_days must be above 0, not 0"),
    ],
)
def test_a_design_beyond_its_edge_is_refused(beyond, message):
    with pytest.raises(ValueError, match=message):
        Design(**beyond)


def test_the_default_design_is_the_method_s():
    design = Design()

    assert (design.before_days, design.washout_days, design.after_days) == (364, 14, 84)
    assert (design.target_ratio, design.margin) == (0.80, 0.05)
    assert (design.placebo, design.drift_key, design.standardise) == (True, True, True)
    assert (design.early, design.post_hoc) == (False, False)
    assert (design.planned_information, design.horizon_days) == (None, None)
