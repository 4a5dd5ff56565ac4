# shellcheck shell=bash
# What the commands stand on: Debian's packages, one pinned Node, and the lists of source files.

STAGES=(format docs build units fuzz clang-tidy release web vouchers browser demo)
NODE_DIR=$PWD/build/tools/node

# Runs a command as root: as it is, or through sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
    echo "dev: '$*' needs root: run ./dev as root, or install sudo." >&2
    return 1
  fi
}

# need_debian [PACKAGE…]: installs what is missing of packaging/debian-packages.txt and of what is named. PostgreSQL is
# wanted for its programs only: no cluster of its own is created.
need_debian() {
  local wanted missing
  wanted=$(grep -v '^#' packaging/debian-packages.txt)
  [ $# -gt 0 ] && wanted+=$'\n'$(printf '%s\n' "$@")
  command -v npm >/dev/null || [ -x "$NODE_DIR/node_modules/.bin/npm" ] || wanted+=$'\nnpm'
  # shellcheck disable=SC2086
  missing=$(comm -23 <(sort <<<"$wanted") \
    <(dpkg-query -W -f '${Status}|${Package}\n' $wanted 2>/dev/null | sed -n 's/^install ok installed|//p' | sort))
  [ -z "$missing" ] && return 0
  echo "Installing from Debian:" $missing
  if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    as_root mkdir -p /etc/postgresql-common &&
      echo "create_main_cluster = false" | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null || return 1
  fi
  mkdir -p build
  as_root apt-get update -qq >build/apt.log 2>&1
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o Dpkg::Options::=--force-confold $missing >>build/apt.log 2>&1 && return 0
  tail -20 build/apt.log >&2
  echo "dev: apt-get could not install: $missing. The whole of its output is in build/apt.log." >&2
  return 1
}

# The pinned Node and its npm, checked by the hashes of packaging/node/package-lock.json, first in PATH.
need_node() {
  if ! cmp -s packaging/node/package-lock.json "$NODE_DIR/installed.json"; then
    need_debian || return 1
    rm -rf "$NODE_DIR" && mkdir -p "$NODE_DIR" && cp packaging/node/*.json "$NODE_DIR" || return 1
    (cd "$NODE_DIR" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) || {
      echo "dev: npm could not install the pinned Node of packaging/node." >&2
      return 1
    }
    cp packaging/node/package-lock.json "$NODE_DIR/installed.json"
  fi
  case :$PATH: in *":$NODE_DIR/node_modules/.bin:"*) ;; *) PATH=$NODE_DIR/node_modules/.bin:$PATH ;; esac
  export PATH
}

# need_modules FOLDER: its node_modules as its package-lock.json says.
need_modules() {
  need_node || return 1
  cmp -s "$1/package-lock.json" "$1/node_modules/.installed.json" && return 0
  echo "Installing the packages of $1"
  (cd "$1" && npm ci --no-audit --no-fund --loglevel=error) || return 1
  cp "$1/package-lock.json" "$1/node_modules/.installed.json"
}

# All C++ of the project, zero-terminated.
cxx_files() {
  local folders=() folder
  for folder in src lab tests bench; do [ -d $folder ] && folders+=("$folder"); done
  find "${folders[@]}" -name node_modules -prune -o \( -name '*.cc' -o -name '*.h' \) -print0 | sort -z
}
