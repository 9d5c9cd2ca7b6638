# SPDX-License-Identifier: GPL-2.0-only OR MIT
# shellcheck shell=bash
#
# Sourced by scripts/bench-report: a page as Markdown and as HTML at once. Each
# function adds the same to both. Text may hold `code`.

# page_begin FOLDER TITLE
page_begin() {
	PAGE_MD=$1/README.md
	PAGE_HTML=$1/index.html
	printf '# %s\n' "$2" >"$PAGE_MD"
	cat >"$PAGE_HTML" <<-END
		<!DOCTYPE html>
		<html lang="en">
		<head>
		<meta charset="utf-8">
		<meta name="viewport" content="width=device-width, initial-scale=1">
		<title>$(html "$2")</title>
		<style>
		body { font: 16px/1.5 sans-serif; color: #222; max-width: 62em; margin: 2em auto;
		       padding: 0 1em; }
		h2 { margin-top: 2em; border-bottom: 1px solid #ddd; }
		code { background: #f3f3f3; padding: 0 .2em; }
		img { max-width: 100%; height: auto; }
		.wide { overflow-x: auto; }
		table { border-collapse: collapse; margin: 1em 0; font-variant-numeric: tabular-nums; }
		th, td { padding: .15em .8em; text-align: right; border-bottom: 1px solid #e4e4e4; }
		th { border-bottom: 2px solid #999; vertical-align: bottom; }
		th:first-child, td:first-child, .left th, .left td { text-align: left; }
		</style>
		</head>
		<body>
		<h1>$(html "$2")</h1>
	END
}

page_end() {
	printf '</body>\n</html>\n' >>"$PAGE_HTML"
}

html() {
	local text=${1//&/&amp;}

	text=${text//</&lt;}
	text=${text//>/&gt;}
	# shellcheck disable=SC2001,SC2016 # these are the text's own
	sed 's|`\([^`]*\)`|<code>\1</code>|g' <<<"$text"
}

page_heading() {
	printf '\n## %s\n' "$1" >>"$PAGE_MD"
	printf '<h2>%s</h2>\n' "$(html "$1")" >>"$PAGE_HTML"
}

page_text() {
	printf '\n%s\n' "$*" | fmt -w 100 >>"$PAGE_MD"
	printf '<p>%s</p>\n' "$(html "$*")" >>"$PAGE_HTML"
}

# page_figure NAME TEXT: NAME.svg and NAME.png; TEXT for who cannot see it
page_figure() {
	printf '\n![%s](%s.svg)\n' "$2" "$1" >>"$PAGE_MD"
	printf '<p><a href="%s.png"><img src="%s.svg" width="960" height="540" alt="%s"></a></p>\n' \
		"$1" "$1" "$(html "$2")" >>"$PAGE_HTML"
}

# page_table [left]: tab-separated values on stdin, the first line names the columns;
# all but the first are numbers, unless left
page_table() {
	local rows align=${1:-right}
	rows=$(cat)

	awk -F '\t' -v rule="$([ "$align" = left ] && echo '|---' || echo '|--:')" 'BEGIN { print "" } {
		gsub(/\|/, "\\|")
		for (i = 1; i <= NF; i++)
			printf "| %s ", $i == "" ? " " : $i
		print "|"
		if (NR == 1) {
			printf "|---"
			for (i = 2; i <= NF; i++)
				printf "%s", rule
			print "|"
		}
	}' <<<"$rows" >>"$PAGE_MD"
	awk -F '\t' -v align="$align" 'function escape(text) {
		gsub(/&/, "\\&amp;", text)
		gsub(/</, "\\&lt;", text)
		gsub(/>/, "\\&gt;", text)
		return text
	}
	BEGIN { printf "<div class=\"wide\"><table class=\"%s\">\n", align }
	{
		tag = NR == 1 ? "th" : "td"
		printf "<tr>"
		for (i = 1; i <= NF; i++)
			printf "<%s>%s</%s>", tag, escape($i), tag
		print "</tr>"
	}
	END { print "</table></div>" }' <<<"$rows" >>"$PAGE_HTML"
}
