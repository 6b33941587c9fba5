#include "traffic_control.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FILTER_NAME "mapd"
/* A number that nobody gets by chance: tc numbers its own from 49152 down, people from 1 up. */
#define FILTER_PRIORITY 24944u
#define FILTER_HANDLE 1u

#define CLSACT_INGRESS TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)
#define CLSACT_EGRESS TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS)

struct request {
  struct nlmsghdr header;
  struct tcmsg tc;
  char attributes[128];
};

/* Large enough for every part of a dump. */
struct answer {
  _Alignas(NLMSG_ALIGNTO) char bytes[16384];
};

static struct request new_request(uint16_t type, unsigned int flags, int ifindex, uint32_t parent) {
  struct request request = {
      .header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct tcmsg)),
                 .nlmsg_type = type,
                 .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags)},
      .tc = {.tcm_family = AF_UNSPEC, .tcm_ifindex = ifindex, .tcm_parent = parent},
  };
  return request;
}

/* The caller knows that there is room. */
static struct rtattr *append(struct request *request, uint16_t type, const void *data, size_t len) {
  struct rtattr *attribute = (struct rtattr *)((char *)request + request->header.nlmsg_len);
  attribute->rta_type = type;
  attribute->rta_len = (uint16_t)RTA_LENGTH(len);
  if (len > 0) memcpy(RTA_DATA(attribute), data, len);
  request->header.nlmsg_len += (uint32_t)RTA_ALIGN(attribute->rta_len);
  return attribute;
}

/* Sends a request; returns the socket that the answer comes from, or -errno. */
static int ask(const struct request *request) {
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return -errno;
  const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  ssize_t sent;
  do sent = sendto(fd, request, request->header.nlmsg_len, 0, (const struct sockaddr *)&kernel,
                   sizeof kernel);
  while (sent < 0 && errno == EINTR);
  if (sent >= 0) return fd;
  const int error = errno;
  close(fd);
  return -error;
}

/* The kernel answers before sendto() returns, and the next part of a dump before recv() does. */
static ssize_t receive(int fd, struct answer *answer) {
  ssize_t got;
  do got = recv(fd, answer->bytes, sizeof answer->bytes, 0);
  while (got < 0 && errno == EINTR);
  return got < 0 ? -errno : got;
}

/* Returns 0 where the answer is of the type, or the errno that it tells. */
static int expect(const struct request *request, uint16_t type) {
  const int fd = ask(request);
  if (fd < 0) return fd;
  struct answer answer;
  const ssize_t got = receive(fd, &answer);
  close(fd);
  if (got < 0) return (int)got;
  const struct nlmsghdr *header = (const struct nlmsghdr *)answer.bytes;
  if (!NLMSG_OK(header, (size_t)got)) return -EPROTO;
  if (header->nlmsg_type == NLMSG_ERROR)
    return ((const struct nlmsgerr *)NLMSG_DATA(header))->error;
  return header->nlmsg_type == type ? 0 : -EPROTO;
}

static int carry_out(struct request *request) {
  request->header.nlmsg_flags |= NLM_F_ACK;
  return expect(request, NLMSG_ERROR);
}

/* How many filters are there, or -errno. */
static int count_filters(int ifindex, uint32_t parent) {
  const struct request request = new_request(RTM_GETTFILTER, NLM_F_DUMP, ifindex, parent);
  const int fd = ask(&request);
  if (fd < 0) return fd;
  int count = 0;
  for (;;) {
    struct answer answer;
    const ssize_t got = receive(fd, &answer);
    if (got <= 0) {
      close(fd);
      return got < 0 ? (int)got : -EPROTO;
    }
    size_t left = (size_t)got;
    const struct nlmsghdr *header = (const struct nlmsghdr *)answer.bytes;
    for (; NLMSG_OK(header, left); header = NLMSG_NEXT(header, left)) {
      if (header->nlmsg_type == RTM_NEWTFILTER) count++;
      if (header->nlmsg_type != NLMSG_DONE && header->nlmsg_type != NLMSG_ERROR) continue;
      close(fd);
      return header->nlmsg_type == NLMSG_DONE
                 ? count
                 : ((const struct nlmsgerr *)NLMSG_DATA(header))->error;
    }
  }
}

static struct request clsact_request(uint16_t type, unsigned int flags, int ifindex) {
  struct request request = new_request(type, flags, ifindex, TC_H_CLSACT);
  request.tc.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
  append(&request, TCA_KIND, "clsact", sizeof "clsact");
  return request;
}

int clsact_make(int ifindex, bool *made) {
  struct request request = clsact_request(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, ifindex);
  const int error = carry_out(&request);
  *made = error == 0;
  return error == -EEXIST ? 0 : error;
}

int clsact_remove(int ifindex) {
  const uint32_t parents[] = {CLSACT_INGRESS, CLSACT_EGRESS};
  for (size_t i = 0; i < sizeof parents / sizeof parents[0]; i++) {
    const int count = count_filters(ifindex, parents[i]);
    if (count != 0) return count < 0 ? count : 0;
  }
  struct request request = clsact_request(RTM_DELQDISC, 0, ifindex);
  return carry_out(&request);
}

static struct request filter_request(uint16_t type, unsigned int flags, int ifindex,
                                     bool to_device) {
  const uint32_t parent = to_device ? CLSACT_EGRESS : CLSACT_INGRESS;
  struct request request = new_request(type, flags, ifindex, parent);
  request.tc.tcm_handle = FILTER_HANDLE;
  request.tc.tcm_info = TC_H_MAKE(FILTER_PRIORITY << 16, htons(ETH_P_IPV6));
  append(&request, TCA_KIND, "bpf", sizeof "bpf");
  return request;
}

int filter_add(int ifindex, bool to_device, int program_fd) {
  struct request request = filter_request(RTM_NEWTFILTER, NLM_F_CREATE, ifindex, to_device);
  const uint32_t direct_action = TCA_BPF_FLAG_ACT_DIRECT;
  struct rtattr *options = append(&request, TCA_OPTIONS, NULL, 0);
  append(&request, TCA_BPF_FD, &program_fd, sizeof program_fd);
  append(&request, TCA_BPF_NAME, FILTER_NAME, sizeof FILTER_NAME);
  append(&request, TCA_BPF_FLAGS, &direct_action, sizeof direct_action);
  options->rta_len = (uint16_t)((char *)&request + request.header.nlmsg_len - (char *)options);
  return carry_out(&request);
}

int filter_remove(int ifindex, bool to_device) {
  struct request request = filter_request(RTM_DELTFILTER, 0, ifindex, to_device);
  return carry_out(&request);
}

int filter_find(int ifindex, bool to_device) {
  const struct request request = filter_request(RTM_GETTFILTER, 0, ifindex, to_device);
  return expect(&request, RTM_NEWTFILTER);
}
