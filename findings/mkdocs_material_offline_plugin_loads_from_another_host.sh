#!/usr/bin/env bash
# The plugin `offline` of mkdocs-material puts a script of another host into every page.
#
# Expected: a site built with `offline`, made to be read without a network, asks no host for anything.
# Seen: mkdocs-material 9.8.2. Every page loads https://unpkg.com/iframe-worker/shim, which the search of
# a page that is opened as a file needs; the build says nothing, also with --strict. The plugin `privacy`
# would fetch it, but only at a build that has a network.
# Why it matters: on a closed network, where the plugin is for, the search stays silent; elsewhere each
# reader is told to a third party.
# Instead: keep the script (1.4 KB, MIT) in docs/assets and name it in `extra: polyfills`; the plugin
# leaves its own out when a name there has `iframe-worker` in it.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
export NO_MKDOCS_2_WARNING=1
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check mkdocs==1.6.1 mkdocs-material==9.8.2
mkdir -p "$folder/docs/assets"
cd "$folder"
echo "# A page" >docs/index.md
printf 'site_name: deals\ntheme: {name: material, font: false}\nplugins: [search, offline]\n' >mkdocs.yml
venv/bin/mkdocs build -q --strict
grep -o '<script src="https://[^"]*"' site/index.html
echo "// kept" >docs/assets/iframe-worker.js
printf 'extra: {polyfills: [assets/iframe-worker.js]}\n' >>mkdocs.yml
venv/bin/mkdocs build -q --strict
if grep -o '<script src="https://[^"]*"' site/index.html; then
    echo "named in polyfills: still another host" && exit 1
fi
echo "named in polyfills: no other host"
