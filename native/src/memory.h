/* What the process keeps of memory that it does not use. A failure is a negative errno. */
#ifndef MAPD_MEMORY_H
#define MAPD_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* From now on malloc() keeps little of what is freed. */
int malloc_bound(void);

/* Gives back what malloc() keeps between blocks that are in use, too. Each of its heaps is locked meanwhile. */
void malloc_give_back(void);

/* Gives back the whole pages of [from, from + len): they are zeros, and take no memory until they are written. */
int pages_release(uint8_t *from, size_t len);

/* From the first write on, what can be of [from, from + len) lies in huge pages where the kernel has some. */
int pages_huge(uint8_t *from, size_t len);

#endif
