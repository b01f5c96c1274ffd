"""Every record that there is, and how one is read."""

import msgspec

from edge_agent.wire.bench import AnyBenchRecord
from edge_agent.wire.entries import AnyEntry
from edge_agent.wire.messages import Declared, Finding, InstrumentDescription, Loss, Run, SettingKept, Text
from edge_agent.wire.sharing import AgreementKept, RegistryEntry
from edge_agent.wire.shop_floor import CalendarKept, Elements, Stop, WorkUnitDescription

AnyRecord = (
    Run
    | InstrumentDescription
    | Loss
    | Declared
    | Text
    | Finding
    | SettingKept
    | WorkUnitDescription
    | Elements
    | Stop
    | CalendarKept
    | AgreementKept
    | RegistryEntry
    | AnyEntry
    | AnyBenchRecord
)
record_decoder: msgspec.json.Decoder[AnyRecord] = msgspec.json.Decoder(AnyRecord)
