# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# bench-report.gp - one plot. gnuplot -e "..." sets before:
#
#	terminal	"svg" or "png"
#	out, data	files; data is tab-separated, its first line names the columns
#	columns, lines	how many it has, without that line
#	kind		"bars": a cluster for each line, a bar for each column
#			"lines": a line for each column over the first one, which is a size
#	heading, xtitle, ytitle
#	logscale	"", "x", "y" or "xy"
#	ymin		where a logarithmic y axis begins

if (terminal eq "svg") {
	set terminal svg size 960,540 font "DejaVu Sans,14" background "white"
} else {
	set terminal pngcairo size 1440,810 font "DejaVu Sans,15" background "white"
}
set output out
set datafile separator tab
set datafile missing "-"
set encoding utf8

# Okabe and Ito's colours: told apart by all eyes.
set linetype 1 lc rgb "#0072b2" lw 2.5 pt 7 ps 0.9
set linetype 2 lc rgb "#e69f00" lw 2.5 pt 5 ps 0.9
set linetype 3 lc rgb "#009e73" lw 2.5 pt 9 ps 1.1
set linetype 4 lc rgb "#cc79a7" lw 2.5 pt 11 ps 1.1
set linetype 5 lc rgb "#56b4e9" lw 2.5 pt 13 ps 1.1
set linetype 6 lc rgb "#d55e00" lw 2.5 pt 4 ps 0.9
set linetype 7 lc rgb "#000000" lw 2.5 pt 6 ps 0.9
set linetype 8 lc rgb "#999999" lw 2.5 pt 8 ps 1.1
set linetype 9 lc rgb "#b8a000" lw 2.5 pt 10 ps 1.1

set title heading noenhanced font ",17"
set xlabel xtitle noenhanced offset 0,0.5
set ylabel ytitle noenhanced
set border 3 lc rgb "#666666"
set tics nomirror out
set grid ytics lt -1 lc rgb "#d0d0d0" lw 0.8
set key noenhanced outside right top vertical Left reverse samplen 2 spacing 1.25
set format y "%g"
if (strstrt(logscale, "y")) {
	set logscale y
	set yrange [ymin:*]
} else {
	set yrange [0:*]
}

size(n) = n >= 1048576 ? sprintf("%gMi", n / 1048576) : \
	n >= 1024 ? sprintf("%gKi", n / 1024) : sprintf("%g", n)

if (kind eq "bars") {
	set style data histograms
	set style histogram clustered gap 1
	set style fill solid 1.0 noborder
	set boxwidth 0.9
	set key bmargin center horizontal
	set bmargin 5.5
	set xtics noenhanced scale 0
	set xrange [-0.7:lines - 0.3]
	plot for [i = 2:columns] data using i:xtic(1) lt i - 1 title columnheader(i)
} else {
	if (strstrt(logscale, "x")) {
		set logscale x
		set offsets graph 0.02, graph 0.02
	}
	set xtics noenhanced
	plot for [i = 2:columns] data using 1:i:xtic(size(column(1))) with linespoints \
		lt i - 1 title columnheader(i)
}
