/* What the addon does, in plain C. No function here knows JavaScript or any protocol beyond the
 * virtio header's length. Except in tun_open() a failure is a negative errno, nothing allocates and
 * nothing keeps state: worker threads may call all of it at the same time. */
#ifndef MAPD_TUN_H
#define MAPD_TUN_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* struct virtio_net_hdr without num_buffers, virtio 1.2 §5.1.6. */
#define VNET_HEADER_LEN 10

struct tun_request {
  char name[IFNAMSIZ];
  bool multi_queue;
  bool vnet_hdr;
  bool must_exist; /* attach to a device, or add a queue to one: never make it */
  unsigned int offloads; /* TUN_F_* */
};

struct tun_queue {
  int fd;
  char name[IFNAMSIZ];
  unsigned int offloads; /* the TUN_F_* bits that the kernel took */
};

/* Where tun_open(), or the set-up of a classifier or an intake, failed. */
struct tun_error {
  int number; /* errno, positive */
  const char *syscall; /* "open" or the name of the ioctl */
};

/* A batch of packets in one arena. The caller has checked that all arrays hold `count` elements. */
struct batch {
  uint8_t *arena;
  size_t arena_len;
  size_t count;
  bool vnet_hdr;
};

/* Notes where a set-up failed, and with which errno (positive). Returns false. */
bool tun_fail(struct tun_error *error, const char *syscall, int number);

/* All TUN_F_* bits that tun_open() may be asked for. */
extern const unsigned int tun_known_offloads;

bool tun_open(const struct tun_request *request, struct tun_queue *queue, struct tun_error *error);

/* Reads from the queue and, unless it is -1, from the intake (intake.h), which needs vnet_hdr. Returns how many
 * packets were read, or -errno when the first read failed. Needs count * slot_len <= arena_len and
 * VNET_HEADER_LEN <= headroom < slot_len. */
int batch_read(int fd, int intake_fd, const struct batch *batch, size_t slot_len, size_t headroom,
               uint32_t *lengths);

/* Returns how many packets the kernel took; results[i] is 0 or -errno. */
int batch_write(int fd, const struct batch *batch, const uint32_t *starts, const uint32_t *ends,
                int32_t *results);

#define MOST_HEAD_LEN 256

/* The first bytes of packets, virtio header included: `lens[i]` of the slot_len from data[i * slot_len] on, 0 where the
 * packet has all of its bytes in the arena. The caller has checked that there are as many as packets, and that slot_len is
 * MOST_HEAD_LEN at most. */
struct heads {
  const uint8_t *data;
  size_t slot_len;
  const uint32_t *lens;
};

/* As batch_write(), with the virtio header, of packets that go on in the arena, at least as far behind its start as the
 * head is long: that is where the head stands during the write. Afterwards the arena is as it was. */
int pieces_write(int fd, const struct batch *batch, const uint32_t *starts, const uint32_t *ends,
                 const struct heads *heads, int32_t *results);

int wake_create(void);
int wake_signal(int wake_fd);

enum { WAIT_TIMEOUT = 0, WAIT_READABLE = 1, WAIT_WOKEN = 2 };
/* Returns WAIT_* bits or -errno; timeout_ms < 0 waits for ever, and there may be no intake: -1. */
int wait_readable(int fd, int wake_fd, int timeout_ms, int intake_fd);

int fd_close(int fd);

#endif
