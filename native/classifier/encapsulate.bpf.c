/* Marks IPv4 super-packets inside IPv6 as what they are. No virtio header type describes TCP or UDP segments
 * behind an outer header, so mapd writes [IPv6, next header 4][IPv4 super-packet] with the virtio header of the
 * inner packet alone, and the kernel would take the IPv6 header for the one that the segments share.
 * This classifier, on the way in from the TUN device, takes the outer header off and puts it on again by the
 * helper that keeps the kernel's books: afterwards the packet is IP-in-IPv6 GSO (SKB_GSO_IPXIP6), which every
 * device cuts, or the kernel in its place. No state, no map, no rule: it knows nothing of MAP.
 *
 * scripts/build-classifier.mjs makes native/src/classifier_code.h of it; that file is what the addon loads. */
#include "../src/mark.h"

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#define OUTER_LEN 40
#define OUTER_NEXT_HEADER 6
#define NEXT_HEADER_IPV4 4

static long (*const load_bytes)(struct __sk_buff *, __u32, void *,
                                __u32) = (void *)BPF_FUNC_skb_load_bytes;
static long (*const store_bytes)(struct __sk_buff *, __u32, const void *, __u32,
                                 __u64) = (void *)BPF_FUNC_skb_store_bytes;
static long (*const adjust_room)(struct __sk_buff *, __s32, __u32,
                                 __u64) = (void *)BPF_FUNC_skb_adjust_room;

/* The filter lets IPv6 alone through. gso_size is there since Linux 5.7, all flags since 5.2: a kernel that
 * loads this can run it. The flag that names the inner family on removal (6.3) is not needed, because the
 * protocol of the packet is the same again at the end. */
__attribute__((section("classifier"))) int encapsulate(struct __sk_buff *skb) {
  __u8 outer[OUTER_LEN];
  /* mapd has got it through its socket: hand_over.bpf.c. */
  if (skb->mark == HANDED_OVER) return TC_ACT_SHOT;
  if (skb->gso_size == 0 || load_bytes(skb, 0, outer, OUTER_LEN) < 0 ||
      outer[OUTER_NEXT_HEADER] != NEXT_HEADER_IPV4)
    return TC_ACT_UNSPEC;
  /* Half done, the packet would go astray; the device's own statistics show the drop. */
  if (adjust_room(skb, -OUTER_LEN, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_FIXED_GSO) < 0 ||
      adjust_room(skb, OUTER_LEN, BPF_ADJ_ROOM_MAC,
                  BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_ENCAP_L3_IPV6) < 0 ||
      store_bytes(skb, 0, outer, OUTER_LEN, 0) < 0)
    return TC_ACT_SHOT;
  return TC_ACT_UNSPEC;
}
