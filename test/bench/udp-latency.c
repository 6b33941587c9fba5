/*
 * Round trips of UDP datagrams, one at a time.
 *
 *   udp-latency echo 4|6 PORT                                        sends every datagram back, until it is killed
 *   udp-latency ping 4|6 PORT ADDRESS REMOTE-PORT SECONDS INTERVAL   one datagram every INTERVAL microseconds
 *
 * ping prints one JSON object, in microseconds; what is not back within LOST_MS is lost.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define LEN 64
#define LOST_MS 200
#define MOST 1000000

static double now_us(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static int open_socket(int family, int port)
{
	int fd = socket(family == 4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0);
	struct sockaddr_in any4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct sockaddr_in6 any6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	int status = family == 4 ? bind(fd, (struct sockaddr *)&any4, sizeof any4)
				 : bind(fd, (struct sockaddr *)&any6, sizeof any6);

	if (fd < 0 || status < 0) {
		perror("bind");
		exit(1);
	}
	return fd;
}

static _Noreturn void echo(int family, int port)
{
	int fd = open_socket(family, port);

	fprintf(stderr, "ready\n");
	for (;;) {
		struct sockaddr_storage from;
		socklen_t from_len = sizeof from;
		char data[2048];
		ssize_t len = recvfrom(fd, data, sizeof data, 0, (struct sockaddr *)&from, &from_len);

		if (len >= 0)
			sendto(fd, data, (size_t)len, 0, (struct sockaddr *)&from, from_len);
	}
}

static int connect_to(int fd, int family, const char *address, int port)
{
	struct sockaddr_in to4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct sockaddr_in6 to6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};

	if (family == 4) {
		if (inet_pton(AF_INET, address, &to4.sin_addr) != 1)
			return -1;
		return connect(fd, (struct sockaddr *)&to4, sizeof to4);
	}
	if (inet_pton(AF_INET6, address, &to6.sin6_addr) != 1)
		return -1;
	return connect(fd, (struct sockaddr *)&to6, sizeof to6);
}

/* Microseconds until datagram `number` is back, or a negative number. */
static double round_trip(int fd, uint32_t number)
{
	unsigned char data[LEN] = {0};
	double began = now_us();

	memcpy(data, &number, sizeof number);
	if (send(fd, data, sizeof data, 0) < 0)
		return -1;
	for (;;) {
		uint32_t back;

		if (recv(fd, data, sizeof data, 0) != LEN)
			return -1;
		memcpy(&back, data, sizeof back);
		/* One that was given up may still come. */
		if (back == number)
			return now_us() - began;
	}
}

static int compare(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return (a > b) - (a < b);
}

static int ping(int fd, double seconds, double interval)
{
	static double times[MOST];
	struct timeval patience = {0, LOST_MS * 1000};
	double ends = now_us() + seconds * 1e6;
	double next = now_us();
	uint32_t sent = 0;
	int count = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	prctl(PR_SET_TIMERSLACK, 1);
	while (now_us() < ends && count < MOST) {
		double us = round_trip(fd, sent++);
		double wait = (next += interval) - now_us();

		if (us >= 0)
			times[count++] = us;
		if (wait > 0)
			usleep((useconds_t)wait);
		else
			next = now_us();
	}
	qsort(times, (size_t)count, sizeof times[0], compare);
	if (count == 0)
		return 1;
	printf("{\"sent\":%u,\"received\":%d,\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"max\":%.1f}\n", sent, count,
	       times[count / 2], times[count * 9 / 10], times[count * 99L / 100], times[count - 1]);
	return 0;
}

int main(int argc, char **argv)
{
	int family = argc > 3 ? atoi(argv[2]) : 0;

	if (argc == 4 && strcmp(argv[1], "echo") == 0)
		echo(family, atoi(argv[3]));
	if (argc == 8 && strcmp(argv[1], "ping") == 0) {
		int fd = open_socket(family, atoi(argv[3]));

		if (connect_to(fd, family, argv[4], atoi(argv[5])) < 0) {
			perror(argv[4]);
			return 1;
		}
		return ping(fd, atof(argv[6]), atof(argv[7]));
	}
	fprintf(stderr, "usage: udp-latency echo 4|6 PORT, or ping 4|6 PORT ADDRESS REMOTE-PORT SECONDS INTERVAL\n");
	return 2;
}
