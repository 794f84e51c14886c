"""Learning lines and forests from labelled values (scikit-learn, at publication only)."""

from typing import Any

import numpy as np

from knowledge.evidence import Array
from knowledge.judging import FOR_THE_LINE, TOLD, Forest, Judge, Line, odds_of
from knowledge.ranking import Flags

# small enough to be kept with the publication, and to be asked in a tenth of a millisecond
TREES = 50
LEAVES = 64
LEAST_IN_A_LEAF = 4


def fit_line(values: Array, flags: Flags, weights: Array) -> Line:
    """Logistic regression, its scaling folded in, so that serving needs one product."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model: Any = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=1000))
    model.fit(values, flags, logisticregression__sample_weight=weights)
    scaler, line = model[0], model[1]
    folded = line.coef_[0] / scaler.scale_
    start = float(line.intercept_[0] - folded @ scaler.mean_)
    return Line(start=start, weights=tuple(float(weight) for weight in folded))


def fit_judge(told: Array, right: Flags, weights: Array) -> Judge:
    """The judge of first candidates, from what was told of each and whether it was right."""
    heard = [TOLD.index(name) for name in FOR_THE_LINE]
    line = fit_line(told[:, heard], right, weights)
    spread = dict(zip(FOR_THE_LINE, line.weights, strict=True))
    return Judge(
        line=Line.over(TOLD, start=line.start, **spread),
        forest=_fit_forest(told, right, weights),
    )


def fit_curve(said: Array, right: Flags, weights: Array) -> Line:
    """What makes chances of what a judge said of questions it had not seen.

    A judge that was the surer the more it was wrong is not turned round: it knows nothing.
    """
    curve = fit_line(sureness(said), right, weights)
    if curve.weights[0] > 0:
        return curve
    return Line(start=odds_of(float(np.average(right, weights=weights))), weights=(0.0,))


def sureness(said: Array) -> Array:
    """The log odds of what was said, one row each: what a curve runs over."""
    return np.array([[odds_of(float(each))] for each in said])


def _fit_forest(told: Array, right: Flags, weights: Array) -> Forest:
    from sklearn.ensemble import RandomForestClassifier

    model: Any = RandomForestClassifier(
        TREES, max_leaf_nodes=LEAVES, min_samples_leaf=LEAST_IN_A_LEAF, random_state=0
    )
    model.fit(told, right, sample_weight=weights)
    trees = [each.tree_ for each in model.estimators_]
    roots = np.cumsum([0, *(tree.node_count for tree in trees[:-1])])
    yes = list(model.classes_).index(True)
    chances = [tree.value[:, 0, yes] / tree.value[:, 0, :].sum(axis=1) for tree in trees]
    moved = list(zip(trees, roots, strict=True))
    return Forest(
        roots=tuple(roots.tolist()),
        # -2 marks scikit-learn's leaves
        features=tuple(int(each) for tree in trees for each in tree.feature),
        cuts=tuple(float(each) for tree in trees for each in tree.threshold),
        lefts=tuple(int(each + root) for tree, root in moved for each in tree.children_left),
        rights=tuple(int(each + root) for tree, root in moved for each in tree.children_right),
        chances=tuple(round(float(each), 5) for chance in chances for each in chance),
    )
