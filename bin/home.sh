# Sourced by bin/setup and bin/check. npm wants a home for its cache; containers and service users
# may have none, or one they cannot write.
if [ ! -d "${HOME:-}" ] || [ ! -w "${HOME:-}" ]; then
  HOME=${TMPDIR:-/tmp}/tnid-home-$(id -u)
  mkdir -p -m 700 "$HOME"
  # Anybody may make a folder of this name first.
  if [ "$(ls -ldn "$HOME" | awk '{print $3}')" != "$(id -u)" ] || [ -h "$HOME" ]; then
    printf '%s belongs to somebody else\n' "$HOME" >&2
    exit 1
  fi
  export HOME
fi
