#!/usr/bin/env bash
# statsmodels: one team without deals, and the Benjamini-Hochberg p-values of all teams are NaN.
#
# Expected: NaN for the team that could not be tested and the other values corrected among themselves; or an
# error, as SciPy's false_discovery_control raises.
# Seen: statsmodels 0.15.0. `multipletests` counts the NaN as one more test. With "fdr_bh" and "fdr_by" every
# corrected value becomes NaN; the flags it returns beside them stay plain, of four tests instead of three:
# p = 0.0135, significant among three teams, no longer is. "bonferroni" and "holm" leave NaN in its place, but
# multiply by four. No warning of it; proportions_ztest itself gives NaN for 0 of 0.
# Why it matters: a new team, or a segment without closed deals, makes "no team differs" of a table that is
# filtered by corrected < 0.05, and weakens the result of the others where the flags are used.
# Source: issue 2899 of statsmodels/statsmodels, open since 2016: NaN is treated as any number.
# Instead: correct the values that are not NaN and put them back in their places.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check \
    statsmodels==0.15.0 scipy==1.17.1 numpy==2.4.6 pandas==2.3.3
"$folder/venv/bin/python" -W ignore::RuntimeWarning - <<'PY'
import numpy as np
import statsmodels
from scipy.stats import false_discovery_control
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportions_ztest

BEFORE = (30, 100)
TEAMS = {"North": (47, 100), "South": (33, 100), "West": (36, 100), "New": (0, 0)}
p = np.array([proportions_ztest((won, BEFORE[0]), (closed, BEFORE[1]))[1] for won, closed in TEAMS.values()])
tested = ~np.isnan(p)
found = {m: multipletests(p, method=m)[:2] for m in ("fdr_bh", "fdr_by", "bonferroni", "holm")}
right = {m: multipletests(p[tested], method=m)[:2] for m in found}
print("statsmodels", statsmodels.__version__, dict(zip(TEAMS, p.round(4))))
for method in found:
    (flags, corrected), (true_flags, true_corrected) = found[method], right[method]
    print(method, corrected.round(4), flags, "without New:", true_corrected.round(4), true_flags)
assert list(tested) == [True, True, True, False]
for method in ("fdr_bh", "fdr_by"):
    assert np.isnan(found[method][1]).all() and not np.isnan(right[method][1]).any()
assert list(right["fdr_bh"][0]) == [True, False, False] and not found["fdr_bh"][0].any()
for method in ("bonferroni", "holm"):
    assert np.isclose(found[method][1][0], 4 * p[0]) and np.isclose(right[method][1][0], 3 * p[0])
try:
    false_discovery_control(p)
except ValueError as error:
    print("scipy:", error)
else:
    raise SystemExit("SciPy takes NaN now")
PY
