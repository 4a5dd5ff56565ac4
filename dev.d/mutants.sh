# shellcheck shell=bash
# ./dev mutants: deliberate bugs, one a patch of tests/mutants, each of which the proofs must catch (docs/mutants.md).
# The tree is copied once to build/mutants/tree; a patch is applied there, what it touches is built, and the provers run
# until one of them fails: first the one that caught it before, then all in rising cost.

MUTANTS=tests/mutants
MUTANT_HOME=${MAILSYNC_MUTANT_HOME:-build/mutants}
MUTANT_TREE=$MUTANT_HOME/tree
MUTANT_OUT=$MUTANT_TREE/build/test  # where a tree is built, so that ccache knows its files again
MUTANT_FLAGS=${MAILSYNC_MUTANT_FLAGS:--O2 -DNDEBUG}  # as ./dev build compiles: what no bug touches is in ccache already
MUTANT_SEEDS=${MAILSYNC_MUTANT_SEEDS:-63}        # seeds of the simulation before a mutant counts as having survived
MUTANT_SECONDS=${MAILSYNC_MUTANT_SECONDS:-900}   # of one prover: a mutant that never ends is caught by that

# said WHICH FILE: what its header line "WHICH: …" says.
said() { sed -n "s/^$1: //p;/^---/q" "$2" | head -1; }

# The patches that are meant: all, or those whose names begin with or contain what was given.
mutant_files() {
  local name file found
  [ $# = 0 ] && ls $MUTANTS/[0-9]*.patch && return
  for name in "$@"; do
    found=
    for file in "$MUTANTS"/*"${name%.patch}"*.patch; do
      [ -f "$file" ] && echo "$file" && found=yes
    done
    [ -n "$found" ] || { echo "dev: there is no mutant '$name' in $MUTANTS." >&2 && return 1; }
  done
}

# Applies with no tolerance in a folder that belongs to no repository.
patch_tree() { GIT_CEILING_DIRECTORIES=$PWD/$MUTANT_HOME git -C "$MUTANT_TREE" apply "$@"; }

# Cheap, and part of ./dev test: every patch says what it breaks and applies to this tree, and none of the ten
# invariants is without one.
check_mutants() {
  local file breaks bad=0 number all=
  for file in $MUTANTS/[0-9]*.patch; do
    breaks=$(said breaks "$file")
    all+=" $breaks;"
    [[ $breaks =~ ^(invariant\ [0-9]+|F[0-9]+)(,\ (invariant\ [0-9]+|F[0-9]+))*$ ]] ||
      { echo "$file: its header needs a line 'breaks: invariant N' or 'breaks: FN', not '$breaks'" && bad=1; }
    [ -n "$(said what "$file")" ] || { echo "$file: its header needs a line 'what: …'" && bad=1; }
    git apply --check "$file" || { echo "$file does not apply any more: make the same bug in today's code and refresh it" && bad=1; }
  done
  for number in 1 2 3 4 5 6 7 8 9 10; do
    [[ $all =~ invariant\ $number[,\;] ]] || { echo "invariant $number has no mutant in $MUTANTS" && bad=1; }
  done
  return $bad
}

# The files of this tree, copied where they differ, so that only those are built again.
copy_tree() {
  local file
  mkdir -p "$MUTANT_TREE"
  git ls-files -z --cached --others --exclude-standard -- CMakeLists.txt cmake src lab tests bench web docs |
    while IFS= read -r -d '' file; do
      [ -f "$file" ] || continue
      cmp -s "$file" "$MUTANT_TREE/$file" && continue
      mkdir -p "$MUTANT_TREE/$(dirname "$file")" && cp "$file" "$MUTANT_TREE/$file" || return 1
    done
  (cd "$MUTANT_TREE" && find . -path ./build -prune -o -type f -print) | sed 's,^\./,,' | while IFS= read -r file; do
    [ -f "$file" ] || rm -f "$MUTANT_TREE/$file"
  done
}

# build_mutant PROGRAM: only what its prover needs; its output is in build/mutants/build.log.
build_mutant() {
  if [ ! -f $MUTANT_OUT/build.ninja ]; then
    cmake -G Ninja -S $MUTANT_TREE -B $MUTANT_OUT -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_BUILD_TYPE=Release \
      "-DCMAKE_CXX_FLAGS_RELEASE=$MUTANT_FLAGS" -DMAILSYNC_TESTS=ON -DMAILSYNC_FUZZ=OFF \
      >$MUTANT_HOME/configure.log 2>&1 || { tail -20 $MUTANT_HOME/configure.log && return 1; }
  fi
  CCACHE_BASEDIR=$PWD/$MUTANT_TREE CCACHE_NOHASHDIR=1 ninja -C $MUTANT_OUT "$1" >$MUTANT_HOME/build.log 2>&1 && return 0
  echo "does not build"
  return 1
}

# gtest PROGRAM FILTER: the first test that fails, as "NAME after N cases"; fails when all pass.
gtest() {
  local log=$MUTANT_HOME/prover.log code name cases
  build_mutant "$1" || return 0
  (cd $MUTANT_TREE && timeout -k 5 "$MUTANT_SECONDS" "build/test/tests/$1" --gtest_filter="$2" --gtest_fail_fast --gtest_color=no) >$log 2>&1
  code=$?
  [ $code = 0 ] && return 1
  name=$(sed -nE 's/^\[  FAILED  \] ([^ ,]+).*/\1/p' $log | head -1)
  # What was running when the process died or the time was up.
  [ -n "$name" ] || name=$(sed -nE 's/^\[ RUN      \] (.*)/\1/p' $log | tail -1)" ($([ $code = 124 ] && echo "did not end" || echo "exit code $code"))"
  cases=$(sed -nE 's/^Falsifiable after ([0-9]+) tests?.*/\1/p' $log | head -1)
  [ -n "$cases" ] && echo "$name after $cases cases" || echo "$name after $(($(grep -c '^\[       OK \]' $log) + 1)) tests"
}

# simulation: seeds 1, 2 and 3, 4 to 7, … until one is violated.
simulation() {
  local log=$MUTANT_HOME/prover.log first=1 some=1 seed code
  build_mutant mailsync-sim || return 0
  while [ $first -le "$MUTANT_SEEDS" ]; do
    timeout -k 5 "$MUTANT_SECONDS" $MUTANT_OUT/bin/mailsync-sim --runs $some --seed $first >$log 2>$MUTANT_HOME/sim.log
    code=$?
    seed=$(sed -nE 's/^seed ([0-9]+) at .*: [^ ]+ (invariant [0-9]+).*/\1 seeds (\2)/p' $log | head -1)
    [ -z "$seed" ] && grep -q SECRET $MUTANT_HOME/sim.log && seed="$((first + some - 1)) seeds (invariant 10: a token was logged)"
    [ -z "$seed" ] && [ $code != 0 ] && seed="$first seeds or more ($([ $code = 124 ] && echo "did not end" || echo "exit code $code"))"
    [ -n "$seed" ] && echo "simulation after $seed" && return 0
    first=$((first + some))
    some=$((some * 2))
  done
  return 1
}

# The provers in rising cost, until one fails; says which, and fails when none does.
prove() {
  gtest sync_test 'PlanProperties.*' || gtest tests_scenarios_test '-*EveryCall*' || gtest tests_scenarios_test '*EveryCall*' ||
    gtest tests_simulation_test 'Found.*' || simulation
}

# What caught it before goes first: the patch's line "caught by: PROGRAM FILTER", or "caught by: simulation".
prove_mutant() {
  local before
  before=$(said "caught by" "$1")
  case $before in
    '') ;;
    simulation) simulation && return ;;
    *) gtest "${before%% *}" "${before#* }" && return ;;
  esac
  prove
}

