# shellcheck shell=bash
# ./dev bench: the measured targets beside their baselines, both run here and now.

run_bench() {
  need_debian && need_node || return 1
  build release mailsync-bench || return 1
  exec build/release/bin/mailsync-bench "$@"
}
