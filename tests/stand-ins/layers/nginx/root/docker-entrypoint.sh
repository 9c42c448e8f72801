#!/bin/sh
# Runs the scripts in /docker-entrypoint.d, then nginx.
set -e
log() { [ -n "$NGINX_ENTRYPOINT_QUIET_LOGS" ] || echo "$0: $*"; }
case "$1" in nginx | nginx-debug)
    log '/docker-entrypoint.d/ is not empty, will attempt to perform configuration'
    log 'Looking for shell scripts in /docker-entrypoint.d/'
    for script in /docker-entrypoint.d/*; do
        if [ ! -x "$script" ]; then
            log "Ignoring $script, not executable"
            continue
        fi
        case "$script" in
            *.envsh) log "Sourcing $script" && . "$script" ;;
            *.sh) log "Launching $script" && "$script" ;;
            *) log "Ignoring $script" ;;
        esac
    done
    log 'Configuration complete; ready for start up'
    ;;
esac
exec "$@"
