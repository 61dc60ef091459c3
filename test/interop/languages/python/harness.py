"""Answers the golden vectors with the code of docs/languages/python.md, one JSON line a case."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import tnid_guard as tnid
from tnid_sources import Broker, MemoryReplay


def tell(line):
    print(json.dumps(line))


class Given:
    def __init__(self, keys, catalogue, marks):
        self.key, self.catalogue, self._marks = keys.get, lambda: catalogue, marks

    def watermarks(self):
        if self._marks is None:
            raise tnid.Unavailable
        return self._marks


def request_of(one):
    return tnid.Request(one["method"], one["url"], [tuple(pair) for pair in one["headers"]], one.get("form", ""))


def checks(file):
    settings, clock = file["settings"], file["clock"]
    keys, catalogue = tnid.read_keys(file["jwks"]), tnid.read_catalogue(file["catalogue"])
    by_name = {one["name"]: one for one in file["cases"]}
    for one in file["cases"]:
        feed = one.get("feed", file["feed"])
        marks = None if feed is None else tnid.Watermarks().risen(feed, clock)
        audience = one.get("settings", settings)["audience"]
        guard = tnid.Guard(
            tnid.Settings(settings["issuer"], audience, settings["base_url"], settings["acr_base"]),
            Given(keys, catalogue, marks), MemoryReplay(), now=lambda: clock)  # fmt: skip
        for name in one.get("before", []):
            guard.check(request_of(by_name[name]["request"]), by_name[name]["action"])
        answer = guard.check(request_of(one["request"]), one["action"])
        if isinstance(answer, tnid.Principal):
            tell({"name": one["name"], "ok": True, "principal": asdict(answer)})
        else:
            tell({"name": one["name"], "ok": False, **asdict(answer)})


def decisions(file):
    names = {"acr": "acr", "authTime": "auth_time", "amr": "amr", "identitySource": "identity_source",
             "scopes": "scopes", "purposes": "purposes", "clientClass": "client_class"}  # fmt: skip
    for one in file["cases"]:
        action = None
        if one["action"] is not None:
            # decide.json leaves out what decide() does not read
            action = tnid.read_action({"service": "any", "risk": "low", **one["action"]})
            if action is None:
                tell({"decide": one["name"], "unreadable": True})
                continue
        facts = {ours: one["facts"].get(theirs) for theirs, ours in names.items()}
        failed, level = tnid.decide(action, facts, file["clock"], file["acr_base"])
        tell({"decide": one["name"], "failed": failed, "level": level})


def live(issuer, audience, client_id, key_file, kid):
    """What the sources of the page read from a house that runs."""
    broker = Broker(tnid.Settings(issuer, audience, "https://any.example"), client_id, key_file)
    broker.refresh()
    tell({"actions": len(broker.catalogue().actions), "as_of": broker.watermarks().as_of,
          "key": broker.key(kid) is not None, "stranger": broker.key("nobody") is not None, "once": once()})  # fmt: skip


def once():
    """How many of many that show the same proof at the same moment are let in."""
    replay = MemoryReplay()
    with ThreadPoolExecutor(16) as pool:
        return sum(pool.map(lambda _: replay("proof", 60, time.time()), range(64)))


if sys.argv[1] == "live":
    live(*sys.argv[2:])
else:
    folder = Path(sys.argv[1])
    checks(json.loads((folder / "check.json").read_text("utf-8")))
    decisions(json.loads((folder / "decide.json").read_text("utf-8")))
