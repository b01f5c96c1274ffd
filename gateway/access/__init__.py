"""Who may come in, by which way, and what they may then do: accounts, passwords, sessions, tokens, links, grants.

May import ``gateway.registry``, SQLAlchemy, pwdlib and the standard library; knows nothing of the web. Every change is
written into the audit, and never a password, a token, a link's secret or a hash of one.

Decision: what a browser, a program or a link shows is 256 random bits, of which only the SHA-256 is kept.
Because: who reads the database can come in by none of them, and what is random needs no slow hash.
Instead of: signed values that hold by themselves, which nobody can take back.

Decision: of wrong attempts a row is kept for each, in the registry.
Because: they count on after a restart and over all processes of one gateway.

Decision: a grant can be given only by who has all that it gives, at its scope.
Because: otherwise whoever manages people could make themselves anything by way of a second account.
"""
