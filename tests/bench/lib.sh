# What the measurements share; they source it from the root of the repository.

say() { printf '%s\n' "$*" >&2; }

work=$(mktemp -d "${TMPDIR:-/tmp}/ballroom-bench-XXXXXX")
chmod 755 "$work"
processes=()
databases=()
cluster=

# Ends what was started, and nothing else.
finish() {
  local process database
  for process in "${processes[@]}"; do
    kill "$process" 2>/dev/null && wait "$process" 2>/dev/null || true
  done
  if [ -n "$cluster" ]; then
    "${as[@]}" "$postgres_bin/pg_ctl" -D "$cluster" -m immediate -w stop >/dev/null 2>&1 || true
  else
    for database in "${databases[@]}"; do
      psql -q -d "$postgres/postgres" -c "DROP DATABASE IF EXISTS $database WITH (FORCE)" >/dev/null 2>&1 || true
    done
  fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

need() { # command, package
  command -v "$1" >/dev/null || { say "please install $2 (Debian: sudo apt-get install $2)"; exit 1; }
}

# The product as users run it: `BALLROOM_BIN`, else what `PROFILE` builds (release by default).
product_binary() {
  local profile=${PROFILE:-release} target
  if [ -z "${BALLROOM_BIN:-}" ]; then
    cargo build --locked --quiet --profile "$profile" -p ballroom-api --bin ballroom
    target=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
    BALLROOM_BIN=$target/$([ "$profile" = dev ] && echo debug || echo "$profile")/ballroom
  fi
  say "product: $BALLROOM_BIN, $(du -m "$(readlink -f "$BALLROOM_BIN")" | cut -f1) MB"
}

# The reference server and the tools: `BENCH_BIN`, else built in release.
bench_binaries() {
  if [ -z "${BENCH_BIN:-}" ]; then
    cargo build --locked --quiet --release --manifest-path tests/bench/Cargo.toml
    BENCH_BIN=$(cargo metadata --manifest-path tests/bench/Cargo.toml --format-version 1 --no-deps |
      sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release
  fi
}

# PostgreSQL: at the URL given (a server, without a database), else one of our own that flushes what it commits.
postgres_server() { # [URL]
  need psql postgresql-client
  postmaster=
  if [ -n "${1:-}" ]; then
    postgres=${1%/}
    local directory
    directory=$(psql -At -d "$postgres/postgres" -c 'SHOW data_directory' 2>/dev/null || true)
    [ -r "$directory/postmaster.pid" ] && postmaster=$(head -1 "$directory/postmaster.pid")
    [ -n "$postmaster" ] || say "the database's processes are not on this machine: its CPU time is not counted"
    return
  fi
  local found port settings=
  [ -z "${STATEMENTS:-}" ] || settings="-c shared_preload_libraries=pg_stat_statements -c pg_stat_statements.track_planning=on"
  for found in "$(command -v initdb || true)" /usr/lib/postgresql/*/bin/initdb; do
    [ -x "$found" ] && postgres_bin=$(dirname "$(readlink -f "$found")")
  done
  [ -n "${postgres_bin:-}" ] || { say "please install postgresql (Debian: sudo apt-get install postgresql)"; exit 1; }
  as=()
  mkdir "$work/postgres"
  if [ "$(id -u)" = 0 ]; then
    local user=nobody
    id -u postgres >/dev/null 2>&1 && user=postgres
    chown "$user" "$work/postgres"
    as=(setpriv "--reuid=$user" "--regid=$(id -g "$user")" --clear-groups env HOME="$work/postgres")
  fi
  (cd "$work/postgres" && "${as[@]}" "$postgres_bin/initdb" -D "$work/postgres/data" -U ballroom --auth=trust -E UTF8 \
    --locale=C >"$work/initdb.log" 2>&1) || { cat "$work/initdb.log" >&2; exit 1; }
  for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 12000))
    if (cd "$work/postgres" && "${as[@]}" "$postgres_bin/pg_ctl" -D "$work/postgres/data" -l "$work/postgres/log" -w start \
      -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 \
          -c shared_buffers=1GB -c max_wal_size=8GB -c checkpoint_timeout=30min $settings" >/dev/null 2>&1); then
      cluster=$work/postgres/data
      postmaster=$(head -1 "$cluster/postmaster.pid")
      postgres=postgres://ballroom@127.0.0.1:$port
      return
    fi
  done
  cat "$work/postgres/log" >&2
  say "PostgreSQL does not start"
  exit 1
}

# An empty database of this name; it is dropped at the end.
database() { # name
  psql -q -d "$postgres/postgres" -c "DROP DATABASE IF EXISTS $1 WITH (FORCE)" -c "CREATE DATABASE $1" 2>/dev/null
  databases+=("$1")
}

sql() { # database, statement
  psql -q -At -v ON_ERROR_STOP=1 -d "$postgres/$1" -c "$2"
}

# Starts a server in the background and waits until it says where it listens. Sets `process` and `url`.
start() { # name, command...
  local name=$1
  shift
  : >"$work/$name.said"
  "$@" >"$work/$name.said" 2>"$work/$name.log" &
  process=$!
  processes+=("$process")
  until url=$(grep -om1 'http://127[^ ]*' "$work/$name.said"); do
    kill -0 "$process" 2>/dev/null || { cat "$work/$name.log" >&2; say "$name does not start"; exit 1; }
    sleep 0.05
  done
}

# Hundredths of a second of CPU that a process has used.
cpu() { # process
  sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'
}

# The same of PostgreSQL: the process that has started all others, those that live and those that have ended.
database_cpu() {
  [ -n "$postmaster" ] || { echo 0; return; }
  { cat /proc/[0-9]*/stat 2>/dev/null || true; } | sed 's/^\([0-9]*\) (.*) /\1 /' | awk -v postmaster="$postmaster" '
    $1 == postmaster { sum += $13 + $14 + $15 + $16 }
    $3 == postmaster { sum += $13 + $14 }
    END { print sum + 0 }'
}

# Megabytes: now, or at most (VmHWM).
memory() { # process, VmRSS or VmHWM
  awk -v field="$2:" '$1 == field { printf "%d", $2 / 1024 }' "/proc/$1/status"
}

# One GraphQL operation, as JSON.
ask() { # url, token, JSON of the body
  curl -sS --max-time 120 -H "Authorization: Bearer $2" -H 'Content-Type: application/json' --data-binary "$3" "$1/graphql"
}

# The rows: the same file for both servers, up to yesterday.
answers() { # rows
  "$BENCH_BIN/answers" "$1" "$work/answers.csv" "$(date -u -d yesterday +%F)"
}

# Runs a command while watching it. Sets `seconds`, `client_cpu` (s) and `peak` (MB of memory).
watched() { # command...
  local began ended now process stat
  began=$(date +%s.%N)
  peak=0 client_cpu=0
  "$@" >"$work/watched.out" 2>"$work/watched.err" &
  process=$!
  while stat=$(cpu "$process" 2>/dev/null) && [ -n "$stat" ]; do
    client_cpu=$stat
    now=$(memory "$process" VmHWM 2>/dev/null || true)
    if [ "${now:-0}" -gt "$peak" ]; then peak=$now; fi
    kill -0 "$process" 2>/dev/null || break
    sleep 0.1
  done
  wait "$process" || { cat "$work/watched.err" >&2; say "$1 failed"; exit 1; }
  ended=$(date +%s.%N)
  seconds=$(awk "BEGIN { print $ended - $began }")
  client_cpu=$(awk "BEGIN { print $client_cpu / 100 }")
}
