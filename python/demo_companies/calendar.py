"""From continuous time to the seconds at which people work."""

from __future__ import annotations

import numpy as np

from demo_companies.company import DAY, HISTORY_START, HORIZON, PUSH_START, day_number
from demo_companies.rng import Floats, Ints

_OPEN, _CLOSE = 8 * 3_600, 18 * 3_600


def working_second(time: Floats) -> Ints:
    """Epoch second in working hours; order is kept, weekends go to early Monday."""
    day = np.floor(time).astype(np.int64)
    part = time - day
    weekday = (day + 3) % 7
    second = (_OPEN + part * (_CLOSE - _OPEN)).astype(np.int64)
    early = np.where(weekday == 5, 7 * 3_600, 7 * 3_600 + 1_800) + (part * 1_800).astype(np.int64)
    weekend = weekday >= 5
    return np.where(
        weekend,
        (day + (7 - weekday)) * DAY + early,
        day * DAY + second,
    ).astype(np.int64)


def answered_second(second: Ints, minutes: Floats) -> Ints:
    """When someone answers: after so many minutes, or the next morning if that is after hours."""
    answer = second + (minutes * 60).astype(np.int64)
    day, clock = answer // DAY, answer % DAY
    late = clock >= _CLOSE
    early = clock < _OPEN
    morning = _OPEN + (minutes * 60).astype(np.int64) % 3_600
    day = day + late
    weekday = (day + 3) % 7
    weekend = weekday >= 5
    day = day + np.where(weekend, 7 - weekday, 0)
    return np.where(late | early | weekend, day * DAY + morning, answer).astype(np.int64)


def created_time(number: Ints, draw: Floats, total: int, push_factor: float) -> Floats:
    """When each opportunity is created: evenly over working days, more of them in the push."""
    first, last = day_number(HISTORY_START), day_number(HORIZON)
    days = np.arange(first, last + 1)
    weight = np.where((days + 3) % 7 < 5, 1.0, 0.0)
    weight = np.where(days >= day_number(PUSH_START), weight * push_factor, weight)
    edge = np.concatenate([[0.0], np.cumsum(weight)])
    place = (number + draw) / total * edge[-1]
    found = np.clip(np.searchsorted(edge, place, side="right") - 1, 0, len(days) - 1)
    within = (place - edge[found]) / weight[found]
    return np.asarray(days[found] + np.clip(within, 0.0, 0.999), dtype=np.float64)
