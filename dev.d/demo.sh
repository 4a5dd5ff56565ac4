# shellcheck shell=bash
# ./dev demo and ./dev lab: the product on real mail, against the lab. tests/demo/demo.mjs does the work.

# Everything the demo needs, built or installed when it is missing.
need_demo() {
  need_debian && need_node || return 1
  mkdir -p build/demo
  if [ -z "${MAILSYNC_BIN_DIR:-}" ]; then
    echo "Building (the first time takes a while) …"
    build_release >build/demo/build.log 2>&1 || {
      tail -40 build/demo/build.log >&2
      echo "dev: the release build failed; the whole of its output is in build/demo/build.log." >&2
      return 1
    }
  fi
  need_modules tests/demo || return 1
  build_web >build/demo/web.log 2>&1 || {
    tail -20 build/demo/web.log >&2
    echo "dev: the web application could not be built; the whole output is in build/demo/web.log." >&2
    return 1
  }
}

run_demo() {
  case " $* " in *" --help "* | *" -h "*) exec node tests/demo/demo.mjs --help ;; esac
  need_demo || return 1
  exec node tests/demo/demo.mjs "$@"
}

run_lab() {
  local lab=${MAILSYNC_BIN_DIR:-build/release/bin}/mailsync-lab demo=${MAILSYNC_DEMO_DIR:-build/demo}/demo.json
  [ -x "$lab" ] || {
    echo "dev: the lab is not built yet. Start a demo with ./dev demo in another terminal." >&2
    return 1
  }
  [ $# = 0 ] && { "$lab" --help >&2; return 2; }
  # Help needs no running demo.
  case " $* " in *" --help "* | *" -h "*) exec "$lab" "$@" ;; esac
  [ -f "$demo" ] || {
    echo "dev: no demo is running here. Start one with ./dev demo in another terminal." >&2
    return 1
  }
  exec "$lab" "$@" --demo "$demo"
}
