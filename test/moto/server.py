"""moto, an independent AWS emulator, and beside it a way to set what no AWS API sets: when a user or a key was created,
when a key was last used, the Expired status, and the root user's key. CloudTrail has no events here.

Prints one line of JSON with both addresses, and ends when its stdin does: it cannot outlive the tests that started it.
moto in server mode: https://docs.getmoto.org/en/latest/docs/server_mode.html
"""

import json
import logging
import sys
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace

from moto.cloudtrail.responses import CloudTrailResponse
from moto.iam.models import AccessKeyLastUsed, iam_backends
from moto.server import ThreadedMotoServer

LOOPBACK = "127.0.0.1"


def instant(text):
    """moto keeps instants in UTC without a time zone."""
    return datetime.fromisoformat(text).astimezone(timezone.utc).replace(tzinfo=None)


def iam_of(change):
    return iam_backends[change["account"]]["aws"]


def change_user(change):
    iam_of(change).users[change["userName"]].create_date = instant(change["createDate"])


def change_key(change):
    """Only what is named is changed. `lastUsed` is null for never."""
    user = iam_of(change).users[change["userName"]]
    key = user.get_access_key_by_id(change["accessKeyId"])
    if "createDate" in change:
        key.create_date = instant(change["createDate"])
    if "status" in change:
        key.status = change["status"]
    if "lastUsed" in change:
        use = change["lastUsed"]
        key.last_used = use and AccessKeyLastUsed(
            instant(use["date"]), service=use["serviceName"], region=use["region"]
        )


def change_root(change):
    """The root user: a key in the account's summary; a row in the credential report, which moto writes without one."""
    iam = iam_of(change)
    if change.get("accessKey"):
        summary = {**iam.account_summary.summary_map, "AccountAccessKeysPresent": 1}
        iam.account_summary = SimpleNamespace(summary_map=summary)
    if "reportRow" in change:
        write_report = iam.get_credential_report

        def with_root_row():
            header, _, rows = write_report().partition("\n")
            return f"{header}\n{change['reportRow']}\n{rows}"

        iam.get_credential_report = with_root_row


# moto has no CloudTrail events and answers 500 to whoever looks for some: here nothing has ever happened.
CloudTrailResponse.lookup_events = lambda _: json.dumps({"Events": []})

CHANGES = {"/user": change_user, "/key": change_key, "/root": change_root}


class BackDating(BaseHTTPRequestHandler):
    """POST one of CHANGES with its JSON: 204, or 400 and why not."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            CHANGES[self.path](json.loads(body))
        except Exception as error:
            return self.answer(400, f"{type(error).__name__}: {error}")
        return self.answer(204)

    def answer(self, status, text=""):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto = ThreadedMotoServer(LOOPBACK, port=0, verbose=False)
    moto.start()
    back_dating = ThreadingHTTPServer((LOOPBACK, 0), BackDating)
    Thread(target=back_dating.serve_forever, daemon=True).start()
    addresses = {
        "aws": "http://%s:%d" % moto.get_host_and_port(),
        "backDating": "http://%s:%d" % back_dating.server_address[:2],
    }
    print(json.dumps(addresses), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
