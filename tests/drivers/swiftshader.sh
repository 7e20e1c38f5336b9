#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# swiftshader.sh FOLDER: puts SwiftShader, a second Vulkan driver for the CPU, into FOLDER and
# prints the path for VK_DRIVER_FILES. It comes from the Debian package chromium-common, which
# need not be installed; the rest of the package is discarded.
set -euo pipefail

usage="usage: swiftshader.sh FOLDER"
folder=${1:?$usage}
mkdir -p "$folder"
folder=$(readlink -f "$folder")
driver=$folder/libvk_swiftshader.so
manifest=$folder/swiftshader_icd.json

fetch() {
	local scratch
	if [ -e /usr/lib/chromium/libvk_swiftshader.so ]; then
		cp /usr/lib/chromium/libvk_swiftshader.so "$driver"
		return
	fi
	if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
		printf 'swiftshader.sh: this needs apt-get and dpkg-deb (Debian).\n' >&2
		return 1
	fi
	scratch=$(mktemp -d "$folder/package.XXXXXX")
	(
		cd "$scratch"
		apt-get -qq download chromium-common >&2
		dpkg-deb --fsys-tarfile chromium-common_*.deb | tar -x ./usr/lib/chromium/libvk_swiftshader.so
	)
	mv "$scratch/usr/lib/chromium/libvk_swiftshader.so" "$driver"
	rm -r "$scratch"
}

[ -e "$driver" ] || fetch
cat >"$manifest" <<END
{
	"file_format_version": "1.0.0",
	"ICD": { "library_path": "$driver", "api_version": "1.3.0" }
}
END
printf '%s\n' "$manifest"
