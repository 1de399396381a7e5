#!/usr/bin/env bash
# Runs, on a machine with a GPU, the tests that need one, and the kernels' tests with every launch
# repeated on the GPU. Part of the folder that native-build/gpu-bundle.sh packs.
#
#   ./run-gpu-tests.sh                  the tests
#   ./run-gpu-tests.sh --class NAME...  a program of the bundle instead, for example
#                                       io.loxodrome.bench.CudaKernels or io.loxodrome.bench.CudaStep
#
# Builds the forwarders where there are only cuBLAS 13 and cuDNN 9. Results go to $OUT, or to
# results/; the exit status is 0 if there were tests and all passed.
set -euo pipefail
cd "$(dirname "$0")"

results=${OUT:-results}
forwarders=$PWD/forwarders

has_library() { # SONAME
  ldconfig -p 2>/dev/null | grep -q "$1 " ||
    (IFS=:; for place in ${LD_LIBRARY_PATH:-} /usr/local/cuda/lib64; do [ ! -e "$place/$1" ] || exit 0; done; exit 1)
}

if ! has_library libcublas.so.12 || ! has_library libcudnn.so.8; then
  native-build/forwarders.sh --out "$forwarders" || echo "going on without" >&2
fi

mkdir -p "$results"
classpath=$(printf '%s:' jars/*.jar)
java=(runtime/bin/java "-Dloxodrome.cuda.forwarders=$forwarders" -cp "$classpath")
"${java[@]}" io.loxodrome.cuda.jcuda.GpuFindings
if [ "${1:-}" = --class ]; then
  shift
  exec "${java[@]}" "$@"
fi
set +e
"${java[@]}" -Xmx8g -Dloxodrome.leakDetection=paranoid -Dloxodrome.test.gpu=true \
  org.junit.platform.console.ConsoleLauncher execute --scan-classpath jars/loxodrome-tests.jar --include-tag 'gpu | ptx' \
  --include-classname '.*Test' --exclude-classname '.*CommittedPtxTest' --fail-if-no-tests --details=tree --disable-banner \
  --reports-dir "$results" 2>&1 | tee "$results/gpu-tests.txt"
exit "${PIPESTATUS[0]}"
