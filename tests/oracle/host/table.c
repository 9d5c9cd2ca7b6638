/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * table.c - the table: axes x operations. Each section is the product of its
 * axes; each combination runs each of its scripts, on a machine of its own.
 *
 * In texts $X is the value of the axis X, ';' ends an operation. Scripts name
 * the mapping m0 and what is mapped d0; most touch little before they look, so
 * that what ends a scenario (a BUG) comes late.
 */
#include <string.h>

#include "oracle.h"

#define AXIS(name, key, ...) \
	static const struct axis_value name##_values[] = { __VA_ARGS__, { NULL, NULL } }; \
	static const struct axis name = { key, name##_values }

/* ---- axes ---- */

AXIS(vma_flags, 'V', { "pfn", "PFNMAP" }, { "pfn-io", "PFNMAP,IO" },
     { "pfn-de", "PFNMAP,DONTEXPAND" }, { "pfn-io-de", "PFNMAP,IO,DONTEXPAND" },
     { "mix", "MIXEDMAP" }, { "mix-io", "MIXEDMAP,IO" }, { "mix-de", "MIXEDMAP,DONTEXPAND" },
     { "mix-io-de", "MIXEDMAP,IO,DONTEXPAND" }, { "none", "none" }, { "io", "IO" },
     { "de", "DONTEXPAND" }, { "io-de", "IO,DONTEXPAND" });

AXIS(few_flags, 'V', { "pfn", "PFNMAP" }, { "mix", "MIXEDMAP" }, { "none", "none" });

/* How it is mapped. */
AXIS(sharing, 'S', { "srw", "mmap m0 d0 pages=4" },
     { "sro", "open f0 ro dev=d0; mmap m0 f0 prot=r pages=4" },
     { "prw", "mmap m0 d0 share=private pages=4" },
     { "pro", "mmap m0 d0 share=private prot=r pages=4" },
     { "none", "mmap m0 d0 prot=none pages=4" });
AXIS(two_sharings, 'S', { "srw", "mmap m0 d0 pages=4" },
     { "prw", "mmap m0 d0 share=private pages=4" });

AXIS(inserts, 'I', { "pfn_prot", "pfn_prot" }, { "mixed_prot", "mixed_prot" },
     { "page", "page" }, { "pages", "pages" }, { "remap", "remap" }, { "apply", "apply" },
     { "fault_page", "fault_page" });
AXIS(backing, 'B', { "ram", "" }, { "io", "backing=iomem" });
AXIS(caching, 'C', { "wb", "" }, { "wc", "caching=wc" }, { "uc", "caching=uc" });
AXIS(reserve, 'R', { "plain", "" }, { "reserved", "reserve=1" });
AXIS(variants, 'X', { "prefault", "prefault=3" }, { "reject", "reject_cow=1" },
     { "mkwrite", "pfn_mkwrite=1" }, { "both", "prefault=2 pfn_mkwrite=1" });

/* Whole devices that make sense, and a file of the page cache. */
#define DEV(name, text) { name, "dev d0 pages=4 " text }
#define DEVICES \
	DEV("pfn", "insert=pfn_prot"), \
	DEV("mixpfn", "vma=MIXEDMAP insert=pfn_prot backing=iomem"), \
	DEV("mixed", "vma=MIXEDMAP,DONTEXPAND insert=mixed_prot"), \
	DEV("page", "vma=MIXEDMAP insert=page"), \
	DEV("pagem", "vma=none insert=page time=mmap"), \
	DEV("pages", "vma=MIXEDMAP insert=pages"), \
	DEV("pagesm", "vma=none insert=pages time=mmap"), \
	DEV("remap", "vma=none insert=remap"), \
	DEV("remapf", "vma=MIXEDMAP insert=remap time=fault"), \
	DEV("apply", "vma=PFNMAP,IO insert=apply"), \
	DEV("plain", "vma=none insert=apply"), \
	DEV("fault", "vma=none insert=fault_page"), \
	DEV("faultmix", "vma=MIXEDMAP,IO insert=fault_page"), \
	DEV("iopfn", "insert=pfn_prot backing=iomem caching=wc reserve=1"), \
	DEV("iomix", "vma=MIXEDMAP insert=mixed_prot backing=iomem"), \
	DEV("ioremap", "vma=IO insert=remap backing=iomem caching=uc")
AXIS(devices, 'D', DEVICES);
AXIS(sources, 'D', DEVICES, { "file", "file d0 pages=4" });
AXIS(few_sources, 'D', DEV("pfn", "insert=pfn_prot"), DEV("remap", "vma=none insert=remap"),
     DEV("fault", "vma=none insert=fault_page"), { "file", "file d0 pages=4" });

AXIS(anon, 'A', { "priv", "mmap m0 anon pages=4 share=private" },
     { "shm", "mmap m0 anon pages=4" },
     { "priv-r", "mmap m0 anon pages=4 share=private prot=r" },
     { "priv-nr", "mmap m0 anon pages=4 share=private noreserve" });

AXIS(flavours, 'F', { "gup", "gup" }, { "gup_fast", "gup_fast" },
     { "gup_fast_only", "gup_fast_only" }, { "pin", "pin" }, { "pin_fast", "pin_fast" },
     { "pin_fast_only", "pin_fast_only" });

/* The ways that say how the lock is held, and what to leave out. */
AXIS(more_flavours, 'F', { "gup", "gup" }, { "unlocked", "gup_unlocked" },
     { "remote", "gup_remote" }, { "pin", "pin" }, { "pin_unlocked", "pin_unlocked" },
     { "pin_remote", "pin_remote" });
AXIS(fast_flavours, 'F', { "gup_fast", "gup_fast" }, { "pin_fast", "pin_fast" });

/* Memory types of vm_page_prot, of what is inserted with, of the pages. */
AXIS(prot_types, 'P', { "pwb", "prot_caching=wb" }, { "pwc", "prot_caching=wc" },
     { "puc", "prot_caching=uc" });
AXIS(insert_types, 'J', { "as", "" }, { "iwb", "insert_caching=wb" },
     { "iwc", "insert_caching=wc" }, { "iuc", "insert_caching=uc" });
AXIS(pages_types, 'C', { "wb", "pages_caching=wb" }, { "wc", "pages_caching=wc" },
     { "uc", "pages_caching=uc" }, { "io", "backing=iomem" },
     { "iowc", "backing=iomem pages_caching=wc reserve=1" });
AXIS(prot_inserts, 'I', { "pfn_prot", "vma=PFNMAP insert=pfn_prot" },
     { "mixed_prot", "vma=MIXEDMAP insert=mixed_prot" }, { "remap", "vma=none insert=remap" },
     { "apply", "vma=PFNMAP insert=apply" });

AXIS(forced, 'P', { "r", "insert_prot=r" }, { "rw", "insert_prot=rw" },
     { "none", "insert_prot=none" }, { "rwx", "insert_prot=rwx" }, { "w", "insert_prot=w" });

/* Devices whose handlers have something to say. */
#define HANDLER(name, text) { name, "dev d0 pages=4 open=1 close=1 " text }
AXIS(handlers, 'D', HANDLER("plain", "insert=fault_page vma=none"),
     HANDLER("locked", "insert=fault_page vma=none page_mkwrite=locked"),
     HANDLER("nopage", "insert=fault_page vma=none page_mkwrite=sigbus"),
     HANDLER("lockedpage", "insert=page vma=MIXEDMAP page_mkwrite=locked"),
     HANDLER("both", "insert=page vma=MIXEDMAP page_mkwrite=locked pfn_mkwrite=sigbus"),
     HANDLER("nopfn", "insert=mixed_prot vma=MIXEDMAP pfn_mkwrite=sigbus"),
     HANDLER("mkwrite", "insert=mixed_mkwrite vma=MIXEDMAP pfn_mkwrite=insert"),
     HANDLER("mkwriteio", "insert=mixed_mkwrite vma=MIXEDMAP pfn_mkwrite=insert backing=iomem"),
     HANDLER("mkwrite0", "insert=mixed_mkwrite vma=MIXEDMAP"),
     HANDLER("special", "insert=mixed_special vma=none"),
     HANDLER("specialmix", "insert=mixed_special vma=MIXEDMAP access=bytes"),
     HANDLER("retry", "insert=fault_page vma=none fault=retry"),
     HANDLER("retrypfn", "insert=apply vma=PFNMAP fault=retry access=bytes"),
     HANDLER("sigbus", "insert=apply vma=none fault=sigbus access=bytes"),
     HANDLER("sigsegv", "insert=apply vma=PFNMAP fault=sigsegv access=error"),
     HANDLER("nothing", "insert=none vma=MIXEDMAP access=bytes"),
     HANDLER("nothingpfn", "insert=none vma=PFNMAP,IO access=error"),
     HANDLER("never", "insert=apply vma=PFNMAP,NOMAYWRITE access=bytes"),
     HANDLER("neverpage", "insert=fault_page vma=NOMAYWRITE"));
AXIS(inserts_by, 'Y', { "pfn_prot", "pfn_prot" }, { "mixed_prot", "mixed_prot" },
     { "mixed_special", "mixed_special" }, { "mixed_mkwrite", "mixed_mkwrite" },
     { "page", "page" }, { "pages", "pages" }, { "remap", "remap" }, { "apply", "apply" });
AXIS(unders, 'D', DEV("pfn", "insert=pfn_prot"), DEV("remap", "vma=none insert=remap"),
     DEV("page", "vma=MIXEDMAP insert=page"), DEV("fault", "vma=none insert=fault_page"),
     DEV("io", "insert=pfn_prot backing=iomem caching=wc reserve=1"),
     DEV("ioremap", "vma=IO insert=remap backing=iomem caching=uc"),
     DEV("wc", "vma=PFNMAP insert=apply caching=wc"));
AXIS(overs, 'E', { "pfn", "insert=pfn_prot" }, { "remap", "vma=none insert=remap caching=wc" },
     { "page", "vma=MIXEDMAP insert=page" }, { "fault", "vma=none insert=fault_page" },
     { "apply", "vma=PFNMAP insert=apply caching=uc" },
     { "mixed", "vma=MIXEDMAP insert=mixed_prot" });

AXIS(prots, 'P', { "none", "none" }, { "r", "r" }, { "w", "w" }, { "rw", "rw" }, { "x", "x" },
     { "rx", "rx" }, { "rwx", "rwx" });
AXIS(modes, 'M', { "rw", "rw" }, { "ro", "ro" }, { "wo", "wo" });
AXIS(shares, 'H', { "shared", "shared" }, { "private", "private" });

/* ---- scripts ---- */

#define SCRIPTS(name, ...) \
	static const struct script name[] = { __VA_ARGS__, { NULL, NULL } }

SCRIPTS(core_scripts, { "basic",
	"refs d0+0; read m0+0; write m0+0; pte m0+0; pte m0+1; refs d0+0; gup m0+0;"
	"gup_fast m0+0 write; pin m0+1; gup_fast_only m0+0; refs d0+0; put m0+0; put m0+0;"
	"unpin m0+1; smaps m0; pagemap m0+0; mincore m0; munmap m0; refs d0+0" });

SCRIPTS(time_scripts, { "map",
	"pte m0+0; pte m0+3; refs d0+0; smaps m0; read m0+0; write m0+1; pte m0+1; gup m0+0;"
	"munmap m0+1 pages=2; refs d0+1; refs d0+0" });

SCRIPTS(variant_scripts, { "touch",
	"read m0+0; pte m0+0; pte m0+1; pte m0+2; write m0+0; pte m0+0; write m0+3; pte m0+3;"
	"mprotect m0 prot=r; mprotect m0 prot=rw; write m0+0; pte m0+0; smaps m0; refs d0+0;"
	"refs d0+2; fork c0; in c0 write m0+1; in c0 pte m0+1; pte m0+1" });

#define GUP(place, how) "$F " place how ";"
SCRIPTS(gup_scripts,
	{ "new", GUP("m0+0", "") GUP("m0+1", " write") GUP("m0+2", " force")
	  GUP("m0+3", " write force") "pte m0+0; pte m0+1; pte m0+3; refs m0+0; refs m0+1;"
	  GUP("m0+0", " longterm") GUP("m0+1", " write longterm") "refs m0+0; smaps m0;"
	  "put m0+0; unpin m0+0; munmap m0+0; pte m0+1; unpin m0+1; put m0+1; refs m0+1" },
	{ "old", "read m0+0; write m0+1; read m0+2;" GUP("m0+0", "") GUP("m0+1", " write")
	  GUP("m0+2", " write") "pte m0+2; read m0+2;" GUP("m0+0", " n=4")
	  GUP("m0+2", " n=4 write") "refs m0+0; refs m0+2; mprotect m0 prot=none;"
	  GUP("m0+0", "") GUP("m0+0", " force") GUP("m0+1", " write force") "pagemap m0+0" });

SCRIPTS(more_gup_scripts,
	{ "flags", "write m0+0; read m0+1;" GUP("m0+0", " dump") GUP("m0+1", " dump")
	  GUP("m0+2", " dump") GUP("m0+0", " n=4 nowait") GUP("m0+3", " write nowait") "pte m0+2;"
	  "put m0+0; unpin m0+0; refs m0+0; mprotect m0+3 prot=none;" GUP("m0+3", " dump") },
	{ "nopages", GUP("m0+0", " nopages") GUP("m0+1", " n=2 write nopages") "pte m0+0; pte m0+1;"
	  GUP("m0+0", " n=4 force nopages") "refs m0+0; put m0+0;" GUP("m0+0", " longterm write")
	  GUP("m0+0", " write force") "refs m0+0; put m0+0; unpin m0+0; munmap m0+0;"
	  GUP("m0+0", " nopages") GUP("m0+1", "") "refs m0+1" });

SCRIPTS(dump_scripts, { "dump",
	"write m0+0; read m0+1; dump_page m0+0; dump_page m0+1; dump_page m0+2; pte m0+2;"
	"refs m0+0; put m0+0; refs m0+0; mprotect m0+3 prot=none; dump_page m0+3; pte m0+3;"
	"munmap m0+0; dump_page m0+0" });

SCRIPTS(odd_gup_scripts, { "flags",
	"write m0+0;" GUP("m0+0", " dump") GUP("m0+0", " nowait") GUP("m0+1", " nowait write")
	"refs m0+0" });

SCRIPTS(protect_scripts,
	{ "whole", "write m0+0; read m0+1; mprotect m0 prot=r; pte m0+0; pte m0+1; read m0+0;"
	  "write m0+0; gup_fast m0+0 write; mprotect m0 prot=none; pte m0+0; read m0+0;"
	  "gup m0+0; gup_fast m0+0; pagemap m0+0; mincore m0; mprotect m0 prot=rw; pte m0+0;"
	  "write m0+0; read m0+1; pte m0+0; pte m0+1; write m0+2; pte m0+2; refs m0+0" },
	{ "part", "read m0+1; mprotect m0+1 prot=r; maps; mprotect m0+2 pages=2 prot=none; maps;"
	  "read m0+3; mprotect m0 prot=r; maps; read m0+2; pte m0+1; mprotect m0+1 prot=rx; maps;"
	  "mprotect m0 prot=rwx; maps; write m0+1; read m0+3; pte m0+1; smaps m0" },
	{ "odd", "mprotect m0 prot=x; read m0+0; pte m0+0; mprotect m0 prot=w; maps; read m0+1;"
	  "write m0+1; pte m0+1; mprotect m0 pages=6 prot=r; maps; mprotect m0+9 prot=r" });

SCRIPTS(fork_scripts,
	{ "both", "write m0+0; read m0+1; fork c0; pte m0+0; in c0 pte m0+0; in c0 pte m0+1;"
	  "refs m0+0; in c0 read m0+0; in c0 write m0+0 value=1; read m0+0; pte m0+0;"
	  "write m0+1 value=2; in c0 read m0+1; in c0 gup m0+0 write; in c0 gup_fast m0+1;"
	  "refs m0+0; in c0 refs m0+0; in c0 smaps m0; in c0 maps; exit c0; refs m0+0;"
	  "write m0+0; pte m0+0; smaps m0" },
	{ "pinned", "write m0+0; read m0+1; pin m0+0 write; pin m0+1; fork c0; pte m0+0;"
	  "in c0 pte m0+0; in c0 pte m0+1; refs m0+0; write m0+0 value=7; in c0 read m0+0;"
	  "in c0 write m0+1; unpin m0+0; refs m0+0; pte m0+1" },
	{ "advised", "madvise m0+1 pages=2 dontfork; read m0+0; read m0+1; fork c0; in c0 maps;"
	  "in c0 read m0+1; in c0 read m0+0; in c0 pte m0+0; madvise m0 dofork; maps; fork c1;"
	  "in c1 maps; in c1 pte m0+1; madvise m0+0 wipeonfork; fork c2; in c2 pte m0+0;"
	  "in c2 read m0+0; madvise m0 keeponfork" },
	{ "grand", "read m0+0; fork c0; in c0 fork c1; in c1 write m0+0; in c0 write m0+0 value=3;"
	  "read m0+0; refs m0+0; exit c0; in c1 read m0+0; in c1 pte m0+0; in c1 munmap m0;"
	  "pte m0+0; refs m0+0" });

SCRIPTS(advice_scripts, { "all",
	"madvise m0 normal; madvise m0 random; smaps m0; madvise m0 sequential;"
	"madvise m0 willneed; madvise m0 dontfork; smaps m0; madvise m0 dofork;"
	"madvise m0 hugepage; madvise m0 nohugepage; smaps m0; madvise m0 dontdump;"
	"madvise m0 dodump; smaps m0; madvise m0 populate_read;"
	"madvise m0 populate_write; madvise m0 wipeonfork; madvise m0 keeponfork; madvise m0 dontneed;"
	"madvise m0+2 pages=4 normal; madvise m0+1 random; maps" });

#define ADVISED(advice) { advice, "write m0+0; read m0+1; madvise m0 pages=3 " advice ";" \
	"pte m0+0; pte m0+1; pte m0+2; refs m0+0; read m0+0; write m0+1; smaps m0; mincore m0" }
