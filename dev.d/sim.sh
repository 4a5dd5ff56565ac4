# shellcheck shell=bash
# ./dev sim: whole runs of the product against the lab under one seed each (docs/simulation.md).

SIM=build/release/bin/mailsync-sim

# Plays seeds FIRST, FIRST+2, … (or FIRST, FIRST+1, … with one process) and keeps what the program logs.
sim_process() {
  local name=$1
  shift
  "$SIM" "$@" --commit "$(git rev-parse --short HEAD 2>/dev/null)" --table >"build/sim/$name.out" 2>"build/sim/$name.log"
}

# Adds the tables of all processes up; ends with "N runs, V violations", and fails when there is one.
sim_report() {
  grep -hE '^(seed |  again)' build/sim/*.out
  cat build/sim/*.out | awk -F '\t' '
    NF == 3 { count[$1 "\t" $2] += $3 }
    / runs, .* violations$/ { split($0, words, " "); runs += words[1]; bad += words[3] }
    END {
      for (key in count) { split(key, part, "\t"); printf "%-6s %-48s %12d\n", part[1], part[2], count[key] | "sort"; if (count[key] == 0) { never = never "; " part[2]; zero++ } }
      close("sort")
      if (zero) printf "%d kinds never happened: %s\n", zero, substr(never, 3)
      printf "%d runs, %d violations\n", runs, bad
      exit bad > 0
    }'
}

run_sim() {
  local runs=100 seed=1 passed=() one=
  while [ $# -gt 0 ]; do
    case $1 in
      --runs) runs=$2 && shift ;;
      --seed) seed=$2 && shift ;;
      --replay | --shrink) one=yes && passed+=("$1") ;;
      *) passed+=("$1") ;;
    esac
    shift
  done
  need_debian || return 1
  mkdir -p build/sim && rm -f build/sim/*.out build/sim/*.log
  build release mailsync-sim >build/sim/build.txt 2>&1 || {
    tail -40 build/sim/build.txt >&2
    return 1
  }
  if [ -n "$one" ]; then
    "$SIM" "${passed[@]}" 2>build/sim/one.log
    return
  fi
  local half=$((runs / 2)) first second=0 code
  sim_process a --runs $((runs - half)) --seed "$seed" --every 2 & first=$!
  if [ "$half" -gt 0 ]; then sim_process b --runs "$half" --seed $((seed + 1)) --every 2 & second=$!; fi
  wait "$first"
  [ "$second" = 0 ] || wait "$second"
  if grep -qs SECRET build/sim/*.log; then
    echo "invariant 10: a token was logged (build/sim/*.log)"
    grep -c . build/sim/*.log
    return 1
  fi
  local finished
  finished=$(cat build/sim/*.out | awk '/ runs, .* violations$/ { n += $1 } END { print n + 0 }')
  sim_report
  code=$?
  [ "$finished" = "$runs" ] && return "$code"
  echo "dev: only $finished of $runs runs were finished: a process died; see build/sim/*.log." >&2
  tail -5 build/sim/*.log >&2
  return 1
}
