# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# bench-report.awk - tables from ttmsim-bench's CSV, as tab-separated values.
#
#	-v table=pivot	one line for each value of the fields ROWS, one column for
#			each value of the fields COLS, VALUE in it
#	-v table=gib	the table of a 1 GiB object
#	-v table=compare	the figures of --compare
#	-v where="cpus=smp,family~^insert/"	only such lines
#
# Besides the columns of the CSV there are these fields, made of others:
#	family		the name without prefault, order and shared
#	path		family without what stands before its first slash
#	prefault, order, shared		of the name; "" where it has none
#	access		"ram wb": backing and caching
#	kind		"SMP" or "UP"
#	mops		million operations a second
#	load		"fault/pfn 16": family and prefault
#	crew		"1 thread", "2 threads, one object"

BEGIN {
	FS = ","
	nr_conditions = split(where, condition, ",")
}

function fatal(text) {
	print "bench-report.awk: " text > "/dev/stderr"
	failed = 1
	exit 1
}

FNR == 1 {
	delete column
	for (i = 1; i <= NF; i++)
		column[$i] = i
	next
}

function derive(    part, nr, i) {
	prefault = order = shared = ""
	family = ""
	nr = split(field["name"], part, "/")
	for (i = 1; i <= nr; i++) {
		if (part[i] ~ /^prefault:/)
			prefault = substr(part[i], 10)
		else if (part[i] == "shuffled")
			order = part[i]
		else if (part[i] == "shared" && family != "fork")
			shared = part[i]
		else
			family = family (family == "" ? "" : "/") part[i]
	}
	field["family"] = family
	field["path"] = family
	sub(/^[^\/]*\//, "", field["path"])
	field["prefault"] = prefault
	field["order"] = order
	field["shared"] = shared
	field["access"] = field["backing"] " " field["caching"]
	field["kind"] = field["cpus"] == "1" ? "UP" : "SMP"
	field["load"] = family (prefault == "" ? "" : " " prefault)
	field["crew"] = field["threads"] == 1 ? "1 thread" : field["threads"] " threads, " \
		(shared == "" ? "own objects" : "one object")
	if (field["ns_min"] > 0)
		field["mops"] = 1000 / field["ns_min"]
}

function matches(    i, at, name, want) {
	for (i = 1; i <= nr_conditions; i++) {
		at = match(condition[i], /[=~]/)
		name = substr(condition[i], 1, at - 1)
		want = substr(condition[i], at + 1)
		if (!(name in field))
			fatal("no field '" name "'")
		if (substr(condition[i], at, 1) == "=" ? field[name] != want : field[name] !~ want)
			return 0
	}
	return 1
}

# Three digits that mean something, whatever the size.
function number(value) {
	if (value == "" || value !~ /^[-+0-9.e]+$/)
		return value
	if (value + 0 == 0)
		return "0"
	return sprintf(value < 1 ? "%.3f" : value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value)
}

function key(names, between,    part, nr, i, out) {
	nr = split(names, part, "+")
	for (i = 1; i <= nr; i++) {
		if (!(part[i] in field))
			fatal("no field '" part[i] "'")
		out = out (i > 1 ? between : "") field[part[i]]
	}
	return out
}

function remember(list, known, value) {
	if (!(value in known)) {
		known[value] = 1
		list[++list[0]] = value
	}
}

{
	delete field
	for (name in column)
		field[name] = $column[name]
	if (table != "compare")
		derive()
	if (!matches())
		next
	if (table == "pivot")
		pivot_line(key(rows, "\t"), key(cols, " "))
	else if (table == "gib")
		gib_line()
	else if (table == "compare")
		compare_line()
}

function pivot_line(row, at) {
	remember(row_list, row_known, row)
	remember(column_list, column_known, at)
	cell[row, at] = field[value]
}

function gib_line(    mode, at) {
	if (field["nr"] == "")
		return
	mode = field["path"] == "none" ? "(mapped before)" : field["path"]
	if (release == "")
		release = field["release"]
	else if (release != field["release"])
		mode = mode " (" field["release"] ")"
	at = memory_name() SUBSEP mode SUBSEP field["prefault"]
	remember(row_list, row_known, at)
	ns[at] = field["ns_min"]
	nr_faults[at] = field["fault"] * field["nr"]
	nr_pages = field["nr"]
}

function memory_name() {
	return (field["backing"] == "io" ? "VRAM" : "RAM") " " field["caching"]
}

# arch:um of a name, or the like
function value_of(name, axis) {
	return match(name, axis ":[^/]*") ? \
		substr(name, RSTART + length(axis) + 1, RLENGTH - length(axis) - 1) : "-"
}

function compare_line(    a, b) {
	a = field["a"]
	b = field["b"]
	if (!told++) {
		sub(/\/arch:.*/, "", a)
		sub(/\/arch:.*/, "", b)
		print "arch\t\t" a ", ns\t" b ", ns\tratio\t95 % confidence"
	}
	printf "%s\t%s\t%s\t%s\t%.3f\t%.3f to %.3f\n", value_of(field["a"], "arch"),
		value_of(field["a"], "cpus") == "1" ? "UP" : "SMP", number(field["a_ns_median"]),
		number(field["b_ns_median"]), field["ratio"], field["low"], field["high"]
}

function print_pivot(    i, j, line, value_text) {
	line = head
	for (j = 1; j <= column_list[0]; j++)
		line = line "\t" column_list[j]
	print line
	for (i = 1; i <= row_list[0]; i++) {
		line = row_list[i]
		for (j = 1; j <= column_list[0]; j++) {
			value_text = cell[row_list[i], column_list[j]]
			line = line "\t" (value_text == "" ? "-" : raw ? value_text : number(value_text))
		}
		print line
	}
}

function print_gib(    i, part, at, base) {
	print "memory\tfault mode\tprefault\ttime, ms\tfaults\tns per PTE\tas fast as pfn with 16"
	for (i = 1; i <= row_list[0]; i++) {
		at = row_list[i]
		split(at, part, SUBSEP)
		base = ns[part[1], "pfn", "16"]
		printf "%s\t%s\t%s\t%s\t%d\t%s\t%s\n", part[1], part[2],
			part[3] == "" ? "-" : part[3], number(ns[at] * nr_pages / 1e6),
			nr_faults[at] + 0.5, number(ns[at]), base ? number(base / ns[at]) " x" : "-"
	}
}

END {
	if (failed)
		exit 1
	if (table == "pivot")
		print_pivot()
	else if (table == "gib")
		print_gib()
}
