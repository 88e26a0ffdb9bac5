// Cairo: surfaces in memory, paths, text, PNG.
#ifndef GRADTOP_CAIRO_SHIM_H
#define GRADTOP_CAIRO_SHIM_H

#include <cairo/cairo.h>

#endif
