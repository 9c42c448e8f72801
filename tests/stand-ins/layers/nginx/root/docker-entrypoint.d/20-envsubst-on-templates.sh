#!/bin/sh
# Fills in the templates with the values of environment variables.
set -e
templates=${NGINX_ENVSUBST_TEMPLATE_DIR:-/etc/nginx/templates}
output=${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}
[ -d "$templates" ] || exit 0
# only what is set: nginx's own $host and the like stay
names=$(awk 'END {for (name in ENVIRON) printf "${%s} ", name}' </dev/null)
for template in "$templates"/*.template; do
    [ -e "$template" ] || continue
    name=$(basename "$template" .template)
    echo "$0: Running envsubst on $template to $output/$name"
    envsubst "$names" <"$template" >"$output/$name"
done
