"""The pages of TPM and Lean together: their routes, their place in the menu, the bodies that they take."""

from fastapi import APIRouter

from edge_agent.screen.tpm.actions import router as actions
from edge_agent.screen.tpm.changeover import router as changeover
from edge_agent.screen.tpm.checklist import router as checklist
from edge_agent.screen.tpm.five_s import router as five_s
from edge_agent.screen.tpm.maintenance import router as maintenance
from edge_agent.screen.tpm.overview import router as overview
from edge_agent.screen.tpm.tag_photos import router as tag_photos
from edge_agent.screen.tpm.tags import router as tags
from edge_agent.screen.tpm.time_study import router as time_study
from edge_agent.screen.tpm.verdicts import router as verdicts

router = APIRouter(include_in_schema=False)
for _page in (overview, checklist, tags, tag_photos, maintenance, five_s, changeover, time_study, actions, verdicts):
    router.include_router(_page)

MENU = (("/tpm", "menu.tpm"),)
"""Path and word of the place in the menu."""
LARGER_BODIES = {"/tpm/tags": 16_000_000}
"""A phone's photo straight from its camera is read, so that the page can say that it is too large and keep what was
typed; files above 1 MB wait on disk, not in memory."""
