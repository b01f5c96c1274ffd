"""The server: stores what edges say, acknowledges it, shows it.

May import calibration, edge_agent.wire and edge_agent.kpi; meets edges nowhere else.
"""
