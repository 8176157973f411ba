"""The figures of the bench as tables, each beside the text's own and what is asked."""

import numpy as np

from benchmarks.method.cells import truth
from benchmarks.method.exports import BAD, GATES, GOOD
from benchmarks.method.judging import WITHIN, Judged, at_least, at_most, between
from benchmarks.method.lasting import WORLDS as LASTING
from benchmarks.method.looking import WORLDS as EARLY
from benchmarks.method.running import Share
from benchmarks.method.traps import FIELDS, TRAPS

HEADS = (
    *("coverage, no effect", "coverage, -20 %", "false improved", "false worse", "power at -20 %"),
    *("D false improved", "MW false improved"),
)
CONTROLLED = 0.05


def tables(rows):
    """Each table as (title, headings, lines, judged figures) of the rows by cell."""
    yield main_table(rows)
    yield stamps_table(rows)
    yield early_table(rows)
    yield portfolio_table(rows)
    yield lasting_table(rows)
    yield gates_table(rows)
    yield good_table(rows)


def column(rows, cell, name):
    return Share(rows[cell][:, FIELDS.index(name)])


def main_table(rows):
    lines, judged = [], []
    for trap in TRAPS:
        null = f"trap: {trap.name}, {truth(1.0)}"
        effect = f"trap: {trap.name}, {truth(0.8)}"
        both = 0.8 in trap.ratios
        power = round(trap.text[4] - WITHIN, 3) if trap.power and both else None
        figures = [
            between(trap.name, HEADS[0], column(rows, null, "covered"), trap.coverage, 0.99),
            between(trap.name, HEADS[1], column(rows, effect, "covered"), trap.coverage, 0.99)
            if both
            else None,
            at_most(trap.name, HEADS[2], column(rows, null, "below"), trap.false),
            Judged(trap.name, HEADS[3], column(rows, null, "above")),
            at_least(trap.name, HEADS[4], column(rows, effect, "below"), power) if both else None,
            Judged(trap.name, HEADS[5], column(rows, null, "mean")),
            Judged(trap.name, HEADS[6], column(rows, null, "ranks")),
        ]
        cells = [
            "" if one is None else f"{one.share} ({'-' if said is None else f'{said:g}'})"
            for one, said in zip(figures, trap.text, strict=True)
        ]
        asked = [one for one in figures if one is not None and one.asked]
        judged += asked
        lines.append([trap.name, *cells, summary(asked)])
    return "Traps (in brackets: the text's own figures)", ("trap", *HEADS, "targets"), lines, judged


def summary(asked):
    """All met, or each miss with its target and reason."""
    missed = [one for one in asked if not one.met]
    if not asked:
        return "none set"
    if not missed:
        return "met"
    return "; ".join(f"{one.figure} {one.asked} {one.told}" for one in missed)


def stamps_table(rows):
    lines, judged = [], []
    for share, said in ((0.0, "-"), (0.1, "0.15"), (0.3, "0.69")):
        hits = rows[f"stamps: {share}"]
        figures = [Share(hits[:, number]) for number in range(3)]
        name = f"{share:.0%} of the cases before go-live closed in batches"
        one = (
            at_least(name, "G7 fires", figures[1], 0.85)
            if share
            else at_most(name, "G7 fires", figures[1], 0.05)
        )
        judged.append(one)
        lines.append([name, f"{figures[0]} ({said})", *map(str, figures[1:]), summary([one])])
    hits = rows["completed only"]
    plain, matched, covered, graded = (Share(hits[:, number]) for number in range(4))
    name = "completed cases only, matched horizon"
    asked = [
        at_most(name, "false improved", matched, 0.035),
        at_least(name, "coverage", covered, 0.93),
        at_most(name, "grade above C", graded, 0.0),
    ]
    judged += asked
    lines.append(["completed cases only, read as they are", f"{plain} (0.35)", "", "", "none set"])
    lines.append([name, f"{matched} (0.015)", "", f"coverage {covered} (0.97)", summary(asked)])
    heads = ("export", "interval below 1, no effect", "G7 fires", "verdict improved", "targets")
    return "How cases were recorded (26 weeks, no guards, as the text)", heads, lines, judged


