#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# Another build for ttmsim-bench --against, as a test wants it to be. It is started as
# one would be, "other.sh --serve"; what it is stands in two variables:
#
#   BENCH   the ttmsim-bench that does the work
#   OTHER   times FACTOR   answers its times, multiplied by FACTOR
#           older          knows no --serve
#           no-row         has none of the rows
#           dies, killed   ends, or is ended, when times are asked for
#           babbles        answers something else than times
#           endless        never ends its first line
#           silent         says nothing
set -eu

read -r what factor <<<"$OTHER "

case $what in
older)
	echo "unrecognized option '$1'" >&2
	exit 2
	;;
endless) exec tr '\0' x </dev/zero ;;
silent) exec sleep 60 ;;
esac

coproc "$BENCH" "$@"
read -r answer <&"${COPROC[0]}"
echo "$answer"
while read -r question; do
	echo "$question" >&"${COPROC[1]}"
	read -r answer <&"${COPROC[0]}"
	case $what.$question in
	times.batch*)
		answer=$(awk -v f="$factor" '{ print $1 * f, $2 * f, $3 }' <<<"$answer")
		;;
	no-row.row*) answer="no such row here" ;;
	dies.batch*) exit 3 ;;
	killed.batch*) kill -KILL $$ ;;
	babbles.batch*) answer="quick" ;;
	esac
	echo "$answer"
done