SCRIPTS(advise_scripts, ADVISED("dontneed"), ADVISED("populate_read"),
	ADVISED("populate_write"), ADVISED("willneed"), ADVISED("wipeonfork"),
	ADVISED("sequential"));

SCRIPTS(lock_scripts,
	{ "lock", "mlock m0; smaps m0; pte m0+0; read m0+0; pte m0+1; munlock m0+1; maps;"
	  "smaps m0; smaps m0+1; mlock m0+2 pages=2; mlock m0+2 pages=4; smaps m0+2; munlock m0;"
	  "smaps m0" },
	{ "later", "write m0+0; mlock m0+0; refs m0+0; mprotect m0 prot=none; mlock m0;"
	  "munmap m0+0; maps; madvise m0+1 dontneed; munlock m0+1; madvise m0+1 dontneed" });

SCRIPTS(flag_scripts, { "flags",
	"mmap m1 d0 $H populate pages=2; pte m1+0; pte m1+1; smaps m1; mmap m2 d0 $H locked;"
	"pte m2+0; smaps m2; mmap m3 d0 $H noreserve; smaps m3; maps; refs m1+0; munmap m2;"
	"refs m1+0; mmap m4 d0 $H off=3 pages=4; read m4+0; read m4+1; mmap m5 d0 $H off=8" });

