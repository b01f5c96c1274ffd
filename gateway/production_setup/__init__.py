"""What is set up for production, sent to edges: what each should follow, what it was sent, what it answered.

May import the registry, ``edge_agent.wire``, ``gateway.people`` and ``gateway.shop_floor``; knows nothing of the web.

Decision: what edges should follow is made anew from the registry at each look, and compared with what they were sent.
Because: nothing can then be forgotten between the change of a row and its sending.
Instead of: a list of what is still to be sent, kept beside the rows.

Decision: nothing is sent but by a person who has seen what changes, all of it or a part.
Because: a calendar or a cycle time changes the figures of a machine from that moment on.
Instead of: sending with every change of a row.

Decision: a setting that the office no longer says anything of is given back to the edge's own file.
Because: what is deleted here must not go on there for ever.
"""

from gateway.production_setup.bodies import Wanted, wanted_at
from gateway.production_setup.sending import ChangedMeanwhileError, send
from gateway.production_setup.standing import Standing, State, digest_of, standing_at

__all__ = ["ChangedMeanwhileError", "Standing", "State", "Wanted", "digest_of", "send", "standing_at", "wanted_at"]
