// libvterm: a terminal emulator in memory, for tests. What Swift cannot import (unions, bit fields)
// as inline functions.
#ifndef GRADTOP_VTERM_SHIM_H
#define GRADTOP_VTERM_SHIM_H

#include <string.h>
#include <vterm.h>

// A cell; colors are -1 (the terminal's own), 0xRRGGBB, or 0x1000000 + an index.
typedef struct {
  uint32_t characters[VTERM_MAX_CHARS_PER_CELL];
  int width, is_bold, is_underlined, is_reversed;
  int foreground, background;
} gradtop_vterm_cell;

// Modes that programs must leave as they were.
typedef struct {
  int is_alternate, shows_cursor, mouse;
} gradtop_vterm_modes;

static inline int gradtop_vterm_color(const VTermColor *color) {
  if (VTERM_COLOR_IS_DEFAULT_FG(color) || VTERM_COLOR_IS_DEFAULT_BG(color)) return -1;
  if (VTERM_COLOR_IS_INDEXED(color)) return 0x1000000 + color->indexed.idx;
  return color->rgb.red << 16 | color->rgb.green << 8 | color->rgb.blue;
}

static inline gradtop_vterm_cell gradtop_vterm_cell_at(VTermScreen *screen, int row, int column) {
  VTermScreenCell cell;
  VTermPos place = {.row = row, .col = column};
  gradtop_vterm_cell result;
  memset(&result, 0, sizeof result);
  if (!vterm_screen_get_cell(screen, place, &cell)) return result;
  memcpy(result.characters, cell.chars, sizeof result.characters);
  result.width = cell.width;
  result.is_bold = cell.attrs.bold;
  result.is_underlined = cell.attrs.underline != 0;
  result.is_reversed = cell.attrs.reverse;
  result.foreground = gradtop_vterm_color(&cell.fg);
  result.background = gradtop_vterm_color(&cell.bg);
  return result;
}

static inline int gradtop_vterm_note(VTermProp property, VTermValue *value, void *user) {
  gradtop_vterm_modes *modes = user;
  if (property == VTERM_PROP_ALTSCREEN) modes->is_alternate = value->boolean;
  if (property == VTERM_PROP_CURSORVISIBLE) modes->shows_cursor = value->boolean;
  if (property == VTERM_PROP_MOUSE) modes->mouse = value->number;
  return 1;
}

// Keeps `modes` up to date; it must outlive the screen.
static inline void gradtop_vterm_watch(VTermScreen *screen, gradtop_vterm_modes *modes) {
  static const VTermScreenCallbacks callbacks = {.settermprop = gradtop_vterm_note};
  vterm_screen_set_callbacks(screen, &callbacks, modes);
}

#endif
