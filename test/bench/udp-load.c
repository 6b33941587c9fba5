/*
 * Numbered UDP datagrams from one end, counted at the other.
 *
 *   udp-load send 4|6 PORT ADDRESS REMOTE-PORT FLOWS SIZE SECONDS RATE
 *     One socket, FLOWS remote ports from REMOTE-PORT on in turn, one datagram each. ADDRESS "-": the remote ends are
 *     the first FLOWS that greet, so that a NAT has a mapping for each. SIZE: bytes of payload, or "imix". RATE: datagrams a
 *     second, 0: as many as go.
 *   udp-load receive 4|6 PORT FLOWS [ADDRESS REMOTE-PORT]
 *     FLOWS sockets from PORT on; with ADDRESS each greets there until datagrams come. Counts until SIGTERM.
 *
 * Both print one JSON object. The receiver looks at its sockets once a millisecond, so that no forwarder pays
 * for waking it up. It says "ready" on standard error once all sockets are there.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 32
/* With a rate, so that no burst of the sender's shows as latency of the forwarder. */
#define PACED_BATCH 4
#define MOST_FLOWS 1024
#define MOST_LEN 1500
#define BUFFER_LEN (32 << 20)
#define GREETING "hello"
#define LEAST_LEN 12

/*
 * Seven, four and one of twelve: IPv4 packets of 40, 576 and 1420 bytes. The usual third is 1500, which no tunnel
 * and no translation lets pass whole.
 */
static const int imix[12] = {12, 548, 12, 12, 548, 12, 1392, 12, 548, 12, 548, 12};

static volatile sig_atomic_t stopped;

static void on_term(int number)
{
	(void)number;
	stopped = 1;
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void pause_us(long us)
{
	struct timespec span = {0, us * 1000};

	nanosleep(&span, NULL);
}

static struct sockaddr_in6 address_of(int family, const char *text, int port)
{
	struct sockaddr_in6 address;
	char mapped[64];

	/* One kind of socket for both: IPv4 as IPv4-mapped addresses (RFC 4291 §2.5.5.2). */
	snprintf(mapped, sizeof mapped, family == 4 ? "::ffff:%s" : "%s", text);
	memset(&address, 0, sizeof address);
	address.sin6_family = AF_INET6;
	address.sin6_port = htons((uint16_t)port);
	if (inet_pton(AF_INET6, mapped, &address.sin6_addr) != 1) {
		fprintf(stderr, "%s is no address\n", text);
		exit(2);
	}
	return address;
}

static int open_socket(int family, int port)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	int off = 0;
	int len = BUFFER_LEN;
	struct sockaddr_in6 any = address_of(family, family == 4 ? "0.0.0.0" : "::", port);

	if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) < 0)
		fail("socket");
	/* Who is root in a user namespace alone gets what the system allows. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &len, sizeof len) < 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &len, sizeof len) < 0)
		fail("SO_RCVBUF");
	if (bind(fd, (struct sockaddr *)&any, sizeof any) < 0)
		fail("bind");
	return fd;
}

/* Waits for the first `flows` senders of greetings; a sender may greet more than once. */
static void learn(int fd, int flows, struct sockaddr_in6 *peers)
{
	int known = 0;

	while (known < flows) {
		struct sockaddr_in6 from;
		socklen_t len = sizeof from;
		char text[MOST_LEN];
		int i = 0;

		if (recvfrom(fd, text, sizeof text, 0, (struct sockaddr *)&from, &len) < 0)
			fail("recvfrom");
		while (i < known && memcmp(&peers[i], &from, sizeof from) != 0)
			i++;
		if (i == known)
			peers[known++] = from;
	}
}

/* Fills one datagram: number within its flow, its length, and the number's last byte at the end. */
static void fill(unsigned char *data, uint32_t number, int len)
{
	uint32_t word = htonl(number);
	uint16_t half = htons((uint16_t)len);

	memcpy(data, &word, 4);
	memcpy(data + 4, &half, 2);
	data[len - 1] = (unsigned char)number;
}

struct batch {
	unsigned char data[BATCH][MOST_LEN];
	struct iovec vectors[BATCH];
	struct mmsghdr messages[BATCH];
};

/* One more datagram of a batch: the next of its flow. */
static void add(struct batch *batch, int i, struct sockaddr_in6 *peer, uint32_t number, int len)
{
	struct mmsghdr *message = &batch->messages[i];

	fill(batch->data[i], number, len);
	batch->vectors[i] = (struct iovec){batch->data[i], (size_t)len};
	memset(message, 0, sizeof *message);
	message->msg_hdr.msg_name = peer;
	message->msg_hdr.msg_namelen = sizeof *peer;
	message->msg_hdr.msg_iov = &batch->vectors[i];
	message->msg_hdr.msg_iovlen = 1;
}

/* Returns how many datagrams the kernel took; one that it refuses is left out. */
static uint64_t send_batch(int fd, struct batch *batch, int count)
{
	uint64_t sent = 0;
	int done = 0;

	while (done < count) {
		int n = sendmmsg(fd, batch->messages + done, (unsigned int)(count - done), 0);

		sent += n > 0 ? (uint64_t)n : 0;
		done += n > 0 ? n : 1;
	}
	return sent;
}