SCRIPTS(mremap_scripts,
	{ "grow", "write m0+0; mremap m0 pages=6; maps; read m0+0; pte m0+0; read m0+5;"
	  "mremap m0 pages=8 inplace; maps; smaps m0; refs m0+0" },
	{ "shrink", "read m0+0; read m0+3; mremap m0 pages=2; maps; pte m0+3; read m0+3; read m0+1;"
	  "mremap m0 pages=4; maps; pte m0+0; read m0+3" },
	{ "move", "mmap m1 anon pages=6; write m0+0; read m0+1; mremap m0 pages=4 at=m1; maps;"
	  "pte m0+0; pte m0+1; read m0+0; write m0+1; refs m0+0; smaps m0;"
	  "mremap m0 pages=5 at=m1+5; maps" },
	{ "dontunmap", "write m0+0; read m0+1; mremap m0 pages=4 dontunmap; maps; pte m0+0;"
	  "pte m0+1; read m0+0; refs m0+0; smaps m0; mremap m0 pages=5 dontunmap" });

SCRIPTS(part_scripts,
	{ "part", "write m0+1; read m0+2; mmap m1 anon pages=8;"
	  "mremap m0+1 old=2 pages=2 at=m1+2 as=m2; maps; pte m2+0; pte m2+1; pte m0+1;"
	  "read m0+1; read m0+3; write m2+0; refs m2+0; smaps m2; mremap m0+3 old=1 pages=3 as=m3;"
	  "maps; read m3+0; read m3+2; mremap m0+0 old=1 pages=2; maps" },
	{ "again", "write m0+0; read m0+1; mremap m0 old=0 pages=4 as=m1; maps; pte m1+0;"
	  "read m1+0; write m1+1; refs m0+1; pte m0+1; mremap m0+2 old=0 pages=1 as=m2; maps; write m2+0;"
	  "refs m0+2; mremap m0 old=0 pages=2 dontunmap as=m3; munmap m0; read m1+0; maps" },
	{ "cut", "read m0+3; mremap m0+2 pages=1; maps; pte m0+3; mremap m0+1 old=3 pages=1 as=m1;"
	  "maps; mremap m0+0 old=5 pages=6 as=m2; maps; mremap m0+0 old=2 pages=2 dontunmap as=m3;"
	  "maps; read m0+0; mremap m0+7 old=0 pages=1 as=m4" });

