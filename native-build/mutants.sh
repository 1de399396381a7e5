#!/usr/bin/env bash
# Breaks the kernels on purpose, one change at a time, and demands that a test fails each time.
#
#   native-build/mutants.sh [NAME...]   the changes listed in mutants/NAME.txt, or in all of them
#
# A line of a list: source file, test class, the text to replace (which stands in the source exactly
# once) and what replaces it, separated by tabs. A header is named with the file that is compiled,
# as in metric.cuh@metric.cu. Needs nvcc and what `./mvnw test-compile` builds. The broken PTX goes to
# target/classes alone, and is put right again at the end.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly CLASSES=target/classes/io/loxodrome/cuda
readonly SHIPPED=src/main/resources/io/loxodrome/cuda
readonly WORK=target/mutants

fail() {
  echo "mutants: $*" >&2
  exit 1
}

restore() {
  cp "$SHIPPED"/*.ptx "$CLASSES/"
}

# Writes the broken PTX over the one the tests will load.
break_kernel() { # SOURCE[@FILE] OLD NEW
  local broken=${1%@*} file=${1#*@}
  local name=${file%.cu} source version
  source=$(<"kernels/$broken")
  local rest=${source#*"$2"}
  [ "$rest" != "$source" ] || fail "kernels/$broken does not contain: $2"
  [ "${rest#*"$2"}" = "$rest" ] || fail "kernels/$broken contains more than once: $2"
  rm -rf "$WORK/kernels"
  cp -r kernels "$WORK/kernels"
  printf '%s\n' "${source/"$2"/"$3"}" >"$WORK/kernels/$broken"
  nvcc -O3 -std=c++17 -arch=compute_75 -ptx "$WORK/kernels/$file" -o "$WORK/broken.ptx" 2>"$WORK/nvcc.log" ||
    fail "kernels/$broken does not compile with '$3': $(head -3 "$WORK/nvcc.log")"
  version=$(awk '$1 == ".version" { print $2 }' "$SHIPPED/$name.ptx")
  sed -e "s/^\.version .*/.version $version/" -e '/\.pragma "used_bytes_mask/d' "$WORK/broken.ptx" >"$CLASSES/$name.ptx"
  if cmp -s "$CLASSES/$name.ptx" "$SHIPPED/$name.ptx"; then fail "kernels/$broken gives the same PTX with '$3'"; fi
}

# Whether the test class fails, and not for want of running.
notices() { # TEST
  if ./mvnw -q -o surefire:test -Dtest="$1" >"$WORK/test.log" 2>&1; then return 1; fi
  grep -q 'Tests run:.*\(Failures: [1-9]\|Errors: [1-9]\)' "$WORK/test.log" || fail "$1 did not run; see $WORK/test.log"
}

main() {
  local lists=() name file test old new lived=0 count=0
  for name in "$@"; do lists+=("native-build/mutants/$name.txt"); done
  [ ${#lists[@]} -gt 0 ] || lists=(native-build/mutants/*.txt)
  command -v nvcc >/dev/null || fail "nvcc is not on the PATH"
  [ -d "$CLASSES" ] || fail "nothing is built; run ./mvnw test-compile"
  mkdir -p "$WORK"
  trap restore EXIT
  while IFS=$'\t' read -r file test old new; do
    break_kernel "$file" "$old" "$new"
    count=$((count + 1))
    if notices "$test"; then
      echo "died   $file: $old -> $new"
    else
      echo "LIVES  $file: $old -> $new"
      lived=$((lived + 1))
    fi
    restore
  done < <(cat "${lists[@]}")
  echo "$count mutants, $lived live"
  [ "$lived" = 0 ]
}

main "$@"
