// ncursesw with wide characters; what Swift cannot import (macros, shared mutable globals) as
// inline functions. No logic.
#ifndef GRADTOP_NCURSES_SHIM_H
#define GRADTOP_NCURSES_SHIM_H

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <locale.h>
#include <term.h>
#include <wchar.h>

static inline WINDOW *gradtop_stdscr(void) { return stdscr; }

#endif