SCRIPTS(sync_scripts, { "sync",
	"msync m0; msync m0 async; msync m0 sync; msync m0 invalidate; msync m0 async sync;"
	"mincore m0; pagemap m0+0; read m0+0; write m0+1; mincore m0; pagemap m0+0;"
	"pagemap m0+1; pagemap m0+2; msync m0+1; pte m0+1; mlock m0+1; msync m0 invalidate;"
	"munmap m0+2; msync m0; mincore m0; mincore m0+3; pagemap m0+2" });

SCRIPTS(zap_scripts, { "zap",
	"write m0+0; read m0+1; zap d0; pte m0+0; pte m0+1; refs m0+0; smaps m0; read m0+0;"
	"read m0+2; zap d0+1 pages=2 even_cows=0; pte m0+0; pte m0+2; write m0+2;"
	"zap d0 even_cows=0; pte m0+2; read m0+2; smaps m0; mincore m0" });

SCRIPTS(insert_scripts,
	{ "empty", "insert m0+0; pte m0+0; insert m0+0; insert m0+0 page=1; pte m0+0; refs d0+0;"
	  "refs d0+1; read m0+0; insert m0+1 page=2 n=2; pte m0+2; refs d0+3; insert m0+3 page=3;"
	  "smaps m0; munmap m0; refs d0+0; insert m0+0" },
	{ "full", "read m0+0; insert m0+0 page=0; refs d0+0; insert m0+0 page=2; pte m0+0;"
	  "write m0+1; insert m0+1 page=1; pte m0+1; refs d0+1; munmap m0; refs d0+0; refs d0+1" });

