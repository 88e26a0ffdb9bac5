// ncursesw with wide characters; what Swift cannot import (macros, shared mutable globals) as
// inline functions. No logic.
#ifndef GRADTOP_NCURSES_SHIM_H
#define GRADTOP_NCURSES_SHIM_H

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <term.h>
#include <wchar.h>

static inline WINDOW *gradtop_stdscr(void) { return stdscr; }
static inline void gradtop_set_attributes(attr_t attributes, int pair) {
  wattr_set(stdscr, attributes, 0, &pair);
}
static inline int gradtop_colors(void) { return COLORS; }
static inline int gradtop_pairs(void) { return COLOR_PAIRS; }
static inline char *gradtop_codeset(void) { return nl_langinfo(CODESET); }
static inline WINDOW *gradtop_curscr(void) { return curscr; }
// Columns that curses gives a character.
static inline int gradtop_width(unsigned int character) { return wcwidth((wchar_t)character); }
static inline mmask_t gradtop_mouse_events(void) {
  return BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON1_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED
      | REPORT_MOUSE_POSITION;
}
static inline int gradtop_is_press(mmask_t state) {
  return (state & (BUTTON1_PRESSED | BUTTON1_CLICKED)) != 0;
}
static inline int gradtop_is_release(mmask_t state) { return (state & BUTTON1_RELEASED) != 0; }
static inline int gradtop_is_wheel_up(mmask_t state) { return (state & BUTTON4_PRESSED) != 0; }
static inline int gradtop_is_wheel_down(mmask_t state) { return (state & BUTTON5_PRESSED) != 0; }
static inline int gradtop_flag(const char *name) { return tigetflag((char *)name); }
static inline int gradtop_number(const char *name) { return tigetnum((char *)name); }
// NULL where the terminal has no such string.
static inline const char *gradtop_string(const char *name) {
  char *text = tigetstr((char *)name);
  return text == (char *)-1 ? NULL : text;
}
static inline attr_t gradtop_bold(void) { return A_BOLD; }
static inline attr_t gradtop_underline(void) { return A_UNDERLINE; }
static inline attr_t gradtop_reverse(void) { return A_REVERSE; }

#endif
