#!/usr/bin/env bash
# Packs a folder that runs the tests that need a GPU, on a machine with no network and no JDK.
#
#   native-build/gpu-bundle.sh [--out DIR] [-- MAVEN OPTION...]
#
#   --out   the folder, which must not exist; without it, target/gpu-bundle, which is replaced
#   --      what follows is passed to Maven, for example -o
#
# Needs a JDK 17 with its jmods. The folder holds a Java runtime, the library with its tests and
# benchmarks, JCuda's natives, the sources of the forwarders, the peers in Python, and run-gpu-tests.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly MOST_MEGABYTES=60

# What no test on a GPU uses: the CPU backend's natives, plots, and parts of the tests' libraries.
readonly LEFT_OUT="dnnl,opencl,javacpp,jcuda-natives,jcublas-natives,xchart,VectorGraphics2D,byte-buddy"
readonly LEFT_OUT_GROUPS="org.junit.jupiter,org.junit.platform,net.jqwik,com.tngtech.archunit"
readonly LEFT_OUT_MODULES="java.desktop|java.sql"
readonly LOOKED_UP_MODULES="jdk.unsupported,jdk.zipfs"
readonly NATIVES="jcuda-natives:libJCudaDriver jcublas-natives:libJCublas2"

fail() {
  echo "gpu-bundle: $*" >&2
  exit 1
}

maven() {
  ./mvnw -q "${maven_options[@]}" "$@"
}

property() { # NAME: of pom.xml
  sed -n "s|.*<$1>\(.*\)</$1>.*|\1|p" pom.xml | head -n 1
}

copy_jars() { # FOLDER
  local junit
  junit=$(property junit.version)
  # JUnit Platform 1.x goes with JUnit 5.x; the launcher has Jupiter in it.
  maven dependency:copy-dependencies -DincludeScope=test "-DoutputDirectory=$1/jars" \
    "-DexcludeArtifactIds=$LEFT_OUT" "-DexcludeGroupIds=$LEFT_OUT_GROUPS"
  maven dependency:copy "-DoutputDirectory=$1/jars" \
    "-Dartifact=org.junit.platform:junit-platform-console-standalone:1${junit#5}"
}

copy_natives() { # FOLDER
  local pair folder jcuda
  folder=$(mktemp -d)
  jcuda=$(property jcuda.version)
  maven dependency:copy-dependencies -DincludeArtifactIds=jcuda-natives,jcublas-natives "-DoutputDirectory=$folder"
  for pair in $NATIVES; do
    (cd "$folder" && jar xf "${pair%:*}"-*.jar "lib/${pair#*:}-$jcuda-linux-x86_64.so")
  done
  jar cf "$1/jars/natives.jar" -C "$folder" lib
  rm -r "$folder"
}

# Those that need a GPU, with what they use of the others.
compile_benchmarks() { # FOLDER
  local folder
  folder=$(mktemp -d)
  javac -proc:none -d "$folder" -sourcepath jmh/java -classpath "$1/jars/*" jmh/java/io/loxodrome/bench/Cuda*.java
  jar cf "$1/jars/loxodrome-benchmarks.jar" -C "$folder" .
  rm -r "$folder"
}

# Only the modules that something in the bundle uses or looks up by name. All classes are looked at in one folder, without the
# jars' own module descriptors, which name modules of tests that are not run.
make_runtime() { # FOLDER
  local folder jar modules
  folder=$(mktemp -d)
  for jar in "$1"/jars/*.jar; do (cd "$folder" && jar xf "$jar"); done
  rm -rf "$folder/module-info.class" "$folder/META-INF"
  modules=$(jdeps --ignore-missing-deps --list-deps "$folder" | grep -oE '\b(java|jdk)\.[a-z.]+' |
    grep -vxE "$LEFT_OUT_MODULES" | sort -u | paste -sd ,)
  rm -r "$folder"
  echo "modules: $modules"
  jlink --add-modules "$modules,$LOOKED_UP_MODULES" --output "$1/runtime" \
    --strip-debug --compress=2 --no-header-files --no-man-pages
}

main() {
  local out="" megabytes
  maven_options=()
  while [ $# -gt 0 ]; do
    case "$1" in
      --out)
        [ $# -gt 1 ] || fail "--out needs a folder"
        out=$2
        shift 2
        [ ! -e "$out" ] || fail "$out is there already"
        ;;
      --)
        shift
        maven_options=("$@")
        break
        ;;
      *) fail "unknown option $1; known are --out DIR and --" ;;
    esac
  done
  if [ -z "$out" ]; then
    out=target/gpu-bundle
    rm -rf "$out"
  fi
  javac -version 2>&1 | grep -q ' 17\.' || fail "javac is $(javac -version 2>&1); the runtime is made of a JDK 17"
  mkdir -p "$out"
  out=$(cd "$out" && pwd)

  maven test-compile
  mkdir "$out/jars"
  jar cf "$out/jars/loxodrome.jar" -C target/classes .
  jar cf "$out/jars/loxodrome-tests.jar" -C target/test-classes .
  copy_jars "$out"
  copy_natives "$out"
  compile_benchmarks "$out"
  make_runtime "$out"
  # Where the tests look for them.
  mkdir "$out/native-build"
  cp -r native-build/{forwarders,forwarders.sh,gpu-peers,resources} "$out/native-build"
  cp native-build/run-gpu-tests.sh "$out"

  "$out/runtime/bin/java" -version 2>&1 | head -n 1
  megabytes=$(du -s --apparent-size --block-size=1000000 "$out" | cut -f 1)
  du -s --apparent-size --block-size=1000 "$out"/* | sort -rn
  [ "$megabytes" -le $MOST_MEGABYTES ] || fail "$out has $megabytes MB, may have $MOST_MEGABYTES"
  echo "$out: $megabytes MB; run run-gpu-tests.sh there"
}

main "$@"
