#!/usr/bin/env bash
# Builds libcublas.so.12 and libcudnn.so.8, which hand every call to cuBLAS 13 and cuDNN 9: JCuda's
# natives ask for the old names, and a machine with CUDA 13 has only the new ones.
#
#   native-build/forwarders.sh [--out DIR] [--cublas FILE] [--cudnn FILE]
#
#   --out      where they are put; without it, forwarders/ in the current folder
#   --cublas   libcublas.so.13, if it is not where this script looks
#   --cudnn    libcudnn.so.9, likewise
#
# Looks in LD_LIBRARY_PATH, /usr/local/cuda*/lib64, /usr/lib/x86_64-linux-gnu, /usr/lib64 and
# python3's site-packages/nvidia/*/lib. Needs gcc and its binutils, and no header of CUDA's. Where
# one of the two is not found, builds the other and ends with 1.
set -euo pipefail
readonly SOURCES="$(cd "$(dirname "$0")" && pwd)/forwarders"

# What they return is no status, so that a target must have them.
readonly WITHOUT_STATUS="cublasGetCudartVersion cublasGetStatusName cublasGetStatusString
  cudnnGetCudartVersion cudnnGetErrorString cudnnGetVersion"

fail() {
  echo "forwarders: $*" >&2
  exit 1
}

python_packages() {
  command -v python3 >/dev/null || return 0
  python3 -c 'import sys; print("\n".join(p for p in sys.path if p.endswith("-packages")))' 2>/dev/null || true
}

# Folders that may hold the libraries, one a line.
places() {
  local place
  tr ':' '\n' <<<"${LD_LIBRARY_PATH:-}"
  printf '%s\n' /usr/local/cuda/lib64 /usr/local/cuda*/lib64 /usr/lib/x86_64-linux-gnu /usr/lib64
  python_packages | while read -r place; do printf '%s\n' "$place"/nvidia/*/lib; done
}

find_library() { # SONAME OPTION
  local place looked=""
  while read -r place; do
    if [ -f "$place/$1" ]; then
      echo "$place/$1"
      return
    fi
    looked="$looked, $place"
  done < <(places | awk 'NF && !seen[$0]++')
  fail "$1 is not there; looked in ${looked#, }; name the file with $2"
}

soname() { # LIBRARY
  readelf -dW "$1" | sed -n 's/.*(SONAME).*\[\(.*\)\]$/\1/p'
}

defined() { # LIBRARY: the functions it exports, without their versions
  nm -D --defined-only "$1" | awk '{ sub(/@.*/, "", $3); print $3 }' | LC_ALL=C sort -u
}

build() ( # SYMBOLS NAME TARGET_NAME NOT_SUPPORTED OPTION FILE
  list="$SOURCES/$1.symbols"
  target=${6:-$(find_library "$3" "$5")}
  [ -f "$target" ] || fail "there is no file $target"
  [ "$(soname "$target")" = "$3" ] || fail "$target calls itself '$(soname "$target")', expected $3"
  missing=$(LC_ALL=C comm -23 "$list" <(defined "$target"))
  for function in $WITHOUT_STATUS; do
    if grep -qx "$function" <<<"$missing"; then fail "$target has no function $function"; fi
  done
  folder=$(mktemp -d)
  trap 'rm -r "$folder"' EXIT
  sed 's/.*/FORWARD(&)/' "$list" >"$folder/symbols.inc"
  { echo "$2 { global:"; sed 's/$/;/' "$list"; echo "local: *; };"; } >"$folder/versions"
  # RPATH and not RUNPATH: it is searched for what the target needs, too.
  gcc -O2 -Wall -Wextra -Werror -shared -fPIC -I "$folder" "-DTARGET=\"$3\"" "-DNOT_SUPPORTED=$4" \
    "$SOURCES/forwarder.c" -o "$folder/$2" "-Wl,-soname,$2" "-Wl,--version-script,$folder/versions" \
    -Wl,-z,noexecstack -Wl,--no-as-needed "$target" -ldl \
    -Wl,--disable-new-dtags "-Wl,-rpath,$(cd "$(dirname "$target")" && pwd)" ||
    fail "gcc does not build $2"
  mv "$folder/$2" "$out/$2"
  echo "$out/$2 -> $target: $(wc -l <"$list") functions"
  if [ -n "$missing" ]; then
    echo "  $(wc -l <<<"$missing") of them it lacks; they answer $4, NOT_SUPPORTED:" $missing
  fi
)

main() {
  local cublas="" cudnn=""
  out=forwarders
  while [ $# -gt 0 ]; do
    [ $# -gt 1 ] || fail "$1 needs a value"
    case "$1" in
      --out) out=$2 ;;
      --cublas) cublas=$2 ;;
      --cudnn) cudnn=$2 ;;
      *) fail "unknown option $1; known are --out DIR, --cublas FILE and --cudnn FILE" ;;
    esac
    shift 2
  done
  [ "$(uname -sm)" = "Linux x86_64" ] || fail "this is $(uname -sm); JCuda's natives are for Linux x86_64"
  command -v gcc >/dev/null || fail "gcc is not on the PATH"
  mkdir -p "$out"
  out=$(cd "$out" && pwd)
  # CUBLAS_STATUS_NOT_SUPPORTED, and CUDNN_STATUS_NOT_SUPPORTED as callers of cuDNN 8 know it.
  # In the background because the shell ignores failures inside what stands before ||.
  local failed=0
  build cublas libcublas.so.12 libcublas.so.13 15 --cublas "$cublas" &
  wait $! || failed=1
  build cudnn libcudnn.so.8 libcudnn.so.9 9 --cudnn "$cudnn" &
  wait $! || failed=1
  exit $failed
}

main "$@"