SCRIPTS(by_scripts,
	{ "by", "vmprot m0; insert m0+0 by=$Y; pte m0+0; vmprot m0; read m0+0; refs d0+0;"
	  "insert m0+1 n=2 by=$Y; pte m0+2; insert m0+0 by=$Y; insert m0+0 page=3 by=$Y; pte m0+0;"
	  "read m0+3; insert m0+3 by=$Y; zap_ptes m0; pte m0+0; refs d0+0; refs d0+3; munmap m0;"
	  "refs d0+0" });

SCRIPTS(handler_scripts,
	{ "touch", "vmprot m0; read m0+0; pte m0+0; write m0+0; pte m0+0; refs d0+0; calls d0;"
	  "write m0+1; pte m0+1; refs d0+1; read m0+2; gup m0+2 write; gup_unlocked m0+3;"
	  "gup_remote m0+3 nowait; pin m0+1 write longterm; calls d0; ptrace m0+2;"
	  "ptrace m0+3 write value=4; read d0+3; calls d0; mprotect m0 prot=r; vmprot m0; pte m0+0;"
	  "mprotect m0 prot=rw; vmprot m0; pte m0+0; write m0+0; pte m0+0; calls d0; smaps m0" },
	{ "life", "write m0+0; fork c0; calls d0; in c0 write m0+0; in c0 pte m0+0; in c0 calls d0;"
	  "munmap m0+1; calls d0; maps; mremap m0+2 old=2 pages=2 as=m1; madvise m0 dontneed;"
	  "read m0+0; pte m0+0; calls d0; exit c0; calls d0; mmap m2 d0 pages=1 at=m0+1; maps;"
	  "munmap m0; munmap m2; calls d0; refs d0+0" },
	{ "bytes", "write d0+1 value=5; read m0+1; write m0+1 value=6; read d0+1; write d0+3 n=2;"
	  "read d0+2 n=3; refs d0+1; ptrace m0+1" });

