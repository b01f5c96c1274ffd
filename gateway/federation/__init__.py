"""What an enterprise lets go: from its gateway to the one above, such as the province's, and nothing without a word.

``agreements``: what its manager has agreed to. ``due`` and ``gathering``: what changed, put into messages. ``outbox``:
the journal of these messages. ``forwarder`` and ``connection``: sending them until they are stored. ``origins``: the
other side, where a gateway looks whether what is forwarded to it may stand. May import the registry, what the ingest
reads, and edge_agent.wire.

Decision: the gateway above is spoken to as an edge speaks: journal, window, acknowledgement after commit.
Because: the promise is the same, and so are the code that takes it in and the page that shows what is missing.
Instead of: copying tables between databases, which knows no agreement and no owner.

Decision: the ingest marks *which* element or stop has changed, and the forwarder reads what it is then.
Because: revisions that follow each other quickly leave as one, an agreement on past days marks rows by one statement,
and a transaction of the ingest costs one row more.
Instead of: keeping every record a second time for whoever might agree to share it.

Decision: names of persons and notes never leave.
Because: why a machine stood is the enterprise's to share; who said so is not.
"""
