#!/usr/bin/env bash
# The tests at awkward hours, in awkward places.
#
#     tools/clocks.sh                                     every moment in every zone: hours
#     MOMENTS="2026-12-01T00:30Z" ZONES="Asia/Kathmandu" TESTS="tests/browser" tools/clocks.sh
#
# libfaketime shifts the clock of the tests, of Chromium and of Postgres (tests/engines.py) by the same seconds; Valkey keeps
# its own. ZONES are what TZ is set to; the restaurants of most tests are in London.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The first of a month, the last of a year, a leap day, both clock changes, a Sunday evening, a Monday noon.
MOMENTS=${MOMENTS:-"2026-12-01T00:30Z 2026-12-31T23:30Z 2028-02-29T00:30Z 2027-03-28T00:30Z 2027-10-31T00:30Z 2026-12-06T19:00Z 2026-12-07T12:00Z"}
ZONES=${ZONES:-"Asia/Kathmandu America/New_York Pacific/Auckland"}

library=$(ls /usr/lib/*/faketime/libfaketime.so.1 2>/dev/null | head -n 1)
[ -n "$library" ] || { echo "clocks: libfaketime is missing:  apt-get install faketime" >&2; exit 1; }

verdict=0
for moment in $MOMENTS; do
	for zone in $ZONES; do
		echo "== $moment, TZ=$zone"
		shift_s=$(($(date -d "$moment" +%s) - $(date +%s)))
		# shellcheck disable=SC2086  # TESTS holds several words
		TZ=$zone LD_PRELOAD=$library FAKETIME=$shift_s .venv/bin/python -m pytest -q -n "${WORKERS:-3}" --dist loadfile ${TESTS:-} ||
			{ verdict=1; echo "== $moment, TZ=$zone: FAILED"; }
	done
done
exit $verdict
