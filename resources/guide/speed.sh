#!/usr/bin/env bash
# Writes speed.md beside itself: every method on every device of this machine.
# usage: resources/guide/speed.sh [quantoscope-cli] [N]   N × N weights, default 2048
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cli=${1:-$here/../../build/release/bin/quantoscope-cli}
size=${2:-2048}

table=$("$cli" bench --size "$size" --repeat 3 --progress never)
{
  echo "# Speed of every method"
  echo
  echo "Made by \`resources/guide/speed.sh\`, that is \`quantoscope-cli bench --size $size --repeat 3\`: $size × $size float32"
  echo "weights in memory, all statistics with exact percentiles, the median of three runs, on $(nproc) threads of"
  echo "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -1), version $("$cli" --version | grep -o '[0-9][0-9.]*' | head -1)."
  echo "*ran on* is another device than *asked* where that has no kernel for a method. A figure is worth its ratio to"
  echo "another of the same run: \`bench NAME\` prints the counting rate and the read bandwidth beside it."
  echo
  echo '```'
  echo "$table"
  echo '```'
} >"$here/speed.md.new"
mv "$here/speed.md.new" "$here/speed.md"
