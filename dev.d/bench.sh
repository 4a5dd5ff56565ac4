# shellcheck shell=bash
# ./dev bench: the measured targets beside their baselines, both run here and now.

run_bench() {
  need_debian && need_modules bench || return 1
  build release mailsync mailsync-lab || return 1
  exec node bench/run.mjs "$@"
}