# What is caught proves nothing when the tree itself is caught. Once for each state of the tree.
prove_unchanged() {
  local state
  state=$(cd $MUTANT_TREE && find . -path ./build -prune -o -type f -not -name '*.patch' -not -path './docs/*' -print0 | sort -z | xargs -0 sha256sum | sha256sum)
  [ "$(cat $MUTANT_HOME/proved 2>/dev/null)" = "$state" ] && return 0
  echo "The tree without a bug:"
  local start=$SECONDS caught
  if caught=$(MUTANT_SEEDS=7 prove); then
    echo "  fails: $caught. Nothing can be said of mutants before that is repaired; see $MUTANT_HOME/prover.log"
    return 1
  fi
  echo "  passes, $((SECONDS - start)) s"
  echo "$state" >$MUTANT_HOME/proved
}

# One mutant: a line of the report, and a row of build/mutants/table.md.
try_mutant() {
  local file=$1 name start=$SECONDS caught
  name=$(basename "$file" .patch)
  cp "$file" $MUTANT_HOME/patch  # what is taken back is what was put in, whatever became of the file meanwhile
  patch_tree "$PWD/$MUTANT_HOME/patch" || { echo "$name: does not apply any more: refresh $file" && return 2; }
  caught=$(prove_mutant "$file") || caught=
  patch_tree -R "$PWD/$MUTANT_HOME/patch" || return 2
  if [ "$caught" = "does not build" ]; then
    cp $MUTANT_HOME/build.log $MUTANT_HOME/"$name".log
    echo "$name: does not build: refresh $file (see $MUTANT_HOME/$name.log)"
    return 2
  fi
  printf '%-34s %-24s %s, %d s\n' "$name" "$(said breaks "$file")" "${caught:-SURVIVED}" $((SECONDS - start))
  printf '| %s | %s | %s | %s | %d |\n' "$name" "$(said what "$file")" "$(said breaks "$file")" "${caught:-survived}" $((SECONDS - start)) >>$MUTANT_HOME/table.md
  [ -n "$caught" ]
}

run_mutants() {
  local files file all=0 caught=0
  need_debian || return 1
  mapfile -t files < <(mutant_files "$@")
  [ ${#files[@]} = 0 ] && return 1
  check_mutants || return 1
  copy_tree || return 1
  [ $# != 0 ] || prove_unchanged || return 1  # a name alone is a quick look
  : >$MUTANT_HOME/table.md
  for file in "${files[@]}"; do
    all=$((all + 1))
    try_mutant "$file" && caught=$((caught + 1))
  done
  echo "$caught of $all caught"
  [ $caught = $all ]
}
