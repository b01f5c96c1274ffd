"""What people see: web pages and Grafana dashboards. Imports edge_agent.wire.schema only."""
