# shellcheck shell=bash
# ./dev demo and ./dev lab: the product on real mail, against the lab.

run_demo() {
  echo "dev: the demo needs the server and the lab, which are not there yet." >&2
  return 1
}

run_lab() {
  [ -f build/demo/demo.json ] && [ -x build/release/bin/mailsync-lab ] || {
    echo "dev: no demo is running here. Start one with ./dev demo in another terminal." >&2
    return 1
  }
  exec build/release/bin/mailsync-lab "$@" --demo build/demo/demo.json
}
