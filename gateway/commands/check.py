"""``nhipdo check``: whether a configuration can be used, before anything rests on it."""

import argparse
import sys

from gateway.config import GatewayConfig, load_config
from gateway.files import cautions, check_files
from gateway.opening import open_timeseries, opened_registry


def check(args: argparse.Namespace) -> int:
    """Look at the file, at the files that it names and into the stores; stores nothing.

    Raises:
        gateway.timeseries.StoreUnavailableError: The series do not answer.
    """
    config = load_config(args.file or args.config)
    check_files(config)
    with opened_registry(config) as engine:
        print(f"registry   {engine.url}")
    print(f"series     {_series(config)}")
    print(f"broker     {config.broker.url} (not tried: the log of nhipdo serve says whether it lets us in)")
    print(f"page       http://{config.http.host}:{config.http.port}/")
    for caution in cautions(config):
        print(f"warning: {caution}", file=sys.stderr)
    return 0


def _series(config: GatewayConfig) -> str:
    timeseries = open_timeseries(config)
    try:
        # A question, so that somebody must answer it; of a site that cannot be.
        timeseries.latest("gateway", "check")
        return f"{config.store.kind}, {timeseries.why_full() or 'there is room'}"
    finally:
        timeseries.close()
