# shellcheck shell=bash
# Fuzzing what reads foreign bytes: libFuzzer with ASan and UBSan, in the test build. tests/fuzz/corpus/TARGET holds
# the seeds that are checked in; what grows from them stays in build/fuzz/corpus, and what fails in build/fuzz/findings.

FUZZ_RUNS=${MAILSYNC_FUZZ_RUNS:-3000}  # of each target in ./dev test: a fixed number from a fixed seed

fuzz_targets() {
  local source
  for source in tests/fuzz/*_fuzz.cc; do
    source=${source##*/}
    echo "${source%_fuzz.cc}"
  done
}

# The sample files that a target begins with besides, where they are at hand.
more_seeds() {
  case $1 in
    mime) find ../shared/data/mail -name '*.eml' -size -64k 2>/dev/null ;;
    icalendar) find ../shared/data/calendar -name '*.ics' -size -64k 2>/dev/null ;;
    vcard) find ../shared/data/contacts -name '*.vcf' -size -64k 2>/dev/null ;;
  esac
}

# fuzz_one TARGET OPTION…: one target over its seeds.
fuzz_one() {
  local target=$1 corpus=${FUZZ_CORPUS:-build/fuzz/corpus}/$1 log=build/fuzz/$1.log code options=()
  shift
  mkdir -p "$corpus" build/fuzz/findings
  [ -f "tests/fuzz/$target.dict" ] && options+=("-dict=tests/fuzz/$target.dict")
  "build/test/fuzz/${target}_fuzz" "$@" "${options[@]}" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/findings/$target-" "$corpus" "tests/fuzz/corpus/$target" >"$log" 2>&1
  code=$?
  printf '  %-16s %8s runs %6s edges%s\n' "$target" "$(sed -nE 's/^stat::number_of_executed_units: *//p' "$log")" \
    "$(sed -nE 's/.* cov: ([0-9]+) .*/\1/p' "$log" | tail -1)" "$([ $code = 0 ] || echo '   FAILED')"
  [ $code = 0 ] && return 0
  grep -E 'ERROR: |SUMMARY|Test unit written|deadly signal' "$log"
  echo "  All of it is in $log. Again: build/test/fuzz/${target}_fuzz FILE, with the file named above."
  return 1
}

# stage_fuzz: a part of ./dev test; each target is one test. The corpus is that of the repository alone, so that the
# same commit does the same runs everywhere.
stage_fuzz() {
  export FUZZ_CORPUS=build/fuzz/corpus-of-the-stage
  rm -rf "$FUZZ_CORPUS" && mkdir -p build/fuzz
  export -f fuzz_one
  # shellcheck disable=SC2016
  fuzz_targets | xargs -P 2 -I{} bash -c '
    if fuzz_one "$1" -runs="$2" -seed=1 -max_len=4096 -reduce_inputs=0; then echo ok; else echo bad; fi' fuzz {} "$FUZZ_RUNS" \
    >"$RESULTS/fuzz.txt"
  grep -vE '^(ok|bad)$' "$RESULTS/fuzz.txt"
  add "$(grep -c '^ok$' "$RESULTS/fuzz.txt")" "$(grep -c '^bad$' "$RESULTS/fuzz.txt")"
}

# run_fuzz [SECONDS [TARGET…]]: the corpus grows from run to run.
run_fuzz() {
  local seconds=${1:-60} target targets seed
  [ $# -gt 0 ] && shift
  targets=("$@")
  [ $# = 0 ] && mapfile -t targets < <(fuzz_targets)
  need_debian || return 1
  build test "${targets[@]/%/_fuzz}" || return 1
  for target in "${targets[@]}"; do
    mkdir -p "build/fuzz/corpus/$target"
    while read -r seed; do cp -n "$seed" "build/fuzz/corpus/$target/"; done < <(more_seeds "$target")
  done
  export -f fuzz_one
  # shellcheck disable=SC2016
  printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} bash -c 'fuzz_one "$1" -max_total_time="$2" -max_len=16384' fuzz {} "$seconds"
}
