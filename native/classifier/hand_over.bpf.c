/* Lets mapd read what goes to the TUN device as the kernel has it. A device takes no super-packets inside a tunnel,
 * so the kernel would cut TCP and UDP segments of IPv4 inside IPv6 apart before mapd's read, at the price of a read
 * for each. This classifier, on the way to the TUN device, turns all of IPv6 around before that happens: it comes
 * in from the device instead, where the packet socket of native/src/intake.c sees it whole, and where encapsulate
 * then ends its way. All of IPv6, because a flow's packets must stay in one queue to stay in order.
 *
 * scripts/build-classifier.mjs makes native/src/classifier_code.h of it; that file is what the addon loads. */
#include "../src/mark.h"

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

/* The longest packet there is, and so what a slot of mapd's holds; a kernel may join more (BIG TCP). */
#define LONGEST (40 + 65535)

static long (*const redirect)(__u32, __u64) = (void *)BPF_FUNC_redirect;

/* The filter lets IPv6 alone through. */
__attribute__((section("classifier"))) int hand_over(struct __sk_buff *skb) {
  /* It has been here: somebody took encapsulate away, and the kernel has routed it to the device once more. mapd has it. */
  if (skb->mark == HANDED_OVER) return TC_ACT_SHOT;
  if (skb->len > LONGEST) return TC_ACT_UNSPEC;
  skb->mark = HANDED_OVER;
  return (int)redirect(skb->ifindex, BPF_F_INGRESS);
}
