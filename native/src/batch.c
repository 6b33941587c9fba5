/* One read() or write() a packet: a TUN queue has no call for several, as the intake has. */
#include "intake.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static ssize_t read_retry(int fd, uint8_t *to, size_t len) {
  ssize_t n;
  do n = read(fd, to, len);
  while (n < 0 && errno == EINTR);
  return n;
}

static int read_tun(int fd, const struct batch *batch, size_t first, size_t slot_len,
                    size_t headroom, uint32_t *lengths) {
  const size_t skipped = batch->vnet_hdr ? VNET_HEADER_LEN : 0;
  size_t i = first;
  for (; i < batch->count; i++) {
    uint8_t *packet = batch->arena + i * slot_len + headroom;
    /* A packet too long for the slot is cut by the kernel: its own length field then disagrees
     * with lengths[i], and that is how it is dropped. */
    const ssize_t n = read_retry(fd, packet - skipped, slot_len - headroom + skipped);
    if (n < 0) {
      const int error = errno;
      if (i == first && error != EAGAIN) return -error;
      break;
    }
    if (!batch->vnet_hdr) memset(packet - VNET_HEADER_LEN, 0, VNET_HEADER_LEN);
    lengths[i] = (size_t)n > skipped ? (uint32_t)((size_t)n - skipped) : 0;
  }
  return (int)(i - first);
}

int batch_read(int fd, int intake_fd, const struct batch *batch, size_t slot_len, size_t headroom,
               uint32_t *lengths) {
  if (intake_fd < 0) return read_tun(fd, batch, 0, slot_len, headroom, lengths);
  /* Half of the batch at first, so that neither side of the domain keeps the other waiting. */
  struct batch half = *batch;
  half.count = (batch->count + 1) / 2;
  const int first = intake_read(intake_fd, &half, 0, slot_len, headroom, lengths);
  if (first < 0) return first;
  const int second = read_tun(fd, batch, (size_t)first, slot_len, headroom, lengths);
  if (second < 0) return first > 0 ? first : second;
  const size_t count = (size_t)(first + second);
  if ((size_t)first < half.count) return (int)count;
  const int rest = intake_read(intake_fd, batch, count, slot_len, headroom, lengths);
  return (int)count + (rest > 0 ? rest : 0);
}

/* A full queue (EAGAIN, ENOBUFS) is a lost packet as on any interface: waiting would hold up all
 * packets behind it. */
static int32_t write_one(int fd, const uint8_t *from, size_t len) {
  ssize_t n;
  do n = write(fd, from, len);
  while (n < 0 && errno == EINTR);
  if (n < 0) return -errno;
  return (size_t)n == len ? 0 : -EIO;
}

int batch_write(int fd, const struct batch *batch, const uint32_t *starts, const uint32_t *ends,
                int32_t *results) {
  const size_t before = batch->vnet_hdr ? VNET_HEADER_LEN : 0;
  int taken = 0;
  for (size_t i = 0; i < batch->count; i++) {
    const size_t start = starts[i], end = ends[i];
    if (start < VNET_HEADER_LEN || start >= end || end > batch->arena_len) {
      results[i] = -EINVAL;
      continue;
    }
    results[i] = write_one(fd, batch->arena + start - before, end - start + before);
    if (results[i] == 0) taken++;
  }
  return taken;
}

/* Puts the head right before the rest for as long as the write takes: a writev() costs 6 % more. */
static int32_t write_behind(int fd, const uint8_t *head, size_t head_len, uint8_t *rest, size_t len) {
  uint8_t before[MOST_HEAD_LEN];
  uint8_t *const from = rest - head_len;
  memcpy(before, from, head_len);
  memcpy(from, head, head_len);
  const int32_t result = write_one(fd, from, head_len + len);
  memcpy(from, before, head_len);
  return result;
}

int pieces_write(int fd, const struct batch *batch, const uint32_t *starts, const uint32_t *ends,
                 const struct heads *heads, int32_t *results) {
  int taken = 0;
  for (size_t i = 0; i < batch->count; i++) {
    const size_t start = starts[i], end = ends[i], head_len = heads->lens[i];
    const size_t least = head_len > 0 ? head_len : VNET_HEADER_LEN;
    if (start < least || start >= end || end > batch->arena_len || head_len > heads->slot_len) {
      results[i] = -EINVAL;
      continue;
    }
    uint8_t *const rest = batch->arena + start;
    results[i] = head_len > 0 ? write_behind(fd, heads->data + i * heads->slot_len, head_len, rest,
                                             end - start)
                              : write_one(fd, rest - VNET_HEADER_LEN, end - start + VNET_HEADER_LEN);
    if (results[i] == 0) taken++;
  }
  return taken;
}
