"""What ``nhipdo-edge`` can be asked to do, one module a command.

May import all of the edge, and the simulators, which nothing else here does.

Decision: a command loads, calls and prints; exit codes are 0 done, 1 it failed, 2 the request makes no sense.
Because: scripts and systemd read the code, people the one line on stderr.
Instead of: tracebacks for what can be expected.
"""
