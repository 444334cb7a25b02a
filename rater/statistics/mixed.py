"""Linear mixed models with one grouping factor: y = X b + Z u + e, random intercept and, if wanted, one random slope.

With the covariance of the random effects over the residual variance written as L L' (L lower triangular), everything
that the likelihood needs of a group are the cross-products of its rows.

References
----------
Bates, D., Maechler, M., Bolker, B., & Walker, S. (2015). Fitting linear mixed-effects models using lme4.
    Journal of Statistical Software, 67(1), 1-48.
Kuznetsova, A., Brockhoff, P. B., & Christensen, R. H. B. (2017). lmerTest package: tests in linear mixed effects
    models. Journal of Statistical Software, 82(13), 1-26.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rater.statistics.result import Floats, Ints

_STARTS = ((1.0, 1.0), (0.2, 0.2), (3.0, 0.5), (0.5, 3.0))
_MOST_STEPS = 300
_FLAT = 1e-9
_SINGULAR = 1e-4


@dataclass(frozen=True)
class Products:
    """Cross-products of n rows in g groups; W is [X, y].

    `zz` is Z'Z (g x q x q), `zw` Z'W (g x q x p + 1), `by_group` each group's regression of W on Z, `left` W'W of what
    these leave, `effects` the number of columns that Z has in all groups, those aside that follow from others.
    """

    n: int
    zz: Floats
    zw: Floats
    by_group: Floats
    left: Floats
    effects: int
    reml: bool

    @property
    def p(self) -> int:
        """Number of fixed effects."""
        return len(self.left) - 1

    @property
    def df(self) -> int:
        """What the residual sum of squares is divided by."""
        return self.n - self.p if self.reml else self.n


def products(z: Floats, x: Floats, y: Floats, group: Ints, *, reml: bool) -> Products:
    """The cross-products; groups are 0, 1, ... without gaps."""
    w = np.column_stack([x, y])
    order = np.argsort(group, kind="stable")
    begins = np.flatnonzero(np.diff(group[order], prepend=-1))
    zz = np.add.reduceat(z[order, :, None] * z[order, None, :], begins)
    zw = np.add.reduceat(z[order, :, None] * w[order, None, :], begins)
    values, vectors = np.linalg.eigh(zz)
    kept = values > 1e-10 * np.maximum(values[:, -1:], 1e-300)
    inverse = (vectors * np.where(kept, 1 / np.where(kept, values, 1.0), 0.0)[:, None, :]) @ vectors.transpose(0, 2, 1)
    by_group = inverse @ zw
    rest = w - np.einsum("na,nai->ni", z, by_group[group])
    return Products(len(y), zz, zw, by_group, rest.T @ rest, int(kept.sum()), reml)


class Likelihood:
    """The profiled deviance at a covariance T = L L' of the random effects, relative to the residual variance.

    `through` is Z'V^-1 [X, y] by group, `inverse` (X'V^-1 X)^-1, `squares` the generalised residual sum of squares.
    """

    def __init__(self, of: Products, root: Floats) -> None:
        self.of, self.root = of, root
        q = of.zz.shape[1]
        t = root @ root.T
        g = np.linalg.inv(np.eye(q) + of.zz @ t)
        self.through = g @ of.zw
        self.within = g @ of.zz
        s = of.left + np.einsum("gai,gaj->ij", of.by_group, self.through)
        s = (s + s.T) / 2
        p = of.p
        self.inverse = np.linalg.inv(s[:p, :p])
        self.beta = self.inverse @ s[:p, p]
        self.squares = max(float(s[p, p] - s[p, :p] @ self.beta), 1e-300)
        logdet = -float(np.linalg.slogdet(g)[1].sum())
        if of.reml:
            logdet += float(np.linalg.slogdet(s[:p, :p])[1])
        self.deviance = logdet + of.df * (1 + float(np.log(2 * np.pi * self.squares / of.df)))

    def slopes(self) -> tuple[Floats, Floats]:
        """Derivatives by T of the logarithms of the determinants, and of the residual sum of squares."""
        x, p = self.through[:, :, : self.of.p], self.of.p
        outer = self.within.sum(axis=0)
        if self.of.reml:
            outer = outer - np.einsum("gai,ij,gbj->ab", x, self.inverse, x)
        left = self.through[:, :, p] - x @ self.beta
        return outer, -(left.T @ left)

    def gradient(self) -> Floats:
        """Derivatives of the deviance by the lower triangle of L, row by row."""
        outer, squares = self.slopes()
        by_root = 2 * (outer + self.of.df / self.squares * squares) @ self.root
        return np.asarray(by_root[np.tril_indices(len(self.root))])


def lower(theta: Floats) -> Floats:
    """The lower triangular matrix with these entries, row by row."""
    if len(theta) == 1:
        return theta.reshape(1, 1)
    first, below, last = theta
    return np.array([[first, 0.0], [below, last]])


def steepness(theta: Floats, slope: Floats) -> float:
    """The largest derivative, by the entry itself where that is small, else by its logarithm."""
    return float((np.abs(slope) * np.maximum(np.abs(theta), 1.0)).max())


def _descend(of: Products, theta: Floats) -> Likelihood:
    """Quasi-Newton (BFGS) steps, halved until the deviance falls enough."""
    point, inverse = Likelihood(of, lower(theta)), np.eye(len(theta))
    slope, fresh = point.gradient(), True
    for _ in range(_MOST_STEPS):
        if steepness(theta, slope) < _FLAT * of.df:
            break
        step = -inverse @ slope
        if step @ slope >= 0:
            inverse, fresh = np.eye(len(theta)), True
            step = -slope
        step *= min(1.0, 2 * max(1.0, float(np.abs(theta).max())) / np.abs(step).max())
        moved, ahead = _shortened(point, theta, step, slope)
        if ahead is None:
            if fresh:
                break
            inverse, fresh = np.eye(len(theta)), True
            continue
        turned = ahead.gradient() - slope
        along = float(moved @ turned)
        if along > 1e-12 * float(np.linalg.norm(moved) * np.linalg.norm(turned)):
            if fresh:
                inverse = np.eye(len(theta)) * along / float(turned @ turned)
            part = np.eye(len(theta)) - np.outer(moved, turned) / along
            inverse, fresh = part @ inverse @ part.T + np.outer(moved, moved) / along, False
        point, theta, slope = ahead, theta + moved, slope + turned
    return point


def _shortened(point: Likelihood, theta: Floats, step: Floats, slope: Floats) -> tuple[Floats, Likelihood | None]:
    """A step, or half, a quarter ... of it, and the point there; None where none of them is better.

    Close to the minimum, where the deviance changes less than it can be computed, a flatter point is better.
    """
    noise = 1e-13 * max(1.0, abs(point.deviance))
    for halving in range(30):
        moved = step / 2**halving
        ahead = Likelihood(point.of, lower(theta + moved))
        gain = point.deviance - ahead.deviance
        if gain >= -1e-4 * float(moved @ slope) and gain > noise:
            return moved, ahead
        if gain > -100 * noise and np.abs(ahead.gradient()).max() < np.abs(slope).max():
            return moved, ahead
    return step, None


def minimise(of: Products) -> tuple[Likelihood, bool, bool]:
    """The lowest point from four starts, whether it is a minimum, and whether it lies at the boundary.

    The signs of the columns of L do not matter to the deviance; those with a diagonal that is not negative are taken.
    A diagonal entry that can be zero without raising the deviance is set to zero.
    """
    q = of.zz.shape[1]
    starts = [np.array(each[:1] if q == 1 else (each[0], 0.0, each[1])) for each in _STARTS]
    point = min((_descend(of, start) for start in starts), key=lambda each: each.deviance)
    root = point.root * np.where(np.diag(point.root) < 0, -1.0, 1.0)
    point = Likelihood(of, root)
    for flat in (root * (np.arange(q) < q - 1), np.zeros_like(root)):
        lying = Likelihood(of, flat)
        if lying.deviance <= point.deviance + 1e-9:
            point = lying
    settled = steepness(root[np.tril_indices(q)], point.gradient()) < 1e-5 * of.df
    return point, settled, bool(np.diag(point.root).min() < _SINGULAR)


def uncertainty(point: Likelihood) -> Floats:
    """The covariance of (L row by row, residual standard deviation) at a minimum, as lmerTest has it.

    Twice the inverse of the Hessian of the deviance; directions in which the deviance is flat are left out.
    """
    of, corner = point.of, np.tril_indices(len(point.root))
    theta, variance = point.root[corner], point.squares / of.df

    def slopes(theta: Floats) -> tuple[Floats, Floats]:
        at = lower(theta)
        outer, squares = (2 * (each @ at)[corner] for each in Likelihood(of, at).slopes())
        return outer, squares

    def change(i: int, size: float) -> Floats:
        ahead, back = theta.copy(), theta.copy()
        ahead[i] += size
        back[i] -= size
        up, down = (outer + squares / variance for outer, squares in (slopes(ahead), slopes(back)))
        return np.asarray((up - down) / (2 * size))

    count = len(theta)
    hessian = np.zeros((count + 1, count + 1))
    for i in range(count):
        size = 1e-3 * max(abs(theta[i]), 0.1)
        hessian[i, :count] = (4 * change(i, size / 2) - change(i, size)) / 3
    hessian[:count, :count] = (hessian[:count, :count] + hessian[:count, :count].T) / 2
    hessian[:count, count] = hessian[count, :count] = -2 * slopes(theta)[1] / variance**1.5
    hessian[count, count] = 4 * of.df / variance
    values, vectors = np.linalg.eigh(hessian)
    kept = values > 1e-8
    return np.asarray(2 * (vectors[:, kept] / values[kept]) @ vectors[:, kept].T)
