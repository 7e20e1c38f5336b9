#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# compare.sh PROGRAM FOLDER DRIVER: runs PROGRAM on the system's own driver (or the one that
# VK_DRIVER_FILES names) and on DRIVER, a manifest for VK_DRIVER_FILES; both must print the same.
set -euo pipefail

program=$1
folder=$2
driver=$3

"$program" >"$folder/first.txt" 2>"$folder/first.device"
VK_DRIVER_FILES=$driver VK_ICD_FILENAMES=$driver \
	"$program" >"$folder/second.txt" 2>"$folder/second.device"
if cmp -s "$folder/first.device" "$folder/second.device"; then
	printf 'Both runs used the same device: %s\n' "$(cat "$folder/first.device")"
	exit 1
fi
diff -u "$folder/first.txt" "$folder/second.txt"
printf 'drivers compared: %d results, the same bytes on\n  %s\n  %s\n' \
	"$(wc -l <"$folder/first.txt")" "$(cat "$folder/first.device")" "$(cat "$folder/second.device")"
