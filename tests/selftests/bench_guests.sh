#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Does tests/bench/guests still work? Two guests in QEMU, a megabyte on each way, intact.
# Nothing is timed.
# vehicle: debug
# timeout: 240

bench=$(dirname "$0")/../bench
image=$(printf '%s\n' /boot/vmlinuz-* | sort -V | head -n 1)
kernel=$("$bench/../vm/vmlinux" "$image") || exit
initramfs=$("$bench/guest-initramfs" "${image#/boot/vmlinuz-}") || exit
exec bash "$bench/guests" --inside "$kernel" "$initramfs" 1 1
