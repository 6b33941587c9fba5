#include "intake.h"

#include "mark.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Bytes, of which the kernel makes twice as many: some forty super-packets or five thousand small ones, 11 ms of
 * what a core can take out of a tunnel. */
#define BUFFER_LEN (2 << 20)

/* Since Linux 6.6; one before has each packet to the device shown to the filter, which refuses it. */
#ifndef PACKET_FANOUT_FLAG_IGNORE_OUTGOING
#define PACKET_FANOUT_FLAG_IGNORE_OUTGOING 0x4000
#endif

/* Packets taken by one system call. */
#define MOST_AT_ONCE 64

struct option {
  int level, name;
  const void *value;
  socklen_t len;
  const char *text;
};

static bool set_all(int fd, const struct option *options, size_t count, struct tun_error *error) {
  for (size_t i = 0; i < count; i++) {
    const struct option *it = &options[i];
    if (setsockopt(fd, it->level, it->name, it->value, it->len) < 0)
      return tun_fail(error, it->text, errno);
  }
  return true;
}

/* Nothing but what hand_over has marked: mapd's own packets come in from the device, too. */
static bool prepare(int fd, struct tun_error *error) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)(SKF_AD_OFF + SKF_AD_MARK)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HANDED_OVER, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, UINT_MAX),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  const struct sock_fprog filter = {.len = sizeof code / sizeof code[0], .filter = code};
  const int one = 1, buffer = BUFFER_LEN;
  const struct option options[] = {
      {SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter, "SO_ATTACH_FILTER"},
      {SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer, "SO_RCVBUFFORCE"},
      {SOL_PACKET, PACKET_VNET_HDR, &one, sizeof one, "PACKET_VNET_HDR"},
      {SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one, "PACKET_IGNORE_OUTGOING"},
  };
  return set_all(fd, options, sizeof options / sizeof options[0], error);
}

/* The kernel chooses the socket by a hash of the flow, as it does the queue of the device. `first` has made the group. */
static bool join(int fd, int first, struct tun_error *error) {
  int group = (PACKET_FANOUT_HASH | PACKET_FANOUT_FLAG_IGNORE_OUTGOING) << 16;
  if (fd == first) {
    group |= PACKET_FANOUT_FLAG_UNIQUEID << 16;
  } else {
    int theirs;
    socklen_t len = sizeof theirs;
    if (getsockopt(first, SOL_PACKET, PACKET_FANOUT, &theirs, &len) < 0)
      return tun_fail(error, "PACKET_FANOUT", errno);
    group |= theirs & 0xffff;
  }
  const struct option option = {SOL_PACKET, PACKET_FANOUT, &group, sizeof group, "PACKET_FANOUT"};
  return set_all(fd, &option, 1, error);
}

/* Returns the descriptor, or -1 with *error set. */
static int open_one(unsigned int ifindex, struct tun_error *error) {
  /* Protocol 0: it hears nothing before the filter is there. */
  const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    tun_fail(error, "AF_PACKET", errno);
    return -1;
  }
  const struct sockaddr_ll at = {.sll_family = AF_PACKET,
                                 .sll_protocol = htons(ETH_P_ALL),
                                 .sll_ifindex = (int)ifindex};
  if (prepare(fd, error)) {
    if (bind(fd, (const struct sockaddr *)&at, sizeof at) == 0) return fd;
    tun_fail(error, "bind", errno);
  }
  close(fd);
  return -1;
}

bool intake_open(const char *name, size_t count, int *fds, struct tun_error *error) {
  const unsigned int ifindex = if_nametoindex(name);
  if (ifindex == 0) return tun_fail(error, "if_nametoindex", errno);
  for (size_t i = 0; i < count; i++) {
    fds[i] = open_one(ifindex, error);
    if (fds[i] >= 0 && (count == 1 || join(fds[i], fds[0], error))) continue;
    for (size_t open = fds[i] < 0 ? i : i + 1; open > 0; open--) close(fds[open - 1]);
    return false;
  }
  return true;
}

static int receive(int fd, struct mmsghdr *messages, unsigned int count) {
  int got;
  do got = recvmmsg(fd, messages, count, MSG_DONTWAIT, NULL);
  while (got < 0 && errno == EINTR);
  if (got >= 0) return got;
  /* ENETDOWN is told once, when the device is set down; it may be set up again. */
  return errno == EAGAIN || errno == ENETDOWN ? 0 : -errno;
}

int intake_read(int fd, const struct batch *batch, size_t first, size_t slot_len, size_t headroom,
                uint32_t *lengths) {
  struct mmsghdr messages[MOST_AT_ONCE];
  struct iovec parts[MOST_AT_ONCE];
  size_t next = first;
  while (next < batch->count) {
    const size_t left = batch->count - next;
    const unsigned int wanted = left < MOST_AT_ONCE ? (unsigned int)left : MOST_AT_ONCE;
    for (unsigned int i = 0; i < wanted; i++) {
      uint8_t *packet = batch->arena + (next + i) * slot_len + headroom;
      parts[i] = (struct iovec){.iov_base = packet - VNET_HEADER_LEN,
                                .iov_len = slot_len - headroom + VNET_HEADER_LEN};
      messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
    }
    const int got = receive(fd, messages, wanted);
    if (got < 0) return next == first ? got : (int)(next - first);
    for (int i = 0; i < got; i++) {
      const unsigned int len = messages[i].msg_len;
      lengths[next++] = len > VNET_HEADER_LEN ? len - VNET_HEADER_LEN : 0;
    }
    if ((unsigned int)got < wanted) break;
  }
  return (int)(next - first);
}

int intake_drops(int fd) {
  struct tpacket_stats statistics;
  socklen_t len = sizeof statistics;
  if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &len) < 0) return -errno;
  return statistics.tp_drops > INT_MAX ? INT_MAX : (int)statistics.tp_drops;
}