SCRIPTS(force_scripts, { "force",
	"vmprot m0; read m0+0; pte m0+0; write m0+0; pte m0+0; write m0+1; pte m0+1; read m0+1;"
	"mprotect m0 prot=r; vmprot m0; pte m0+0; write m0+0; read m0+2; pte m0+2;"
	"mprotect m0 prot=rw; vmprot m0; write m0+2; pte m0+2; fork c0; in c0 pte m0+0;"
	"in c0 write m0+0; smaps m0; refs d0+0" });

SCRIPTS(types_scripts, { "types",
	"memtype d0+0; mmap m0 d0; vmprot m0; read m0+0; pte m0+0; memtype d0+0; write m0+1; pte m0+1;"
	"mprotect m0 prot=r; vmprot m0; pte m0+0; fork c0; in c0 vmprot m0; in c0 read m0+2;"
	"in c0 pte m0+2; mmap m1 d0 pages=2 off=1; read m1+0; pte m1+0; munmap m0+1; vmprot m0;"
	"munmap m0; memtype d0+0" });

SCRIPTS(over_scripts,
	{ "both", "mmap m1 d1; memtype d0+1; read m0+1; write m1+0 value=3; read m0+1; pte m0+1;"
	  "pte m1+0; refs d0+1; refs d1+0; write m0+2; pte m1+1; read m1+1; memtype d0+1; zap d0;"
	  "pte m0+1; pte m1+0; zap d1; pte m1+0; munmap m0; read m1+0; munmap m1; memtype d1+0" });

SCRIPTS(reserve_scripts,
	{ "parts", "memtype d0+0; reserve d0+1 pages=2; memtype d0+0; memtype d0+1; memtype d0+2;"
	  "reserve d0; unreserve d0; reserve d0+0 pages=2; reserve d0+2 pages=2; memtype d0+3;"
	  "mmap m0 d0; vmprot m0; read m0+0; pte m0+0; read m0+2; pte m0+2; unreserve d0+1 pages=2;"
	  "memtype d0+1; memtype d0+2; unreserve d0+1 pages=2; unreserve d0+0 pages=2;"
	  "memtype d0+0; read m0+1; pte m0+1; munmap m0; memtype d0+0; memtype d0+3" },
	{ "later", "mmap m0 d0; memtype d0+0; reserve d0; memtype d0+0; read m0+0; pte m0+0;"
	  "mmap m1 d0 pages=2; pte m1+0; vmprot m1; munmap m0; memtype d0+0; unreserve d0;"
	  "memtype d0+0; munmap m1; memtype d0+0" });

SCRIPTS(unmap_scripts,
	{ "holes", "write m0+0 n=4; munmap m0+1; maps; read m0+1; pte m0+1; pte m0+2; read m0+2;"
	  "smaps m0; smaps m0+2; munmap m0+3; refs m0+2; munmap m0; maps; munmap m0; read m0+0" },
	{ "over", "read m0+0 n=4; mmap m1 anon share=private pages=1 at=m0+1; maps; read m0+0;"
	  "read m0+1; write m1+0; pte m0+1; pte m0+2; mmap m2 anon pages=2 at=m0+3; maps;"
	  "munmap m0; maps; refs m0+0" });

SCRIPTS(io_scripts,
	{ "new", "vm_read m0+0; vm_write m0+1; pte m0+1; direct_read m0+2; pte m0+2; vmsplice m0+3;"
	  "direct_write m0+0; ptrace m0+0; ptrace m0+1 write value=3; read m0+1" },
	{ "old", "write m0+0 n=2; read m0+2; vm_read m0+0 n=4; vm_write m0+1 n=3 value=4;"
	  "read m0+1; direct_read m0+0 n=2 value=9; read m0+0; pte m0+0; direct_write m0+0 n=2;"
	  "direct_write m0+2 n=3; vmsplice m0+0 n=4; vmsplice m0+3 n=2; refs m0+0; ptrace m0+0;"
	  "ptrace m0+2 write; read m0+2; smaps m0" },
	{ "closed", "read m0+0; mprotect m0 prot=none; vm_read m0+0; vm_write m0+0;"
	  "direct_read m0+0; direct_write m0+0; vmsplice m0+0; ptrace m0+0; ptrace m0+0 write;"
	  "munmap m0+1; vm_read m0+0 n=2; direct_write m0+1; vmsplice m0+1; ptrace m0+1" });

