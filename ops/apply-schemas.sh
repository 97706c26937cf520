#!/bin/sh
# Registers what this checkout has committed with the registry of a throw-away environment. Again: changes nothing.
# Usage: apply-schemas.sh CHECKOUT ENVIRONMENT, with SCHEMA_REGISTRY_URL set; run where cli/orderledger.js is.
set -eu
checkout=$1
environment=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The plan and the ids that the registry gives are written to the clone: the checkout stays as it is.
git -c safe.directory='*' clone --quiet --depth 1 "file://$checkout" "$work/clone"
folder="$work/clone/schemas"

# 1 says that there is something to do.
node cli/orderledger.js schemas plan --env "$environment" --folder "$folder" --out "$work/plan.json" || [ $? -eq 1 ]
node cli/orderledger.js schemas apply --env "$environment" --folder "$folder" --plan "$work/plan.json"
