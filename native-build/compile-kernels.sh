#!/usr/bin/env bash
# Compiles kernels/*.cu to the PTX that ships, and proves that it assembles everywhere.
#
#   native-build/compile-kernels.sh [NAME...]           all kernel files, or those named
#   native-build/compile-kernels.sh --check [NAME...]   compiles, writes nothing, compares with what is committed
#
# For each file: nvcc to PTX for compute_75; the .version line lowered to the oldest ISA with which
# ptxas assembles it for every architecture below; registers and shared memory per kernel into
# resources/NAME.tsv. A spill, a stack frame or a warning stops the build.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly RELEASE=13.0  # another release writes other PTX
readonly ARCHITECTURES="75 80 86 89 90 100 120"
readonly VERSIONS="6.3 6.4 6.5 7.0 7.1 7.2 7.3 7.4 7.5 7.6 7.7 7.8 8.0 8.1 8.2 8.3 8.4 8.5 8.6 8.7 8.8 9.0"
readonly SHIPPED=src/main/resources/io/loxodrome/cuda

fail() {
  echo "compile-kernels: $*" >&2
  exit 1
}

at_version() { # PTX VERSION: the PTX with another .version line
  sed "s/^\.version .*/.version $2/" "$1"
}

# Without nvcc's hints to the sanitizer, which only PTX ISA 8.3 knows.
compile() { # NAME TARGET
  nvcc -O3 -std=c++17 -arch=compute_75 -Werror all-warnings -I kernels -ptx "kernels/$1.cu" -o "$2.raw" &&
    sed '/^[[:space:]]*\.pragma "used_bytes_mask/d' "$2.raw" >"$2"
  # Such names hold a hash of the source's path: declare shared memory in the entry.
  if grep -q _GLOBAL__N "$2"; then fail "kernels/$1.cu names a variable of an anonymous namespace in its PTX"; fi
}

# The oldest version ptxas takes for every architecture; its reports are left in FOLDER.
oldest_version() { # PTX FOLDER
  local version architecture
  for version in $VERSIONS; do
    at_version "$1" "$version" >"$2/candidate.ptx"
    for architecture in $ARCHITECTURES; do
      ptxas -arch="sm_$architecture" -v "$2/candidate.ptx" -o "$2/cubin" >"$2/report.$architecture" 2>&1 || continue 2
    done
    echo "$version"
    return
  done
  cat "$2"/report.* >&2
  fail "no PTX version from 6.3 to 9.0 assembles $1"
}

# One line per kernel: name, bytes of static shared memory, registers per architecture.
table() { # FOLDER
  local architecture
  for architecture in $ARCHITECTURES; do
    awk -v architecture="$architecture" '
      /Compiling entry function/ { split($0, part, "\047"); kernel = part[2] }
      /bytes stack frame/ && !/ 0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads/ {
        print "sm_" architecture, kernel ":", $0 > "/dev/stderr"; bad = 1
      }
      /Used [0-9]+ registers/ {
        match($0, /Used [0-9]+/); registers = substr($0, RSTART + 5, RLENGTH - 5)
        shared = 0
        if (match($0, /[0-9]+ bytes smem/)) shared = substr($0, RSTART, RLENGTH - 11)
        print kernel, architecture, registers, shared
      }
      END { exit bad }' "$1/report.$architecture" || fail "a kernel spills or has a stack frame on sm_$architecture"
  done | awk -v architectures="$ARCHITECTURES" '
    { registers[$1, $2] = $3; shared[$1] = $4 }
    END {
      count = split(architectures, list, " ")
      header = "kernel\tshared bytes"
      for (i = 1; i <= count; i++) header = header "\tregisters sm_" list[i]
      print header
      for (kernel in shared) {
        line = kernel "\t" shared[kernel]
        for (i = 1; i <= count; i++) line = line "\t" registers[kernel, list[i]]
        print line | "LC_ALL=C sort"
      }
    }'
}

build() { # NAME
  local folder version
  folder=$(mktemp -d)
  compile "$1" "$folder/new.ptx" || fail "kernels/$1.cu does not compile"
  version=$(oldest_version "$folder/new.ptx" "$folder")
  if grep -hi warning "$folder"/report.*; then fail "ptxas warns about kernels/$1.cu"; fi
  table "$folder" >"$folder/table"
  mkdir -p "$SHIPPED" native-build/resources
  at_version "$folder/new.ptx" "$version" >"$SHIPPED/$1.ptx"
  cp "$folder/table" "native-build/resources/$1.tsv"
  echo "$1.ptx: PTX $version, $(($(wc -l <"$folder/table") - 1)) kernels, $(stat -c %s "$SHIPPED/$1.ptx") bytes"
  rm -r "$folder"
}

check() { # NAME
  local folder version
  [ -f "$SHIPPED/$1.ptx" ] || fail "$SHIPPED/$1.ptx is missing; run native-build/compile-kernels.sh $1"
  folder=$(mktemp -d)
  compile "$1" "$folder/new.ptx" || fail "kernels/$1.cu does not compile"
  version=$(awk '$1 == ".version" { print $2 }' "$SHIPPED/$1.ptx")
  at_version "$folder/new.ptx" "$version" | cmp - "$SHIPPED/$1.ptx" ||
    fail "$SHIPPED/$1.ptx is not what kernels/$1.cu gives; run native-build/compile-kernels.sh $1"
  rm -r "$folder"
}

main() {
  local action=build name
  if [ "${1:-}" = --check ]; then
    action=check
    shift
  fi
  command -v nvcc >/dev/null || fail "nvcc is not on the PATH; it comes with CUDA $RELEASE"
  nvcc --version | grep -q "release $RELEASE," || fail "nvcc is not of CUDA $RELEASE: $(nvcc --version | grep release)"
  local names=("$@")
  if [ ${#names[@]} -eq 0 ]; then
    for name in kernels/*.cu; do names+=("$(basename "$name" .cu)"); done
  fi
  export -f "$action" compile at_version oldest_version table fail
  export RELEASE ARCHITECTURES VERSIONS SHIPPED
  printf '%s\n' "${names[@]}" | xargs -P "$(nproc)" -I{} bash -euo pipefail -c "$action {}"
}

main "$@"
