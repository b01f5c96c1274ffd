"""The pages of the bench together. What is said by one word stands before what takes any key."""

from fastapi import APIRouter

from edge_agent.screen.bench.begin import router as begin
from edge_agent.screen.bench.ending import router as ending
from edge_agent.screen.bench.live import router as live
from edge_agent.screen.bench.record import router as record
from edge_agent.screen.bench.result import router as result
from edge_agent.screen.bench.session import router as session
from edge_agent.screen.bench.waiting import router as waiting

router = APIRouter(include_in_schema=False)
for _page in (waiting, begin, live, result, record, ending, session):
    router.include_router(_page)
