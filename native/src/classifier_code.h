/* Made by scripts/build-classifier.mjs from native/classifier/encapsulate.bpf.c; not to be edited.
 * clang-14 -O2 -g0 -Wall -Wextra -Werror --target=bpfel -mcpu=v1 */
#ifndef MAPD_CLASSIFIER_CODE_H
#define MAPD_CLASSIFIER_CODE_H

#include <linux/bpf.h>

/* code, destination register, source register, offset, immediate */
static const struct bpf_insn classifier_code[] = {
    {0xbf, 6, 1, 0, 0},
    {0x61, 1, 6, 176, 0},
    {0x18, 7, 0, 0, -1},
    {0x00, 0, 0, 0, 0},
    {0x15, 1, 0, 40, 0},
    {0xb7, 8, 0, 0, 0},
    {0xbf, 3, 10, 0, 0},
    {0x07, 3, 0, 0, -40},
    {0xbf, 1, 6, 0, 0},
    {0xb7, 2, 0, 0, 0},
    {0xb7, 4, 0, 0, 40},
    {0x85, 0, 0, 0, 26},
    {0x18, 7, 0, 0, -1},
    {0x00, 0, 0, 0, 0},
    {0x6d, 8, 0, 30, 0},
    {0x71, 1, 10, -34, 0},
    {0x18, 7, 0, 0, -1},
    {0x00, 0, 0, 0, 0},
    {0x55, 1, 0, 26, 4},
    {0xbf, 1, 6, 0, 0},
    {0x18, 2, 0, 0, -40},
    {0x00, 0, 0, 0, 0},
    {0xb7, 3, 0, 0, 1},
    {0xb7, 4, 0, 0, 1},
    {0x85, 0, 0, 0, 50},
    {0xb7, 7, 0, 0, 2},
    {0xb7, 8, 0, 0, 0},
    {0x6d, 8, 0, 17, 0},
    {0xbf, 1, 6, 0, 0},
    {0xb7, 2, 0, 0, 40},
    {0xb7, 3, 0, 0, 1},
    {0xb7, 4, 0, 0, 5},
    {0x85, 0, 0, 0, 50},
    {0x6d, 8, 0, 11, 0},
    {0xbf, 3, 10, 0, 0},
    {0x07, 3, 0, 0, -40},
    {0xb7, 8, 0, 0, 0},
    {0xbf, 1, 6, 0, 0},
    {0xb7, 2, 0, 0, 0},
    {0xb7, 4, 0, 0, 40},
    {0xb7, 5, 0, 0, 0},
    {0x85, 0, 0, 0, 9},
    {0x6d, 8, 0, 2, 0},
    {0x18, 7, 0, 0, -1},
    {0x00, 0, 0, 0, 0},
    {0xbf, 0, 7, 0, 0},
    {0x95, 0, 0, 0, 0},
};

#endif
