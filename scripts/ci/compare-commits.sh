#!/usr/bin/env bash
# Runs a recipe on a base commit and on the working tree, on this host, and writes what became of the model.
#
#   compare-commits.sh <recipe.yaml> <base commit, or ""> <output folder>
#
# PARE: the command, default "npx pare". Run it inside the repository.
# Writes <output>/base and <output>/head (the runs), <output>/comment.md and, for both, report.html.
# Exit: 0 fine, 1 something is worse or a gate failed, 2 bad input, 3 failed.
# A base that is not there, or does not run, is no fault: gates on `base.` are then skipped, and the comment says so.
set -euo pipefail

recipe=${1:?usage: compare-commits.sh <recipe> <base commit> <output folder>}
base=${2-}
out=${3:?usage: compare-commits.sh <recipe> <base commit> <output folder>}
read -r -a pare <<<"${PARE:-npx pare}"

rm -rf "$out"
mkdir -p "$out"
out=$(cd "$out" && pwd)
root=$(git rev-parse --show-toplevel)
inside=$(git ls-files --full-name -- "$recipe")
why=""

record_in() { find "$1" -name record.json -print -quit 2>/dev/null || true; }

# Everything about the base. Sets `why` where there is none to compare with.
run_base() {
  if [ -z "${base//0/}" ]; then why="this is the first commit"; return; fi
  git cat-file -e "$base^{commit}" 2>/dev/null || git fetch --quiet --depth=1 origin "$base" 2>/dev/null || true
  if ! git cat-file -e "$base^{commit}" 2>/dev/null; then why="the base commit is not to be had"; return; fi
  if [ -z "$inside" ] || ! git cat-file -e "$base:$inside" 2>/dev/null; then
    why="the base commit has no such recipe"
    return
  fi
  git -C "$root" worktree add --quiet --detach "$out/tree" "$base"
  # Exit 1 is a gate that failed there: not this commit's matter.
  local code=0
  "${pare[@]}" run "$out/tree/$inside" --out "$out/base" || code=$?
  if [ "$code" -gt 1 ]; then why="the recipe does not run on the base commit"; rm -rf "$out/base"; fi
}

forget_tree() { git -C "$root" worktree remove --force "$out/tree" 2>/dev/null || true; }
trap forget_tree EXIT

run_base
base_record=$(record_in "$out/base")

status=0
"${pare[@]}" run "$recipe" --out "$out/head" ${base_record:+--base "$base_record"} || status=$?
[ "$status" -le 1 ] || exit "$status"
head_record=$(record_in "$out/head")

compared=0
if [ -n "$base_record" ]; then
  "${pare[@]}" compare "$base_record" "$head_record" --markdown "$out/compare.md" || compared=$?
  [ "$compared" -le 1 ] || exit "$compared"
else
  printf '### pare: no base\n\nNothing to compare with: %s. Gates on `base.` are skipped.\n' "$why" >"$out/compare.md"
fi

{ cat "$out/compare.md"; echo; "${pare[@]}" report "$head_record"; } >"$out/comment.md"
"${pare[@]}" report ${base_record:+"$base_record"} "$head_record" --force -o "$out/report.html"

if [ "${GITHUB_ACTIONS-}" = true ]; then
  "${pare[@]}" report "$head_record" --format annotations
  if [ "$compared" -eq 1 ]; then echo "::error title=pare::$recipe: worse than ${base:0:12}, see the job summary"; fi
fi
[ "$status" -eq 0 ] && [ "$compared" -eq 0 ]
