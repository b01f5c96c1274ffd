r"""The outbox by USB stick: for a site without network. The same envelope, one file.

::

    #nhipdo-export1 site=<site> edge=<edge>\n
    <bytes of the payload>\n<topic>\n<payload>\n        and so on, one for each message

The gateway's answer comes back as a file with an acknowledgement (JSON) in it.
"""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.ownership import OutboxError
from edge_agent.outbox.reading import OutboxReader
from edge_agent.outbox.schema import FILE
from edge_agent.wire import topics
from edge_agent.wire.acknowledged import merge
from edge_agent.wire.envelope import seal
from edge_agent.wire.messages import Ack
from edge_agent.wire.packing import TELEMETRY


def export(state_dir: Path, site: str, edge: str, file: Path, progress: Callable[[int, int], None]) -> int:
    """Write every message that no gateway has stored to ``file``; how many.

    The agent may run meanwhile. Nothing leaves the outbox: only the gateway's word does that.

    Args:
        state_dir: Where the outbox lies.
        site: Of this edge.
        edge: Its name.
        file: Written under another name first, so that a pulled stick leaves no half file.
        progress: Called with (messages written, messages in all).

    Raises:
        OutboxError: No outbox, or the file cannot be written.
    """
    if not (state_dir / FILE).exists():
        msg = f"{state_dir / FILE}: no outbox there. Start the agent first: nhipdo-edge run agent.toml"
        raise OutboxError(msg)
    reader = OutboxReader(state_dir / FILE)
    part = file.with_name(file.name + ".part")
    try:
        total, _ = reader.waiting(reader.stored())
        first = {one.journal: one.first for one in reader.held()}
        done = 0
        with part.open("wb") as out:
            out.write(f"#nhipdo-export1 site={site} edge={edge}\n".encode())
            for message, n, body in reader.messages():
                kind = topics.TELEMETRY if message.kind == TELEMETRY else topics.RECORD
                payload = seal(message.journal, message.seq, first.get(message.journal, message.seq), n, body)
                out.write(b"%d\n%b\n%b\n" % (len(payload), str(topics.EdgeTopic(site, edge, kind)).encode(), payload))
                done += 1
                progress(done, max(total, done))
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    except IsADirectoryError as error:
        msg = f"{file}: is a folder. Name a file in it: {file / 'outbox.nhipdo'}"
        raise OutboxError(msg) from error
    except OSError as error:
        msg = f"{file}: {error.strerror or error}. Is the stick mounted, writable and large enough?"
        raise OutboxError(msg) from error
    finally:
        reader.close()
    return done


def take_acknowledgement(state_dir: Path, file: Path) -> int:
    """Tell a resting outbox what the gateway has stored; how many messages of it are stored now.

    Raises:
        OutboxError: The agent runs, or the file is not an acknowledgement.
    """
    try:
        ack = msgspec.json.decode(file.read_bytes(), type=Ack)
    except OSError as error:
        msg = f"{file}: {error.strerror or error}. Name the .ack file that nhipdo outbox import wrote."
        raise OutboxError(msg) from error
    except msgspec.MsgspecError as error:
        msg = f"{file}: not an acknowledgement ({error}). Take the .ack file that nhipdo outbox import wrote."
        raise OutboxError(msg) from error
    outbox = Outbox(state_dir)
    try:
        stored = merge(outbox.store(), outbox.stored(), ack)
        if stored is not None:
            with outbox.transaction():
                outbox.acknowledge(ack.store, ack.generation, stored)
        return sum(len(ranges) for ranges in outbox.stored().values())
    finally:
        outbox.close()


def adopt(state_dir: Path) -> None:
    """This machine takes over an outbox that was made on another one, which must be out of use.

    Raises:
        OutboxError: In use, or not to be opened.
    """
    Outbox(state_dir, adopting=True).close()
