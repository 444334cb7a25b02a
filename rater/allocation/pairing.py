"""Who is paired with whom, improved by chains of exchanges that leave the total loads as even as they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rater.allocation.chains import FAR, LONGEST, Ints, closed_chain
from rater.allocation.first_pairs import first_pairs
from rater.allocation.noise import Noise
from rater.allocation.placing import Panel, Shares
from rater.allocation.plans import ALONE

State = tuple[Ints, Ints, Ints, Ints]

_SCALE = 16
_TIE = 5
_TRIES = 8
_SHAKES = 4
_HIGH = 12 * _SCALE
_WORSE = 6


class Pairing:
    """Singles by panel and rater and doubles by panel and pair, with the loads they add up to.

    An exchange is a closed chain of steps. A step takes one rating from a rater and gives it to the next one in the
    chain: of a single (pairs stay), or of a double whose other rater stays. The pool stands for dissolving a double
    into a single and for making one elsewhere, so their number stays too; a double whose main rater is apart asks
    nothing of the pairs, so that the number of pairs can change. One further step lets two raters whose total loads
    differ by one change places. Every chain therefore keeps the hard rules and the squares of the total loads.
    """

    def __init__(self, shares: Shares, base_total: Ints, base_pairs: Ints, room: Sequence[int], noise: Noise) -> None:
        self.panels: tuple[Panel, ...] = shares.panels
        size, count = len(base_total), len(shares.panels)
        self.able = np.zeros((count, size), dtype=bool)
        for place, panel in enumerate(shares.panels):
            self.able[place, list(panel.raters)] = True
        self.sizes = [sum(shares.ratings[place]) if panel.apart else len(panel.sessions)
                      for place, panel in enumerate(shares.panels)]  # fmt: skip
        self._spare = np.array([panel.most_doubles if panel.apart else 0 for panel in shares.panels], dtype=np.int64)
        self._fixed = np.array([ALONE if panel.apart else panel.fixed for panel in shares.panels], dtype=np.int64)
        self._free = np.array([not panel.is_begun for panel in shares.panels], dtype=bool)
        self._passing = np.array([panel.apart or not panel.is_begun for panel in shares.panels], dtype=bool)
        self._joining = np.array([not panel.apart and panel.most_doubles > 0 for panel in shares.panels], dtype=bool)
        self.base_total, self.base_pairs = base_total, base_pairs
        self.most = base_total + np.array(room, dtype=np.int64)
        self.total: Ints = base_total + np.array(shares.ratings, dtype=np.int64).reshape(count, size).sum(axis=0)
        self._noise = noise
        able = self.able[self._free].astype(np.int64)
        meet = able.T @ able > 0
        for place in np.flatnonzero(self._fixed != ALONE).tolist():
            meet[self._fixed[place]] |= self.able[place]
        self.open_pairs = np.triu(meet | meet.T, 1)
        self.singles, self.doubles, self.pairs = first_pairs(shares, base_pairs, self.open_pairs, noise)
        self._recount()

    def squares(self) -> int:
        """Sum of the squared counts of all pairs that may meet."""
        return int((self.pairs[self.open_pairs] ** 2).sum())

    def least_squares(self) -> int:
        """What the squares would be if the pairs were within 1 of each other."""
        cells = int(self.open_pairs.sum())
        level, rest = divmod(int(self.pairs[self.open_pairs].sum()), max(1, cells))
        return (cells - rest) * level * level + rest * (level + 1) ** 2

    def excess(self) -> int:
        """How far the pairs are from as even as whole numbers allow, as in `balance.excess`."""
        return self.squares() - self.least_squares()

    @property
    def number_varies(self) -> bool:
        """Whether doubles can also fall on sessions whose main rater is apart, which makes the pairs fewer."""
        return bool(self._spare.any())

    def edges(self) -> list[tuple[int, int]]:
        """The doubles that nobody has begun as pairs of raters, smaller index first."""
        made = np.triu(self.doubles[self._free].sum(axis=0), 1)
        return [(int(a), int(b)) for a, b in np.argwhere(made) for _ in range(int(made[a, b]))]

    def certain_mains(self) -> Ints:
        """Main ratings by rater that do not depend on who of a new pair comes first, without those begun."""
        mains: Ints = self.singles[self._free].sum(axis=0)
        for place, panel in enumerate(self.panels):
            if panel.is_begun and panel.needs_main:
                mains += self.joined(place)
        return mains

    def joined(self, place: int) -> Ints:
        """How many sessions of a panel that somebody has begun each rater joins."""
        found: Ints = self.singles[place] if self.panels[place].apart else self.doubles[place, self._fixed[place]]
        return found

    def pairs_in(self, place: int) -> list[tuple[int, int]]:
        """The doubles of one panel as pairs of raters."""
        made = np.triu(self.doubles[place], 1)
        return [(int(a), int(b)) for a, b in np.argwhere(made) for _ in range(int(made[a, b]))]

    def singles_in(self, place: int) -> list[int]:
        """The raters of one panel's singles."""
        return np.repeat(np.arange(len(self.total)), self.singles[place]).tolist()

    def state(self) -> State:
        """A copy of all counts."""
        return self.singles.copy(), self.doubles.copy(), self.pairs.copy(), self.total.copy()

    def restore(self, state: State) -> None:
        """Take the counts back from a copy."""
        self.singles, self.doubles, self.pairs, self.total = state
        self._recount()

    def improve(self) -> None:
        """Carry out exchanges that make pairs more even until no chain of at most six steps does."""
        failed = 0
        while failed < _TRIES and self.excess() > 0:
            chain = closed_chain(self._costs(_TIE), -_TIE)
            if chain is None:
                return
            failed = 0 if self._carry_out(chain, -1) else failed + 1

    def shake(self) -> None:
        """Some exchanges at random, and some that move labels between panels, to look elsewhere."""
        for _ in range(_SHAKES):
            self._swap_panels()
        for _ in range(_SHAKES):
            least = 2 + int(self._noise.below(LONGEST - 1, 1)[0])
            chain = closed_chain(self._costs(_HIGH) - _HIGH // 2, 0, least)
            if chain is not None:
                self._carry_out(chain, _WORSE)

    def _double(self, place: int, a: int, b: int, by: int) -> None:
        for one, other in ((a, b), (b, a)):
            self.doubles[place, one, other] += by
            self.pairs[one, other] += by

    def _recount(self) -> None:
        """Which steps are open, as numbers of panels.

        `_keep[a, x, w]`: x may leave a double with a for w; `_loose[a, x]`: x may leave a alone; `_pass[a, w]`: a
        single of a may go to w; `_joins[a, w]`: w may join a single of a.
        """
        able = self.able.astype(np.int64)
        size = len(self.total)
        stays = np.array([(self.doubles[place] > 0) & self._stays(place)[:, None] for place in range(len(self.panels))])
        stays = stays.reshape(len(self.panels), size * size).astype(np.float32)  # whole numbers, far below 2^24
        self._keep = (stays.T @ self.able.astype(np.float32)).astype(np.int64).reshape(size, size, size)
        self._loose = stays[self._joining].sum(axis=0).astype(np.int64).reshape(size, size)
        held = (self.singles > 0).astype(np.int64)
        self._pass = held[self._passing].T @ able[self._passing]
        self._joins = held[self._joining].T @ able[self._joining]

    def _stays(self, place: int) -> NDArray[np.bool_]:
        """Which raters of a double may stay while the other one leaves: anyone, or the one who has begun."""
        fixed = self._fixed[place]
        return np.full(len(self.total), True) if fixed == ALONE else np.arange(len(self.total)) == fixed

    def _change(self, place: int, a: int, b: int, by: int) -> None:
        """Add or take one double, or a single where a equals b, and keep the lists of open steps up to date."""
        able = self.able[place].astype(np.int64)
        self.total[[a, b]] += by
        if a == b:
            before = self.singles[place, a]
            self.singles[place, a] += by
            opened = able * (int(self.singles[place, a] > 0) - int(before > 0))
            self._pass[a] += opened * self._passing[place]
            self._joins[a] += opened * self._joining[place]
            return
        before = self.doubles[place, a, b]
        self._double(place, a, b, by)
        turned = int(self.doubles[place, a, b] > 0) - int(before > 0)
        for one, other in ((a, b), (b, a)):
            if self._fixed[place] in (ALONE, one):
                self._keep[one, other] += able * turned
                self._loose[one, other] += turned * int(self._joining[place])

    def _costs(self, amplitude: int) -> Ints:
        """Scaled cost of each step from rater to rater; the last row and column are the pool."""
        size, pairs = len(self.total), self.pairs
        costs: Ints = np.full((size + 1, size + 1), FAR, dtype=np.int64)
        keep = np.where(self._keep > 0, 2 * (pairs[:, None, :] - pairs[:, :, None]) + 2, FAR)
        diagonal = np.arange(size)
        keep[diagonal, :, diagonal] = FAR
        shift = keep.min(axis=0, initial=FAR)
        shift[self._pass > 0] = np.minimum(shift[self._pass > 0], 0)
        back = (self.total[None, :] == self.total[:, None] + 1) & (self.total < self.most)[:, None]
        shift[back] = np.minimum(shift[back], 0)
        np.fill_diagonal(shift, FAR)
        costs[:size, :size] = shift
        loose = np.where(self._loose > 0, 1 - 2 * pairs, FAR).min(axis=0, initial=FAR)
        costs[:size, size] = np.where(self._leaving().any(axis=0), np.minimum(loose, -self._mean_step()), loose)
        join = np.where(self._joins > 0, 2 * pairs + 1, FAR)
        np.fill_diagonal(join, FAR)
        join = join.min(axis=0, initial=FAR)
        costs[size, :size] = np.where(self._entering().any(axis=0), np.minimum(join, self._mean_step()), join)
        noise = self._noise.below(amplitude, costs.size).reshape(costs.shape) if amplitude > 1 else 0
        return np.where(costs < FAR, _SCALE * costs + noise, FAR)

    def _mean_step(self) -> int:
        """What one more pair costs where it is most wanted: a double that becomes no pair saves or wastes as much."""
        return 2 * (int(self.pairs[self.open_pairs].sum()) // max(1, int(self.open_pairs.sum()))) + 1

    def _leaving(self) -> NDArray[np.bool_]:
        """By panel and rater: who can leave a session whose main rater is apart, so that it is rated once."""
        leaving: NDArray[np.bool_] = (self._spare > 0)[:, None] & (self.singles > 0)
        return leaving

    def _entering(self) -> NDArray[np.bool_]:
        """By panel and rater: who can become the second of a session whose main rater is apart."""
        entering: NDArray[np.bool_] = (self.singles.sum(axis=1) < self._spare)[:, None] & self.able
        return entering

    def _carry_out(self, chain: list[int], most: int) -> bool:
        """Take the steps of a closed chain; undone, with False, where they clash or cost more than `most`."""
        excess, even, pool = self.excess(), int((self.total**2).sum()), len(self.total)
        level = self.total.copy()
        done: list[tuple[int, int, int, int]] = []
        steps = sorted(zip(chain, chain[1:] + chain[:1], strict=True), key=lambda step: step[1] != pool)
        sound = all(self._step(source, to, level, done) for source, to in steps)
        sound = sound and bool((self.total <= self.most).all()) and int((self.total**2).sum()) <= even
        if sound and self.excess() - excess <= most:
            return True
        for place, a, b, by in reversed(done):
            self._change(place, a, b, -by)
        return False

    def _step(self, source: int, to: int, level: Ints, done: list[tuple[int, int, int, int]]) -> bool:
        pool = len(self.total)
        if source == pool:
            cost = np.where(self._joins[:, to] > 0, self.pairs[:, to], FAR)
            cost[to] = FAR
            a = int(np.argmin(cost))
            entering = np.flatnonzero(self._entering()[:, to])
            if len(entering) and self._mean_step() <= 2 * cost[a] + 1:
                return self._take(self._any_of(entering), (to, to), 1, done)
            places = np.flatnonzero((self.singles[:, a] > 0) & self.able[:, to] & self._joining)
            return cost[a] < FAR and self._relabel(places, (a, a), (a, to), done)
        if to == pool:
            a = int(np.argmax(self.pairs[source] * (self._loose[:, source] > 0)))
            leaving = np.flatnonzero(self._leaving()[:, source])
            if len(leaving) and (not self._loose[a, source] or self._mean_step() >= 2 * self.pairs[a, source] - 1):
                return self._take(self._any_of(leaving), (source, source), -1, done)
            places = np.flatnonzero((self.doubles[:, a, source] > 0) & self._may_stay(a) & self._joining)
            return self._relabel(places, (a, source), (a, a), done)
        return self._hand_on(source, to, level, done)

    def _hand_on(self, source: int, to: int, level: Ints, done: list[tuple[int, int, int, int]]) -> bool:
        cost = np.where(self._keep[:, source, to] > 0, self.pairs[:, to] - self.pairs[:, source] + 1, FAR)
        cost[to] = FAR
        a = int(np.argmin(cost))
        single = np.flatnonzero((self.singles[:, source] > 0) & self.able[:, to] & self._passing)
        trade = level[to] == level[source] + 1
        if cost[a] >= 0 and trade and (not len(single) or self._noise.below(2, 1)[0]):
            return True
        if cost[a] >= 0 and len(single):
            return self._relabel(single, (source, source), (to, to), done)
        double = np.flatnonzero((self.doubles[:, a, source] > 0) & self.able[:, to] & self._may_stay(a))
        return cost[a] < FAR and self._relabel(double, (a, source), (a, to), done)

    def _relabel(
        self, places: Ints, old: tuple[int, int], new: tuple[int, int], done: list[tuple[int, int, int, int]]
    ) -> bool:
        if not len(places):
            return False
        place = self._any_of(places)
        return self._take(place, old, -1, done) and self._take(place, new, 1, done)

    def _take(self, place: int, label: tuple[int, int], by: int, done: list[tuple[int, int, int, int]]) -> bool:
        self._change(place, *label, by)
        done.append((place, *label, by))
        return True

    def _may_stay(self, rater: int) -> NDArray[np.bool_]:
        """The panels where the rater may stay while the other one of a double leaves."""
        stays: NDArray[np.bool_] = (self._fixed == ALONE) | (self._fixed == rater)
        return stays

    def _any_of(self, places: Ints) -> int:
        return int(places[int(self._noise.below(len(places), 1)[0])])

    def _swap_panels(self) -> None:
        """Let one label of a panel change places with one of another, where both panels allow it."""
        free = np.flatnonzero(self._free)
        if len(free) < 2:
            return
        labels = np.where(self._free[:, None, None], self.doubles, 0)
        diagonal = np.arange(len(self.total))
        labels[:, diagonal, diagonal] = np.where(self._free[:, None], self.singles, 0)
        here = self._any_of(free)
        fits = self.able[:, :, None] & self.able[:, None, :] & self._free[:, None, None]
        mine = np.argwhere((labels[here] > 0) & fits.any(axis=0))
        a, b = mine[self._any_of(np.arange(len(mine)))].tolist()
        theirs = np.argwhere((labels > 0) & fits[here] & fits[:, a, b][:, None, None])
        theirs = theirs[theirs[:, 0] != here]
        if len(theirs):
            there, x, y = theirs[self._any_of(np.arange(len(theirs)))].tolist()
            for place, one, other, by in ((here, a, b, -1), (there, a, b, 1), (there, x, y, -1), (here, x, y, 1)):
                self._change(place, one, other, by)
