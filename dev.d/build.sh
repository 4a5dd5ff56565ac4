# shellcheck shell=bash
# CMake builds. ccache shares results between clones: paths are made relative to this one.

export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$PWD} CCACHE_NOHASHDIR=1

# build PRESET [TARGET…]: configures when needed and builds; keeps going to show every error at once.
build() {
  local preset=$1
  shift
  if [ ! -f "build/$preset/build.ninja" ]; then
    mkdir -p "build/$preset"
    cmake --preset "$preset" >"build/$preset/configure.log" 2>&1 || {
      cat "build/$preset/configure.log" >&2
      return 1
    }
  fi
  ninja -C "build/$preset" -k 0 "$@"
}

# The web application and the two programs, as they are shipped.
build_release() {
  local targets=()
  [ -f src/server/main.cc ] && targets+=(mailsync)
  [ -f lab/main.cc ] && targets+=(mailsync-lab)
  if [ ${#targets[@]} = 0 ]; then
    echo "There is no program to build yet."
    return 0
  fi
  build release "${targets[@]}"
}

# The files of the web application, into web/dist, from where the server serves them.
build_web() {
  [ -f web/package.json ] || return 0
  need_modules web || return 1
  if [ ! -f web/dist/index.html ] || [ -n "$(find web -path web/node_modules -prune -o -path web/dist -prune \
    -o -newer web/dist/index.html -type f -print -quit)" ]; then
    (cd web && npm run --silent build)
  fi
}
