"""Where it leaks, since when, how strong, steady or growing: a posterior over every credible leak. Pure; time comes in.

A *hypothesis* is candidate x onset x growth x rate. Every `TICK` the follower notes what each hypothesis of unit rate
says that each sensor shows now, through all changes of ventilation since its onset. Beside it stand the readings. The
likelihood compares the two on a logarithmic scale above the sensor's own noise, because the model is wrong by a factor,
not by an amount, and stays wrong for a while: one error per sensor that lasts, one that comes and goes.

The prior knows that mostly nothing leaks, that registered points leak rather than other places, and which rates are
credible. "No leak" is a hypothesis like the others, so that the posterior can say so.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fangwei.leak.bank import AGE, LATER, PAST, TICK, Bank

Floats = npt.NDArray[np.float64]
Single = npt.NDArray[np.float32]

RATES = 24
"""Rates between the least and the greatest credible one, evenly on a logarithmic scale."""
LASTING = 0.45
"""Standard deviation of the logarithm of the model's error at a sensor that lasts; from the sample room's states."""
PASSING = 0.25
"""The same of what comes and goes from one look to the next: turbulence."""
LOOKS = (0.0, 40.0, 80.0, 120.0, 180.0, 240.0, 360.0, 480.0, 660.0, 900.0, 1200.0, 1600.0, 2100.0, 2700.0, 3500.0)
"""s before now at which readings and hypotheses are compared."""
ELSEWHERE = 0.15
"""Prior share of leaks at places that nobody registered."""
LEAK = 1e-3
"""Prior chance that something has leaked within the last hour."""
GROWING = 0.4


@dataclass(frozen=True)
class Sensor:
    """How a sensor shows what is there."""

    response: float
    """s until 63 % of a step is shown."""
    noise: float
    """Standard deviation of a reading, volume fraction; also takes drift since the last calibration."""


@dataclass
class Follower:
    """Keeps beside each other what hypotheses say and what sensors say. The first `len(sensors)` receptors of the banks
    are the sensors, the first `registered` candidates the registered leak points."""

    banks: dict[str, Bank]
    sensors: list[Sensor]
    registered: int
    rates: tuple[float, float]
    """The least and the greatest credible rate, m3/s of vapour."""
    state: str
    now: float = 0.0
    """s; grows by TICK."""
    switched: float = -1e9
    """When this state began."""
    said: Single = field(init=False)
    """(looks back, sensors, candidates, onsets): what unit leaks show, newest last; onsets each AGE, newest last."""
    read: Floats = field(init=False)
    """(looks back, sensors) readings; nan: none, or not to be trusted."""
    carried: Single | None = None
    """(REACH / LATER + 1, receptors, candidates, onsets): what receptors see, after the last change of ventilation, of
    what had leaked before it."""
    _shown: Single = field(init=False)

    def __post_init__(self) -> None:
        bank = self.banks[self.state]
        self.candidates, self.onsets = bank.step.shape[2], round(PAST / AGE)
        depth = round(PAST / TICK)
        shape = (len(self.sensors), self.candidates, self.onsets)
        self.said = np.zeros((depth, *shape), dtype=np.float32)
        self.read = np.full((depth, len(self.sensors)), np.nan)
        self._shown = np.zeros(shape, dtype=np.float32)

    @property
    def onset_times(self) -> Floats:
        """When each onset was, s; newest last. They stay on a fixed raster as time goes on."""
        newest = np.floor(self.now / AGE) * AGE
        made: Floats = newest - AGE * np.arange(self.onsets - 1, -1, -1)
        return made

    def tick(self, readings: Floats, state: str) -> None:
        """TICK later: `readings` (sensors,) as they are now, and the state of the ventilation since the last tick."""
        if state != self.state:
            self._switch(state)
        before = np.floor(self.now / AGE)
        self.now += TICK
        if np.floor(self.now / AGE) > before:
            for array in (self.said, self._shown):
                array[..., :-1] = array[..., 1:]
                array[..., -1] = 0.0
            if self.carried is not None:
                self.carried[..., :-1] = self.carried[..., 1:]
                self.carried[..., -1] = 0.0
        there = self.receptors_at(0.0)[: len(self.sensors)]
        share = np.array([1 - np.exp(-TICK / max(s.response, 1e-3)) for s in self.sensors], dtype=np.float32)
        self._shown += share[:, None, None] * (there - self._shown)
        self.said[:-1], self.read[:-1] = self.said[1:], self.read[1:]
        self.said[-1], self.read[-1] = self._shown, readings

    def receptors_at(self, ahead: float) -> Single:
        """(receptors, candidates, onsets): what unit leaks make at each receptor `ahead` seconds from now, if they and
        the ventilation go on as they are."""
        bank, then = self.banks[self.state], self.now + ahead
        # Gas that came out since the ventilation is as it is; onsets before the change count from the change.
        since = then - np.maximum(self.onset_times, self.switched)
        lag = np.clip(since / TICK, 0, bank.step.shape[0] - 1)
        low = np.floor(lag).astype(int)
        high = np.minimum(low + 1, bank.step.shape[0] - 1)
        part = (lag - low).astype(np.float32)
        there: Single = (bank.step[low] * (1 - part)[:, None, None] + bank.step[high] * part[:, None, None]).transpose(
            1, 2, 0
        )
        if self.carried is not None:
            after = (then - self.switched) / LATER
            if after < len(self.carried) - 1:
                n = int(after)
                share = np.float32(after - n)
                there = there + self.carried[n] * (1 - share) + self.carried[n + 1] * share
        return there

    def concentration(self, candidate: int, onset: int) -> Floats:
        """(n,) what a unit leak has made of the room by now; only while the ventilation has not changed since."""
        bank = self.banks[self.state]
        age = np.clip((self.now - self.onset_times[onset]) / AGE, 0, len(bank.fields) - 1)
        low = int(age)
        high = min(low + 1, len(bank.fields) - 1)
        part = age - low
        made: Floats = (1 - part) * bank.fields[low, candidate].astype(float) + part * bank.fields[
            high, candidate
        ].astype(float)
        return made

    def _switch(self, state: str) -> None:
        """What is in the air stays; from now on it moves otherwise."""
        old, new = self.banks[self.state], self.banks[state]
        age = np.clip((self.now - np.maximum(self.onset_times, self.switched)) / AGE, 0, len(old.fields) - 1)
        low = np.floor(age).astype(int)
        high = np.minimum(low + 1, len(old.fields) - 1)
        part = (age - low).astype(np.float32)
        receptors, cells = new.seen.shape[1], new.seen.shape[2]
        seen = np.asarray(new.seen, dtype=np.float32).reshape(-1, cells)
        carried = np.zeros((len(new.seen), receptors, self.candidates, self.onsets), dtype=np.float32)
        for onset in range(self.onsets):
            there = old.fields[low[onset]].astype(np.float32) * (1 - part[onset])
            there += old.fields[high[onset]].astype(np.float32) * part[onset]
            carried[..., onset] = (seen @ there.T).reshape(len(new.seen), receptors, self.candidates)
        if self.carried is not None:
            # What came from before the change before: the old state's own view of it, which the new one only slowly
            # departs from. It is older than the last change and mostly gone; kept as it would have gone on.
            gone = round((self.now - self.switched) / LATER)
            if gone < len(self.carried):
                carried[: len(self.carried) - gone] += self.carried[gone:]
        self.carried, self.state, self.switched = carried, state, self.now


@dataclass(frozen=True)
class Posterior:
    """What is believed now."""

    leak: float
    """Chance that something leaks."""
    weight: Floats
    """(candidates, onsets, growth, rates), adds up to `leak`."""
    rates: Floats
    """m3/s (of a growing leak: now)."""
    informed: bool
    """At least one sensor speaks."""

    @property
    def by_candidate(self) -> Floats:
        """Share of each candidate among leaks."""
        total = self.weight.sum(axis=(1, 2, 3))
        shares: Floats = total / max(float(total.sum()), 1e-300)
        return shares

    def rate(self) -> tuple[float, float, float]:
        """5 %, 50 % and 95 % of the rate, if it leaks."""
        share = np.cumsum(self.weight.sum(axis=(0, 1, 2)))
        share /= max(share[-1], 1e-300)
        low, mid, high = (float(self.rates[min(int(np.searchsorted(share, q)), RATES - 1)]) for q in (0.05, 0.5, 0.95))
        return low, mid, high


def unit_growth(array: Single, onset_times: Floats, now: float) -> Single:
    """(..., onsets) steady -> (..., onsets) growing evenly from onset to 1 now: a sum of later steps."""
    later = np.flip(np.cumsum(np.flip(array, -1), axis=-1), -1)
    span = np.maximum(now - onset_times, AGE) / AGE
    grown: Single = (later / span).astype(np.float32)
    return grown


def infer(follower: Follower) -> Posterior:
    """Compare every hypothesis with the readings."""
    depth = len(follower.read)
    back = np.array([round(look / TICK) for look in LOOKS])
    back = back[back < depth]
    said, read = follower.said[depth - 1 - back], follower.read[depth - 1 - back]
    noise = np.array([s.noise for s in follower.sensors])
    rates = np.geomspace(*follower.rates, RATES)
    ok = np.isfinite(read)
    steady = said
    # A growing leak at an earlier look had grown less: scaled to what it was then.
    looks_at = follower.now - back * TICK
    grown = np.empty_like(said)
    for n, at in enumerate(looks_at):
        grown[n] = unit_growth(said[n], follower.onset_times, follower.now)
        grown[n][..., follower.onset_times >= at] = 0.0
    shapes = np.stack([steady, grown], axis=-1)  # (looks, sensors, candidates, onsets, 2)
    shown = np.arcsinh(np.where(ok, read, 0.0) / noise)
    quiet = _score(np.zeros((len(back), len(noise), 1), dtype=np.float32), shown, ok)[0]
    flat = shapes.reshape(len(back), len(noise), -1)
    scores = np.empty((flat.shape[2], RATES))
    for n, rate in enumerate(rates):
        scores[:, n] = _score(np.arcsinh(flat * np.float32(rate) / noise[None, :, None]), shown, ok)
    prior = _prior(follower)
    weighed = np.exp(np.clip(scores - quiet, -700, 60)).reshape(*shapes.shape[2:], RATES) * prior
    total = float(weighed.sum())
    leak = total / (total + 1 - LEAK)
    return Posterior(leak, weighed / max(total, 1e-300) * leak, rates, bool(ok.any()))


def _score(said: Single, shown: Floats, ok: npt.NDArray[np.bool_]) -> Floats:
    """(hypotheses,) log likelihood; said (looks, sensors, hypotheses) and shown (looks, sensors) as asinh of noises.

    On this scale noise is 1 / cosh of the signal and an error by a factor f is f tanh of it: the first rules far below
    the noise, the second far above. The lasting error of a sensor is integrated out (rank one, Sherman-Morrison).
    """
    total = np.zeros(said.shape[2])
    for k in range(said.shape[1]):
        rows = ok[:, k]
        if not rows.any():
            continue
        model, seen = said[rows, k].astype(np.float64), shown[rows, k][:, None]
        part = np.tanh(model)
        own = 1 - part**2 + (PASSING * part) ** 2
        lasting = LASTING * part
        off = seen - model
        inverse = 1 / own
        bent = 1 + (lasting**2 * inverse).sum(axis=0)
        dot = (lasting * off * inverse).sum(axis=0)
        total -= 0.5 * ((off**2 * inverse).sum(axis=0) - dot**2 / bent + np.log(own).sum(axis=0) + np.log(bent))
    return total


def _prior(follower: Follower) -> Floats:
    """(candidates, onsets, growth, rates); adds up to LEAK."""
    others = follower.candidates - follower.registered
    elsewhere = (ELSEWHERE if follower.registered else 1.0) if others else 0.0
    place = np.concatenate(
        [
            np.full(follower.registered, (1 - elsewhere) / max(follower.registered, 1)),
            np.full(others, elsewhere / max(others, 1)),
        ]
    )
    growth = np.array([1 - GROWING, GROWING])
    whole = place[:, None, None, None] * growth[None, None, :, None]
    return LEAK * np.broadcast_to(whole / follower.onsets / RATES, (follower.candidates, follower.onsets, 2, RATES))