def early_table(rows):
    lines, judged = [], []
    for name in EARLY:
        for ratio in (1.0, 0.8):
            cell = f"early: {name}, {truth(ratio)}"
            hits = rows[cell]
            figures = [Share(hits[:, number]) for number in range(3)]
            asked = []
            if ratio == 1.0:
                asked = [at_most(cell, "ever improved", figures[0], 0.035)]
            judged += asked
            information = f"{np.nanmedian(hits[:, 3]):.2f}"
            lines.append([f"{name}, {truth(ratio)}", *map(str, figures), information])
            lines[-1].append(summary(asked))
    heads = (
        *("workflow", "ever improved, always-valid", "ever improved, fixed 95 %"),
        *("improved at one single look", "planned / actual information, median", "targets"),
    )
    return "Looked at every second night, day 56 to 112", heads, lines, judged


def portfolio_table(rows):
    counts = rows["portfolio"]
    lines, judged = [], []
    names = (
        ("unadjusted", "0.05-0.12", None),
        ("Benjamini-Hochberg", "0.02-0.06", "0.28-0.51"),
        ("counted as improved", "-", "-"),
    )
    for place, (name, said, power) in enumerate(names):
        called, false = counts[:, 2 * place], counts[:, 2 * place + 1]
        share = Share(false / np.maximum(called, 1))
        error = float(np.std(false / np.maximum(called, 1)) / np.sqrt(len(called)))
        asked = []
        if place:
            met = share.value <= CONTROLLED + 2 * error
            asked = [Judged("portfolio", f"{name}: false share", share, f"<= {CONTROLLED}", met)]
        judged += asked
        found = (called - false) / 30
        found_error = np.std(found) / np.sqrt(len(found))
        told = f"{found.mean():.3f}±{found_error:.3f} ({power or '-'})"
        shown = f"{share.value:.3f}±{error:.3f} ({said})"
        lines.append([name, shown, told, f"{called.mean():.1f}", summary(asked)])
    heads = ("rule", "false share of the calls", "of the true ones found", "calls", "targets")
    title = f"{len(counts)} quarters of 100 redesigns, 30 of them truly 20 % shorter"
    return title, heads, lines, judged


SAID_LASTING = {
    "4/day": ("0.12", "0.94"),
    "2/day": ("0.10", "0.85"),
    "autocorrelation 0.35": ("0.22-0.40", "0.68-0.80"),
    "autocorrelation 0.65": ("0.22-0.40", "0.68-0.80"),
}


def lasting_table(rows):
    lines = []
    for name in LASTING:
        stays, ends = (rows[f"lasting: {name}, effect {said}"] for said in ("stays", "ends"))
        improved = [hits[hits[:, 0] == 1] for hits in (stays, ends)]
        alarm, found = (Share(hits[:, 1]) for hits in improved)
        sustained = Share(improved[0][:, 2])
        false, true = SAID_LASTING[name]
        lines.append([name, str(len(improved[0])), f"{alarm} ({false})", f"{found} ({true})"])
        lines[-1] += [str(sustained), "none set"]
    heads = (
        *("workflow", "improved at its date", "relapse alarm although it stays"),
        *("relapse alarm when it ends", "sustained at both when it stays", "targets"),
    )
    return "Readings 90 and 180 days later", heads, lines, []


def gates_table(rows):
    lines, judged = [], []
    for name in BAD:
        one = at_least(name, "fires", Share(rows[f"bad: {name}"][:, 0]), 0.85)
        judged.append(one)
        lines.append([name, str(one.share), one.told])
    return "Bad exports: the gate fires", ("export", "fires", ">= 0.85"), lines, judged


def good_table(rows):
    lines, judged = [], []
    for name in GOOD:
        hits = rows[f"good: {name}"]
        shares = [Share(hits[:, number]) for number in range(len(GATES))]
        asked = [
            at_most(name, gate, share, 0.05) for gate, share in zip(GATES, shares, strict=True)
        ]
        judged += asked
        lines.append([name, *(f"{share.value:.3f}" for share in shares), summary(asked)])
    return "Good exports: no gate fires", ("export", *GATES, "<= 0.05"), lines, judged