SCRIPTS(type_scripts, { "type",
	"memtype d0+0; mmap m0 d0; memtype m0+0; read m0+0; pte m0+0; memtype d0+0; write m0+1;"
	"pte m0+1; mmap m1 d0; read m1+0; pte m1+0; munmap m0; memtype d0+0; memtype d0+1;"
	"munmap m1; memtype d0+0; mmap m2 d0 pages=2 off=1; read m2+0; pte m2+0; memtype m2+0" });

SCRIPTS(prot_scripts, { "prot",
	"open f0 $M dev=d0; mmap m0 f0 prot=$P share=$H pages=2; maps; smaps m0; read m0+0;"
	"pte m0+0; gup m0+0; mprotect m0 prot=r; mprotect m0+1 prot=rw; mprotect m0+1 prot=rwx;"
	"maps; close f0; munmap m0" });

/* ---- combinations that only repeat a BUG ---- */

static bool begins(const char *name, const char *with)
{
	return !strncmp(name, with, strlen(with));
}

static bool is_one_of(const char *name, const char *a, const char *b)
{
	return !strcmp(name, a) || !strcmp(name, b);
}

static bool is_private(const char *sharing)
{
	return is_one_of(sharing, "prw", "pro");
}

/*
 * The first touch is a BUG, whatever the caching: each insertion function wants
 * its kind of vma (vm_insert_page() wants MIXEDMAP at faults, as it may not set
 * it under the read lock), pfns want no COW mapping and, in MIXEDMAP, no pages.
 */
static bool bug_at_once(const char *const value[MAX_AXES])
{
	const char *flags = value[0], *sharing = value[1], *insert = value[2];

	if (!strcmp(sharing, "none"))
		return false;
	if (!strcmp(insert, "pfn_prot"))
		return begins(flags, "pfn") ? is_private(sharing) :
		       !begins(flags, "mix") || !strcmp(value[3], "ram");
	if (!strcmp(insert, "mixed_prot"))
		return !begins(flags, "mix");
	return is_one_of(insert, "page", "pages") && !begins(flags, "mix") &&
	       !strcmp(value[3], "ram");
}

static bool core_skips(const char *const value[MAX_AXES])
{
	bool once = strcmp(value[4], "wb") == 0 && is_one_of(value[0], "pfn-io-de", "de");

	return bug_at_once(value) && !once;
}

/* The same for whole devices. */
static bool device_skips(const char *const value[MAX_AXES])
{
	return is_one_of(value[0], "pfn", "iopfn") && is_private(value[1]);
}

static bool force_skips(const char *const value[MAX_AXES])
{
	return !strcmp(value[0], "pfn_prot") && is_private(value[2]);
}

static bool flag_skips(const char *const value[MAX_AXES])
{
	return is_one_of(value[0], "pfn", "iopfn") && !strcmp(value[1], "private");
}

static bool type_skips(const char *const value[MAX_AXES])
{
	const char *const as_shared[MAX_AXES] = { value[0], "srw", value[1], value[2] };

	return bug_at_once(as_shared);
}

/* ---- the table ---- */

#define DEVICE_HEAD "dev d0 vma=$V insert=$I $B $C pages=4; $S"
#define SOURCE_HEAD "$D; $S"

AXIS(share_words, 'H', { "shared", "" }, { "private", "share=private" });

