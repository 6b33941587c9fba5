/* Memory that goes back to the kernel. */
#include "memory.h"

#include <errno.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#define KEPT_BYTES (128 * 1024)

int malloc_bound(void) {
  /* glibc raises both bounds, to tens of MiB, when something large is freed, unless they were set; then every thread
   * that once compiled keeps what that took. Other C libraries have no such bounds. */
#ifdef M_TRIM_THRESHOLD
  if (mallopt(M_MMAP_THRESHOLD, KEPT_BYTES) == 0 || mallopt(M_TRIM_THRESHOLD, KEPT_BYTES) == 0)
    return -EINVAL;
#endif
  return 0;
}

void malloc_give_back(void) {
#ifdef M_TRIM_THRESHOLD
  malloc_trim(0);
#endif
}

/* To the whole pages of [from, from + len). */
static int advise(uint8_t *from, size_t len, int advice) {
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  const uintptr_t begin = ((uintptr_t)from + page - 1) / page * page;
  const uintptr_t end = ((uintptr_t)from + len) / page * page;
  if (begin >= end) return 0;
  return madvise(from + (begin - (uintptr_t)from), end - begin, advice) < 0 ? -errno : 0;
}

int pages_release(uint8_t *from, size_t len) {
  return advise(from, len, MADV_DONTNEED);
}

int pages_huge(uint8_t *from, size_t len) {
  return advise(from, len, MADV_HUGEPAGE);
}
