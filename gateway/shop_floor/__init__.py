"""The shop floor as the gateway knows it: work units, their elements and stops, what people entered, and figures of it.

May import the registry, edge_agent.wire and edge_agent.kpi. ``book`` asks the registry; ``figures`` and ``shift`` are
pure.

Decision: a figure over a stretch rests on whole nominal buckets only, and says how much of the stretch they cover.
Because: an edge tells how long each state lasted in a bucket, not where in it; to cut one would invent data.

Decision: pages and API ask the registry, never the time series.
Because: the points are for Grafana and say less (no day of the shift, texts cut short); the rows are what is in force.
"""

from gateway.shop_floor.book import Asked, NominalBucket, ShopFloor, UnitId, WorkUnit
from gateway.shop_floor.figures import ENOUGH, OeeOver, elements_of, oee_over
from gateway.shop_floor.shift import Stretch, timeline

__all__ = [
    "ENOUGH",
    "Asked",
    "NominalBucket",
    "OeeOver",
    "ShopFloor",
    "Stretch",
    "UnitId",
    "WorkUnit",
    "elements_of",
    "oee_over",
    "timeline",
]
