#!/usr/bin/env bash
# run.sh PROGRAM MODULES [OPTION…]: the tests of the page. Exit code 77, skipped, where there is no browser or no page to test.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
skip() {
  printf 'skipped: %s\n' "$1"
  exit 77
}
export SYSWRIGHT=$1 SYSWRIGHT_WEB_MODULES=$2
shift 2
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
export CHROMIUM
[[ -n $CHROMIUM ]] || skip "there is no chromium"
command -v node >/dev/null || skip "there is no node"
[[ -d $SYSWRIGHT_WEB_MODULES/node_modules/playwright-core ]] || skip "the program was built without the page"
exec node --test --test-reporter=spec "$@" "$here"/*.test.mjs
