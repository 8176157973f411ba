"""How often the measuring method is wrong, on simulated workflows whose truth is known.

Run as ``python -m benchmarks.method``. Work takes log-normal times (median 5 days, sigma 0.9), 2
cases start a day, 52 weeks before and 12 weeks after go-live; everything comes from fixed seeds.
"""

import math

import numpy as np

from measurement.statistics import evaluate

DAY = 86_400.0
GO_LIVE = 1_740_985_200.0  # 3 March 2025, 07:00 UTC
CUTOFF = GO_LIVE + 112 * DAY
WORKFLOWS = 1_000
A_DAY = 2.0
# (name, true ratio, autocorrelation of the weeks, their standard deviation in log units)
SETTINGS = (
    ("no effect", 1.0, 0.0, 0.0),
    ("no effect, weeks hang together", 1.0, 0.35, 0.18),
    ("20 % shorter", 0.8, 0.0, 0.0),
    ("20 % shorter, weeks hang together", 0.8, 0.35, 0.18),
)


def simulated(rng, ratio, autocorrelation, scatter):
    start = GO_LIVE + DAY * rng.uniform(-364, 98, rng.poisson(A_DAY * 462))
    noise = scatter * rng.standard_normal(67)
    for week in range(1, len(noise)):
        fresh = math.sqrt(1 - autocorrelation**2) * noise[week]
        noise[week] = autocorrelation * noise[week - 1] + fresh
    week = ((start - GO_LIVE) / (7 * DAY) + 52).astype(int)
    spent = 5 * DAY * np.exp(0.9 * rng.standard_normal(len(start)) + noise[week])
    end = np.round(start + spent * np.where(start < GO_LIVE, 1.0, ratio))
    return np.round(start), np.where(end <= CUTOFF, end, np.nan)


def share(hits):
    """A share with its standard error."""
    hits = np.asarray(hits)
    p = float(hits.mean())
    return f"{p:.3f} +- {math.sqrt(p * (1 - p) / len(hits)):.3f}"


def main():
    print(f"{WORKFLOWS:,} simulated workflows a line; shares with their standard error")
    for number, (name, ratio, autocorrelation, scatter) in enumerate(SETTINGS):
        rng = np.random.default_rng(number)
        readings = [
            evaluate(
                *simulated(rng, ratio, autocorrelation, scatter), go_live=GO_LIVE, cutoff=CUTOFF
            )
            for _ in range(WORKFLOWS)
        ]
        wrong = ("improved", "worse") if ratio == 1 else ("worse", "no_measurable_change")
        figures = [
            f"wrong ({verdict}) {share([one.verdict == verdict for one in readings])}"
            for verdict in wrong
        ]
        if ratio < 1:
            figures.append(f"improved {share([one.verdict == 'improved' for one in readings])}")
        covered = share([one.low <= ratio <= one.high for one in readings])
        print(f"{name}: {', '.join(figures)}; 95 % interval holds the truth {covered}", flush=True)


if __name__ == "__main__":
    main()
