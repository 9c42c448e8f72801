#!/bin/bash
# Grades every submit/* branch that this clone knows of, from the evidence on it.
#
#   docs/grade-branches.sh FOLDER [EXERCISE…]
#
# Writes FOLDER/HANDLE.json for each, and all together into FOLDER/grades.csv. Says what could not be graded, and
# then ends with 1. Nothing of what was handed in is run.
set -euo pipefail
folder=$1
shift
mkdir -p "$folder"
left_out=0
# 0 and 1 are verdicts; 3 is one, too: some task could not be checked where the evidence was gathered
judge() { pilotwhale grade --as "$handle" --evidence "$evidence" --format "$@" || [ $? != 2 ]; }
{
    echo 'learner,exercise,task,status,points,of,attempts,hints,assisted,kind'
    while read -r ref; do
        handle=${ref#refs/remotes/origin/submit/}
        evidence=$(mktemp)
        if ! git show "$ref:evidence.json" >"$evidence"; then
            echo "$handle: there is no evidence on $ref" >&2
            left_out=1
        elif judge json "$@" >"$folder/${handle//\//_}.json"; then
            judge csv "$@" | tail -n +2
        else
            echo "$handle: could not be graded" >&2
            rm "$folder/${handle//\//_}.json"
            left_out=1
        fi
        rm "$evidence"
    done < <(git for-each-ref --format='%(refname)' refs/remotes/origin/submit)
} >"$folder/grades.csv"
exit "$left_out"
