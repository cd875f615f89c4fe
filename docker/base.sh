#!/usr/bin/env bash
# A base image made from Debian's own packages, for places that can't pull images from a registry. As root:
#   docker/base.sh lotline-base && buildah bud --build-arg BASE=localhost/lotline-base -f docker/Dockerfile -t lotline .
set -euo pipefail
name=${1:?name the image, for example lotline-base}
mirror=${2:-http://deb.debian.org/debian}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase --include=ca-certificates,python3,python3-pip,python3-venv bookworm "$root/tree" "$mirror"
# The same calls as in Docker's Python images: `python`, and pip into the system of a throw-away stage.
ln -s python3 "$root/tree/usr/bin/python"
rm -f "$root"/tree/usr/lib/python3*/EXTERNALLY-MANAGED
rm -rf "$root"/tree/var/cache/apt/archives/*.deb "$root"/tree/var/lib/apt/lists/*
container=$(buildah from scratch)
buildah add --quiet "$container" "$root/tree" /
buildah config --cmd bash "$container"
buildah commit --quiet --rm "$container" "$name"