const struct section oracle_table[] = {
	{ "core", "every device and mapping, one of everything",
	  { &vma_flags, &sharing, &inserts, &backing, &caching }, DEVICE_HEAD, core_scripts,
	  NULL, core_skips, 12 },
	{ "time", "pages mapped by mmap itself",
	  { &vma_flags, &sharing, &inserts, &backing },
	  "dev d0 vma=$V insert=$I $B time=mmap pages=4; $S", time_scripts, NULL, NULL, 10 },
	{ "variant", "prefault, reject_cow, pfn_mkwrite", { &devices, &sharing, &variants },
	  "$D $X; $S", variant_scripts, NULL, device_skips, 4 },
	{ "gup", "every flavour and flag", { &sources, &sharing, &flavours }, SOURCE_HEAD,
	  gup_scripts, NULL, device_skips, 12 },
	{ "gup-anon", "the same on anonymous memory", { &anon, &flavours }, "$A", gup_scripts,
	  NULL, NULL, 2 },
	{ "protect", "mprotect", { &sources, &sharing }, SOURCE_HEAD, protect_scripts, NULL,
	  device_skips, 4 },
	{ "protect-anon", "the same on anonymous memory", { &anon }, "$A", protect_scripts, NULL,
	  NULL, 1 },
	{ "fork", "fork, before and after writes and pins", { &sources, &sharing }, SOURCE_HEAD,
	  fork_scripts, NULL, device_skips, 4 },
	{ "fork-anon", "the same on anonymous memory", { &anon }, "$A", fork_scripts, NULL, NULL,
	  1 },
	{ "advice", "each advice, untouched", { &vma_flags, &two_sharings, &inserts },
	  "dev d0 vma=$V insert=$I pages=4 time=fault; $S", advice_scripts, NULL, NULL, 12 },
	{ "advise", "advice that does something", { &sources, &sharing }, SOURCE_HEAD,
	  advise_scripts, NULL, device_skips, 8 },
	{ "advise-anon", "the same on anonymous memory", { &anon }, "$A", advise_scripts, NULL,
	  NULL, 1 },
	{ "lock", "mlock", { &sources, &sharing }, SOURCE_HEAD, lock_scripts, NULL, device_skips,
	  4 },
	{ "lock-anon", "the same on anonymous memory", { &anon }, "$A", lock_scripts, NULL, NULL,
	  1 },
	{ "flags", "mmap's flags, and where the object ends", { &sources, &share_words }, "$D",
	  flag_scripts, NULL, flag_skips, 1 },
	{ "mremap", "mremap", { &sources, &sharing }, SOURCE_HEAD, mremap_scripts, NULL,
	  device_skips, 4 },
	{ "mremap-anon", "the same on anonymous memory", { &anon }, "$A", mremap_scripts, NULL,
	  NULL, 1 },
	{ "sync", "msync, mincore, pagemap", { &sources, &sharing }, SOURCE_HEAD, sync_scripts,
	  NULL, device_skips, 3 },
	{ "sync-anon", "the same on anonymous memory", { &anon }, "$A", sync_scripts, NULL, NULL,
	  1 },
	{ "zap", "unmap_mapping_range", { &sources, &sharing }, SOURCE_HEAD, zap_scripts, NULL,
	  device_skips, 3 },
	{ "insert", "the driver inserts once more", { &devices, &sharing }, SOURCE_HEAD,
	  insert_scripts, NULL, device_skips, 3 },
	{ "unmap", "munmap of a part, mmap over a part", { &sources, &sharing }, SOURCE_HEAD,
	  unmap_scripts, NULL, device_skips, 4 },
	{ "unmap-anon", "the same on anonymous memory", { &anon }, "$A", unmap_scripts, NULL,
	  NULL, 1 },
	{ "io", "other processes, O_DIRECT, pipes, debuggers", { &sources, &sharing },
	  SOURCE_HEAD, io_scripts, NULL, device_skips, 4 },
	{ "io-anon", "the same on anonymous memory", { &anon }, "$A", io_scripts, NULL, NULL, 1 },
	{ "type", "memory types", { &few_flags, &inserts, &backing, &caching, &reserve },
	  "dev d0 vma=$V insert=$I $B $C $R pages=4", type_scripts, NULL, type_skips, 2 },
	{ "prot", "every protection on every open file", { &few_sources, &prots, &modes, &shares },
	  "$D", prot_scripts, NULL, NULL, 6 },
	{ "gup-more", "with and without the lock, without pages", { &sources, &sharing,
	  &more_flavours }, SOURCE_HEAD, more_gup_scripts, NULL, device_skips, 12 },
	{ "gup-more-anon", "the same on anonymous memory", { &anon, &more_flavours }, "$A",
	  more_gup_scripts, NULL, NULL, 2 },
	{ "gup-odd", "what the fast ones are not to be asked", { &sources, &two_sharings,
	  &fast_flavours }, SOURCE_HEAD, odd_gup_scripts, NULL, device_skips, 3 },
	{ "dump", "pages for a core dump", { &sources, &sharing }, SOURCE_HEAD, dump_scripts,
	  NULL, device_skips, 4 },
	{ "dump-anon", "the same on anonymous memory", { &anon }, "$A", dump_scripts, NULL, NULL,
	  1 },
	{ "part", "mremap of parts", { &sources, &sharing }, SOURCE_HEAD, part_scripts, NULL,
	  device_skips, 4 },
	{ "part-anon", "the same on anonymous memory", { &anon }, "$A", part_scripts, NULL, NULL,
	  1 },
	{ "by", "insertion by another function", { &devices, &two_sharings, &inserts_by },
	  SOURCE_HEAD, by_scripts, NULL, device_skips, 4 },
	{ "handler", "what handlers answer", { &handlers, &sharing }, SOURCE_HEAD,
	  handler_scripts, NULL, NULL, 4 },
	{ "force", "a protection that the mapping has not", { &prot_inserts, &forced, &sharing },
	  "dev d0 pages=4 $I $P; $S", force_scripts, NULL, force_skips, 3 },
	{ "types", "three memory types", { &prot_inserts, &prot_types, &insert_types,
	  &pages_types }, "dev d0 pages=4 $I $P $J $C", types_scripts, NULL, NULL, 8 },
	{ "over", "two devices over one range", { &unders, &overs, &two_sharings },
	  "$D; dev d1 over=d0+1 pages=2 $E; $S", over_scripts, NULL, NULL, 4 },
	{ "reserve", "reservations of parts", { &prot_inserts, &prot_types },
	  "dev d0 pages=4 backing=iomem $I $P", reserve_scripts, NULL, NULL, 2 },
	{ NULL, NULL, { NULL }, NULL, NULL, NULL, NULL, 0 },
};
