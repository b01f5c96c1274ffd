"""The contract between edges and gateways: topics, envelope, lines, messages. Does no I/O."""
