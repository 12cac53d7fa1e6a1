# Sourced by ./run and ./test: installs what the named lists hold and the machine lacks.

install_packages() {
  local root missing=() name list
  root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
  command -v dpkg-query >/dev/null || return 0  # not Debian: the build says what it lacks
  for list in "$@"; do
    while read -r name; do
      case $name in '' | '#'*) continue ;; esac
      [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
    done <"$root/packages-$list.txt"
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "Installing ${#missing[@]} packages: ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "error: install packages: apt-get: needs root and sudo is missing; run as root: apt-get install ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  export DEBIAN_FRONTEND=noninteractive
  "${as_root[@]}" apt-get -qq update &&
    "${as_root[@]}" apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null || {
    echo "error: install packages: apt-get: failed, see above; run it by hand: apt-get install ${missing[*]}" >&2
    return 1
  }
}
