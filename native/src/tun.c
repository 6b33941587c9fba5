/* Opening one queue of a TUN device: Documentation/networking/tuntap.rst, linux/if_tun.h. */
#include "tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Since Linux 6.2; older headers lack them, older kernels answer EINVAL. */
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#endif
#ifndef TUN_F_USO6
#define TUN_F_USO6 0x40
#endif

#define TSO_BITS (TUN_F_TSO4 | TUN_F_TSO6)
#define USO_BITS (TUN_F_USO4 | TUN_F_USO6)

const unsigned int tun_known_offloads = TUN_F_CSUM | TSO_BITS | TUN_F_TSO_ECN | USO_BITS;

bool tun_fail(struct tun_error *error, const char *syscall, int number) {
  error->syscall = syscall;
  error->number = number;
  return false;
}

/* The 10-byte header in little-endian order whatever the machine's own order is. */
static bool set_header(int fd, struct tun_error *error) {
  int len = VNET_HEADER_LEN;
  if (ioctl(fd, TUNSETVNETHDRSZ, &len) < 0) return tun_fail(error, "TUNSETVNETHDRSZ", errno);
  int little_endian = 1;
  if (ioctl(fd, TUNSETVNETLE, &little_endian) < 0) return tun_fail(error, "TUNSETVNETLE", errno);
  return true;
}

/* The kernel takes all bits or none, so the newest group goes first until it agrees. */
static bool set_offloads(int fd, unsigned int wanted, unsigned int *accepted,
                         struct tun_error *error) {
  static const unsigned int groups[] = {0, USO_BITS, TUN_F_TSO_ECN, TSO_BITS, TUN_F_CSUM};
  for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
    wanted &= ~groups[i];
    if (ioctl(fd, TUNSETOFFLOAD, (unsigned long)wanted) == 0) {
      *accepted = wanted;
      return true;
    }
    if (errno != EINVAL) break;
  }
  return tun_fail(error, "TUNSETOFFLOAD", errno);
}

/* Joins the device. Left to itself TUNSETIFF makes a device that is missing and attaches to a
 * persistent one that is there; both would be a surprise, so each case is asked for by itself. */
static bool join(int fd, const struct tun_request *request, char *name, struct tun_error *error) {
  unsigned int flags = IFF_TUN | IFF_NO_PI;
  if (request->vnet_hdr) flags |= IFF_VNET_HDR;
  if (request->multi_queue) flags |= IFF_MULTI_QUEUE;
  if (!request->must_exist) flags |= IFF_TUN_EXCL;

  const unsigned int before = request->must_exist ? if_nametoindex(request->name) : 0;
  if (request->must_exist && before == 0) return tun_fail(error, "if_nametoindex", errno);

  struct ifreq ifr;
  memset(&ifr, 0, sizeof ifr);
  memcpy(ifr.ifr_name, request->name, IFNAMSIZ);
  ifr.ifr_flags = (short)flags;
  if (ioctl(fd, TUNSETIFF, &ifr) < 0) return tun_fail(error, "TUNSETIFF", errno);
  /* It may have gone between the two calls; then TUNSETIFF has made another one. */
  if (request->must_exist && if_nametoindex(ifr.ifr_name) != before)
    return tun_fail(error, "if_nametoindex", ENODEV);
  memcpy(name, ifr.ifr_name, IFNAMSIZ);
  return true;
}

bool tun_open(const struct tun_request *request, struct tun_queue *queue, struct tun_error *error) {
  const int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return tun_fail(error, "open", errno);
  /* Offloads are set without a header too: a device that we attach to may still have some. */
  if (!join(fd, request, queue->name, error) || (request->vnet_hdr && !set_header(fd, error)) ||
      !set_offloads(fd, request->vnet_hdr ? request->offloads : 0, &queue->offloads, error)) {
    close(fd);
    return false;
  }
  queue->fd = fd;
  return true;
}