/* Sends to all peers in turn until the time is over; `size` 0 is the mix. */
static void send_for(int fd, struct sockaddr_in6 *peers, int flows, int size, double seconds, double rate)
{
	static struct batch batch;
	static uint32_t numbers[MOST_FLOWS];
	int in_batch = rate > 0 ? PACED_BATCH : BATCH;
	uint64_t count = 0, sent = 0;
	double began = now();

	while (now() - began < seconds && !stopped) {
		while (rate > 0 && (double)count > (now() - began) * rate)
			pause_us(20);
		for (int i = 0; i < in_batch; i++, count++) {
			int flow = (int)(count % (uint64_t)flows);

			add(&batch, i, &peers[flow], numbers[flow]++, size > 0 ? size : imix[count % 12]);
		}
		sent += send_batch(fd, &batch, in_batch);
	}
	printf("{\"sent\":%llu,\"seconds\":%.6f}\n", (unsigned long long)sent, now() - began);
}

static int send_all(int family, char **argv)
{
	static struct sockaddr_in6 peers[MOST_FLOWS];
	int flows = atoi(argv[3]);
	int is_mix = strcmp(argv[4], "imix") == 0;
	int size = is_mix ? 0 : atoi(argv[4]);
	int fd = open_socket(family, atoi(argv[0]));

	if (flows < 1 || flows > MOST_FLOWS || (!is_mix && (size < LEAST_LEN || size > MOST_LEN)))
		return 2;
	fprintf(stderr, "ready\n");
	if (strcmp(argv[1], "-") == 0)
		learn(fd, flows, peers);
	else
		for (int i = 0; i < flows; i++)
			peers[i] = address_of(family, argv[1], atoi(argv[2]) + i);
	prctl(PR_SET_TIMERSLACK, 1);
	send_for(fd, peers, flows, size, atof(argv[5]), atof(argv[6]));
	return 0;
}

struct tally {
	uint64_t received, bytes, late, damaged;
	double first, last;
};

static void judge(struct tally *tally, uint32_t *expected, const unsigned char *data, int len)
{
	uint32_t number;
	uint16_t said;

	tally->received++;
	tally->bytes += (uint64_t)len;
	if (len < LEAST_LEN) {
		tally->damaged++;
		return;
	}
	memcpy(&number, data, 4);
	memcpy(&said, data + 4, 2);
	number = ntohl(number);
	if (ntohs(said) != len || data[len - 1] != (unsigned char)number)
		tally->damaged++;
	else if (number < *expected)
		tally->late++;
	else
		*expected = number + 1;
}

/* Takes all that waits in one socket; returns how many datagrams that were. */
static int drain(int fd, struct tally *tally, uint32_t *expected)
{
	static unsigned char data[BATCH * 2][MOST_LEN];
	struct mmsghdr messages[BATCH * 2];
	struct iovec vectors[BATCH * 2];
	int total = 0;

	for (;;) {
		int n;

		for (int i = 0; i < BATCH * 2; i++) {
			vectors[i] = (struct iovec){data[i], MOST_LEN};
			memset(&messages[i], 0, sizeof messages[i]);
			messages[i].msg_hdr.msg_iov = &vectors[i];
			messages[i].msg_hdr.msg_iovlen = 1;
		}
		n = recvmmsg(fd, messages, BATCH * 2, MSG_DONTWAIT, NULL);
		if (n <= 0)
			return total;
		for (int i = 0; i < n; i++)
			judge(tally, expected, data[i], (int)messages[i].msg_len);
		total += n;
		if (n < BATCH * 2)
			return total;
	}
}

static int receive_all(int family, int argc, char **argv)
{
	static int fds[MOST_FLOWS];
	static uint32_t expected[MOST_FLOWS];
	struct tally tally = {0, 0, 0, 0, 0, 0};
	int flows = atoi(argv[1]);
	int greets = argc == 4;
	int is_last = 0;

	if (flows < 1 || flows > MOST_FLOWS)
		return 2;
	for (int i = 0; i < flows; i++)
		fds[i] = open_socket(family, atoi(argv[0]) + i);
	fprintf(stderr, "ready\n");
	for (unsigned int turn = 0; !is_last; turn++) {
		int got = 0;

		/* One more look after the signal. */
		is_last = stopped;
		for (int i = 0; i < flows; i++)
			got += drain(fds[i], &tally, &expected[i]);
		if (got > 0) {
			tally.last = now();
			if (tally.first == 0)
				tally.first = tally.last;
		} else if (greets && tally.received == 0 && turn % 20 == 0) {
			struct sockaddr_in6 peer = address_of(family, argv[2], atoi(argv[3]));

			for (int i = 0; i < flows; i++)
				sendto(fds[i], GREETING, sizeof GREETING, 0, (struct sockaddr *)&peer, sizeof peer);
		}
		pause_us(1000);
	}
	printf("{\"received\":%llu,\"bytes\":%llu,\"late\":%llu,\"damaged\":%llu,\"seconds\":%.6f}\n",
	       (unsigned long long)tally.received, (unsigned long long)tally.bytes,
	       (unsigned long long)tally.late, (unsigned long long)tally.damaged, tally.last - tally.first);
	return 0;
}

int main(int argc, char **argv)
{
	int family = argc > 2 ? atoi(argv[2]) : 0;
	int status = 2;

	signal(SIGTERM, on_term);
	if (family != 4 && family != 6)
		fprintf(stderr, "usage: udp-load send|receive 4|6 ...\n");
	else if (strcmp(argv[1], "send") == 0 && argc == 10)
		status = send_all(family, argv + 3);
	else if (strcmp(argv[1], "receive") == 0 && (argc == 5 || argc == 7))
		status = receive_all(family, argc - 3, argv + 3);
	if (status == 2)
		fprintf(stderr, "udp-load: wrong arguments\n");
	return status;
}
