/*
 * The yardstick: takes every packet that a TUN device gives and writes it straight back. What mapd is compared
 * with costs nothing but the device, so that a ratio to it says what the translation adds, or saves.
 *
 *   null-forwarder NAME plain   no offload: one read and one write a packet
 *   null-forwarder NAME tso     virtio header with checksum offload and TSO: one read and one write a super-packet
 *
 * Says "ready" on standard error once the device is there, and runs until it is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The longest packet, 40 + 65535 bytes of IPv6, and its virtio header. */
static unsigned char frame[40 + 65535 + 10];

static int open_tun(const char *name, int tso)
{
	struct ifreq request;
	int fd = open("/dev/net/tun", O_RDWR);
	int header_len = 10;

	if (fd < 0)
		return -1;
	memset(&request, 0, sizeof request);
	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	request.ifr_flags = (short)(IFF_TUN | IFF_NO_PI | (tso ? IFF_VNET_HDR : 0));
	if (ioctl(fd, TUNSETIFF, &request) < 0)
		return -1;
	if (!tso)
		return fd;
	if (ioctl(fd, TUNSETVNETHDRSZ, &header_len) < 0)
		return -1;
	if (ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN) < 0)
		return -1;
	return fd;
}

int main(int argc, char **argv)
{
	int fd;

	if (argc != 3 || (strcmp(argv[2], "plain") != 0 && strcmp(argv[2], "tso") != 0)) {
		fprintf(stderr, "usage: null-forwarder NAME plain|tso\n");
		return 2;
	}
	fd = open_tun(argv[1], strcmp(argv[2], "tso") == 0);
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	fprintf(stderr, "ready\n");
	for (;;) {
		ssize_t len = read(fd, frame, sizeof frame);

		if (len < 0 && errno != EINTR && errno != EIO) {
			perror("read");
			return 1;
		}
		/* What the kernel does not take is lost, as in every forwarder. */
		if (len > 0 && write(fd, frame, (size_t)len) < 0 && errno == EBADF)
			return 1;
	}
}
